"""Outlines put where colours change most: halfway between what lies on either side.

*Strategy.* Strokes lie well inside of things, so palettes say little of the
blurred rim between two of them: what is half as bright as one nucleus is as
bright as a dim one, and counts as nucleus. Close to an outline the things
themselves say it better. Every pixel there goes to the class whose inside, as
it is coloured around that pixel, is the most like it: a local threshold at
half the height of the edge. Thin things, which have no inside to speak of,
are left as they are.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .scene import Labels, Scene, Values
from .threads import Cancel, map_tiles

# How far from an outline, and how far around a pixel there, in units of the finest axis.
_RIM_PX = 2
_AROUND_PX = 7
# A class is thin where less than this share of it is inside.
_LEAST_INSIDE = 0.5
# An edge is higher than this in the scene's contrast, squared.
_LEAST_HEIGHT = 1.0
# Less than a pixel of a box.
_NONE = 1e-4


class _Side(NamedTuple):
    """What a class is for pixels (n,) near an outline: its colours (c, n), whether there, whether thin."""

    colors: Values
    is_there: NDArray[np.bool_]
    is_thin: NDArray[np.bool_]


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
    insides = map_tiles(
        lambda index: ndimage.minimum_filter((labels == index).view(np.uint8), rim),
        range(n_classes),
        cancel=cancel,
    )
    places = np.flatnonzero(~(np.logical_or.reduce(insides) | fixed))
    if not len(places):
        return labels

    def mean(values: NDArray[np.generic]) -> Values:
        """Average over the box around each of the places."""
        means: Values = ndimage.uniform_filter(values.astype(np.float32, copy=False), around)
        return means.ravel()[places]

    def side(index: int) -> _Side:
        inside = insides[index].astype(np.float32)
        own, core = mean(labels == index), mean(inside)
        own_colors: Values = np.stack([mean(inside * plane) for plane in scene.contrast])
        own_colors /= np.maximum(core, np.float32(_NONE))
        return _Side(own_colors, own > _NONE, core < _LEAST_INSIDE * own)

    sides = [_Side(*rows) for rows in map_tiles(side, range(n_classes), cancel=cancel)]
    colors = scene.contrast.reshape(len(scene.contrast), -1)[:, places]
    unlike = np.stack([np.where(side.is_there, _squared(colors, side.colors), np.inf) for side in sides])
    nearest, old = unlike.argmin(axis=0), labels.ravel()[places]
    means = np.stack([side.colors for side in sides])
    each = np.arange(len(places))
    is_clear = _squared(means[nearest, :, each].T, means[old, :, each].T) > _LEAST_HEIGHT
    is_clear &= ~np.logical_or.reduce([side.is_there & side.is_thin for side in sides])
    settled = labels.copy()
    settled.ravel()[places[is_clear]] = nearest[is_clear]
    return settled


def _squared(first: Values, second: Values) -> Values:
    """Return the squared distances of colours (c, n)."""
    distances: Values = np.square(first - second).sum(axis=0)
    return distances


def _box(scene: Scene, radius: int) -> tuple[int, ...]:
    """Return the odd sides of a box in pixels, the same in all directions of space."""
    steps = np.asarray(scene.spacing or (1.0,) * len(scene.shape), float)
    radii = np.rint(radius * steps.min() / steps).astype(int)
    return tuple((2 * radii + 1).tolist())
