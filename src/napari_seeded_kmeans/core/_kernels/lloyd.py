"""Nearest centres and Lloyd's iteration on weighted points.

Points are stored one row per dimension, ``(d, n)`` float64 and C-contiguous, so
that the innermost loop runs over neighbouring points and is vectorised.
"""

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

BLOCK = 256


@kernel
def assign(
    points: NDArray[np.float64],
    centers: NDArray[np.float64],
    labels_out: NDArray[np.int32],
    squared_out: NDArray[np.float64],
) -> None:
    """Find the nearest centre of every point; the first one wins a tie.

    points (d, n), centers (k, d) with k >= 1; writes labels_out (n,) and
    squared_out (n,), the squared distance to that centre. Values must be finite.
    """
    d, n = points.shape
    k = centers.shape[0]
    partial = np.empty(BLOCK)
    for start in range(0, n, BLOCK):
        stop = min(start + BLOCK, n)
        size = stop - start
        best = squared_out[start:stop]
        label = labels_out[start:stop]
        best[:] = np.inf
        label[:] = 0
        if d == 3:
            x = points[0, start:stop]
            y = points[1, start:stop]
            z = points[2, start:stop]
            for j in range(k):
                cx, cy, cz = centers[j, 0], centers[j, 1], centers[j, 2]
                for i in range(size):
                    squared = (x[i] - cx) ** 2 + (y[i] - cy) ** 2 + (z[i] - cz) ** 2
                    label[i] = j if squared < best[i] else label[i]
                    best[i] = min(squared, best[i])
            continue
        for j in range(k):
            partial[:size] = 0.0
            for a in range(d):
                row = points[a, start:stop]
                c = centers[j, a]
                for i in range(size):
                    partial[i] += (row[i] - c) ** 2
            for i in range(size):
                label[i] = j if partial[i] < best[i] else label[i]
                best[i] = min(partial[i], best[i])


@kernel
def accumulate(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    labels: NDArray[np.int32],
    sums_out: NDArray[np.float64],
    totals_out: NDArray[np.float64],
) -> None:
    """Add every point times its weight to its cluster.

    points (d, n), weights (n,), labels (n,); adds to sums_out (k, d) and
    totals_out (k,), which the caller clears.
    """
    d, n = points.shape
    for i in range(n):
        j = labels[i]
        w = weights[i]
        totals_out[j] += w
        for a in range(d):
            sums_out[j, a] += w * points[a, i]


@kernel
def fill_empty(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    squared: NDArray[np.float64],
    totals: NDArray[np.float64],
    centers_out: NDArray[np.float64],
) -> None:
    """Move every centre with total 0 to the point that is farthest from its own centre.

    squared (n,) is overwritten: a point is taken once.
    """
    for j in range(totals.shape[0]):
        if totals[j] > 0.0:
            continue
        farthest = -1
        for i in range(squared.shape[0]):
            if weights[i] > 0.0 and (farthest < 0 or squared[i] > squared[farthest]):
                farthest = i
        squared[farthest] = -1.0
        for a in range(points.shape[0]):
            centers_out[j, a] = points[a, farthest]


@kernel
def move_centers(
    sums: NDArray[np.float64], totals: NDArray[np.float64], centers_out: NDArray[np.float64]
) -> float:
    """Move every centre with total > 0 to its mean; return the sum of squared movements."""
    moved = 0.0
    for j in range(totals.shape[0]):
        if totals[j] > 0.0:
            for a in range(sums.shape[1]):
                mean = sums[j, a] / totals[j]
                moved += (mean - centers_out[j, a]) ** 2
                centers_out[j, a] = mean
    return moved


@kernel
def lloyd(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    centers_out: NDArray[np.float64],
    max_iter: int,
    tolerance: float,
) -> tuple[float, int]:
    """Iterate from centers_out until the centres move by at most `tolerance`.

    points (d, n), weights (n,), centers_out (k, d) is overwritten. `tolerance`
    is the sum over the centres of their squared movement in one iteration.
    Returns the inertia with the final centres and the number of iterations.
    """
    n = points.shape[1]
    labels = np.empty(n, np.int32)
    squared = np.empty(n)
    sums = np.empty_like(centers_out)
    totals = np.empty(centers_out.shape[0])
    n_iter = 0
    for _ in range(max_iter):
        n_iter += 1
        assign(points, centers_out, labels, squared)
        sums[:] = 0.0
        totals[:] = 0.0
        accumulate(points, weights, labels, sums, totals)
        moved = move_centers(sums, totals, centers_out)
        if totals.min() <= 0.0:
            fill_empty(points, weights, squared, totals, centers_out)
        elif moved <= tolerance:
            break
    assign(points, centers_out, labels, squared)
    return np.sum(weights * squared), n_iter
