"""Features in units of how much they vary."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from ._blocks import GROUP, WIDE, load_block
from ._jit import fused_kernel, kernel

Values = NDArray[np.float32]


@kernel
def measure(
    stack: Values, offsets: Values, factors: Values, limit: np.float32, axes: Values, measured_out: Values
) -> None:
    """``(feature - offset) * factor``, between -limit and limit: the leading ones, then sums along axes.

    Parameters
    ----------
    stack : float32 (d, n), C order
    offsets, factors : float32 (d,)
    limit : float32
    axes : float32 (q, d)
    measured_out : float32 (p + q, n), C order, p <= d
        Overwritten.
    """
    d, n = stack.shape
    n_leading = len(measured_out) - len(axes)
    # What is missing to whole groups counts for nothing.
    rows = np.zeros((d + -d % GROUP, WIDE), np.float32)
    shares = np.zeros((len(axes) + -len(axes) % GROUP, len(rows)), np.float32)
    shares[: len(axes), :d] = axes
    sums = np.empty((GROUP, WIDE), np.float32)
    for start in range(0, n, WIDE):
        stop = min(start + WIDE, n)
        load_block(stack, start, stop, rows)
        for j in range(d):
            row, offset, factor = rows[j], offsets[j], factors[j]
            for i in range(WIDE):
                row[i] = min(max((row[i] - offset) * factor, -limit), limit)
        measured_out[:n_leading, start:stop] = rows[:n_leading, : stop - start]
        for q in range(0, len(axes), GROUP):
            _group_sums(rows.ravel(), shares[q : q + GROUP], sums.ravel())
            for slot in range(min(GROUP, len(axes) - q)):
                measured_out[n_leading + q + slot, start:stop] = sums[slot, : stop - start]


@fused_kernel
def _group_sums(samples: Values, axes: Values, sums_out: Values) -> None:
    """Sum WIDE samples up along a group of axes; arrays are as those of `group_distances`, and why."""
    sums_out[:] = np.float32(0.0)
    for j in range(0, axes.shape[1], GROUP):
        x = samples[j * WIDE : (j + GROUP) * WIDE]
        xp, yp, zp, wp = axes[0, j], axes[0, j + 1], axes[0, j + 2], axes[0, j + 3]
        xq, yq, zq, wq = axes[1, j], axes[1, j + 1], axes[1, j + 2], axes[1, j + 3]
        xr, yr, zr, wr = axes[2, j], axes[2, j + 1], axes[2, j + 2], axes[2, j + 3]
        xs, ys, zs, ws = axes[3, j], axes[3, j + 1], axes[3, j + 2], axes[3, j + 3]
        for i in range(WIDE):
            t, u, v, h = x[i], x[WIDE + i], x[2 * WIDE + i], x[3 * WIDE + i]
            p, q, r, s = i, WIDE + i, 2 * WIDE + i, 3 * WIDE + i
            sums_out[p] = (((sums_out[p] + t * xp) + u * yp) + v * zp) + h * wp
            sums_out[q] = (((sums_out[q] + t * xq) + u * yq) + v * zq) + h * wq
            sums_out[r] = (((sums_out[r] + t * xr) + u * yr) + v * zr) + h * wr
            sums_out[s] = (((sums_out[s] + t * xs) + u * ys) + v * zs) + h * ws


@kernel
def mean_and_spread(
    samples: Values, means_out: NDArray[np.float64], spreads_out: NDArray[np.float64]
) -> None:
    """Mean and standard deviation, both (d,), of samples (n, d), float32 in C order; n > 0."""
    n, d = samples.shape
    means_out[:] = 0.0
    for i in range(n):
        for j in range(d):
            means_out[j] += samples[i, j]
    means_out /= n
    spreads_out[:] = 0.0
    for i in range(n):
        for j in range(d):
            spreads_out[j] += (samples[i, j] - means_out[j]) ** 2
    for j in range(d):
        spreads_out[j] = sqrt(spreads_out[j] / n)
