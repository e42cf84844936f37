"""What a cut sees: an image's edges, its evidence and its strokes, at several resolutions.

A *draft* that tells where things are, a *sketch* for a first impression, a
*middle* on which most is settled, and the image itself. A small image is its own
middle, sketch and draft.

Of a large image nobody needs to know every pixel: a few of every block stand for
the middle, and pixels are looked at where their labels are not clear from that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._kernels.grid import add_squared_steps
from .frames import are_frames
from .grid import Grid, make_grid
from .kmeans import kmeans
from .threads import Cancel, map_tiles

Values = NDArray[np.float32]
Labels = NDArray[np.int32]
Factors = tuple[int, ...]
"""How many pixels of each axis make a block."""
Mask = NDArray[np.bool_]
Look = Callable[[Mask | None, Cancel | None], None]
"""Works out what an image's pixels say in a mask (*spatial,), or everywhere, until it is cancelled."""

# Each has at most so many pixels; those of the sketch are put into so many clusters.
_N_MIDDLE = 1 << 18
_N_SKETCH = 1 << 16
_N_DRAFT = 1 << 14
_N_CLUSTERS = 32
# In which quarter of a block, along each axis, its samples lie: no line of pixels goes through without one.
_QUARTERS = np.array([(0, 1, 2, 3), (1, 3, 0, 2), (2, 0, 3, 1)])
N_SAMPLES = 4
"""How many pixels stand for a block."""


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
        Pixel size along each axis; ``inf`` along the first where its planes are frames.
    """

    channels: Values
    spacing: tuple[float, ...] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The spatial shape."""
        return self.channels.shape[1:]

    @property
    def length(self) -> float:
        """The mean side length in pixels, of frames that of one."""
        shape = self.shape[self.has_frames :]
        return float(np.prod(shape) ** (1 / len(shape)))

    @property
    def has_frames(self) -> bool:
        """Whether the planes along the first axis have nothing to do with each other."""
        return are_frames(self.spacing)

    @cached_property
    def grid(self) -> Grid:
        """The neighbourhood of its pixels."""
        return make_grid(self.shape, self.spacing)

    @cached_property
    def contrast_unit(self) -> float:
        """What channels are multiplied by, to have contrast 1 where neighbours differ as they do on average.

        Its inverse is sqrt(2) times the root mean square of those differences (GrabCut's beta).
        """
        total, n = 0.0, 0
        for axis, length in list(enumerate(self.shape))[self.has_frames :]:
            total += _squared_steps(self.channels, axis)
            n += self.channels[0].size // length * (length - 1)
        return float(1 / np.sqrt(2 * total / n)) if n and total else 1.0

    @cached_property
    def differences(self) -> Values:
        """Differences of contrast along every edge, for geodesic distances."""
        contrast = self.channels * np.float32(self.contrast_unit)
        return self.grid.differences(np.float32(np.sqrt(2)) * contrast)

    @cached_property
    def middle_factors(self) -> Factors:
        """The blocks of the middle."""
        return self._factors_for(_N_MIDDLE)

    @cached_property
    def sketch_factors(self) -> Factors:
        """The blocks of the middle's pixels that make the sketch."""
        return self.middle._factors_for(_N_SKETCH)

    @cached_property
    def draft_factors(self) -> Factors:
        """The blocks of the sketch's pixels that make the draft."""
        return self.sketch._factors_for(_N_DRAFT)

    @cached_property
    def middle(self) -> "Scene":
        """The scene of blocks; itself where they are single pixels."""
        return self._reduced(self.middle_factors)

    @cached_property
    def sketch(self) -> "Scene":
        """The scene of the middle's blocks; the middle where they are single pixels."""
        return self.middle._reduced(self.sketch_factors)

    @cached_property
    def draft(self) -> "Scene":
        """The scene of the sketch's blocks; the sketch where they are single pixels."""
        return self.sketch._reduced(self.draft_factors)

    @cached_property
    def sample_axes(self) -> list[NDArray[np.intp]]:
        """Where along every axis the pixels lie that stand for the middle's blocks, (4, its length)."""
        axes = []
        for axis, (length, factor) in enumerate(zip(self.shape, self.middle_factors, strict=True)):
            within = (2 * _QUARTERS[axis % len(_QUARTERS)] + 1) * factor // (2 * N_SAMPLES)
            axes.append(np.minimum(np.arange(0, length, factor) + within[:, np.newaxis], length - 1))
        return axes

    @cached_property
    def sample_places(self) -> NDArray[np.intp]:
        """Where in the flattened image those pixels lie, (4, *middle shape)."""
        places = [
            np.ravel_multi_index(np.ix_(*(along[sample] for along in self.sample_axes)), self.shape)
            for sample in range(N_SAMPLES)
        ]
        return np.stack(places)

    @cached_property
    def sample_channels(self) -> Values:
        """Channels (c, 4, *middle shape) of those pixels."""
        samples: Values = self.channels.reshape(len(self.channels), -1)[:, self.sample_places]
        return samples

    @cached_property
    def clusters(self) -> Clusters:
        """K-means on all pixels, whatever was painted."""
        samples = self.channels.reshape(len(self.channels), -1).T
        if samples.shape[1] == 1:
            samples = _in_steps(samples)
        # A look at the first pixels settles it for nearly every image.
        n_distinct = len(np.unique(samples[: 8 * _N_CLUSTERS], axis=0))
        if n_distinct < _N_CLUSTERS:
            n_distinct = len(np.unique(samples, axis=0))
        found = kmeans(samples, min(_N_CLUSTERS, n_distinct))
        centers = np.asarray(found.centers, np.float32)
        distances = np.linalg.norm(samples - centers[found.labels], axis=1)
        return Clusters(centers, found.labels, float(np.median(distances)) or 1.0)

    @cached_property
    def pixel_clusters(self) -> Clusters:
        """K-means on a pixel of every block of the sketch: pixels are noisier than the means of blocks.

        Clusters of the sketch would take a pixel's noise for what they found along outlines.
        """
        sketch = self.sketch
        if sketch is self:
            return self.clusters
        factors = np.multiply(self.middle_factors, self.sketch_factors)
        axes = [
            np.minimum(np.arange(n) * factor + factor // 2, length - 1)
            for n, factor, length in zip(sketch.shape, factors, self.shape, strict=True)
        ]
        channels = np.ascontiguousarray(self.channels[:, *np.ix_(*axes)])
        return Scene(channels, sketch.spacing).clusters

    def _factors_for(self, n_most: int) -> Factors:
        """Join the finest axes first, until at most so many pixels are left; frames stay frames."""
        factors = np.ones(len(self.shape), int)
        spacing = np.asarray(self.spacing or (1.0,) * len(self.shape), float)
        shape = np.array(self.shape)
        while np.prod(-(-shape // factors)) > n_most and (factors < shape)[self.has_frames :].any():
            steps = spacing * factors
            factors[steps < 1.5 * steps.min()] *= 2
        return tuple(int(factor) for factor in factors)

    def _reduced(self, factors: Factors) -> "Scene":
        if max(factors) == 1:
            return self
        spacing = self.spacing or (1.0,) * len(factors)
        steps = tuple(step * factor for step, factor in zip(spacing, factors, strict=True))
        return Scene(block_means(self.channels, factors), steps)


class Samples(NamedTuple):
    """What the pixels say that stand for the middle's blocks.

    Attributes
    ----------
    scores : ndarray (n_classes, 4, *middle shape), float32
    strangeness : ndarray (4, *middle shape), float32
    """

    scores: Values
    strangeness: Values


@dataclass(frozen=True, eq=False)
class View:
    """What the cut looks at: an image's evidence and its strokes.

    Attributes
    ----------
    scores : ndarray (n_classes, *spatial), float32
        Sum to 1 over classes; with `look`, only of pixels that were looked at.
    scene : Scene
    seeds : ndarray (*spatial,), int32
        Index of the class painted, -1 where not painted.
    strangeness : ndarray (*spatial,), float32, optional
        Distance to the nearest cluster of any class over its reach; as far as scores are there.
    samples : Samples, optional
        What stands for the middle's blocks, if that is not the mean of all pixels.
    look : Look, optional
        Fills `scores` and `strangeness`; without it they are complete.
    """

    scores: Values
    scene: Scene
    seeds: Labels
    strangeness: Values | None = None
    samples: Samples | None = None
    look: Look | None = None

    def need(self, where: Mask | None = None, cancel: Cancel | None = None) -> None:
        """See to it that scores are there in a mask (*spatial,), or everywhere."""
        if self.look is not None:
            self.look(where, cancel)

    def scores_in(self, where: Mask, cancel: Cancel | None = None) -> Values:
        """Return the scores (n_classes, n) of the pixels in a mask (*spatial,)."""
        self.need(where, cancel)
        found: Values = self.scores.reshape(len(self.scores), -1)[:, np.flatnonzero(where)]
        return found

    @cached_property
    def is_painted(self) -> Mask:
        """Which pixels are painted (*spatial,)."""
        painted: Mask = self.seeds >= 0
        return painted

    @cached_property
    def middle(self) -> "View":
        """The view of the scene's middle; a block is painted if one of its pixels is."""
        means = None if self.samples is None else self.samples.scores.mean(axis=1)
        return self._reduced(self.scene.middle_factors, self.scene.middle, means)

    @cached_property
    def sketch(self) -> "View":
        """The view of the scene's sketch."""
        return self.middle._reduced(self.scene.sketch_factors, self.scene.sketch)

    @cached_property
    def draft(self) -> "View":
        """The view of the scene's draft."""
        return self.sketch._reduced(self.scene.draft_factors, self.scene.draft)

    def _reduced(self, factors: Factors, scene: Scene, means: Values | None = None) -> "View":
        if scene is self.scene:
            return self
        # Few are painted, as a rule.
        places = np.flatnonzero(self.is_painted)
        axes = np.unravel_index(places, self.seeds.shape)
        blocks = tuple(axis // factor for axis, factor in zip(axes, factors, strict=True))
        seeds = np.full(scene.shape, -1, np.int32)
        np.maximum.at(seeds.ravel(), np.ravel_multi_index(blocks, scene.shape), self.seeds.ravel()[places])
        return View(block_means(self.scores, factors) if means is None else means, scene, seeds)


def block_means(values: Values, factors: Factors) -> Values:
    """Return the means of blocks over the last axes; the border repeats outwards."""
    n_leading = values.ndim - len(factors)
    for axis, factor in enumerate(factors, start=n_leading):
        parts = [_every(values, axis, first, factor) for first in range(factor)]
        values = sum(parts[1:], parts[0])
    return values * np.float32(1 / np.prod(factors))


def repeat_blocks(values: NDArray[Any], factors: Factors, shape: tuple[int, ...]) -> NDArray[Any]:
    """Spread blocks over the pixels of an image of some shape."""
    for axis, factor in enumerate(factors):
        values = np.repeat(values, factor, axis=axis)
    return values[tuple(slice(length) for length in shape)]


def _in_steps(values: Values) -> Values:
    """Return values rounded to a thousandth of their range: clustering a line takes time per distinct one."""
    low, high = values.min(), values.max()
    step = (high - low) / np.float32(1000)
    return low + np.rint((values - low) / step) * step if step > 0 else values


def _every(values: NDArray[Any], axis: int, first: int, step: int) -> NDArray[Any]:
    """Return every `step`-th row from the `first` on; the last row repeats outwards."""
    length = values.shape[axis]
    before = (slice(None),) * axis
    if length % step == 0:
        return values[*before, first::step]
    rows = np.minimum(np.arange(first, first + step * -(-length // step), step), length - 1)
    return values[*before, rows]


def _squared_steps(values: Values, axis: int) -> float:
    """Sum of the squared differences of neighbours along a spatial axis of (c, *spatial)."""
    shape = values.shape[1:]
    rows = values.reshape(len(values), -1, shape[axis], int(np.prod(shape[axis + 1 :])))

    def of_channel(index: int) -> float:
        sums = np.zeros(max(rows.shape[2:]))
        add_squared_steps(rows[index], sums)
        return float(sums.sum())

    return sum(map_tiles(of_channel, range(len(rows))))
