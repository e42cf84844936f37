"""Features in units of how much they vary."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

Values = NDArray[np.float32]


_PIECE = 1024


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
    piece = np.empty(_PIECE, np.float32)
    measured_out[n_leading:] = np.float32(0.0)
    for start in range(0, n, _PIECE):
        stop = min(start + _PIECE, n)
        row = piece[: stop - start]
        for j in range(d):
            given, offset, factor = stack[j, start:stop], offsets[j], factors[j]
            for i in range(row.size):
                row[i] = min(max((given[i] - offset) * factor, -limit), limit)
            if j < n_leading:
                measured_out[j, start:stop] = row
            for q in range(len(axes)):
                out, share = measured_out[n_leading + q, start:stop], axes[q, j]
                for i in range(row.size):
                    out[i] += share * row[i]


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
