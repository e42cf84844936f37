"""The measurements of a run as one table, a row for each image and class."""

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path

from ..core.cleanup import background_class
from ..estimator import SeededKMeans
from ..io.files import safe_writer
from .job import Job
from .outcome import Outcome

NAME = "measurements.csv"
SCORE_COLUMNS = ("iou", "dice", "precision", "recall", "boundary_f")
_COLUMNS = ("image", "status", "class", "name", "pixels", "share", "size", "unit", "objects")


def write_measurements(outcomes: Sequence[Outcome], job: Job, folder: Path) -> None:
    """Write ``measurements.csv``: failed images have one row, with the reason at its end."""
    estimator = SeededKMeans.from_dict(job.model)
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    scored = SCORE_COLUMNS if job.truth is not None else ()
    writer.writerow([*_COLUMNS, *scored, "drift", "problem"])
    for outcome in outcomes:
        head = [os.fspath(outcome.path), outcome.status]
        tail = [outcome.drift_warning, outcome.problem]
        if not outcome.classes:
            writer.writerow([*head, *[""] * (len(_COLUMNS) + len(scored) - len(head)), *tail])
        for value, measure in outcome.classes.items():
            unit = _power(outcome.unit, outcome.n_measured_axes) if measure.size is not None else ""
            writer.writerow(
                [
                    *head,
                    value,
                    estimator.name_of(value),
                    measure.n_pixels,
                    measure.share,
                    "" if measure.size is None else measure.size,
                    unit,
                    measure.n_objects,
                    *_scores(outcome, value, scored),
                    *tail,
                ]
            )
    with safe_writer(folder / NAME) as file:
        # Names of files need not be valid Unicode.
        file.write(table.getvalue().encode("utf-8", "backslashreplace"))


def _scores(outcome: Outcome, value: int, columns: Sequence[str]) -> list[object]:
    """Return the scores of a class; those of a mask, which calls its class 1, belong to the foreground."""
    if outcome.scores is None:
        return [""] * len(columns)
    per_class = outcome.scores["per_class"]
    classes = sorted(outcome.classes)
    key = str(value)
    if len(classes) == 2:
        key = "" if value == background_class(tuple(classes)) else next(iter(per_class), "")
    found = per_class.get(key, {})
    return [found.get(column, "") for column in columns]


def _power(unit: str, n_axes: int) -> str:
    return unit + {1: "", 2: "²", 3: "³"}.get(n_axes, f"^{n_axes}")
