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
from .seeds import BACKGROUND

# A class in this many separate pieces, each with a stroke of its own, is a kind of thing, not one thing.
_MANY_PIECES = 4


def background_class(classes: tuple[int, ...]) -> int:
    """Return the class that cleaned-away pixels of two-class masks fall to."""
    return BACKGROUND if BACKGROUND in classes else min(classes)


def clean(
    labels: NDArray[np.integer],
    scores: NDArray[np.float32],
    classes: tuple[int, ...],
    params: Params,
    seeds: NDArray[np.integer] | None = None,
) -> NDArray[np.integer]:
    """Return a cleaned copy of `labels`.

    Parameters
    ----------
    labels : ndarray (*spatial,), integer
        Class values; 0 where the image has no finite value.
    scores : ndarray (n_classes, *spatial), float32
        Decide where removed pixels go: to the next best class.
    classes : tuple of int
        Class values, ascending, in the order of `scores`.
    params : Params
        The clean-up settings.
    seeds : ndarray (*spatial,), integer, optional
        The strokes, if the image is the one painted on.
    """
    labels = labels.copy()
    background = background_class(classes)
    for index, value in enumerate(classes):
        if value == background:
            continue
        before = labels == value
        own_seeds = None if seeds is None else seeds == value
        after = _clean_mask(before, labels == background, own_seeds, params)
        labels[after & ~before] = value
        removed = before & ~after
        if removed.any():
            labels[removed] = _next_best(scores[:, removed], classes, index)
    if seeds is not None and params.keep_seeds:
        painted = seeds != 0
        labels[painted] = seeds[painted]
    return labels


def _clean_mask(
    mask: NDArray[np.bool_],
    free: NDArray[np.bool_],
    own_seeds: NDArray[np.bool_] | None,
    params: Params,
) -> NDArray[np.bool_]:
    """Close, open, drop pieces, fill holes; grows only into `free` pixels."""
    allowed = mask | free
    if params.close_px > 1:
        mask = _box(mask, params.close_px, (ndimage.maximum_filter1d, ndimage.minimum_filter1d)) & allowed
    if params.open_px > 1:
        mask = _box(mask, params.open_px, (ndimage.minimum_filter1d, ndimage.maximum_filter1d))
    mask = _drop_pieces(mask, own_seeds, params)
    if params.fill_holes:
        mask = ndimage.binary_fill_holes(mask) & allowed
    return mask


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
    mask: NDArray[np.bool_], own_seeds: NDArray[np.bool_] | None, params: Params
) -> NDArray[np.bool_]:
    """Drop pieces that are too small or, by the spread setting, touch no stroke."""
    may_follow_strokes = own_seeds is not None and params.spread != "everywhere"
    if params.min_size_px <= 1 and not may_follow_strokes:
        return mask
    pieces, n_pieces = ndimage.label(mask)
    keep = np.bincount(pieces.ravel(), minlength=n_pieces + 1) >= params.min_size_px
    if may_follow_strokes:
        touched = np.zeros(n_pieces + 1, bool)
        touched[pieces[own_seeds]] = True
        touched[0] = False
        if params.spread == "strokes" or touched.sum() < _MANY_PIECES:
            keep &= touched
    keep[0] = False
    kept: NDArray[np.bool_] = keep[pieces]
    return kept


def _next_best(scores: NDArray[np.float32], classes: tuple[int, ...], index: int) -> NDArray[np.int64]:
    """Return the best class of each column of `scores` (n_classes, n) other than `index`."""
    others = np.delete(np.arange(len(classes)), index)
    best: NDArray[np.int64] = np.asarray(classes)[others[np.argmax(scores[others], axis=0)]]
    return best
