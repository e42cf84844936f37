"""Where the centres start: several starts on few points, then swaps of badly placed centres."""

import math

import numpy as np
from numpy.typing import NDArray

from ._kernels.lloyd import lloyd
from ._kernels.seeding import plus_plus, swap_centers
from .threads import Cancel, map_tiles

POINTS_PER_CENTER = 20
"""With this many points for every centre, a good start on them is a good start on what they stand for."""
MIN_POINTS = 1000

START_ITERATIONS = 30
MAX_STARTS = 8
START_STEPS = 3e7
"""Differences of coordinates that all starts together may take, about 4 ms."""

SWAP_ITERATIONS = 2
SWAPS_PER_CENTER = 2
SWAP_HOPE = 0.2
"""A swap is tried out when it raises the inertia by at most this share of a cluster's part of it."""


def enough_points(n_clusters: int) -> int:
    """Return how many points a start should be looked for on."""
    return max(MIN_POINTS, POINTS_PER_CENTER * n_clusters)


def good_start(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    n_clusters: int,
    tolerance: float,
    rng: np.random.Generator,
    cancel: Cancel | None = None,
) -> NDArray[np.float64]:
    """Return the best of several k-means++ starts after Lloyd and swaps.

    Parameters
    ----------
    points : (d, n) float64
    weights : (n,) float64
        All positive.

    Returns
    -------
    (k, d) float64
        Fewer than `n_clusters` rows when there are fewer distinct points.
    """
    n_steps = START_ITERATIONS * points.size * n_clusters
    n_starts = int(np.clip(START_STEPS / n_steps, 1, MAX_STARTS))
    n_trials = 2 + int(math.log(n_clusters))
    uniforms = rng.random((n_starts, n_clusters, n_trials))

    def start(number: int) -> tuple[float, NDArray[np.float64]]:
        centers = np.empty((n_clusters, len(points)))
        centers = centers[: plus_plus(points, weights, uniforms[number], centers)]
        labels = np.empty(len(weights), np.int32)
        return lloyd(points, weights, centers, labels, START_ITERATIONS, tolerance)[0], centers

    _, centers = min(map_tiles(start, range(n_starts), cancel=cancel), key=lambda found: found[0])
    swap(points, weights, centers, rng)
    return centers


def swap(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    centers: NDArray[np.float64],
    rng: np.random.Generator,
) -> None:
    """Move badly placed centres (k, d), in place, to where they serve the points (d, n) better."""
    if 2 <= len(centers) < len(weights):
        hope = 1.0 + SWAP_HOPE / len(centers)
        chances = rng.random(SWAPS_PER_CENTER * len(centers))
        swap_centers(points, weights, chances, centers, SWAP_ITERATIONS, hope)
