"""K-means in a hurry, for what is shown for a moment until the clusters of `kmeans` are there."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._kernels.lloyd import lloyd
from ._kernels.seeding import plus_plus
from .kmeans import KMeansResult
from .tiled import columns

_TRIALS = 2
_ITERATIONS = 3


def quick_kmeans(samples: NDArray[Any], n_clusters: int, *, random_state: int = 0) -> KMeansResult:
    """Cluster samples (n, d) from one start in a few iterations; they are few, finite and not checked.

    The same bits for the same input. There are fewer centres where there are fewer distinct samples.
    """
    points, weights = columns(samples), np.ones(len(samples))
    uniforms = np.random.default_rng(random_state).random((n_clusters, _TRIALS))
    centers = np.empty((n_clusters, len(points)))
    centers = centers[: plus_plus(points, weights, uniforms, centers)]
    labels = np.empty(len(samples), np.int32)
    inertia, n_iter = lloyd(points, weights, centers, labels, _ITERATIONS, 0.0)
    return KMeansResult(centers, labels, inertia, n_iter)
