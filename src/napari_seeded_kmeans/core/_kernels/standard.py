"""Features in units of how much they vary."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from ._blocks import GROUP, WIDE, add_scaled, load_block
from ._jit import kernel

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
    shares = np.zeros((len(axes), len(rows)), np.float32)
    shares[:, :d] = axes
    sums = np.empty(WIDE, np.float32)
    for start in range(0, n, WIDE):
        stop = min(start + WIDE, n)
        load_block(stack, start, stop, rows)
        for j in range(d):
            row, offset, factor = rows[j], offsets[j], factors[j]
            for i in range(WIDE):
                row[i] = min(max((row[i] - offset) * factor, -limit), limit)
        measured_out[:n_leading, start:stop] = rows[:n_leading, : stop - start]
        for q in range(len(axes)):
            sums[:] = np.float32(0.0)
            for j in range(0, len(rows), GROUP):
                add_scaled(rows[j : j + GROUP], shares[q, j : j + GROUP], sums)
            measured_out[n_leading + q, start:stop] = sums[: stop - start]


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
