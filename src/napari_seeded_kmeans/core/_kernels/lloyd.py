"""Nearest centres and Lloyd's iteration on weighted points.

Points are stored one row per dimension, ``(d, n)`` float64 and C-contiguous, so
that the innermost loop runs over neighbouring points and is vectorised.
"""

import numpy as np
from numpy.typing import NDArray

from ._blocks import GROUP, WIDE, group_distances, load_block, pick_centers
from ._jit import kernel

BLOCK = 256
MANY_FEATURES = 1024
"""Tiles of samples with more than these hold less than a block of WIDE, which would mostly be filling."""


@kernel
def squared_distances(
    points: NDArray[np.float64],
    first: int,
    centers: NDArray[np.float64],
    j: int,
    squared_out: NDArray[np.float64],
) -> None:
    """Write the squared distances of points `first` onwards to centre j to squared_out (m,).

    Four dimensions at a time: the partial sums are loaded and stored less often.
    """
    d = points.shape[0]
    m = squared_out.shape[0]
    squared_out[:] = 0.0
    a = 0
    while a + 4 <= d:
        p = points[a, first : first + m]
        q = points[a + 1, first : first + m]
        r = points[a + 2, first : first + m]
        s = points[a + 3, first : first + m]
        cp, cq, cr, cs = centers[j, a], centers[j, a + 1], centers[j, a + 2], centers[j, a + 3]
        for i in range(m):
            squared_out[i] += (p[i] - cp) ** 2 + (q[i] - cq) ** 2 + (r[i] - cr) ** 2 + (s[i] - cs) ** 2
        a += 4
    for b in range(a, d):
        row = points[b, first : first + m]
        c = centers[j, b]
        for i in range(m):
            squared_out[i] += (row[i] - c) ** 2


@kernel
def assign(
    points: NDArray[np.float64],
    first: int,
    last: int,
    centers: NDArray[np.float64],
    labels_out: NDArray[np.int32],
    squared_out: NDArray[np.float64],
) -> None:
    """Find the nearest centre of points `first` to `last` - 1; the lowest one wins a tie.

    points (d, n), centers (k, d) with k >= 1; writes labels_out (last - first,)
    and squared_out (last - first,), the squared distances. Values must be finite.
    """
    d = points.shape[0]
    k = centers.shape[0]
    partial = np.empty(BLOCK if d != 3 else 0)
    for start in range(first, last, BLOCK):
        stop = min(start + BLOCK, last)
        size = stop - start
        best = squared_out[start - first : stop - first]
        label = labels_out[start - first : stop - first]
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
            squared_distances(points, start, centers, j, partial[:size])
            for i in range(size):
                label[i] = j if partial[i] < best[i] else label[i]
                best[i] = min(partial[i], best[i])


@kernel
def assign_features(
    points: NDArray[np.float64],
    centers: NDArray[np.float64],
    labels_out: NDArray[np.int32],
    squared_out: NDArray[np.float64],
) -> None:
    """Find the nearest centre of every point, as `assign` does; faster where there are many dimensions.

    points (d, n), centers (k, d); writes labels_out (n,) and squared_out (n,).
    """
    n, k = points.shape[1], centers.shape[0]
    if points.shape[0] > MANY_FEATURES:
        assign(points, 0, n, centers, labels_out, squared_out)
        return
    # The last group is filled up with a centre that is there already.
    padded = pick_centers(centers.T, np.minimum(np.arange(k + -k % GROUP), k - 1))
    block = np.zeros((padded.shape[1], WIDE))
    rows = np.empty((GROUP, WIDE))
    samples, sums = block.ravel(), rows.ravel()
    best, labels = np.empty(WIDE), np.empty(WIDE)
    for start in range(0, n, WIDE):
        stop = min(start + WIDE, n)
        load_block(points, start, stop, block)
        best[:] = np.inf
        labels[:] = 0
        for first in range(0, k, GROUP):
            group_distances(samples, padded[first : first + GROUP], sums)
            for slot in range(GROUP):
                row, j = rows[slot], float(first + slot)
                for i in range(WIDE):
                    labels[i] = j if row[i] < best[i] else labels[i]
                    best[i] = min(best[i], row[i])
        for i in range(stop - start):
            labels_out[start + i] = np.int32(labels[i])
            squared_out[start + i] = best[i]


@kernel
def accumulate(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    first: int,
    labels: NDArray[np.int32],
    sums_out: NDArray[np.float64],
    totals_out: NDArray[np.float64],
) -> None:
    """Add the points from `first` on, times their weights, to their clusters.

    points (d, n), weights (n,), labels (m,) of the points to add; adds to
    sums_out (k, d) and totals_out (k,), which the caller clears.
    """
    d = points.shape[0]
    for i in range(labels.shape[0]):
        j = labels[i]
        w = weights[first + i]
        totals_out[j] += w
        for a in range(d):
            sums_out[j, a] += w * points[a, first + i]


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
    sums: NDArray[np.float64], totals: NDArray[np.float64], stride: float, centers_out: NDArray[np.float64]
) -> float:
    """Move every centre with total > 0 `stride` times the way to its mean; return the squared ways."""
    moved = 0.0
    for j in range(totals.shape[0]):
        if totals[j] > 0.0:
            for a in range(sums.shape[1]):
                mean = sums[j, a] / totals[j]
                way = mean - centers_out[j, a]
                moved += way**2
                centers_out[j, a] = mean if stride == 1.0 else centers_out[j, a] + stride * way
    return moved


@kernel
def lloyd(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    centers_out: NDArray[np.float64],
    labels_out: NDArray[np.int32],
    max_iter: int,
    tolerance: float,
) -> tuple[float, int]:
    """Iterate from centers_out until the centres move by at most `tolerance`.

    points (d, n), weights (n,), centers_out (k, d) is overwritten. `tolerance`
    is the sum over the centres of their squared movement in one iteration.
    Writes labels_out (n,); returns the inertia with the final centres and the
    number of iterations.
    """
    n = points.shape[1]
    squared = np.empty(n)
    sums = np.empty_like(centers_out)
    totals = np.empty(centers_out.shape[0])
    n_iter = 0
    for _ in range(max_iter):
        n_iter += 1
        assign(points, 0, n, centers_out, labels_out, squared)
        sums[:] = 0.0
        totals[:] = 0.0
        accumulate(points, weights, 0, labels_out, sums, totals)
        moved = move_centers(sums, totals, 1.0, centers_out)
        if totals.min() <= 0.0:
            fill_empty(points, weights, squared, totals, centers_out)
        elif moved <= tolerance:
            break
    assign(points, 0, n, centers_out, labels_out, squared)
    return np.sum(weights * squared), n_iter


@kernel
def assign_two(
    points: NDArray[np.float64],
    centers: NDArray[np.float64],
    labels_out: NDArray[np.int32],
    first_out: NDArray[np.float64],
    second_out: NDArray[np.float64],
) -> None:
    """Find the nearest centre and the squared distances to the two nearest.

    points (d, n), centers (k, d); writes labels_out, first_out and second_out
    (n,); second_out is infinite when there is only one centre.
    """
    n = points.shape[1]
    partial = np.empty(BLOCK)
    for start in range(0, n, BLOCK):
        stop = min(start + BLOCK, n)
        size = stop - start
        first = first_out[start:stop]
        second = second_out[start:stop]
        label = labels_out[start:stop]
        first[:] = np.inf
        second[:] = np.inf
        label[:] = 0
        for j in range(centers.shape[0]):
            squared_distances(points, start, centers, j, partial[:size])
            for i in range(size):
                label[i] = j if partial[i] < first[i] else label[i]
                second[i] = min(second[i], max(first[i], partial[i]))
                first[i] = min(first[i], partial[i])


@kernel
def add_moments(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    first: int,
    last: int,
    origin: NDArray[np.float64],
    moments_out: NDArray[np.float64],
) -> None:
    """Add the weighted moments of points `first` to `last` - 1 around origin (d,) to moments_out (3, d).

    points (d, m), weights (m,); the rows are the sums of w, w x and w x^2.
    """
    for a in range(points.shape[0]):
        total = linear = square = 0.0
        for i in range(first, last):
            x = points[a, i] - origin[a]
            total += weights[i]
            linear += weights[i] * x
            square += weights[i] * x * x
        moments_out[0, a] += total
        moments_out[1, a] += linear
        moments_out[2, a] += square
