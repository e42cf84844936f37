"""Features in units of how much they vary."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

Values = NDArray[np.float32]


@kernel
def standardise(stack: Values, offsets: Values, factors: Values, limit: np.float32) -> None:
    """``(feature - offset) * factor``, between -limit and limit, in place.

    Parameters
    ----------
    stack : float32 (d, n)
        Overwritten.
    offsets, factors : float32 (d,)
    limit : float32
    """
    for j in range(stack.shape[0]):
        row, offset, factor = stack[j], offsets[j], factors[j]
        for i in range(row.size):
            row[i] = min(max((row[i] - offset) * factor, -limit), limit)


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
