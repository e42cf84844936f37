"""The expensive sum of logistic regression; serial, so its bits do not depend on a library's threads."""

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

Array = NDArray[np.float64]


@kernel
def weighted_gram(rows: Array, weights: Array, gram_out: Array) -> None:
    """Sum of ``weight * outer(row, row)``.

    Parameters
    ----------
    rows : float64 (n, k), C order
    weights : float64 (n,)
    gram_out : float64 (k, k)
        Overwritten.
    """
    n, k = rows.shape
    gram_out[:] = 0
    for i in range(n):
        for a in range(k):
            scaled = weights[i] * rows[i, a]
            for b in range(k):
                gram_out[a, b] += scaled * rows[i, b]
