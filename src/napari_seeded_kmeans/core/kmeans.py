"""Weighted K-means: validate, seed, iterate, converge."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .cells import MAX_DIMENSIONS, make_cells, sort_into_grid
from .colours import Colours, histogram
from .errors import SeededKMeansError, warn
from .kmeans_input import check_init, check_samples, check_settings, check_weights
from .lloyd import Problem
from .optimum_1d import kmeans_1d_path, label_1d
from .threads import Cancel
from .tiled import Tiles, columns

MERGED_VALUES = 3 << 14
"""Up to this many values, equal samples are sorted and merged before anything else."""
MIN_GRID_POINTS = 1 << 14
"""Fewer points than this are not worth sorting into cells."""


@dataclass(frozen=True, eq=False)
class KMeansResult:
    """What K-means found.

    Attributes
    ----------
    centers : (k, d) float64
        Cluster means.
    labels : (n,) int32
        Index of the nearest centre of every sample.
    inertia : float
        Sum over the samples of weight times squared distance to the centre.
    n_iter : int
        Lloyd iterations of the best start.
    """

    centers: NDArray[np.float64]
    labels: NDArray[np.int32]
    inertia: float
    n_iter: int


def kmeans(
    samples: ArrayLike,
    n_clusters: int,
    *,
    sample_weight: ArrayLike | None = None,
    init: str | ArrayLike = "k-means++",
    n_init: int = 1,
    max_iter: int = 300,
    tol: float = 1e-4,
    random_state: int | np.random.Generator | None = 0,
    cancel: Cancel | None = None,
) -> KMeansResult:
    """Cluster samples around `n_clusters` means.

    Parameters
    ----------
    samples : (n, d) or (n,) array of any real dtype
        Finite values.
    n_clusters : int
        How many centres, at most the number of samples. With fewer distinct
        samples, there are fewer centres and a warning.
    sample_weight : (n,) array, optional
        Non-negative; a weight of 2 is the same as the sample twice.
    init : "k-means++", "random" or (k, d) array
        Where the centres start.
    n_init : int
        Independent starts; the best is kept.
    max_iter : int
        Most Lloyd iterations per start.
    tol : float
        Converged when the squared movements of the centres sum to at most `tol`
        times the mean variance of the features (as in scikit-learn).
    random_state : int, Generator or None
        Seed; None differs from call to call.
    cancel : callable, optional
        Asked between tiles of the work; True stops it.

    Returns
    -------
    KMeansResult
        The same bits for the same input, whatever the number of threads.

    Raises
    ------
    SeededKMeansError
        When an argument cannot be used; the sentence names it.
    CancelledError
        When `cancel` answers True.

    Notes
    -----
    One-dimensional samples get the global optimum, found directly: `n_init`,
    `max_iter`, `tol` and `random_state` do not matter there, unless `init` is an
    array. From an array, Lloyd's iteration starts at just these centres. A
    "k-means++" start is the best of several greedy ones, improved by swaps.
    """
    found = fit_clusters(
        samples,
        n_clusters,
        sample_weight=sample_weight,
        init=init,
        n_init=n_init,
        max_iter=max_iter,
        tol=tol,
        random_state=random_state,
        cancel=cancel,
    )
    if len(found.centers) < n_clusters:
        warn(
            f"n_clusters is {n_clusters} but samples has only {len(found.centers)} distinct values: "
            f"{len(found.centers)} clusters are returned.",
        )
    return found


def fit_clusters(
    samples: ArrayLike,
    n_clusters: int,
    *,
    sample_weight: ArrayLike | None = None,
    init: str | ArrayLike = "k-means++",
    n_init: int = 1,
    max_iter: int = 300,
    tol: float = 1e-4,
    random_state: int | np.random.Generator | None = 0,
    cancel: Cancel | None = None,
) -> KMeansResult:
    """Do what `kmeans` does, but say nothing where there are fewer distinct samples than clusters.

    Silence cannot be had by a warnings filter: filters belong to all threads alike.
    """
    array = check_samples(samples)
    n, d = array.shape
    check_settings(n_clusters, n, n_init, max_iter, tol)
    weights, unit = check_weights(sample_weight, n)
    fixed = check_init(init, n_clusters, d)
    rng = np.random.default_rng(random_state)

    def start(problem: Problem, tolerance: float) -> NDArray[np.float64]:
        if fixed is not None:
            return fixed.copy()
        if init == "k-means++":
            return problem.start(n_clusters, max_iter, tolerance, rng, cancel)
        chances = problem.weights / problem.weights.sum()
        k = min(n_clusters, len(chances))
        return problem.pick(rng.choice(len(chances), k, replace=False, p=chances))

    if d == 1 and fixed is None:
        found = _on_a_line(array[:, 0], weights, n_clusters, cancel)
    else:
        n_starts = n_init if fixed is None else 1
        found = _in_space(array, weights, n_clusters, start, n_starts, max_iter, tol, cancel)
    return replace(found, inertia=found.inertia * unit)


def nearest_center(
    samples: ArrayLike, centers: ArrayLike, *, cancel: Cancel | None = None
) -> NDArray[np.int32]:
    """Return the index of the nearest centre for every sample; the lowest one wins a tie.

    Parameters
    ----------
    samples : (n, d) or (n,) array of any real dtype
    centers : (k, d) array

    Returns
    -------
    (n,) int32
    """
    array = check_samples(samples)
    centers = np.ascontiguousarray(centers, dtype=np.float64)
    if array.shape[1] != centers.shape[1]:
        raise SeededKMeansError(f"samples has {array.shape[1]} features, but centers has {centers.shape[1]}.")
    colours = histogram(array, cancel=cancel)
    if colours is None:
        return Tiles(array, np.ones(0)).nearest(centers, cancel)[0]
    cells = make_cells(colours.points, _colour_weights(colours, None), colours.codes, len(centers))
    return _spread(colours, cells.label(centers, cancel)[0], len(centers), cancel)


def _on_a_line(
    samples: NDArray[Any], weights: NDArray[np.float64] | None, n_clusters: int, cancel: Cancel | None
) -> KMeansResult:
    """Return the global optimum for samples (n,)."""
    colours = histogram(samples[:, None], cancel=cancel)
    if colours is not None:
        values, totals = colours.points[0], _colour_weights(colours, weights)
    elif weights is None:
        values, counts = np.unique(samples.astype(np.float64), return_counts=True)
        totals = counts.astype(np.float64)
    else:
        values, inverse = np.unique(samples.astype(np.float64), return_inverse=True)
        totals = np.bincount(inverse, weights).astype(np.float64, copy=False)
    used = totals > 0
    n_clusters = min(n_clusters, int(np.count_nonzero(used)))
    optimum = kmeans_1d_path(values[used], totals[used], n_clusters, every_k=False, cancel=cancel)
    centers = optimum.centers[0]
    if colours is not None:
        labels = _spread(colours, label_1d(values, centers), n_clusters, cancel)
    else:
        labels = label_1d(samples, centers, cancel)
    return KMeansResult(centers[:, None], labels, float(optimum.inertia[0]), 1)


def _in_space(
    array: NDArray[Any],
    weights: NDArray[np.float64] | None,
    n_clusters: int,
    start: Callable[[Problem, float], NDArray[np.float64]],
    n_init: int,
    max_iter: int,
    tol: float,
    cancel: Cancel | None,
) -> KMeansResult:
    """Return the best of `n_init` runs of Lloyd's iteration."""
    problem, restore = _prepare(array, weights, n_clusters, cancel)
    tolerance = tol * problem.mean_variance()
    found = []
    for _ in range(n_init):
        centers = start(problem, tolerance)
        n_iter = problem.settle(centers, max_iter, tolerance, cancel)
        found.append(KMeansResult(centers, *problem.label(centers, cancel), n_iter))
    best = min(found, key=lambda result: result.inertia)
    return replace(best, labels=restore(best))


def _prepare(
    array: NDArray[Any], weights: NDArray[np.float64] | None, n_clusters: int, cancel: Cancel | None
) -> tuple[Problem, Callable[[KMeansResult], NDArray[np.int32]]]:
    """Return the points to fit, all of positive weight, and how their labels become the samples'."""
    colours = histogram(array, cancel=cancel)
    totals = weights if colours is None else _colour_weights(colours, weights)
    used = slice(None) if totals is None or totals.all() else np.flatnonzero(totals)
    everywhere = isinstance(used, slice)
    if colours is not None and totals is not None:
        cells = make_cells(colours.points[:, used], totals[used], colours.codes[used], n_clusters)
        if everywhere:
            return cells, lambda found: _spread(colours, found.labels, len(found.centers), cancel)
        return cells, lambda found: nearest_center(array, found.centers, cancel=cancel)
    kept = array[used]
    kept_weights = np.ones(len(kept)) if totals is None else totals[used]
    problem: Problem
    if kept.size <= MERGED_VALUES:
        # Weights are then the same as repetition to the last bit, and order does not matter.
        kept, places = np.unique(kept, axis=0, return_inverse=True)
        kept_weights = np.bincount(places.ravel(), kept_weights).astype(np.float64, copy=False)
        problem = Tiles(kept, kept_weights)
    elif kept.shape[1] <= MAX_DIMENSIONS and len(kept) >= MIN_GRID_POINTS:
        problem, order = sort_into_grid(columns(kept), kept_weights, n_clusters)
        places = np.empty_like(order)
        places[order] = np.arange(len(order))
    else:
        problem, places = Tiles(kept, kept_weights), np.arange(len(kept))

    def unsort(found: KMeansResult) -> NDArray[np.int32]:
        return found.labels[places.ravel()]

    if everywhere:
        return problem, unsort
    return problem, lambda found: nearest_center(array, found.centers, cancel=cancel)


def _colour_weights(colours: Colours, weights: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Return the total weight of each colour (m,)."""
    if weights is None:
        return colours.counts.astype(np.float64)
    numbers = colours.spread(np.arange(len(colours.counts), dtype=np.int32))
    return np.bincount(numbers, weights, len(colours.counts)).astype(np.float64, copy=False)


def _spread(
    colours: Colours, labels: NDArray[np.int32], n_clusters: int, cancel: Cancel | None
) -> NDArray[np.int32]:
    # A table of bytes stays in the cache.
    small = labels.astype(np.uint8) if n_clusters <= 256 else labels
    return colours.spread(small, np.int32, cancel=cancel)
