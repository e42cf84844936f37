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
START_PAIRS = 1e7
"""Distances that all starts together may cost, about 4 ms."""

SWAP_ITERATIONS = 3
MAX_SWAPS = 64
SWAP_PAIRS = 2e8
SWAP_OPTIMISM = 1.01


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
    pairs = points.shape[1] * n_clusters
    n_starts = int(np.clip(START_PAIRS / (START_ITERATIONS * pairs), 1, MAX_STARTS))
    n_trials = 2 + int(math.log(n_clusters))
    uniforms = rng.random((n_starts, n_clusters, n_trials))

    def start(number: int) -> tuple[float, NDArray[np.float64]]:
        centers = np.empty((n_clusters, len(points)))
        centers = centers[: plus_plus(points, weights, uniforms[number], centers)]
        labels = np.empty(len(weights), np.int32)
        return lloyd(points, weights, centers, labels, START_ITERATIONS, tolerance)[0], centers

    _, centers = min(map_tiles(start, range(n_starts), cancel=cancel), key=lambda found: found[0])
    if 2 <= len(centers) < len(weights):
        n_swaps = int(np.clip(SWAP_PAIRS / ((SWAP_ITERATIONS + 2) * pairs), 1, MAX_SWAPS))
        swap_centers(points, weights, rng.random(n_swaps), centers, SWAP_ITERATIONS, SWAP_OPTIMISM)
    return centers
