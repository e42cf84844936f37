"""Labels -> cleaner labels: gaps, threads, small pieces, holes, pieces no stroke touches.

Background (class 1, else the smallest class) is what is left over: the other
classes are cleaned in ascending order, and only background is overwritten by
closing and filling, so that one object never eats another.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .params import Params
from .pieces import Pieces, find_pieces
from .seeds import BACKGROUND

# A piece without a stroke is kept when it is not much smaller than those with one, and as familiar.
_LEAST_SIZE = 0.4
_LEAST_FAMILIAR = 0.8


ScoresAt = Callable[[NDArray[np.bool_]], NDArray[np.float32]]
"""Returns the scores (n_classes, n) of the pixels in a mask (*spatial,)."""


def background_class(classes: tuple[int, ...]) -> int:
    """Return the class that cleaned-away pixels of two-class masks fall to."""
    return BACKGROUND if BACKGROUND in classes else min(classes)


def clean(
    labels: NDArray[np.integer],
    scores: NDArray[np.float32] | ScoresAt,
    classes: tuple[int, ...],
    params: Params,
    seeds: NDArray[np.integer] | None = None,
    familiar: NDArray[np.bool_] | None = None,
) -> NDArray[np.integer]:
    """Return a cleaned copy of `labels`.

    Parameters
    ----------
    labels : ndarray (*spatial,), integer
        Class values; 0 where the image has no finite value.
    scores : ndarray (n_classes, *spatial), float32, or what returns those of some pixels
        Decide where removed pixels go: to the next best class.
    classes : tuple of int
        Class values, ascending, in the order of `scores`.
    params : Params
        The clean-up settings; a `spread` of "auto" counts as "everywhere".
    seeds : ndarray (*spatial,), integer, optional
        The strokes, if the image is the one painted on.
    familiar : ndarray (n_classes, *spatial), bool, optional
        Where a pixel is like those painted with the class.
    """
    labels = labels.copy()
    background = background_class(classes)
    for index, value in enumerate(classes):
        if value == background:
            continue
        before = labels == value
        free = labels == background
        after = _clean_mask(
            before,
            free,
            params,
            None if seeds is None else seeds == value,
            free & False if seeds is None else seeds == background,
            None if familiar is None else familiar[index],
        )
        labels[after & ~before] = value
        removed = before & ~after
        if removed.any():
            labels[removed] = _next_best(scores, removed, classes, index)
    if seeds is not None and params.keep_seeds:
        painted = seeds != 0
        labels[painted] = seeds[painted]
    return labels


def _clean_mask(
    mask: NDArray[np.bool_],
    free: NDArray[np.bool_],
    params: Params,
    own_seeds: NDArray[np.bool_] | None,
    free_seeds: NDArray[np.bool_],
    familiar: NDArray[np.bool_] | None,
) -> NDArray[np.bool_]:
    """Close, open, drop pieces, fill holes; grows only into `free` pixels."""
    allowed = mask | free
    if params.close_px > 1:
        mask = _box(mask, params.close_px, (ndimage.maximum_filter1d, ndimage.minimum_filter1d)) & allowed
    if params.open_px > 1:
        mask = _box(mask, params.open_px, (ndimage.minimum_filter1d, ndimage.maximum_filter1d))
    mask = _drop_pieces(mask, own_seeds, familiar, params)
    if params.fill_holes or (params.fill_holes is None and params.spread == "strokes"):
        mask = _fill_holes(mask, allowed, free_seeds)
    return mask


def _fill_holes(
    mask: NDArray[np.bool_], allowed: NDArray[np.bool_], keep_open: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Fill the holes in which nothing is to be kept open."""
    holes = find_pieces(~mask)
    is_hole = ~holes.are_touched(keep_open) & ~holes.are_at_border()
    filled: NDArray[np.bool_] = mask | (holes.paint(is_hole) & allowed)
    return filled


def _box(
    mask: NDArray[np.bool_], width_px: int, operations: tuple[Callable[..., Any], ...]
) -> NDArray[np.bool_]:
    """Apply box-shaped extreme filters one after the other; the border repeats outwards."""
    # Padded, so that the second operation undoes the first at the border, too.
    padded = np.pad(mask, width_px // 2, mode="edge").view(np.uint8)
    for operation in operations:
        for axis in range(mask.ndim):
            padded = operation(padded, width_px, axis=axis, mode="nearest")
    inside = tuple(slice(width_px // 2, width_px // 2 + size) for size in mask.shape)
    return padded[inside].view(np.bool_)


def _drop_pieces(
    mask: NDArray[np.bool_],
    own_seeds: NDArray[np.bool_] | None,
    familiar: NDArray[np.bool_] | None,
    params: Params,
) -> NDArray[np.bool_]:
    """Drop pieces that are too small or, by the spread setting, are not what was painted on."""
    follow_strokes = own_seeds is not None and params.spread == "strokes"
    if params.min_size_px <= 1 and not follow_strokes:
        return mask
    pieces = find_pieces(mask)
    keep = pieces.sizes >= params.min_size_px
    if own_seeds is not None and follow_strokes:
        touched = pieces.are_touched(own_seeds)
        keep = touched if familiar is None else touched | (keep & _alike(pieces, touched, familiar))
    return pieces.paint(keep)


def _alike(pieces: Pieces, touched: NDArray[np.bool_], familiar: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which pieces are as large and as familiar as the touched ones: the other lung."""
    if not touched.any():
        return touched
    numbers, sizes = pieces.numbers(), pieces.sizes
    shares = np.bincount(numbers.ravel(), familiar.ravel(), len(sizes) + 1)[1:] / sizes
    typical = np.average(shares[touched], weights=sizes[touched])
    large: NDArray[np.bool_] = sizes >= _LEAST_SIZE * np.median(sizes[touched])
    alike: NDArray[np.bool_] = large & (shares >= _LEAST_FAMILIAR * typical)
    return alike


def _next_best(
    scores: NDArray[np.float32] | ScoresAt, where: NDArray[np.bool_], classes: tuple[int, ...], index: int
) -> NDArray[np.int64] | int:
    """Return the best class other than `index` of each pixel in a mask."""
    others = np.delete(np.arange(len(classes)), index)
    if len(others) == 1:
        return classes[int(others[0])]
    own = scores(where) if callable(scores) else scores[:, where]
    best: NDArray[np.int64] = np.asarray(classes)[others[np.argmax(own[others], axis=0)]]
    return best
