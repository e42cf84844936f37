"""Dynamic programme for K-means on a line.

With the values sorted, clusters are runs. ``best[i]`` is the smallest inertia of
the first i values in k clusters; the k-th cluster starts at the split j:

    best_k[i] = min over j < i of best_{k-1}[j] + cost(j, i)
    cost(j, i) = (Q_i - Q_j) - (S_i - S_j)^2 / (W_i - W_j)

with prefix sums of weights W, weighted values S and weighted squares Q. The
smallest split never decreases with i nor with k (the cost obeys the quadrangle
inequality), so a layer is solved by halving: O(m log m), not O(m^2).
"""

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

LANES = 32


@kernel
def prefix_sums(
    values: NDArray[np.float64], weights: NDArray[np.float64], center: float, sums_out: NDArray[np.float64]
) -> None:
    """Write prefix sums of w, w x and w x^2 with x = value - center to sums_out (3, m + 1)."""
    w = s = q = 0.0
    sums_out[:, 0] = 0.0
    for i in range(values.shape[0]):
        x = values[i] - center
        w += weights[i]
        s += weights[i] * x
        q += weights[i] * x * x
        sums_out[0, i + 1] = w
        sums_out[1, i + 1] = s
        sums_out[2, i + 1] = q


@kernel
def best_split(
    base: NDArray[np.float64],
    sums: NDArray[np.float64],
    i: int,
    low: int,
    high: int,
    lane_best: NDArray[np.float64],
    lane_split: NDArray[np.int64],
) -> tuple[int, float]:
    """Return the smallest best split j in low..high (inclusive, high < i) and its value.

    base (m + 1,) is best_{k-1} - Q; the value is best_k[i] - Q_i. lane_best and
    lane_split (LANES,) are scratch: one minimum per lane of the vector units.
    """
    w = sums[0]
    s = sums[1]
    wi = w[i]
    si = s[i]
    best = np.inf
    split = low
    j = low
    lanes = lane_best.shape[0]
    if high - low >= 2 * lanes:
        lane_best[:] = np.inf
        lane_split[:] = low
        while j + lanes <= high + 1:
            wj = w[j : j + lanes]
            sj = s[j : j + lanes]
            bj = base[j : j + lanes]
            for lane in range(lanes):
                value = bj[lane] - (si - sj[lane]) ** 2 / (wi - wj[lane])
                lane_split[lane] = j if value < lane_best[lane] else lane_split[lane]
                lane_best[lane] = min(value, lane_best[lane])
            j += lanes
        for lane in range(lanes):
            if lane_best[lane] < best or (lane_best[lane] == best and lane_split[lane] + lane < split):
                best = lane_best[lane]
                split = lane_split[lane] + lane
    for rest in range(j, high + 1):
        value = base[rest] - (si - s[rest]) ** 2 / (wi - w[rest])
        if value < best:
            best = value
            split = rest
    return split, best


@kernel
def solve_run(
    base: NDArray[np.float64],
    sums: NDArray[np.float64],
    k: int,
    first: int,
    last: int,
    low: int,
    high: int,
    previous_splits: NDArray[np.int32],
    best_out: NDArray[np.float64],
    splits_out: NDArray[np.int32],
) -> None:
    """Solve layer k for i in first..last, whose splits lie in low..high.

    Halving with a stack of open runs. previous_splits (m + 1,) are those of layer
    k - 1; writes best_out and splits_out (m + 1,) at first..last.
    """
    lane_best = np.empty(LANES)
    lane_split = np.empty(LANES, np.int64)
    stack = np.empty((128, 4), np.int64)
    stack[0, 0], stack[0, 1], stack[0, 2], stack[0, 3] = first, last, low, high
    depth = 1
    while depth > 0:
        depth -= 1
        first, last, low, high = stack[depth, 0], stack[depth, 1], stack[depth, 2], stack[depth, 3]
        if first > last:
            continue
        i = (first + last) // 2
        lowest = max(low, k - 1, previous_splits[i])
        split, value = best_split(base, sums, i, lowest, max(min(high, i - 1), lowest), lane_best, lane_split)
        best_out[i] = value + sums[2, i]
        splits_out[i] = split
        stack[depth, 0], stack[depth, 1], stack[depth, 2], stack[depth, 3] = first, i - 1, low, split
        depth += 1
        stack[depth, 0], stack[depth, 1], stack[depth, 2], stack[depth, 3] = i + 1, last, split, high
        depth += 1


@kernel
def describe_runs(
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    bounds: NDArray[np.int64],
    centers_out: NDArray[np.float64],
) -> float:
    """Write the mean of every run values[bounds[j]:bounds[j + 1]] to centers_out (k,); return the inertia.

    Summed around the first value of the run: nothing cancels.
    """
    inertia = 0.0
    for j in range(centers_out.shape[0]):
        origin = values[bounds[j]]
        total = 0.0
        shifted = 0.0
        for i in range(bounds[j], bounds[j + 1]):
            total += weights[i]
            shifted += weights[i] * (values[i] - origin)
        mean = origin + shifted / total
        centers_out[j] = mean
        for i in range(bounds[j], bounds[j + 1]):
            inertia += weights[i] * (values[i] - mean) ** 2
    return inertia
