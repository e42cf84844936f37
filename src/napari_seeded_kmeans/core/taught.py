"""What painted pixels teach once a palette was edited: edits act on them one by one.

What belongs here: the pixels. What does not: which edits there are, and how they come about.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .dots import Dot
from .errors import SeededKMeansError
from .palette_steps import (
    AddColor,
    Cell,
    Edit,
    LeaveOut,
    Lock,
    Reassign,
    Regroup,
    Row,
    Samples,
    Weigh,
)

# A colour that is added counts as much as an average cluster among as many as this.
_CLUSTERS_PER_CLASS = 16
_LEAST_WEIGHT_PX = 30


class Grouping(NamedTuple):
    """Which painted pixels are clustered by themselves.

    Attributes
    ----------
    ids : ndarray (n,), int32
        Which of `sizes` a pixel is clustered with; -1 with all the others of its class.
    sizes : tuple of int
        Into how many clusters each group goes.
    fixed : mapping of int to tuple of float
        Groups whose cluster is given beforehand.
    """

    ids: NDArray[np.int32]
    sizes: tuple[int, ...]
    fixed: Mapping[int, Row]

    def at(self, chosen: NDArray[np.bool_]) -> "Grouping":
        """Return the grouping of some of the pixels."""
        return self._replace(ids=self.ids[chosen])


class Taught(NamedTuple):
    """What a palette with edits is learnt from.

    Attributes
    ----------
    pixel_values : ndarray (n,), integer
        What each painted pixel counts for; 0 if it is left out.
    samples : ndarray (m, d), float32
        The pixels that are not left out, then those that stand for added colours.
    values : ndarray (m,), integer
        Their class values.
    grouping : Grouping or None
        None where there are no edits.
    voices : ndarray (m,), float64, or None
        How much each counts when likeness is read; None where all count once.
    dots : tuple of Dot
        The pixels that colours were added from.
    """

    pixel_values: NDArray[np.integer]
    samples: Samples
    values: NDArray[np.integer]
    grouping: Grouping | None = None
    voices: NDArray[np.float64] | None = None
    dots: tuple[Dot, ...] = ()


def teach(steps: Sequence[Edit], samples: Samples, values: NDArray[np.integer]) -> Taught:
    """Return what painted pixels (n, d) of classes `values` (n,) teach after some edits."""
    pool = _Pool(samples, values.copy())
    for step in steps:
        match step:
            case Reassign(cell, to):
                pool.values[pool.gather([cell], 1)] = _fitting(to, values.dtype)
            case LeaveOut(cell, _):
                pool.values[cell.holds(pool.samples, pool.values)] = 0
            case Regroup(cells, n_clusters):
                pool.gather(cells, n_clusters)
            case Lock(cells, center):
                pool.fixed[len(pool.sizes)] = center
                pool.gather(cells, 1)
            case Weigh(cell, weight):
                pool.voices[cell.holds(pool.samples, pool.values)] = weight
            case AddColor():
                pool.add(step)
    return pool.taught(len(values))


def _fitting(value: int, dtype: np.dtype[Any]) -> int:
    """Return a class value if seeds of this type can hold it."""
    if value > np.iinfo(dtype).max:
        raise SeededKMeansError(f"edits name class {value}, which seeds of type {dtype} cannot hold.")
    return value


class _Pool:
    """Painted pixels, and those that stand for added colours, while edits act on them one by one."""

    def __init__(self, samples: Samples, values: NDArray[np.integer]) -> None:
        self.samples = samples
        self.values = values
        self.ids = np.full(len(values), -1, np.int32)
        self.voices = np.ones(len(values))
        self.sizes: list[int] = []
        self.fixed: dict[int, Row] = {}
        self._added: list[tuple[int, AddColor]] = []

    def gather(self, cells: Sequence[Cell], n_clusters: int) -> NDArray[np.bool_]:
        """Have the pixels in some cells clustered by themselves; return which they are."""
        inside: NDArray[np.bool_] = np.logical_or.reduce(
            [cell.holds(self.samples, self.values) for cell in cells]
        )
        self.ids[inside] = len(self.sizes)
        self.sizes.append(n_clusters)
        return inside

    def add(self, step: AddColor) -> None:
        """Append the pixels that stand for a colour, a group of their own."""
        d = self.samples.shape[1]
        if len(step.features) != d:
            raise SeededKMeansError(
                f"an added colour has {len(step.features)} features, but this image's pixels have {d}."
            )
        n_own = int(np.count_nonzero(self.values == step.class_value))
        n = max(_LEAST_WEIGHT_PX, n_own // _CLUSTERS_PER_CLASS)
        value = _fitting(step.class_value, self.values.dtype)
        self._added.append((len(self.values), step))
        self.samples = np.concatenate([self.samples, np.tile(np.array(step.features, np.float32), (n, 1))])
        self.values = np.append(self.values, np.full(n, value, self.values.dtype))
        self.ids = np.append(self.ids, np.full(n, len(self.sizes), np.int32))
        self.voices = np.append(self.voices, np.ones(n))
        self.sizes.append(1)

    def taught(self, n_painted: int) -> Taught:
        """Return what is left, the first `n_painted` being pixels."""
        kept = self.values != 0
        voices = self.voices[kept] if (self.voices != 1).any() else None
        grouping = Grouping(self.ids[kept], tuple(self.sizes), self.fixed)
        # Later edits may have given an added colour to another class, or left it out.
        dots = tuple(
            Dot(step.position, step.features, int(self.values[index]))
            for index, step in self._added
            if step.position is not None and kept[index]
        )
        return Taught(self.values[:n_painted], self.samples[kept], self.values[kept], grouping, voices, dots)
