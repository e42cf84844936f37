"""What is made of a result once it is there, for those who want it: computed in the background, kept with it.

What belongs here: when an extra is computed, and of which result. What does not: how it is shown.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, Signal

from ..core.cutout import cut_out
from ..core.errors import CancelledError
from ..core.explanation import strokes_behind
from ..core.guidance import next_stroke
from ..core.instances import measure_objects, split_touching
from ..core.legend import Legend
from ..core.threads import Cancel, Progress
from ..io.tables import write_table
from .in_place import small_integers
from .job import Answer
from .readiness import kernels
from .runner import Runner
from .source import Source


@dataclass(frozen=True, eq=False)
class _Facts:
    """What extras are made of."""

    answer: Answer
    image: Any
    channel_axis: int | None
    spacing: tuple[float, ...]
    contrast: tuple[float, float] | None
    channels: tuple[int, ...] | None

    def channels_last(self) -> NDArray[Any]:
        array = np.asarray(self.image)
        return array if self.channel_axis is None else np.moveaxis(array, self.channel_axis, -1)


@dataclass(frozen=True, eq=False)
class Clusters:
    """Rows of the palette, from 1 on, by pixel (*spatial,); colour (k, c) and share (k,) of each row.

    Pixels without a label, outside a region for example, are of no row: 0; shares are of all others.
    `painted` are the places in the flattened image of the painted pixels that taught the model,
    `painted_rows` the clusters each of them is behind, from 0 on.
    """

    rows: NDArray[np.integer]
    colors: NDArray[np.float64]
    shares: NDArray[np.float64]
    painted: NDArray[np.intp]
    painted_rows: NDArray[np.integer]


class Pixel(NamedTuple):
    """What a result's model sees at a pixel (d,), its scores (n_classes,) and its strangeness."""

    features: NDArray[np.float32]
    scores: NDArray[np.float32]
    strangeness: float


class Extras(QObject):
    """Extras by the result they belong to; one that is asked for twice is computed once."""

    arrived = Signal(object)
    """The `Answer` that has more extras than before."""
    failed = Signal(object)
    """The exception that ended a job."""

    def __init__(self) -> None:
        super().__init__()
        self._known: WeakKeyDictionary[Answer, dict[str, Any]] = WeakKeyDictionary()
        self._runner = Runner(kernels.wait)
        # Its own thread, so that a question does not wait for a layer.
        self._questions, self._asides = Runner(kernels.wait), Runner(kernels.wait)
        for runner in (self._runner, self._questions, self._asides):
            runner.failed.connect(self.failed)

    def of(self, answer: Answer) -> Mapping[str, Any]:
        """Return what is known by kind, "scores", "uncertainty", "clusters", ...: see `_WAYS`."""
        return self._known.get(answer, {})

    def ask(self, source: Source, answer: Answer, kinds: Collection[str]) -> bool:
        """Compute the extras among `kinds` that are not known yet; return whether there are any.

        What still runs for an older result is of no use any more.
        """
        missing = [kind for kind in _WAYS if kind in kinds and kind not in self.of(answer)]
        self._runner.cancel()
        if missing:
            job = partial(_compute, _facts(source, answer), dict(self.of(answer)), missing)
            self._runner.submit(job, partial(self._on_done, answer))
        return bool(missing)

    def look_at(
        self,
        source: Source,
        answer: Answer,
        position: tuple[int, ...],
        then: Callable[[Pixel], None],
        *,
        in_passing: bool = False,
    ) -> None:
        """Call ``then(pixel)`` with what is known of one that has a label.

        A newer question takes the place of one that waits; one `in_passing` only that of its like.
        """
        runner = self._asides if in_passing else self._questions
        runner.submit(partial(_look_at, _facts(source, answer), position), then)

    def find_doubt(
        self,
        source: Source,
        answer: Answer,
        then: Callable[[tuple[int, ...] | None], None],
    ) -> None:
        """Call ``then(position)`` with where a stroke would help most; None where all is clear."""
        self._questions.submit(partial(_find_doubt, _facts(source, answer)), then)

    def table_writer(self, source: Source, answer: Answer, legend: Legend) -> Callable[[str | Path], None]:
        """Return what writes the measurements of a result to a file, to be called in a worker."""
        return partial(_write_table, _facts(source, answer), dict(self.of(answer)), legend)

    def cancel(self) -> None:
        """Stop what runs."""
        self._runner.cancel()
        self._questions.cancel()
        self._asides.cancel()

    def close(self) -> None:
        """Stop everything, for good."""
        self._runner.close()
        self._questions.close()
        self._asides.close()

    def _on_done(self, answer: Answer, found: dict[str, Any]) -> None:
        self._known.setdefault(answer, {}).update(found)
        self.arrived.emit(answer)


def _facts(source: Source, answer: Answer) -> _Facts:
    return _Facts(
        answer, answer.image, source.data_channel_axis, source.spacing, source.contrast, source.channels
    )


def _write_table(facts: _Facts, known: dict[str, Any], legend: Legend, path: str | Path) -> None:
    table: Mapping[str, NDArray[Any]] = known.get("measurements") or _measurements(facts, known)
    names = [legend.name_of(int(value)) for value in table["class"]]
    columns = {**{name: column.tolist() for name, column in table.items()}, "class": names}
    write_table([dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)], path)


def _look_at(facts: _Facts, position: tuple[int, ...], _cancel: Cancel, _progress: Progress) -> Pixel:
    result = facts.answer.segmentation
    features = result.model.features_at(facts.image, position, channel_axis=facts.channel_axis)
    return Pixel(features, *result.maps.at(position))


def _find_doubt(facts: _Facts, _cancel: Cancel, _progress: Progress) -> tuple[int, ...] | None:
    result = facts.answer.segmentation
    return next_stroke(result.maps, result.labels, facts.answer.seeds, facts.spacing)


def _compute(
    facts: _Facts, known: dict[str, Any], kinds: Collection[str], cancel: Cancel, _progress: Progress
) -> dict[str, Any]:
    """Return all that is known with the `kinds` added, each of which may make use of those before it."""
    if not _MAPS.isdisjoint(kinds):
        facts.answer.segmentation.maps.finish(cancel)
    for kind in kinds:
        if cancel():
            raise CancelledError
        known[kind] = _WAYS[kind](facts, known)
    return known


def _uncertainty(facts: _Facts, _known: Mapping[str, Any]) -> NDArray[np.float32]:
    return facts.answer.segmentation.uncertainty


def _scores(facts: _Facts, _known: Mapping[str, Any]) -> NDArray[np.float32]:
    return facts.answer.segmentation.scores


def _clusters(facts: _Facts, _known: Mapping[str, Any]) -> Clusters:
    model = facts.answer.segmentation.model
    if model.model_ is None:
        raise ValueError("a result has a fitted model")
    nearest = model.cluster_map(facts.image, channel_axis=facts.channel_axis)
    nearest[facts.answer.segmentation.labels == 0] = 0
    rows = small_integers(nearest)
    colors = model.palette_colors
    counts = np.bincount(rows.ravel(), minlength=len(colors) + 1)[1:]
    painted, behind = strokes_behind(
        model.model_, model.edits, facts.image, _that_teach(facts.answer), channel_axis=facts.channel_axis
    )
    return Clusters(rows, colors, counts / max(1, counts.sum()), painted, behind)


def _that_teach(answer: Answer) -> NDArray[np.integer]:
    """Return the seeds (*spatial,) that take part: no others have a label."""
    return np.where(answer.segmentation.labels != 0, answer.seeds, answer.seeds.dtype.type(0))


def _cut_out(facts: _Facts, _known: Mapping[str, Any]) -> NDArray[np.uint8]:
    image = facts.channels_last()
    if facts.channel_axis is not None and image.shape[-1] not in (3, 4):
        image = image.mean(axis=-1)
    return cut_out(image, facts.answer.segmentation.mask, contrast=facts.contrast)


def _objects(facts: _Facts, _known: Mapping[str, Any]) -> NDArray[np.integer]:
    return small_integers(split_touching(_things(facts), spacing=facts.spacing))


def _measurements(facts: _Facts, known: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    objects = known["objects"] if "objects" in known else _objects(facts, known)
    table = measure_objects(objects, _things(facts), facts.channels_last(), spacing=facts.spacing)
    if facts.channels is None:
        return table
    # Means are called by the channels of the image, of which some may be left out.
    names = {f"mean-{number}": f"mean-{channel}" for number, channel in enumerate(facts.channels)}
    return {names.get(name, name): column for name, column in table.items()}


def _things(facts: _Facts) -> NDArray[np.integer]:
    """Return the labels (*spatial,) of what is no background."""
    result = facts.answer.segmentation
    things: NDArray[np.integer] = np.where(result.mask, result.labels, 0)
    return things


_WAYS: Mapping[str, Callable[[_Facts, Mapping[str, Any]], Any]] = {
    "uncertainty": _uncertainty,
    "scores": _scores,
    "clusters": _clusters,
    "cut-out": _cut_out,
    "objects": _objects,
    "measurements": _measurements,
}
_MAPS = frozenset({"uncertainty", "scores"})
