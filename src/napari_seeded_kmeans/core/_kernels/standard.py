"""Features in units of what was painted."""

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
