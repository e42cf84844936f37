"""Labels -> cleaner labels: gaps, threads, small pieces, holes, pieces no stroke touches.

Background (class 1, else the smallest class) is what is left over: the other
classes are cleaned in ascending order, and only background is overwritten by
closing and filling, so that one object never eats another.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .class_clean_up import CleanUp, clean_up_of
from .frames import any_by_frame, are_frames
from .params import Params
from .pieces import Pieces, find_pieces
from .seeds import BACKGROUND
from .strays import are_several, give_strays_away

# A piece without a stroke is kept when it is not much smaller than those with one, and as familiar.
_LEAST_SIZE = 0.4
_LEAST_FAMILIAR = 0.8
_LEAST_FAMILIAR_ELSEWHERE = 0.2
# Where nobody asked for it, a hole is filled unless the scores say it is surely one.
_LEAST_FILLED = 0.1
# A line as wide as 1.35 sigma is a half in its middle.
_SIGMA_PER_WIDTH = 1 / 1.35


ScoresAt = Callable[[NDArray[np.bool_]], NDArray[np.float32]]
"""Returns the scores (n_classes, n) of the pixels in a mask (*spatial,)."""

OwnScoresAt = Callable[[NDArray[np.bool_]], NDArray[np.float32]]
"""Returns one class's scores (n,) of the pixels in a mask."""


SharesOf = Callable[[Pieces], NDArray[np.float64]]
"""Returns the share of each piece that is familiar."""


class Familiar(NamedTuple):
    """Which pixels are like those painted with a class.

    Attributes
    ----------
    pixels : ndarray (n_classes, *spatial) or (n_classes, m), bool
    places : ndarray (m,), optional
        Where in the flattened image the pixels are, if not all are told of.
    """

    pixels: NDArray[np.bool_]
    places: NDArray[np.intp] | None = None

    def shares_of(self, index: int, pieces: Pieces) -> NDArray[np.float64]:
        """Return the share of each piece that is like a class."""
        numbers = pieces.numbers().ravel()
        if self.places is not None:
            numbers = numbers[self.places]
        n_known, n_familiar = (
            np.bincount(numbers, weights, len(pieces.sizes) + 1)[1:]
            for weights in (None, self.pixels[index].ravel())
        )
        shares: NDArray[np.float64] = n_familiar / np.maximum(n_known, 1)
        return shares


def background_class(classes: tuple[int, ...]) -> int:
    """Return the class that cleaned-away pixels of two-class masks fall to."""
    return BACKGROUND if BACKGROUND in classes else min(classes)


def clean(
    labels: NDArray[np.integer],
    scores: NDArray[np.float32] | ScoresAt,
    classes: tuple[int, ...],
    params: Params,
    seeds: NDArray[np.integer] | None = None,
    familiar: Familiar | None = None,
    spacing: tuple[float, ...] | None = None,
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
    familiar : Familiar, optional
        Which pixels are like those painted with a class.
    spacing : tuple of float, optional
        Size of a pixel along each axis, for settings in the image's unit, and where there are frames.
    """
    labels, by_frame = labels.copy(), are_frames(spacing)
    scores_in: ScoresAt = scores if callable(scores) else lambda where: scores[:, where]
    background = background_class(classes)
    is_each_painted = seeds is not None and params.spread == "strokes" and are_several(classes)
    if is_each_painted:
        familiar = None
    for index, value in enumerate(classes):
        if value == background:
            continue
        before = labels == value
        free = labels == background
        after = _clean_mask(
            before,
            free,
            clean_up_of(params, value, labels.ndim, spacing),
            params.spread,
            None if seeds is None else seeds == value,
            free & False if seeds is None else seeds == background,
            None if familiar is None else partial(familiar.shares_of, index),
            partial(_scores_of, scores_in, index),
            by_frame=by_frame,
        )
        labels[after & ~before] = value
        removed = before & ~after
        if removed.any():
            labels[removed] = _next_best(scores_in, removed, classes, index)
    if seeds is None:
        return labels
    if is_each_painted:
        give_strays_away(labels, scores_in, classes, background, seeds, by_frame=by_frame)
    if params.keep_seeds:
        painted = seeds != 0
        labels[painted] = seeds[painted]
    return labels


def _clean_mask(
    mask: NDArray[np.bool_],
    free: NDArray[np.bool_],
    how: CleanUp,
    spread: str,
    own_seeds: NDArray[np.bool_] | None,
    free_seeds: NDArray[np.bool_],
    familiar_shares: SharesOf | None,
    own_scores: OwnScoresAt,
    *,
    by_frame: bool,
) -> NDArray[np.bool_]:
    """Close, open, round off, drop pieces, fill holes; grows only into `free` pixels."""
    allowed = mask | free
    if max(how.close_px) > 1:
        mask = _box(mask, how.close_px, (ndimage.maximum_filter1d, ndimage.minimum_filter1d)) & allowed
    if max(how.open_px) > 1:
        mask = _box(mask, how.open_px, (ndimage.minimum_filter1d, ndimage.maximum_filter1d))
    if max(how.smooth_outline_px) > 0:
        mask = _round_off(mask, how.smooth_outline_px) & allowed
    touched_only = own_seeds if spread == "strokes" else None
    mask = _drop_pieces(mask, touched_only, familiar_shares, how.min_size_px, by_frame)
    if how.fill_holes:
        mask = _fill_holes(mask, allowed, free_seeds, None, by_frame)
    elif how.fill_holes is None and spread == "strokes":
        mask = _fill_holes(mask, allowed, free_seeds, own_scores, by_frame)
    return mask


def _round_off(mask: NDArray[np.bool_], widths_px: tuple[float, ...]) -> NDArray[np.bool_]:
    """Smooth the outline: what a Gaussian leaves above a half, which straight edges keep in place."""
    sigmas = [_SIGMA_PER_WIDTH * width for width in widths_px]
    rounded: NDArray[np.bool_] = (
        ndimage.gaussian_filter(mask.astype(np.float32), sigmas, mode="nearest") > 0.5
    )
    return rounded


def _fill_holes(
    mask: NDArray[np.bool_],
    allowed: NDArray[np.bool_],
    keep_open: NDArray[np.bool_],
    own_scores: OwnScoresAt | None,
    by_frame: bool,
) -> NDArray[np.bool_]:
    """Fill the holes in which nothing is to be kept open; given scores, only what may be of the class."""
    holes = find_pieces(~mask, by_frame=by_frame)
    is_hole = ~holes.are_touched(keep_open) & ~holes.are_at_border()
    if own_scores is not None and is_hole.any():
        inside = holes.paint(is_hole)
        sums = np.bincount(holes.numbers()[inside] - 1, own_scores(inside), len(is_hole))
        is_hole &= sums >= _LEAST_FILLED * holes.sizes
    filled: NDArray[np.bool_] = mask | (holes.paint(is_hole) & allowed)
    return filled


def _box(
    mask: NDArray[np.bool_], widths_px: tuple[int, ...], operations: tuple[Callable[..., Any], ...]
) -> NDArray[np.bool_]:
    """Apply two box-shaped extreme filters; the border repeats outwards."""
    # Padded, so that the second operation undoes the first at the border, too.
    padded = np.pad(mask, [(width // 2,) * 2 for width in widths_px], mode="edge").view(np.uint8)
    for number, operation in enumerate(operations):
        for axis, width in enumerate(widths_px):
            if width > 1:
                # Even boxes lie off the middle: the second has to lie the other way.
                origin = -1 if number and width % 2 == 0 else 0
                padded = operation(padded, width, axis=axis, mode="nearest", origin=origin)
    inside = tuple(
        slice(width // 2, width // 2 + size) for width, size in zip(widths_px, mask.shape, strict=True)
    )
    return padded[inside].view(np.bool_)


def _drop_pieces(
    mask: NDArray[np.bool_],
    own_seeds: NDArray[np.bool_] | None,
    familiar_shares: SharesOf | None,
    least_px: float,
    by_frame: bool,
) -> NDArray[np.bool_]:
    """Drop pieces that are too small or, given strokes, that are not what was painted on."""
    if least_px <= 1 and own_seeds is None:
        return mask
    pieces = find_pieces(mask, by_frame=by_frame)
    keep = pieces.sizes >= least_px
    if own_seeds is not None:
        touched = pieces.are_touched(own_seeds)
        is_elsewhere = pieces.are_touched(mask & ~any_by_frame(own_seeds)) if by_frame else touched & False
        if familiar_shares is not None:
            keep &= _alike(pieces, touched, familiar_shares, is_elsewhere)
        else:
            keep &= is_elsewhere & _are_large(pieces, touched)
        keep |= touched
    return pieces.paint(keep)


def _alike(
    pieces: Pieces,
    touched: NDArray[np.bool_],
    familiar_shares: SharesOf,
    is_elsewhere: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Return which pieces are as large and as familiar as the touched ones: the other lung.

    On frames where the class was not painted less is asked for: nobody left out what is there.
    """
    if not touched.any():
        return touched
    shares = familiar_shares(pieces)
    typical = np.average(shares[touched], weights=pieces.sizes[touched])
    least = np.where(is_elsewhere, _LEAST_FAMILIAR_ELSEWHERE, _LEAST_FAMILIAR)
    alike: NDArray[np.bool_] = _are_large(pieces, touched) & (shares >= least * typical)
    return alike


def _are_large(pieces: Pieces, touched: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which pieces are not much smaller than the touched ones; all if none is."""
    least = _LEAST_SIZE * np.median(pieces.sizes[touched]) if touched.any() else 0
    large: NDArray[np.bool_] = pieces.sizes >= least
    return large


def _scores_of(scores_in: ScoresAt, index: int, where: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the scores (n,) of a class for the pixels in a mask."""
    own: NDArray[np.float32] = scores_in(where)[index]
    return own


def _next_best(
    scores_in: ScoresAt, where: NDArray[np.bool_], classes: tuple[int, ...], index: int
) -> NDArray[np.int64] | int:
    """Return the best class other than `index` of each pixel in a mask."""
    others = np.delete(np.arange(len(classes)), index)
    if len(others) == 1:
        return classes[int(others[0])]
    best: NDArray[np.int64] = np.asarray(classes)[others[np.argmax(scores_in(where)[others], axis=0)]]
    return best
