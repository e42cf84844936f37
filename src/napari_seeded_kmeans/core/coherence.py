"""Class scores -> labels that hang together.

*Strategy.* Two wishes want opposite treatment. "Everything that looks like
this" (nuclei, membranes): a light cut that only removes speckle. "This thing"
(a person, an organ): a strong cut along edges, helped by how easily the
strokes of each class reach a pixel (Bai and Sapiro, ICCV 2007).

Both are minimum cuts from coarse to fine: all of the sketch, then of the middle
and of the image what the coarser labels leave open, their outline. A light cut
also asks again for what a block was too large to see. Scores add up over the
area and edges along the outline, so the weight of edges grows with the length
of the image.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .frames import any_by_frame
from .grid import Edges
from .scene import Factors, Labels, Values, View, block_means, repeat_blocks
from .threads import Cancel, map_tiles, stop_if

# The numbers below were chosen together on photographs, nuclei, EM, CT and MRI; benchmarks/RESULTS.md
# shows what each is worth.
LIGHT_CUT = 3.0
"""Cut weight where everything alike is wanted."""
CUT_PER_LENGTH = 0.15
"""Cut weight per pixel of the image's mean side length where one thing is wanted."""
REACH = 4.0
"""What the geodesic reach of the strokes may cost a class."""

# Costs beyond this are alike: a wrong palette must not outvote its surroundings for ever.
_COST_LIMIT = 5.0
# A light cut has no reach to balance the scores with.
_LIGHT_COST_LIMIT = 3.0
# Costs and the weights of all edges of a pixel are rounded by less than this in all.
_ROUNDING = 0.02
# A pixel that is at least so sure of another class than its block is a detail.
_SURE = 0.7
# How long a block's sides are for an outline to lie within one block of where coarser labels have it.
_FAR_ENOUGH = 4
# The samples of a block with longer sides might miss one that counts.
_MOST_SEEN = 4
_EDGE_FLOOR = 0.02
_LIGHT_EDGE_FLOOR = 0.05
# How many mean contrasts, and which difference of scores, are an edge.
_EDGE_CONTRAST = 1.5
_EDGE_SCORE = 2.0
# Cost of way per pixel even where everything agrees: strokes do not reach for ever.
_WAY = 0.5
_N_SWEEPS = 8

Free = NDArray[np.bool_]
_Cut = Callable[[View, Labels, Free], Labels]
"""Returns labels of a view, given those of its pixels that are not free."""


def light_cut(
    view: View, weight: float = LIGHT_CUT, cancel: Cancel | None = None, of_middle: Labels | None = None
) -> Labels:
    """Return labels (*spatial,) with speckle removed: a light cut on the scores alone.

    Parameters
    ----------
    view : View
    weight : float
    cancel : callable, optional
    of_middle : ndarray, int32, optional
        What `light_cut_of_middle` gave.
    """

    def cut(level: View, labels: Labels, free: Free) -> Labels:
        own = weight * level.scene.length / view.scene.length
        settled = free & _are_settled(level.scores, own * level.scene.grid.closeness)
        if settled.any():
            free = free & ~settled
            labels[settled] = best_class(level.scores)[settled]
        edges = Edges(
            own,
            _LIGHT_EDGE_FLOOR,
            level.scene.channels,
            level.scores[:0],
            level.scene.contrast_unit**2,
        )
        costs = _costs(_scores_at(level, free), _LIGHT_COST_LIMIT)
        return level.scene.grid.cut(labels, free, costs, edges, cancel)

    stop_if(cancel)
    if of_middle is None:
        of_middle = _cut_middle(view, cut, cancel, with_details=True)
    stop_if(cancel)
    return _refined(view, of_middle, view.scene.middle_factors, cut, cancel, with_details=True)


def light_cut_of_middle(view: View, weight: float = LIGHT_CUT, cancel: Cancel | None = None) -> Labels:
    """Return labels of `view.middle`: those that a light cut of the view rests on."""
    # Area and outline do not shrink alike.
    own = weight * view.scene.middle.length / view.scene.length
    return light_cut(view.middle, own, cancel)


def strong_cut(
    view: View, weight_per_length: float = CUT_PER_LENGTH, reach: float = REACH, cancel: Cancel | None = None
) -> Labels:
    """Return labels (*spatial,) of connected things.

    Parameters
    ----------
    view : View
    weight_per_length : float
        Cut weight over the mean side length of the image.
    reach : float
        Cost of a class that the strokes of others reach at once, and its own never.
    cancel : callable, optional
    """
    stop_if(cancel)
    ways = np.float32(reach) * _reach(view.middle, cancel)

    def cut(level: View, labels: Labels, free: Free) -> Labels:
        stop_if(cancel)
        costs = _costs(_scores_at(level, free), _COST_LIMIT) + _ways_at(ways, view, level, free)
        edges = Edges(
            weight_per_length * level.scene.length,
            _EDGE_FLOOR,
            level.scene.channels,
            level.scores,
            _EDGE_CONTRAST * level.scene.contrast_unit**2,
            _EDGE_SCORE**2 / 2,
        )
        return level.scene.grid.cut(labels, free, costs, edges, cancel)

    of_middle = _cut_middle(view, cut, cancel, with_details=False)
    return _refined(view, of_middle, view.scene.middle_factors, cut, cancel, with_details=False)


def best_class(scores: Values) -> Labels:
    """Return the index of the largest score (n_classes, *spatial) of every pixel, the lowest on ties."""
    labels, best = np.zeros(scores.shape[1:], np.int32), scores[0]
    for index in range(1, len(scores)):
        better = scores[index] > best
        labels[better] = index
        best = np.maximum(best, scores[index])
    return labels


def _cut_middle(view: View, cut: _Cut, cancel: Cancel | None, *, with_details: bool) -> Labels:
    """Return labels of the middle: from all of the sketch, refined."""
    sketch = view.sketch
    free = ~sketch.is_painted
    of_sketch = cut(sketch, np.where(free, best_class(sketch.scores), sketch.seeds), free)
    factors = view.scene.sketch_factors
    return _refined(view.middle, of_sketch, factors, cut, cancel, with_details=with_details)


def _refined(
    view: View, coarse: Labels, factors: Factors, cut: _Cut, cancel: Cancel | None, *, with_details: bool
) -> Labels:
    """Return labels of a view, given those of blocks of its pixels: the outline is settled anew."""
    if max(factors) == 1:
        return coarse
    shape = view.scene.shape
    near = _near_outline(coarse, 1 if max(factors) >= _FAR_ENOUGH else 2, view.scene.has_frames)
    free, labels = repeat_blocks(near, factors, shape), repeat_blocks(coarse, factors, shape)
    if with_details:
        where = repeat_blocks(near | _may_differ(view, coarse), factors, shape)
        free |= _find_details(view, labels, where, cancel)
    else:
        # Edges are seen in the pixels beside the free ones, too.
        beside = ndimage.maximum_filter(near, _box(near.ndim, 3, view.scene.has_frames))
        view.need(repeat_blocks(beside, factors, shape), cancel)
    free &= ~view.is_painted
    np.copyto(labels, view.seeds, where=view.is_painted)
    return cut(view, labels, free)


def _may_differ(view: View, coarse: Labels) -> Free:
    """Return in which blocks some pixels may surely be of another class than the block: small ones say it."""
    if view.samples is None or max(view.scene.middle_factors) > _MOST_SEEN:
        return np.ones(coarse.shape, bool)
    scores = view.samples.scores
    differ: Free = np.logical_or.reduce((best_class(scores) != coarse) & _are_sure(scores))
    return differ


def _find_details(view: View, labels: Labels, where: Free, cancel: Cancel | None) -> Free:
    """Return the pixels in a mask that are surely of another class than their labels."""
    if where.all():
        view.need(cancel=cancel)
        details: Free = (best_class(view.scores) != labels) & _are_sure(view.scores)
        return details
    scores, details = view.scores_in(where, cancel), np.zeros(labels.shape, bool)
    details[where] = (best_class(scores) != labels[where]) & _are_sure(scores)
    return details


def _are_sure(scores: Values) -> Free:
    sure: Free = np.maximum.reduce(scores) >= _SURE
    return sure


def _are_settled(scores: Values, most: float) -> Free:
    """Where no labels of the neighbours outweigh the scores, if all edges of a pixel weigh `most` at most."""
    most += _ROUNDING
    if most >= _LIGHT_COST_LIMIT:
        return np.zeros(scores.shape[1:], bool)
    # Against all other classes together, and against one whose cost is at its limit.
    enough = max(1 / (1 + np.exp(-most)), np.exp(most - _LIGHT_COST_LIMIT))
    settled: Free = np.maximum.reduce(scores) > np.float32(enough)
    return settled


def _scores_at(view: View, free: Free) -> Values:
    return view.scores.reshape(len(view.scores), -1)[:, np.flatnonzero(free)]


def _ways_at(ways: Values, view: View, level: View, free: Free) -> Values:
    """Return the ways (n_classes, n) of a level's free pixels, given those of the view's middle."""
    if level is view.sketch:
        return block_means(ways, view.scene.sketch_factors)[:, free]
    if level is view.middle:
        return ways[:, free]
    factors = view.scene.middle_factors
    blocks = tuple(axis // factor for axis, factor in zip(np.nonzero(free), factors, strict=True))
    return ways.reshape(len(ways), -1)[:, np.ravel_multi_index(blocks, ways.shape[1:])]


def _costs(scores: Values, limit: float) -> Values:
    """Negative logarithm of the scores, at most `limit`, the best class at 0."""
    costs: Values = np.minimum(-np.log(np.maximum(scores, np.float32(1e-9))), np.float32(limit))
    costs -= costs.min(axis=0)
    return costs


def _reach(view: View, cancel: Cancel | None) -> Values:
    """Geodesic distance (n_classes, *spatial) from each class's strokes, over that plus the nearest other.

    So a class far away does not weaken what the strokes of two others say of a pixel.
    """
    grid, differences = view.scene.grid, view.scene.differences

    def distances_from(index: int) -> Values:
        costs = np.float32(1 + _WAY) - view.scores[index]
        return grid.geodesic_distances(view.seeds == index, differences, costs, _N_SWEEPS)

    distances = np.stack(map_tiles(distances_from, range(len(view.scores)), cancel=cancel))
    if view.scene.has_frames:
        _fill_frames(distances)
    # A class whose strokes vanished has no distance; it is as far as can be.
    distances[~np.isfinite(distances)] = np.float32(1e6)
    nearest, second = np.partition(distances, 1, axis=0)[:2]
    rivals = np.where(distances == nearest, second, nearest)
    shares: Values = distances / np.maximum(distances + rivals, np.float32(1e-6))
    return shares


def _fill_frames(distances: Values) -> None:
    """Let a class without strokes on a frame be as far as the others are at most there, in place."""
    for frame in range(distances.shape[1]):
        own = distances[:, frame]
        has_strokes = any_by_frame(np.isfinite(own)).ravel()
        if has_strokes.any():
            own[~has_strokes] = own[has_strokes].max()


def _near_outline(labels: Labels, distance: int, has_frames: bool) -> NDArray[np.bool_]:
    """Where another label is at most so many pixels away."""
    box = _box(labels.ndim, 2 * distance + 1, has_frames)
    near: NDArray[np.bool_] = ndimage.maximum_filter(labels, box) != ndimage.minimum_filter(labels, box)
    return near


def _box(n_axes: int, width: int, has_frames: bool) -> tuple[int, ...]:
    """Return the widths of a box that lies on one frame."""
    return (1,) * has_frames + (width,) * (n_axes - has_frames)
