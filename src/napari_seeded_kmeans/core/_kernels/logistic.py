"""The expensive sums of logistic regression; serial, so their bits do not depend on a library's threads."""

from math import exp, log

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

Array = NDArray[np.float64]


@kernel
def surprise(
    rows: Array, indices: NDArray[np.int64], counts: Array, weights: Array, shares_out: Array
) -> float:
    """Sum of ``-count * log(share of the true class)``, shares being ``softmax(row @ weights)``.

    Parameters
    ----------
    rows : float64 (n, k)
    indices : int64 (n,)
        The true classes.
    counts : float64 (n,)
        How often each row counts.
    weights : float64 (k, n_classes)
    shares_out : float64 (n, n_classes)
        Overwritten.
    """
    n, k = rows.shape
    n_classes = weights.shape[1]
    total = 0.0
    for i in range(n):
        own = shares_out[i]
        own[:] = 0.0
        for a in range(k):
            for c in range(n_classes):
                own[c] += rows[i, a] * weights[a, c]
        largest = own[0]
        for c in range(1, n_classes):
            largest = max(largest, own[c])
        true = own[indices[i]] - largest
        norm = 0.0
        for c in range(n_classes):
            own[c] = exp(own[c] - largest)
            norm += own[c]
        for c in range(n_classes):
            own[c] /= norm
        total += counts[i] * (log(norm) - true)
    return total


@kernel
def gradient(
    rows: Array, indices: NDArray[np.int64], counts: Array, shares: Array, gradient_out: Array
) -> None:
    """Gradient of `surprise` over the weights, float64 (k, n_classes), overwritten; inputs as there."""
    n, k = rows.shape
    gradient_out[:] = 0.0
    for i in range(n):
        for c in range(shares.shape[1]):
            excess = counts[i] * (shares[i, c] - (1.0 if indices[i] == c else 0.0))
            for a in range(k):
                gradient_out[a, c] += excess * rows[i, a]


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
            for b in range(a + 1):
                gram_out[a, b] += scaled * rows[i, b]
    for a in range(k):
        for b in range(a):
            gram_out[b, a] = gram_out[a, b]
