"""The expensive sums of logistic regression; serial, so their bits do not depend on a library's threads."""

from math import inf, log

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel
from .scores import exp_negative

Array = NDArray[np.float64]

_BLOCK = 256
_LEAST_EXPONENT = -128.0


@kernel
def surprise(
    columns: Array, indices: NDArray[np.int64], counts: Array, weights: Array, shares_out: Array
) -> float:
    """Sum of ``-count * log(share of the true class)``, shares being ``softmax(weights.T @ columns)``.

    Parameters
    ----------
    columns : float64 (k, n), C order
    indices : int64 (n,)
        The true classes.
    counts : float64 (n,)
        How often each column counts.
    weights : float64 (k, n_classes)
    shares_out : float64 (n_classes, n)
        Overwritten.
    """
    n = columns.shape[1]
    largest, norms = np.empty(_BLOCK), np.empty(_BLOCK)
    total = 0.0
    for start in range(0, n, _BLOCK):
        m = min(start + _BLOCK, n) - start
        largest[:] = -inf
        for c in range(weights.shape[1]):
            own = shares_out[c, start : start + m]
            _combine(columns, start, weights[:, c], own)
            for i in range(m):
                largest[i] = max(largest[i], own[i])
        for i in range(m):
            total -= counts[start + i] * (shares_out[indices[start + i], start + i] - largest[i])
        norms[:] = 0.0
        for c in range(weights.shape[1]):
            own = shares_out[c, start : start + m]
            for i in range(m):
                own[i] = exp_negative(max(own[i] - largest[i], _LEAST_EXPONENT))
                norms[i] += own[i]
        for c in range(weights.shape[1]):
            own = shares_out[c, start : start + m]
            for i in range(m):
                own[i] /= norms[i]
        for i in range(m):
            total += counts[start + i] * log(norms[i])
    return total


@kernel
def _combine(columns: Array, start: int, weights: Array, sums_out: Array) -> None:
    """Write ``weights @ columns`` (k, n) of some columns to sums_out (m,); four rows at a time."""
    sums_out[:] = 0.0
    k, m = columns.shape[0], sums_out.shape[0]
    for a in range(0, k - 3, 4):
        p, q = columns[a, start : start + m], columns[a + 1, start : start + m]
        r, s = columns[a + 2, start : start + m], columns[a + 3, start : start + m]
        t, u, v, w = weights[a], weights[a + 1], weights[a + 2], weights[a + 3]
        for i in range(m):
            sums_out[i] += t * p[i] + u * q[i] + v * r[i] + w * s[i]
    for a in range(k - k % 4, k):
        row, weight = columns[a, start : start + m], weights[a]
        for i in range(m):
            sums_out[i] += weight * row[i]


@kernel
def gradient(
    rows: Array, indices: NDArray[np.int64], counts: Array, shares: Array, gradient_out: Array
) -> None:
    """Gradient of `surprise` over the weights, float64 (k, n_classes), overwritten.

    rows float64 (n, k) are its columns, shares (n_classes, n) what it wrote; else inputs as there.
    """
    n, k = rows.shape
    gradient_out[:] = 0.0
    for i in range(n):
        for c in range(shares.shape[0]):
            excess = counts[i] * (shares[c, i] - (1.0 if indices[i] == c else 0.0))
            for a in range(k):
                gradient_out[a, c] += excess * rows[i, a]


@kernel
def weighted_gram(rows: Array, weights: Array, gram_out: Array) -> None:
    """Sum of ``weight * outer(row, row)``; four rows at a time, so that sums are stored less often.

    Parameters
    ----------
    rows : float64 (n, k), C order
    weights : float64 (n,)
    gram_out : float64 (k, k)
        Overwritten.
    """
    n, k = rows.shape
    gram_out[:] = 0
    for i in range(0, n - 3, 4):
        p, q, r, s = rows[i], rows[i + 1], rows[i + 2], rows[i + 3]
        t, u, v, w = weights[i], weights[i + 1], weights[i + 2], weights[i + 3]
        for a in range(k):
            pa, qa, ra, sa = t * p[a], u * q[a], v * r[a], w * s[a]
            sums = gram_out[a]
            for b in range(a + 1):
                sums[b] += pa * p[b] + qa * q[b] + ra * r[b] + sa * s[b]
    for i in range(n - n % 4, n):
        for a in range(k):
            scaled = weights[i] * rows[i, a]
            for b in range(a + 1):
                gram_out[a, b] += scaled * rows[i, b]
    for a in range(k):
        for b in range(a):
            gram_out[b, a] = gram_out[a, b]
