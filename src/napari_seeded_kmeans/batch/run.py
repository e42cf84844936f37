"""Apply one model to many files; the generator behind the command and the window."""

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

from ..core.errors import SeededKMeansError
from ..core.threads import Cancel
from ..estimator import SeededKMeans
from ..io.files import reason, remove_leftovers
from .inputs import Inputs, Item, PathLike, find_items, find_twin
from .job import Job
from .manifest import Manifest, hash_path, read_manifest
from .outcome import Outcome
from .report import write_report
from .tables import write_measurements
from .workers import apply_to_all

# A process takes a second or two to start, which this many files must be worth.
_FILES_PER_PROCESS = 8


def segment_folder(
    model: SeededKMeans | PathLike,
    inputs: Inputs,
    output: PathLike,
    *,
    resume: bool = False,
    jobs: int | None = None,
    truth: PathLike | None = None,
    truth_from_zero: bool = False,
    ignore: int | None = None,
    tolerance: float = 2.0,
    view: bool = False,
    scores: bool = False,
    channel_axis: int | None = None,
    spacing: float | Sequence[float] | None = None,
    cancel: Cancel | None = None,
) -> Iterator[Outcome]:
    """Segment many files with one model, and yield what became of each.

    A file that cannot be done never stops the others. The output folder gets the labels under the names
    of the inputs, ``manifest.jsonl``, ``measurements.csv`` and ``report.html``; the last two, and the
    order of the manifest, when the iteration ends, however it ends.

    Parameters
    ----------
    model : SeededKMeans, or path of a model file
    inputs : path, glob, or sequence of them
        Files, folders (the images right in them) and patterns.
    output : path
        The output folder; made if missing.
    resume : bool
        Leave alone what an earlier run with the same model and settings finished, if neither the input
        nor the output has changed since.
    jobs : int, optional
        How many files are done at a time, each in a process of its own; 1 works in this process.
        Default: by the numbers of files and processors.
    truth : path, optional
        A folder with a truth of the same name for each image, whatever the ending.
    truth_from_zero : bool
        The truth counts classes from 0 (background), one less than the seeds did. Without it, classes
        have the model's values and background is 0 or the model's. A mask does for two classes.
    ignore : int, optional
        Pixels with this value in the truth are not scored.
    tolerance : float
        How far apart, in pixels, boundaries may lie and still agree.
    view, scores : bool
        Write a picture in the class colours, and the class scores, too.
    channel_axis : int, optional
        Which axis holds the channels; default what the file or the model says.
    spacing : float or sequence of float, optional
        Size of a pixel along each spatial axis; default what the file says.
    cancel : callable, optional
        Asked now and then; once it answers True, the iteration ends, and what is done stays.

    Yields
    ------
    Outcome
        In the order in which files are finished; those of an earlier run first.

    Raises
    ------
    SeededKMeansError
        When model, inputs or output are unusable, or the manifest cannot be written.
    """
    estimator = model if isinstance(model, SeededKMeans) else SeededKMeans.load(Path(model))
    folder = Path(output)
    if truth is not None and not Path(truth).is_dir():
        raise SeededKMeansError(f"truth {os.fspath(truth)} is not a folder.")
    if jobs is not None and jobs < 1:
        raise SeededKMeansError(f"jobs must be at least 1, not {jobs}.")
    items = find_items(inputs, folder)
    job = Job(
        estimator.to_dict(),
        os.fspath(folder),
        None if truth is None else os.fspath(truth),
        truth_from_zero,
        ignore,
        tolerance,
        view,
        scores,
        channel_axis,
        _sizes(spacing),
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SeededKMeansError(f"cannot write {folder}: {reason(error)}.") from error
    remove_leftovers(folder)
    earlier = read_manifest(folder, job.header()) if resume else []
    return _run(job, items, earlier, jobs, cancel)


def _run(
    job: Job, items: Sequence[Item], earlier: Sequence[Outcome], jobs: int | None, cancel: Cancel | None
) -> Iterator[Outcome]:
    started = monotonic()
    folder = Path(job.output)
    finished: dict[int, Outcome] = {}
    known = {outcome.path: outcome for outcome in earlier}
    for index, item in enumerate(items):
        outcome = known.get(item.path)
        if outcome is not None and not item.problem and _still_valid(outcome, item, job):
            finished[index] = outcome
    todo = [index for index in range(len(items)) if index not in finished]
    with Manifest(folder, job.header(), finished.values()) as manifest:
        try:
            for n_done, outcome in enumerate(finished.values(), start=1):
                yield replace(outcome, n_done=n_done, n_total=len(items), resumed=True)
            jobs = _affordable_jobs(len(todo)) if jobs is None else min(jobs, len(todo))
            for number, outcome in apply_to_all(job, [items[index] for index in todo], jobs, cancel):
                manifest.append(outcome)
                finished[todo[number]] = outcome
                yield replace(outcome, n_done=len(finished), n_total=len(items))
        finally:
            remove_leftovers(folder)
            outcomes = [finished[index] for index in sorted(finished)]
            manifest.rewrite(outcomes)
            write_measurements(outcomes, job, folder)
            write_report(outcomes, job, folder, n_total=len(items), seconds=monotonic() - started)


def _sizes(spacing: float | Sequence[float] | None) -> tuple[float, ...] | None:
    if spacing is None:
        return None
    sizes = tuple(float(size) for size in (spacing if isinstance(spacing, Sequence) else (spacing,)))
    # The first of several may say that its planes are frames.
    finite = sizes[1:] if len(sizes) > 1 and sizes[0] == math.inf else sizes
    if not sizes or not all(math.isfinite(size) and size > 0 for size in finite):
        raise SeededKMeansError(f"spacing must be positive numbers, not {spacing!r}.")
    return sizes


def _affordable_jobs(n_files: int) -> int:
    return min(os.cpu_count() or 1, math.ceil(n_files / _FILES_PER_PROCESS))


def _still_valid(outcome: Outcome, item: Item, job: Job) -> bool:
    """Whether an earlier outcome is complete, and its input, its truth and its outputs are the same."""
    if outcome.status != "done":
        return False
    truth = None if job.truth is None else find_twin(Path(job.truth), item.place)
    try:
        return (
            hash_path(outcome.path) == outcome.input_hash
            and (truth is None or hash_path(truth) == outcome.truth_hash)
            and all(
                hash_path(Path(job.output, outcome.outputs[kind])) == digest
                for kind, digest in outcome.output_hashes.items()
            )
        )
    except OSError:
        return False
