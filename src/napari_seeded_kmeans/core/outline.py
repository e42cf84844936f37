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

import numpy as np
from numpy.typing import NDArray

from ._kernels import outline as kernels
from .filters import iter_tiles
from .scene import Labels, Mask, Scene, Values
from .threads import Cancel, map_tiles

# How far from an outline, and how far around a pixel there, in units of the finest axis.
_RIM_PX = 2
_AROUND_PX = 7
# A class is thin where less than this share of it is inside.
_LEAST_INSIDE = np.float32(0.5)
# An edge is higher than this in the scene's contrast, squared.
_LEAST_HEIGHT = np.float32(1.0)
# By how many axes there are: small, as most tiles have no outline.
_TILES = {1: (1 << 15,), 2: (192, 192), 3: (32, 48, 48)}

Radii = tuple[int, ...]
Tile = tuple[slice, ...]


def settle_outline(
    labels: Labels, scene: Scene, fixed: Mask, n_classes: int, cancel: Cancel | None = None
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
    rim, around = _radii(scene, _RIM_PX), _radii(scene, _AROUND_PX)
    settled = labels.copy()

    def settle(tile: Tile) -> None:
        window = tuple(
            slice(max(0, side.start - near - far), side.stop + near + far)
            for side, near, far in zip(tile, rim, around, strict=True)
        )
        seen = labels[window]
        if seen.min() == seen.max():
            return
        # All around, so that no box leads out of it.
        block = np.pad(seen, [(near + 1, near + 1) for near in rim], constant_values=-1)
        near = _near_outline(block, rim)
        within = tuple(slice(radius + 1, -radius - 1) for radius in rim)
        inside = tuple(
            slice(side.start - every.start, side.stop - every.start)
            for side, every in zip(tile, window, strict=True)
        )
        places = np.nonzero(near[within][inside] > fixed[tile])
        if not len(places[0]):
            return
        colors = np.zeros((len(scene.channels), *block.shape), np.float32)
        np.multiply(scene.channels[:, *window], np.float32(scene.contrast_unit), out=colors[:, *within])
        in_block = tuple(
            axis + side.start + radius + 1 for axis, side, radius in zip(places, inside, rim, strict=True)
        )
        found = np.empty(len(places[0]), np.int32)
        kernels.settle(
            np.ravel_multi_index(in_block, block.shape),
            *_corners(in_block, block.shape, around),
            block.ravel(),
            colors.reshape(len(colors), -1),
            _totals(block, near, colors, n_classes),
            _LEAST_INSIDE,
            _LEAST_HEIGHT,
            found,
        )
        settled[tile][places] = found

    map_tiles(settle, list(iter_tiles(labels.shape, _TILES.get(labels.ndim))), cancel=cancel)
    return settled


def _near_outline(block: Labels, radii: Radii) -> NDArray[np.uint8]:
    """Return 1 where a box of these radii holds several labels; negative ones do not count."""
    rim = np.zeros(block.shape, np.uint8)
    strides = np.cumprod([1, *block.shape[:0:-1]], dtype=np.int64)[::-1]
    for axis, radius in enumerate(radii):
        if not radius:
            continue
        # A box has both of two neighbours if it has the first, and does not end there.
        spans = [range(-own, own + 1) for own in radii]
        spans[axis] = range(1 - radius, radius + 1)
        offsets = np.array(list(product(*spans)), np.int64) @ strides
        kernels.mark_around_steps(block.ravel(), strides[axis], offsets, rim.ravel())
    return rim


def _totals(block: Labels, rim: NDArray[np.uint8], colors: Values, n_classes: int) -> NDArray[np.float64]:
    """Return of every pixel (n, n_classes * (2 + c)) how much lies before it, along all axes, and in it.

    *Strategy.* Such sums give the sum in a box from its corners (Crow, SIGGRAPH 1984).
    """
    shape, n_totals = block.shape, n_classes * (2 + len(colors))
    totals = np.empty((*shape, n_totals))
    kernels.sum_rows(
        block.reshape(-1, shape[-1]),
        rim.reshape(-1, shape[-1]),
        colors.reshape(len(colors), -1, shape[-1]),
        totals.reshape(-1, shape[-1], n_totals),
    )
    for axis, length in enumerate(shape[:-1]):
        kernels.sum_along(totals.reshape(-1, length, int(np.prod(shape[axis + 1 :])) * n_totals))
    return totals.reshape(-1, n_totals)


def _corners(
    places: tuple[NDArray[np.intp], ...], shape: tuple[int, ...], radii: Radii
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return where totals stand (m, n) that give those of boxes around places (n,), and their signs (m,)."""
    ends = [
        (np.maximum(axis - radius - 1, 0), np.minimum(axis + radius, length - 1))
        for axis, radius, length in zip(places, radii, shape, strict=True)
    ]
    corners = [np.ravel_multi_index(corner, shape) for corner in product(*ends)]
    signs = [np.prod(signs) for signs in product((-1, 1), repeat=len(shape))]
    return np.stack(corners), np.array(signs, np.int64)


def _radii(scene: Scene, radius: int) -> Radii:
    """Return the radii of a box in pixels, the same in all directions of space."""
    steps = np.asarray(scene.spacing or (1.0,) * len(scene.shape), float)
    return tuple(np.rint(radius * steps.min() / steps).astype(int).tolist())
