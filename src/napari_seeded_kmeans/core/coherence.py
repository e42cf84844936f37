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
from functools import cached_property
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ._kernels.grid import add_squared_steps
from .grid import Edges, Grid, make_grid
from .kmeans import kmeans
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
# From here on the other classes cost all they can. Blocks of so many pixels a side, sure throughout and
# amid others, are settled.
_SURE = 0.95
_BLOCK = 8
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
# A sketch of an image has at most so many pixels; they are put into so many clusters.
_N_SKETCH = 1 << 16
_N_CLUSTERS = 32


class Clusters(NamedTuple):
    """An image's own clusters.

    Attributes
    ----------
    centers : ndarray (k, c), float32
    labels : ndarray (n,), int32
        The cluster of every pixel.
    bandwidth : float
        The median distance of a pixel from the centre of its cluster.
    """

    centers: Values
    labels: Labels
    bandwidth: float


@dataclass(frozen=True, eq=False)
class Scene:
    """What the cut sees of an image, whatever was painted on it; worked out once, when it is needed.

    Attributes
    ----------
    channels : ndarray (c, *spatial), float32
        What edges are seen in.
    spacing : tuple of float, optional
    """

    channels: Values
    spacing: tuple[float, ...] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The spatial shape."""
        return self.channels.shape[1:]

    @property
    def length(self) -> float:
        """The mean side length in pixels."""
        return float(np.prod(self.shape) ** (1 / len(self.shape)))

    @cached_property
    def grid(self) -> Grid:
        """The neighbourhood of its pixels."""
        return make_grid(self.shape, self.spacing)

    @cached_property
    def contrast(self) -> Values:
        """Channels in units of sqrt(2) root mean square differences between neighbours (GrabCut's beta)."""
        total, n = 0.0, 0
        for axis, length in enumerate(self.shape):
            total += _squared_steps(self.channels, axis)
            n += self.channels[0].size // length * (length - 1)
        scale = np.sqrt(2 * total / n) if n and total else 1.0
        scaled: Values = self.channels * np.float32(1 / scale)
        return scaled

    @cached_property
    def differences(self) -> Values:
        """Differences of contrast along every edge, for geodesic distances."""
        return self.grid.differences(np.float32(np.sqrt(2)) * self.contrast)

    @cached_property
    def factors(self) -> tuple[int, ...]:
        """How many pixels of each axis to join for the strong cut."""
        return self._factors_for(_N_COARSE)

    @cached_property
    def coarser(self) -> "Scene":
        """The scene of blocks of `factors` pixels; itself where they are all 1."""
        return self._reduced(self.factors)

    @cached_property
    def sketch_factors(self) -> tuple[int, ...]:
        """How many pixels of each axis to join for a first impression."""
        return self._factors_for(_N_SKETCH)

    @cached_property
    def sketch(self) -> "Scene":
        """The scene of blocks of `sketch_factors` pixels; itself where they are all 1."""
        return self._reduced(self.sketch_factors)

    @cached_property
    def clusters(self) -> Clusters:
        """K-means on all pixels, whatever was painted."""
        samples = self.channels.reshape(len(self.channels), -1).T
        # A look at the first pixels settles it for nearly every image.
        n_distinct = len(np.unique(samples[: 8 * _N_CLUSTERS], axis=0))
        if n_distinct < _N_CLUSTERS:
            n_distinct = len(np.unique(samples, axis=0))
        found = kmeans(samples, min(_N_CLUSTERS, n_distinct))
        centers = np.asarray(found.centers, np.float32)
        distances = np.linalg.norm(samples - centers[found.labels], axis=1)
        return Clusters(centers, found.labels, float(np.median(distances)) or 1.0)

    def _factors_for(self, n_most: int) -> tuple[int, ...]:
        """Join the finest axes first, until at most so many pixels are left."""
        factors = np.ones(len(self.shape), int)
        spacing = np.asarray(self.spacing or (1.0,) * len(self.shape), float)
        while np.prod(-(-np.array(self.shape) // factors)) > n_most:
            steps = spacing * factors
            factors[steps < 1.5 * steps.min()] *= 2
        return tuple(int(factor) for factor in factors)

    def _reduced(self, factors: tuple[int, ...]) -> "Scene":
        if max(factors) == 1:
            return self
        spacing = self.spacing or (1.0,) * len(factors)
        steps = tuple(step * factor for step, factor in zip(spacing, factors, strict=True))
        return Scene(block_means(self.channels, factors), steps)


@dataclass(frozen=True, eq=False)
class View:
    """What the cut looks at: an image's evidence and its strokes.

    Attributes
    ----------
    scores : ndarray (n_classes, *spatial), float32
        Sum to 1 over classes.
    scene : Scene
    seeds : ndarray (*spatial,), int32
        Index of the class painted, -1 where not painted.
    """

    scores: Values
    scene: Scene
    seeds: Labels

    def coarser(self) -> "View":
        """Return the view of blocks of pixels; a block is painted if one of its pixels is."""
        return self._reduced(self.scene.factors, self.scene.coarser)

    def sketch(self) -> "View":
        """Return the view of the scene's sketch."""
        return self._reduced(self.scene.sketch_factors, self.scene.sketch)

    def _reduced(self, factors: tuple[int, ...], scene: Scene) -> "View":
        if scene is self.scene:
            return self
        seeds = _block_extremes(self.seeds, factors, np.maximum)
        return View(block_means(self.scores, factors), scene, seeds)


def light_cut(view: View, weight: float = LIGHT_CUT, cancel: Cancel | None = None) -> Labels:
    """Return labels (*spatial,) with speckle removed: a light cut on the scores alone."""
    stop_if(cancel)
    best = best_class(view.scores)
    labels = np.where(view.seeds >= 0, view.seeds, best)
    free = (view.seeds < 0) & ~_settled(view.scores, best)
    stop_if(cancel)
    costs = _costs(view.scores.reshape(len(view.scores), -1)[:, np.flatnonzero(free)], _LIGHT_COST_LIMIT)
    edges = Edges(weight, _LIGHT_EDGE_FLOOR, view.scene.contrast, view.scores[:0])
    return view.scene.grid.cut(labels, free, costs, edges, cancel)


def _settled(scores: Values, best: Labels) -> NDArray[np.bool_]:
    """Return pixels that lie so deep among others, all sure of one class, that no light cut changes them."""
    sure = np.where(np.maximum.reduce(scores) >= _SURE, best + 1, 0).astype(np.uint16)
    factors = (_BLOCK,) * best.ndim
    least, largest = (_block_extremes(sure, factors, extreme) for extreme in (np.minimum, np.maximum))
    solid = np.where(least == largest, largest, 0)
    deep = (ndimage.minimum_filter(solid, 3) == ndimage.maximum_filter(solid, 3)) & (solid > 0)
    return _repeat(deep, factors, best.shape)


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
    coarse = view.coarser()
    distances = _reach(coarse, cancel)
    stop_if(cancel)
    labels = np.where(coarse.seeds >= 0, coarse.seeds, best_class(coarse.scores))
    free = coarse.seeds < 0
    labels = _cut_all(coarse, labels, free, np.float32(reach) * distances[:, free], weight_per_length, cancel)
    if coarse is view:
        return labels
    stop_if(cancel)
    factors, shape = view.scene.factors, view.scene.shape
    free = _repeat(_near_outline(labels), factors, shape) & (view.seeds < 0)
    labels = _repeat(labels, factors, shape)
    np.copyto(labels, view.seeds, where=view.seeds >= 0)
    coordinates = tuple(axis // factor for axis, factor in zip(np.nonzero(free), factors, strict=True))
    blocks = np.ravel_multi_index(coordinates, coarse.scene.shape)
    extra = np.float32(reach) * distances.reshape(len(distances), -1)[:, blocks]
    return _cut_all(view, labels, free, extra, weight_per_length, cancel)


def best_class(scores: Values) -> Labels:
    """Return the index of the largest score (n_classes, *spatial) of every pixel, the lowest on ties."""
    labels, best = np.zeros(scores.shape[1:], np.int32), scores[0]
    for index in range(1, len(scores)):
        better = scores[index] > best
        labels[better] = index
        best = np.maximum(best, scores[index])
    return labels


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
    labels: Labels,
    free: NDArray[np.bool_],
    extra: Values,
    weight_per_length: float,
    cancel: Cancel | None,
) -> Labels:
    """Cut with scores, `extra` costs (n_classes, n) and edges of both colours and scores."""
    scores = view.scores.reshape(len(view.scores), -1)[:, np.flatnonzero(free)]
    edges = Edges(
        weight_per_length * view.scene.length,
        _EDGE_FLOOR,
        np.float32(np.sqrt(_EDGE_CONTRAST)) * view.scene.contrast,
        np.float32(_EDGE_SCORE / np.sqrt(2)) * view.scores,
    )
    return view.scene.grid.cut(labels, free, _costs(scores, _COST_LIMIT) + extra, edges, cancel)


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
    # A class whose strokes vanished has no distance; it is as far as can be.
    distances[~np.isfinite(distances)] = np.float32(1e6)
    nearest, second = np.partition(distances, 1, axis=0)[:2]
    rivals = np.where(distances == nearest, second, nearest)
    shares: Values = distances / np.maximum(distances + rivals, np.float32(1e-6))
    return shares


def _squared_steps(values: Values, axis: int) -> float:
    """Sum of the squared differences of neighbours along a spatial axis of (c, *spatial)."""
    shape = values.shape[1:]
    rows = values.reshape(len(values), -1, shape[axis], int(np.prod(shape[axis + 1 :])))

    def of_channel(index: int) -> float:
        sums = np.zeros(max(rows.shape[2:]))
        add_squared_steps(rows[index], sums)
        return float(sums.sum())

    return sum(map_tiles(of_channel, range(len(rows))))


def block_means(values: Values, factors: tuple[int, ...]) -> Values:
    """Return the means of blocks over the last axes; the border repeats outwards."""
    n_leading = values.ndim - len(factors)
    for axis, factor in enumerate(factors, start=n_leading):
        parts = [_every(values, axis, first, factor) for first in range(factor)]
        values = sum(parts[1:], parts[0])
    return values * np.float32(1 / np.prod(factors))


def _block_extremes(values: NDArray[Any], factors: tuple[int, ...], extreme: np.ufunc) -> NDArray[Any]:
    """Return the largest (or smallest) values of blocks."""
    for axis, factor in enumerate(factors):
        found = _every(values, axis, 0, factor)
        for first in range(1, factor):
            found = extreme(found, _every(values, axis, first, factor))
        values = found
    return values


def _every(values: NDArray[Any], axis: int, first: int, step: int) -> NDArray[Any]:
    """Return every `step`-th row from the `first` on; the last row repeats outwards."""
    length = values.shape[axis]
    before = (slice(None),) * axis
    if length % step == 0:
        return values[*before, first::step]
    rows = np.minimum(np.arange(first, first + step * -(-length // step), step), length - 1)
    return values[*before, rows]


def _repeat(values: NDArray[Any], factors: tuple[int, ...], shape: tuple[int, ...]) -> NDArray[Any]:
    """Spread blocks over their pixels."""
    for axis, factor in enumerate(factors):
        values = np.repeat(values, factor, axis=axis)
    return values[tuple(slice(length) for length in shape)]


def _near_outline(labels: Labels) -> NDArray[np.bool_]:
    """Where another label is at most two pixels away."""
    near: NDArray[np.bool_] = ndimage.maximum_filter(labels, 5) != ndimage.minimum_filter(labels, 5)
    return near
