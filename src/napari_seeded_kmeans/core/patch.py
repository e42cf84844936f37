"""A part of an image's labels, on its way to where the others are."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from .filters import iter_tiles
from .workspace import Tile, Window

# Changes are looked for in so many parts along each axis, none shorter than so many of the window's pixels.
_N_PARTS = 8
_LEAST_LENGTH = 32


@dataclass(frozen=True, eq=False)
class Patch:
    """Labels of evenly spaced pixels, each of which stands for those up to the next.

    Attributes
    ----------
    labels : ndarray (*shape of the window), integer
    window : tuple of slice
        Where they lie in the image, see `preview.window_of`.
    """

    labels: NDArray[np.integer]
    window: Window

    @classmethod
    def everywhere(cls, labels: NDArray[np.integer]) -> "Patch":
        """Return the labels (*spatial,) of all of an image."""
        return cls(labels, tuple(slice(0, length, 1) for length in labels.shape))

    def put(self, array: NDArray[np.integer]) -> list[Tile]:
        """Write those labels into an array (*spatial,) that its pixels do not have yet; return the boxes.

        What lies around a pixel that has its label already may be known better, and stays.
        """
        changed = array[self.window] != self.labels
        sizes = [max(_LEAST_LENGTH, -(-length // _N_PARTS)) for length in self.labels.shape]
        parts = (_changed_in(part, changed[part]) for part in iter_tiles(self.labels.shape, sizes))
        return [self._write(array, part, changed[part]) for part in parts if part is not None]

    def _write(self, array: NDArray[np.integer], part: Tile, changed: NDArray[np.bool_]) -> Tile:
        """Write a part of the labels, and return the box it lies in."""
        box = tuple(
            slice(side.start + own.start * side.step, min(side.stop, side.start + own.stop * side.step))
            for own, side in zip(part, self.window, strict=True)
        )
        inside, labels = array[box], self.labels[part]
        if all(side.step == 1 for side in self.window):
            inside[...] = labels
            return box
        *others, last = (side.step for side in self.window)
        rows, are_new = np.repeat(labels, last, axis=-1), np.repeat(changed, last, axis=-1)
        # Whole rows are copied along the other axes.
        for offsets in product(*(range(min(step, n)) for step, n in zip(others, inside.shape, strict=False))):
            target = inside[tuple(slice(at, None, step) for at, step in zip(offsets, others, strict=True))]
            own = tuple(slice(length) for length in target.shape)
            np.copyto(target, rows[own], where=are_new[own])
        return box


def hull_of(boxes: Iterable[Tile]) -> Tile:
    """Return the smallest box that holds several."""
    return tuple(
        slice(min(side.start for side in sides), max(side.stop for side in sides))
        for sides in zip(*boxes, strict=True)
    )


def _changed_in(part: Tile, changed: NDArray[np.bool_]) -> Tile | None:
    """Return the smallest box within a part that holds all of it that changed; None if nothing did."""
    if not changed.any():
        return None
    sides = []
    for axis, side in enumerate(part):
        along = np.flatnonzero(
            changed.any(axis=tuple(other for other in range(changed.ndim) if other != axis))
        )
        sides.append(slice(side.start + int(along[0]), side.start + int(along[-1]) + 1))
    return tuple(sides)
