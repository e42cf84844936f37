"""K-means on a line: the global optimum, for every number of clusters in one pass.

*Strategy.* Up to `EXACT_VALUES` distinct values, a dynamic programme over the
sorted values finds the optimum; its layer k is the answer for k clusters, so all
smaller k are free. More values are first gathered into `EXACT_VALUES` bins of
equal width h, each standing for the mean of its values, and the optimum for the
bins is then improved by Lloyd's iteration on the values themselves. Binning
moves a value by at most h / 2 in the root mean square, once for the search and
once for the answer, so the root mean squared error is at most h above optimal.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._kernels.optimum_1d import LANES, best_split, describe_runs, prefix_sums, solve_run
from .threads import Cancel, map_tiles, tiles

EXACT_VALUES = 1 << 16
"""Up to this many distinct values the result is the optimum, rounding aside."""
RUN_VALUES = 1 << 13
SAMPLES_PER_TILE = 1 << 18
MAX_POLISH = 300


@dataclass(frozen=True, eq=False)
class Optima:
    """The best clusterings of values on a line into 1, 2, ... clusters.

    Attributes
    ----------
    centers : tuple of (k,) float64
        ``centers[k - 1]`` are the ascending means of k clusters.
    inertia : (k_max,) float64
        ``inertia[k - 1]`` is the smallest sum of weight times squared distance.
    """

    centers: tuple[NDArray[np.float64], ...]
    inertia: NDArray[np.float64]


def kmeans_1d_path(
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    k_max: int,
    *,
    every_k: bool = True,
    cancel: Cancel | None = None,
) -> Optima:
    """Find the optimum for every number of clusters up to `k_max`.

    Parameters
    ----------
    values : (m,) float64
        Strictly ascending, at least `k_max` of them.
    weights : (m,) float64
        Positive.
    k_max : int
    every_k : bool
        False: only `k_max` is described; `centers` and `inertia` have one entry.
    cancel : callable, optional
        Asked between parts of the work.

    Returns
    -------
    Optima
    """
    used, used_weights, firsts = values, weights, np.arange(len(values) + 1)
    if len(values) > EXACT_VALUES:
        firsts, used, used_weights = _gather(values, weights)
        k_max = min(k_max, len(used))
    splits = _solve(used, used_weights, k_max, cancel)
    found = []
    for k in range(1 if every_k else k_max, k_max + 1):
        bounds = firsts[_trace(splits, k, len(used))]
        if len(values) > EXACT_VALUES:
            bounds = _polish(values, weights, bounds)
        centers = np.empty(k)
        inertia = describe_runs(values, weights, bounds, centers)
        found.append((centers, inertia))
    return Optima(tuple(centers for centers, _ in found), np.array([inertia for _, inertia in found]))


def label_1d(
    samples: NDArray[Any], centers: NDArray[np.float64], cancel: Cancel | None = None
) -> NDArray[np.int32]:
    """Return the nearest of ascending centers (k,) for samples (n,); the lower one wins a tie."""
    middles = centers[:-1] + (centers[1:] - centers[:-1]) / 2
    labels = np.empty(len(samples), np.int32)

    def label(tile: slice) -> None:
        labels[tile] = np.searchsorted(middles, samples[tile], side="left")

    map_tiles(label, tiles(len(samples), SAMPLES_PER_TILE), cancel=cancel)
    return labels


def _solve(
    values: NDArray[np.float64], weights: NDArray[np.float64], k_max: int, cancel: Cancel | None
) -> NDArray[np.int32]:
    """Return splits (k_max, m + 1): where the last of k + 1 clusters of the first i values starts."""
    m = len(values)
    sums = np.empty((3, m + 1))
    prefix_sums(values, weights, float(np.average(values, weights=weights)), sums)
    splits = np.zeros((k_max, m + 1), np.int32)
    best = np.zeros(m + 1)
    best[1:] = sums[2, 1:] - sums[1, 1:] ** 2 / sums[0, 1:]
    for k in range(2, k_max + 1):
        # The last layer is only asked for all values.
        best = _solve_layer(best - sums[2], sums, k, m if k == k_max else k, splits, cancel)
    return splits


def _solve_layer(
    base: NDArray[np.float64],
    sums: NDArray[np.float64],
    k: int,
    first: int,
    splits: NDArray[np.int32],
    cancel: Cancel | None,
) -> NDArray[np.float64]:
    """Solve layer k for i in first..m; the posts between runs are solved first, the runs in threads."""
    m = len(base) - 1
    best = np.full(m + 1, np.inf)
    posts = list(range(first + RUN_VALUES, m - RUN_VALUES, RUN_VALUES))
    lanes = np.empty(LANES), np.empty(LANES, np.int64)
    runs = []
    start, low = first, k - 1
    for post in posts:
        lowest = max(low, int(splits[k - 2, post]))
        split, value = best_split(base, sums, post, lowest, post - 1, *lanes)
        best[post], splits[k - 1, post] = value + sums[2, post], split
        runs.append((start, post - 1, low, split))
        start, low = post + 1, split
    runs.append((start, m, low, m - 1))

    def solve(run: tuple[int, int, int, int]) -> None:
        solve_run(base, sums, k, *run, splits[k - 2], best, splits[k - 1])

    map_tiles(solve, runs, cancel=cancel)
    return best


def _trace(splits: NDArray[np.int32], k: int, m: int) -> NDArray[np.int64]:
    """Return bounds (k + 1,): cluster j is values[bounds[j]:bounds[j + 1]]."""
    bounds = np.empty(k + 1, np.int64)
    bounds[k] = m
    for j in range(k - 1, -1, -1):
        bounds[j] = splits[j, bounds[j + 1]]
    return bounds


def _gather(
    values: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return where each bin starts (with the end), its mean and its weight.

    Half of the bins are as wide as each other, half hold as many values: one value far away must not put
    all others into one bin.
    """
    n_bins = EXACT_VALUES // 2
    widths = ((values - values[0]) * (n_bins / (values[-1] - values[0]))).astype(np.int64)
    starts = np.union1d(
        np.flatnonzero(np.diff(np.minimum(widths, n_bins - 1), prepend=-1)),
        np.arange(n_bins) * len(values) // n_bins,
    )
    totals = np.add.reduceat(weights, starts)
    origins = values[starts]
    shifted = values - np.repeat(origins, np.diff(starts, append=len(values)))
    means = origins + np.add.reduceat(weights * shifted, starts) / totals
    return np.append(starts, len(values)), means, totals


def _polish(
    values: NDArray[np.float64], weights: NDArray[np.float64], bounds: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return bounds after Lloyd's iteration; an iteration costs k look-ups, whatever the number of values."""
    center = float(np.average(values, weights=weights))
    sums = np.empty((3, len(values) + 1))
    prefix_sums(values, weights, center, sums)
    for _ in range(MAX_POLISH):
        totals, weighted = np.diff(sums[:2, bounds], axis=1)
        means = weighted / totals + center
        inner = np.searchsorted(values, (means[:-1] + means[1:]) / 2, side="right")
        if (inner == bounds[1:-1]).all() or (np.diff(inner) <= 0).any():
            break
        bounds = np.concatenate([bounds[:1], inner, bounds[-1:]])
    return bounds
