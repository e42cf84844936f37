"""K-means for any number of dimensions: all points, tile by tile.

A start is looked for on a sample; the iterations then go over all points in
tiles, so the working memory does not grow with their number.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._kernels.lloyd import accumulate, add_moments, assign_features, fill_empty
from .lloyd import STRIDE, Sums, add_up, iterate, mean_variance
from .starts import enough_points, good_start
from .threads import Cancel, map_tiles, tiles

VALUES_PER_TILE = 1 << 18
KEPT_VALUES = 1 << 22
"""Up to this many values are kept as float64 between iterations; more are converted every time."""
SHRINK = 4
"""How many times fewer points each smaller sample has."""
SAMPLE_FACTOR = 4
"""A sample is noisier than cell means: it takes this many times as many points."""


@dataclass(frozen=True, eq=False)
class Tiles:
    """Weighted samples (n, d) of any real dtype; a `Problem`."""

    samples: NDArray[Any]
    weights: NDArray[np.float64]

    @cached_property
    def tiles(self) -> list[slice]:
        """Slices of rows; they depend on the shape only."""
        return tiles(len(self.samples), max(1, VALUES_PER_TILE // self.samples.shape[1]))

    @cached_property
    def _kept(self) -> list[NDArray[np.float64]]:
        return [columns(self.samples[tile]) for tile in self.tiles]

    def points(self, number: int) -> NDArray[np.float64]:
        """Return the tile of that number as (d, rows) float64."""
        if self.samples.size <= KEPT_VALUES:
            return self._kept[number]
        return columns(self.samples[self.tiles[number]])

    def mean_variance(self) -> float:
        """Return the variance of the points, averaged over the dimensions."""
        origin = self.samples[0].astype(np.float64)

        def measure(number: int) -> NDArray[np.float64]:
            moments = np.zeros((3, len(origin)))
            points = self.points(number)
            add_moments(points, self.weights[self.tiles[number]], 0, points.shape[1], origin, moments)
            return moments

        return mean_variance(sum(map_tiles(measure, range(len(self.tiles))), np.zeros((3, len(origin)))))

    def pick(self, indices: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return some of the points as centres (k, d)."""
        return np.ascontiguousarray(self.samples[indices], dtype=np.float64)

    def start(
        self,
        n_clusters: int,
        max_iter: int,
        tolerance: float,
        rng: np.random.Generator,
        cancel: Cancel | None,
    ) -> NDArray[np.float64]:
        """Return centres (k, d) that are settled on ever larger samples of the points."""
        n_sample = SAMPLE_FACTOR * enough_points(n_clusters)
        parts = [self]
        while len(parts[-1].samples) > 2 * n_sample:
            parts.append(self._part(max(n_sample, len(parts[-1].samples) // SHRINK), rng))
        while True:
            last = parts[-1]
            centers = good_start(columns(last.samples), last.weights, n_clusters, tolerance, rng, cancel)
            if len(centers) == n_clusters or len(parts) == 1:
                break
            # Too few distinct points among these.
            parts.pop()
        for part in parts[::-1]:
            part.settle(centers, max_iter, tolerance, cancel, STRIDE)
        return centers

    def _part(self, size: int, rng: np.random.Generator) -> "Tiles":
        """Return about `size` of the points."""
        chosen = np.unique(rng.integers(len(self.samples), size=size))
        return Tiles(self.samples[chosen], self.weights[chosen])

    def settle(
        self,
        centers: NDArray[np.float64],
        max_iter: int,
        tolerance: float,
        cancel: Cancel | None,
        stride: float = 1.0,
    ) -> int:
        """Run Lloyd's iteration on all points from `centers` (k, d), in place; return the iterations."""

        def step(centers: NDArray[np.float64]) -> Sums:
            def add_tile(number: int) -> Sums:
                points = self.points(number)
                labels = np.empty(points.shape[1], np.int32)
                assign_features(points, centers, labels, np.empty(len(labels)))
                sums, totals = np.zeros_like(centers), np.zeros(len(centers))
                accumulate(points, self.weights[self.tiles[number]], 0, labels, sums, totals)
                return sums, totals

            return add_up(map_tiles(add_tile, range(len(self.tiles)), cancel=cancel))

        def fill(centers: NDArray[np.float64], totals: NDArray[np.float64]) -> None:
            _, squared = self.nearest(centers, cancel)
            fill_empty(columns(self.samples), self.weights, squared, totals, centers)

        return iterate(step, fill, centers, max_iter, tolerance, stride)

    def label(self, centers: NDArray[np.float64], cancel: Cancel | None) -> tuple[NDArray[np.int32], float]:
        """Return every point's nearest centre (n,), and the inertia."""
        labels, squared = self.nearest(centers, cancel)
        return labels, float((self.weights * squared).sum())

    def nearest(
        self, centers: NDArray[np.float64], cancel: Cancel | None
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return every point's nearest centre (n,), and the squared distance to it (n,)."""
        labels = np.empty(len(self.samples), np.int32)
        squared = np.empty(len(self.samples))

        def label_tile(number: int) -> None:
            points = self.points(number)
            tile = self.tiles[number]
            assign_features(points, centers, labels[tile], squared[tile])

        map_tiles(label_tile, range(len(self.tiles)), cancel=cancel)
        return labels, squared


def columns(samples: NDArray[Any]) -> NDArray[np.float64]:
    """Return samples (n, d) as (d, n) float64: one row per dimension, as the kernels want them."""
    return np.ascontiguousarray(samples.T, dtype=np.float64)
