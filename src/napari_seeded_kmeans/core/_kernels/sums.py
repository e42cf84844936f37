"""Running sums, in place."""

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel


@kernel
def add_up(values: NDArray[np.float64]) -> None:
    """Replace every value by the sum up to it along the middle axis of three, float64 (m, n, k)."""
    for row in range(values.shape[0]):
        if values.shape[2] == 1:
            total = 0.0
            for i in range(values.shape[1]):
                total += values[row, i, 0]
                values[row, i, 0] = total
            continue
        for i in range(1, values.shape[1]):
            for j in range(values.shape[2]):
                values[row, i, j] += values[row, i - 1, j]
