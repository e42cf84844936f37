"""The run as one HTML page that needs nothing else: no network, no other file, no library."""

import base64
import html
import json
import os
import platform
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from statistics import mean, median
from string import Template

from ..estimator import SeededKMeans
from ..io.files import safe_writer
from .job import Job
from .outcome import Outcome

NAME = "report.html"
_NOTHING = "<s>–</s>"


def write_report(
    outcomes: Sequence[Outcome], job: Job, folder: Path, *, n_total: int, seconds: float
) -> None:
    """Write ``report.html``.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Of the finished files, in the order of the inputs.
    job : Job
    folder : Path
        The output folder.
    n_total : int
        Files there were to do.
    seconds : float
        How long the run took.
    """
    estimator = SeededKMeans.from_dict(job.model)
    template = Template(files(__package__).joinpath("report_template.html").read_text("utf-8"))
    page = template.substitute(
        tiles="".join(_tiles(outcomes, n_total)),
        legend="".join(
            f'<span><i style="background:{estimator.color_of(value)}"></i>'
            f"{_text(estimator.name_of(value))}</span>"
            for value in estimator.classes
        ),
        heads="".join(_heads(job)),
        rows="".join(_row(outcome, estimator, job, folder) for outcome in outcomes),
        details="".join(
            f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>"
            for name, value in _details(job, estimator, seconds)
        ),
    )
    with safe_writer(folder / NAME) as file:
        file.write(page.encode("utf-8", "backslashreplace"))


def _text(value: object) -> str:
    return html.escape(str(value))


def _tiles(outcomes: Sequence[Outcome], n_total: int) -> Iterator[str]:
    """Yield the figures at the top."""
    n_failed = sum(outcome.status == "failed" for outcome in outcomes)
    n_unscored = sum(outcome.status == "not scored" for outcome in outcomes)
    n_drift = sum(bool(outcome.drift_warning) for outcome in outcomes)
    yield _tile(len(outcomes) - n_failed, "segmented", "")
    if n_failed:
        yield _tile(n_failed, "failed", "bad")
    if n_unscored:
        yield _tile(n_unscored, "not scored", "bad")
    if n_drift:
        yield _tile(n_drift, "unlike the training images", "odd")
    if n_total > len(outcomes):
        yield _tile(n_total - len(outcomes), "not done yet", "odd")
    ious = [outcome.scores["iou"] for outcome in outcomes if outcome.scores is not None]
    if ious:
        yield _tile(f"{mean(ious):.3f}", "mean IoU", "")
        yield _tile(f"{median(ious):.3f}", "median IoU", "")
        yield _tile(f"{min(ious):.3f}", "worst IoU", "")


def _tile(figure: object, what: str, kind: str) -> str:
    return f'<div class="tile {kind}"><b>{_text(figure)}</b>{_text(what)}</div>'


def _heads(job: Job) -> Iterator[str]:
    names = ["Image", "Class shares", *(["IoU", "Boundary F"] if job.truth else []), "Fit", "Remarks"]
    for name in names:
        yield f'<th aria-sort="none"><button type="button">{name}</button></th>'


def _row(outcome: Outcome, estimator: SeededKMeans, job: Job, folder: Path) -> str:
    """Return one row; every cell says by data-v what it is sorted by, and by data-h what it is."""
    name = os.fspath(outcome.path)
    picture = _picture(outcome, folder)
    cells = [
        f'<td data-v="{_text(name)}" class="image">{picture}<span>{_text(outcome.path.name)}</span></td>'
    ]
    foreground = [value for value in outcome.classes if value != min(outcome.classes)]
    share = sum(outcome.classes[value].share for value in foreground)
    cells.append(f'<td data-v="{share:.9f}" data-h="Class shares">{_shares(outcome, estimator)}</td>')
    if job.truth:
        for key, title in (("iou", "IoU"), ("boundary_f", "Boundary F")):
            found = None if outcome.scores is None else outcome.scores[key]
            shown = _NOTHING if found is None else f"{found:.3f}"
            sort = -1 if found is None else found
            cells.append(f'<td data-v="{sort}" data-h="{title}" class="number">{shown}</td>')
    ratio = outcome.drift["error_ratio"] if outcome.drift else None
    shown = _NOTHING if ratio is None else f"{min(ratio, 99):.1f}×"
    cells.append(f'<td data-v="{ratio or 0}" data-h="Fit" class="number">{shown}</td>')
    cells.append(f'<td data-v="{_urgency(outcome)}" data-h="Remarks">{_remarks(outcome)}</td>')
    kind = "bad" if outcome.status != "done" else "odd" if outcome.drift_warning else ""
    return f'<tr class="{kind}">{"".join(cells)}</tr>\n'


def _picture(outcome: Outcome, folder: Path) -> str:
    if "thumbnail" not in outcome.outputs:
        return ""
    try:
        data = (folder / outcome.outputs["thumbnail"]).read_bytes()
    except OSError:
        return ""
    return f'<img alt="" src="data:image/jpeg;base64,{base64.b64encode(data).decode()}">'


def _shares(outcome: Outcome, estimator: SeededKMeans) -> str:
    if not outcome.classes:
        return _NOTHING
    parts = [
        (estimator.color_of(value), measure.share, estimator.name_of(value))
        for value, measure in outcome.classes.items()
    ]
    bar = "".join(f'<i style="background:{color};width:{share:.3%}"></i>' for color, share, _ in parts)
    words = ", ".join(f"{_text(name)} {share:.1%}" for _, share, name in parts[1:])
    return f'<div class="bar">{bar}</div><small>{words}</small>'


def _urgency(outcome: Outcome) -> int:
    return 2 * (outcome.status != "done") + bool(outcome.drift_warning)


def _remarks(outcome: Outcome) -> str:
    remarks = [outcome.problem] if outcome.problem else []
    if outcome.drift_warning:
        remarks.append(f"Unlike the training images: {outcome.drift_warning}.")
    return "<br>".join(_text(remark) for remark in (*remarks, *outcome.notes))


def _details(job: Job, estimator: SeededKMeans, seconds: float) -> Iterator[tuple[str, str]]:
    header = job.header()
    training = job.model.get("training") or {}
    names = [image["name"] or "an array" for image in training.get("images", ())]
    yield "Finished", datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    yield "Took", f"{seconds:.1f} s"
    yield "Release", f"napari-seeded-kmeans {version('napari-seeded-kmeans')}"
    yield "Python", f"{platform.python_version()} on {platform.system()}"
    yield "Model (SHA-256)", header["model_sha256"]
    if names:
        yield "Trained on", ", ".join(names)
    yield from estimator.summary().items()
    yield "Settings", json.dumps(header["settings"])
    yield "Parameters", json.dumps(header["params"])
    yield "Output folder", job.output
