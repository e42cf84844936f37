"""Outlines put where colours change most: halfway between what lies on either side.

*Strategy.* Strokes lie well inside of things, so palettes say little of the
blurred rim between two of them: what is half as bright as one nucleus is as
bright as a dim one, and counts as nucleus. Close to an outline the things
themselves say it better. Every pixel there goes to the class whose inside, as
it is coloured around that pixel, is the most like it: a local threshold at
half the height of the edge. Thin things, which have no inside to speak of,
are left as they are.
"""

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ._kernels.sums import add_up
from .filters import iter_tiles
from .scene import Labels, Mask, Scene, Values
from .threads import Cancel, map_tiles

# How far from an outline, and how far around a pixel there, in units of the finest axis.
_RIM_PX = 2
_AROUND_PX = 7
# A class is thin where less than this share of it is inside.
_LEAST_INSIDE = 0.5
# An edge is higher than this in the scene's contrast, squared.
_LEAST_HEIGHT = 1.0
# By how many axes there are: small, as most tiles have no outline.
_TILES = {1: (1 << 15,), 2: (192, 192), 3: (32, 48, 48)}


class _Side(NamedTuple):
    """What a class is for pixels (n,) near an outline: its colours (c, n), whether there, whether thin."""

    colors: Values
    is_there: Mask
    is_thin: Mask


def settle_outline(
    labels: Labels, scene: Scene, fixed: NDArray[np.bool_], n_classes: int, cancel: Cancel | None = None
) -> Labels:
    """Return labels (*spatial,) whose outlines lie halfway between the colours on either side.

    Parameters
    ----------
    labels : ndarray (*spatial,), int32
        Class indices.
    scene : Scene
    fixed : ndarray (*spatial,), bool
        Pixels that keep their label.
    n_classes : int
    cancel : callable, optional
    """
    rim, around = _box(scene, _RIM_PX), _box(scene, _AROUND_PX)
    settled = labels.copy()

    def settle(tile: tuple[slice, ...]) -> None:
        window = tuple(
            slice(max(0, side.start - reach), side.stop + reach)
            for side, reach in zip(tile, np.add(rim, around) // 2, strict=True)
        )
        seen = labels[window]
        if seen.min() == seen.max():
            return
        is_inside = ndimage.minimum_filter(seen, rim) == ndimage.maximum_filter(seen, rim)
        inside = tuple(
            slice(side.start - every.start, side.stop - every.start)
            for side, every in zip(tile, window, strict=True)
        )
        places = np.nonzero(~(is_inside[inside] | fixed[tile]))
        if not len(places[0]):
            return
        within = tuple(axis + side.start for axis, side in zip(places, inside, strict=True))
        colors = scene.channels[:, *window] * np.float32(scene.contrast_unit)
        boxes = _Boxes(seen.shape, within, around)
        sides = [_find_side(seen == index, is_inside, colors, boxes) for index in range(n_classes)]
        nearest, is_clear = _nearest_side(sides, colors[:, *within], seen[within])
        settled[tile][places] = np.where(is_clear, nearest, seen[within])

    map_tiles(settle, list(iter_tiles(labels.shape, _TILES.get(labels.ndim))), cancel=cancel)
    return settled


def _find_side(mask: Mask, is_inside: Mask, colors: Values, boxes: "_Boxes") -> _Side:
    """Return what a class, given where it is, is for pixels around which boxes lie."""
    core = mask & is_inside
    own, n_core, *sums = boxes.sums(np.concatenate([[mask, core], core * colors]))
    return _Side(np.stack(sums) / np.maximum(n_core, 1), own > 0, n_core < _LEAST_INSIDE * own)


def _nearest_side(sides: list[_Side], colors: Values, old: Labels) -> tuple[NDArray[np.intp], Mask]:
    """Return the class whose inside is the most like each pixel (c, n), and whether that is clear."""
    unlike = np.stack([np.where(side.is_there, _squared(colors, side.colors), np.inf) for side in sides])
    nearest, means = unlike.argmin(axis=0), np.stack([side.colors for side in sides])
    each = np.arange(len(old))
    is_clear = _squared(means[nearest, :, each].T, means[old, :, each].T) > _LEAST_HEIGHT
    is_clear &= ~np.logical_or.reduce([side.is_there & side.is_thin for side in sides])
    return nearest, is_clear


class _Boxes:
    """Boxes around some pixels of an array, cut off at its borders.

    *Strategy.* Sums over all that lies before a pixel give the sum in a box from its corners (Crow, SIGGRAPH
    1984).
    """

    def __init__(
        self, shape: tuple[int, ...], places: tuple[NDArray[np.intp], ...], widths: tuple[int, ...]
    ) -> None:
        self._shape = tuple(length + 1 for length in shape)
        bounds = [
            (np.maximum(axis - width // 2, 0), np.minimum(axis + width // 2 + 1, length))
            for axis, width, length in zip(places, widths, shape, strict=True)
        ]
        self._corners = []
        for which in product((0, 1), repeat=len(shape)):
            corner = [ends[end] for ends, end in zip(bounds, which, strict=True)]
            sign = (-1) ** (len(shape) - sum(which))
            self._corners.append((np.ravel_multi_index(corner, self._shape), sign))

    def sums(self, planes: Values) -> Values:
        """Return the sums (m, n) of planes (m, *shape) in the boxes."""
        totals = np.zeros((len(planes), *self._shape))
        totals[:, *(slice(1, None),) * (totals.ndim - 1)] = planes
        for axis in range(1, totals.ndim):
            add_up(totals.reshape(-1, totals.shape[axis], int(np.prod(totals.shape[axis + 1 :]))))
        flat = totals.reshape(len(totals), -1)
        found: Values = sum(sign * flat[:, corner] for corner, sign in self._corners).astype(np.float32)
        return found


def _squared(first: Values, second: Values) -> Values:
    """Return the squared distances of colours (c, n)."""
    distances: Values = np.square(first - second).sum(axis=0)
    return distances


def _box(scene: Scene, radius: int) -> tuple[int, ...]:
    """Return the odd sides of a box in pixels, the same in all directions of space."""
    steps = np.asarray(scene.spacing or (1.0,) * len(scene.shape), float)
    radii = np.rint(radius * steps.min() / steps).astype(int)
    return tuple((2 * radii + 1).tolist())
