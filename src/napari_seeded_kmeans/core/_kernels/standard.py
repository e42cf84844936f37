"""Features in units of what was painted."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

Values = NDArray[np.float32]


@kernel
def standardise(
    features: Values, start: int, offsets: Values, factors: Values, limit: np.float32, planes_out: Values
) -> None:
    """``(feature - offset) * factor``, between -limit and limit, of consecutive samples.

    Parameters
    ----------
    features : float32 (d, n)
    start : int
        The first sample.
    offsets, factors : float32 (d,)
    limit : float32
    planes_out : float32 (d, m), m <= n - start
        Overwritten.
    """
    for j in range(planes_out.shape[0]):
        row, out, offset, factor = features[j, start:], planes_out[j], offsets[j], factors[j]
        for i in range(out.size):
            out[i] = min(max((row[i] - offset) * factor, -limit), limit)


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
