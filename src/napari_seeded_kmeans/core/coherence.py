"""Class scores -> labels that hang together.

*Strategy.* Two wishes want opposite treatment. "Everything that looks like
this" (nuclei, membranes): a light cut that only removes speckle. "This thing"
(a person, an organ): a strong cut along edges, helped by how easily the
strokes of each class reach a pixel (Bai and Sapiro, ICCV 2007). `find_spread`
tells them apart: who paints in three or more separate pieces of what the
scores show means a kind of thing, not one thing.

The energy of the strong cut does not depend on the size of the image: scores
add up over the area and edges along the outline, so the weight of edges grows
with the length of the image. That allows to solve it on a coarser image and to
settle only the outline on the full one.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .grid import Grid, make_grid
from .threads import Cancel, map_tiles, stop_if

Values = NDArray[np.float32]
Labels = NDArray[np.int32]

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
_EDGE_FLOOR = 0.02
_LIGHT_EDGE_FLOOR = 0.05
# How many mean contrasts, and which difference of scores, are an edge.
_EDGE_CONTRAST = 1.5
_EDGE_SCORE = 2.0
# Cost of way per pixel even where everything agrees: strokes do not reach for ever.
_WAY = 0.5
_N_SWEEPS = 8
_N_STROKED_PIECES = 3
# A stroked piece smaller than this share of the largest one is a fragment, not a thing of its own.
_FRAGMENT = 0.025
# The strong cut is solved on an image of at most this many pixels.
_N_COARSE = 1 << 18


@dataclass(frozen=True, eq=False)
class View:
    """What the cut looks at: an image's evidence and its strokes.

    Attributes
    ----------
    scores : ndarray (n_classes, *spatial), float32
        Sum to 1 over classes.
    channels : ndarray (c, *spatial), float32
        What edges are seen in.
    seeds : ndarray (*spatial,), int32
        Index of the class painted, -1 where not painted.
    spacing : tuple of float, optional
    """

    scores: Values
    channels: Values
    seeds: Labels
    spacing: tuple[float, ...] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The spatial shape."""
        return self.seeds.shape

    @property
    def length(self) -> float:
        """The mean side length in pixels."""
        return float(self.seeds.size ** (1 / self.seeds.ndim))

    def coarser(self, factors: tuple[int, ...]) -> "View":
        """Return the view of blocks of pixels; a block is painted if one of its pixels is."""
        spacing = self.spacing or (1.0,) * len(factors)
        return View(
            _block_means(self.scores, factors),
            _block_means(self.channels, factors),
            _block_largest(self.seeds, factors),
            tuple(step * factor for step, factor in zip(spacing, factors, strict=True)),
        )


def light_cut(view: View, weight: float = LIGHT_CUT, cancel: Cancel | None = None) -> Labels:
    """Return labels (*spatial,) with speckle removed: a light cut on the scores alone."""
    stop_if(cancel)
    grid = make_grid(view.shape, view.spacing)
    costs = _costs(view.scores, _LIGHT_COST_LIMIT)
    weights = grid.edge_weights(grid.nodes(_contrast(view.channels)), _LIGHT_EDGE_FLOOR)
    return _cut(grid, view, costs, weight * weights, view.seeds < 0, view.scores.argmax(axis=0))


def strong_cut(
    view: View, weight_per_length: float = CUT_PER_LENGTH, reach: float = REACH, cancel: Cancel | None = None
) -> Labels:
    """Return labels (*spatial,) of connected things: coarse first, then the outline.

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
    factors = _coarsening(view)
    coarse = view.coarser(factors) if max(factors) > 1 else view
    distances = _reach(coarse, cancel)
    stop_if(cancel)
    labels = _cut_all(
        coarse, distances, weight_per_length, reach, coarse.seeds < 0, coarse.scores.argmax(axis=0)
    )
    if coarse is view:
        return labels
    stop_if(cancel)
    outline = _repeat(_near_outline(labels), factors, view.shape)
    finer = np.stack([_repeat(plane, factors, view.shape) for plane in distances])
    free = outline & (view.seeds < 0)
    return _cut_all(view, finer, weight_per_length, reach, free, _repeat(labels, factors, view.shape))


def may_be_everywhere(seeds: Labels, n_classes: int) -> bool:
    """Return whether some class has strokes enough to mean "everywhere"."""
    return any(_strokes(seeds == index)[1] >= _N_STROKED_PIECES for index in range(n_classes))


def find_spread(
    labels: NDArray[np.integer], seeds: Labels, n_classes: int
) -> Literal["everywhere", "strokes"]:
    """Tell from the strokes what is meant: "everywhere" or "strokes".

    Parameters
    ----------
    labels : ndarray (*spatial,)
        Class indices after a light cut.
    seeds : ndarray (*spatial,)
        Class indices, -1 where not painted.
    n_classes : int
    """
    most = max(_n_stroked_pieces(labels == index, seeds == index) for index in range(n_classes))
    return "everywhere" if most >= _N_STROKED_PIECES else "strokes"


def _strokes(painted: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
    """Label the strokes; what touches at a corner is one, and in a volume what lies above each other.

    A volume is painted plane by plane: the strokes on the planes of one thing are one stroke.
    """
    if painted.ndim > 2:
        flat, n_strokes = _strokes(np.logical_or.reduce(painted, axis=0))
        return np.where(painted, flat, 0), n_strokes
    strokes, n_strokes = ndimage.label(painted, np.ones((3,) * painted.ndim))
    return strokes, int(n_strokes)


def _n_stroked_pieces(mask: NDArray[np.bool_], painted: NDArray[np.bool_]) -> int:
    """How many pieces of a mask, fragments left out, hold the larger part of a stroke."""
    strokes, n_strokes = _strokes(painted)
    if n_strokes < _N_STROKED_PIECES:
        return n_strokes
    pieces, _ = ndimage.label(mask)
    held = set()
    for number, box in enumerate(ndimage.find_objects(strokes), start=1):
        under = pieces[box][strokes[box] == number]
        under = under[under > 0]
        if len(under):
            held.add(int(np.bincount(under).argmax()))
    sizes = np.bincount(pieces.ravel())[list(held)]
    return int(np.count_nonzero(sizes >= _FRAGMENT * sizes.max(initial=0)))


def _cut_all(
    view: View,
    distances: Values,
    weight_per_length: float,
    reach: float,
    free: NDArray[np.bool_],
    start: NDArray[np.integer],
) -> Labels:
    """Cut with scores, reach and edges of both colours and scores."""
    grid = make_grid(view.shape, view.spacing)
    costs = _costs(view.scores, _COST_LIMIT) + np.float32(reach) * distances
    seen = np.concatenate(
        [
            np.float32(np.sqrt(_EDGE_CONTRAST)) * _contrast(view.channels),
            np.float32(_EDGE_SCORE / np.sqrt(2)) * view.scores,
        ]
    )
    weights = grid.edge_weights(grid.nodes(seen), _EDGE_FLOOR)
    return _cut(grid, view, costs, np.float32(weight_per_length * view.length) * weights, free, start)


def _cut(
    grid: Grid,
    view: View,
    costs: Values,
    weights: Values,
    free: NDArray[np.bool_],
    start: NDArray[np.integer],
) -> Labels:
    labels = np.where(view.seeds >= 0, view.seeds, start).astype(np.int32)
    chosen = grid.cut(grid.nodes(labels), grid.nodes(costs), weights, grid.nodes(free))
    return grid.image(chosen)


def _costs(scores: Values, limit: float) -> Values:
    """Negative logarithm of the scores, at most `limit`, the best class at 0."""
    costs: Values = np.minimum(-np.log(np.maximum(scores, np.float32(1e-9))), np.float32(limit))
    costs -= costs.min(axis=0)
    return costs


def _reach(view: View, cancel: Cancel | None) -> Values:
    """Share (n_classes, *spatial) of each class in the geodesic distances from all classes' strokes."""
    grid = make_grid(view.shape, view.spacing)
    values = grid.nodes(np.float32(np.sqrt(2)) * _contrast(view.channels))

    def distances_from(index: int) -> Values:
        costs = grid.nodes(np.float32(1 + _WAY) - view.scores[index])
        found: Values = grid.image(
            grid.geodesic_distances(grid.nodes(view.seeds == index), values, costs, _N_SWEEPS)
        )
        return found

    distances = np.stack(map_tiles(distances_from, range(len(view.scores)), cancel=cancel))
    # A class whose strokes vanished has no distance; it is as far as can be.
    distances[~np.isfinite(distances)] = np.float32(1e6)
    shares: Values = distances / np.maximum(distances.sum(axis=0), np.float32(1e-6))
    return shares


def _contrast(channels: Values) -> Values:
    """Channels in units of sqrt(2) root mean square differences between neighbours (GrabCut's beta)."""
    total, n = 0.0, 0
    for axis in range(1, channels.ndim):
        steps = np.diff(channels, axis=axis)
        total += float(np.square(steps, dtype=np.float64).sum())
        n += steps[0].size
    scale = np.sqrt(2 * total / n) if n and total else 1.0
    scaled: Values = channels / np.float32(scale)
    return scaled


def _coarsening(view: View) -> tuple[int, ...]:
    """Return how many pixels of each axis to join: the finest axes first, until few enough are left."""
    factors = np.ones(len(view.shape), int)
    spacing = np.asarray(view.spacing or (1.0,) * len(view.shape), float)
    while np.prod(-(-np.array(view.shape) // factors)) > _N_COARSE:
        steps = spacing * factors
        factors[steps < 1.5 * steps.min()] *= 2
    return tuple(int(factor) for factor in factors)


def _blocks(values: NDArray[Any], factors: tuple[int, ...]) -> NDArray[Any]:
    """Return (..., *coarse, *factors): the pixels of every block last; the border repeats outwards."""
    n_leading = values.ndim - len(factors)
    missing = [-length % f for length, f in zip(values.shape[n_leading:], factors, strict=True)]
    padded = np.pad(values, [(0, 0)] * n_leading + [(0, m) for m in missing], mode="edge")
    shape = [(n // f, f) for n, f in zip(padded.shape[n_leading:], factors, strict=True)]
    split = padded.reshape(*padded.shape[:n_leading], *(n for pair in shape for n in pair))
    inner = range(n_leading + 1, split.ndim, 2)
    return np.moveaxis(split, tuple(inner), tuple(range(split.ndim - len(factors), split.ndim)))


def _block_means(values: Values, factors: tuple[int, ...]) -> Values:
    axes = tuple(range(-len(factors), 0))
    return np.asarray(_blocks(values, factors).mean(axis=axes), np.float32)


def _block_largest(values: Labels, factors: tuple[int, ...]) -> Labels:
    axes = tuple(range(-len(factors), 0))
    return np.asarray(_blocks(values, factors).max(axis=axes), np.int32)


def _repeat(values: NDArray[Any], factors: tuple[int, ...], shape: tuple[int, ...]) -> NDArray[Any]:
    """Spread blocks over their pixels."""
    for axis, factor in enumerate(factors):
        values = np.repeat(values, factor, axis=axis)
    return values[tuple(slice(length) for length in shape)]


def _near_outline(labels: Labels) -> NDArray[np.bool_]:
    """Where another label is at most two pixels away."""
    near: NDArray[np.bool_] = ndimage.maximum_filter(labels, 5) != ndimage.minimum_filter(labels, 5)
    return near
