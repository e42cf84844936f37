"""Newton's method for the loss of ridge-logistic regression, all of it in one call.

A call ends where the interpreter's lock is needed again. A window that is being drawn keeps it for as long
as a fit takes, so that the many short calls of a fit would wait for it one by one. And no library decides
about the bits.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel
from .logistic import gradient, surprise, weighted_gram

Array = NDArray[np.float64]

_MAX_STEPS = 25
# Of several classes the bound is loose anyhow: it need not follow every step.
_STEPS_PER_HESSIAN = 4
# Far from the optimum the bound is only local.
_SIZES = (1.0, 0.5, 0.25, 0.1)
_LEAST_CURVATURE = 1e-6


@kernel
def fit(
    rows: Array,
    columns: Array,
    indices: NDArray[np.int64],
    counts: Array,
    ridge: Array,
    precision: float,
    weights_out: Array,
) -> None:
    """Find the weights with the least loss: `surprise`, and half the ridge times squared weights.

    *Strategy.* The Hessian over classes is a graph's Laplacian with weights p_a p_b, never more than
    twice its diagonal: half a Newton step per class cannot go too far, and for two classes, where each
    gets what the other loses, it is exact.

    Parameters
    ----------
    rows, columns : float64 (n, k), (k, n), C order
        The same values.
    indices : int64 (n,)
        The true classes.
    counts : float64 (n,)
        How often each row counts.
    ridge : float64 (k,)
    precision : float
        The last step lowers the loss by less than this share of it.
    weights_out : float64 (k, n_classes)
        Overwritten.
    """
    n, k = rows.shape
    n_classes = weights_out.shape[1]
    n_hessians = n_classes if n_classes > 2 else 1
    factors, slope, step = np.empty((n_hessians, k, k)), np.empty((k, n_classes)), np.empty((k, n_classes))
    shares, others, curvature = np.empty((n_classes, n)), np.empty((n_classes, n)), np.empty(n)
    weights_out[:] = 0.0
    least = _loss(columns, indices, counts, ridge, weights_out, shares)
    for number in range(_MAX_STEPS):
        gradient(rows, indices, counts, shares, slope)
        for c in range(n_classes):
            for a in range(k):
                slope[a, c] += ridge[a] * weights_out[a, c]
        if n_classes == 2 or number % _STEPS_PER_HESSIAN == 0:
            for c in range(n_hessians):
                for i in range(n):
                    curvature[i] = 2 * counts[i] * max(shares[c, i] * (1 - shares[c, i]), _LEAST_CURVATURE)
                weighted_gram(rows, curvature, factors[c])
                for a in range(k):
                    factors[c, a, a] += ridge[a]
                _factorise(factors[c])
        for c in range(n_hessians):
            _solve(factors[c], slope[:, c], step[:, c])
        if n_classes == 2:
            step[:, 1] = -step[:, 0]
        before = least
        for size in _SIZES:
            tried = weights_out - size * step
            loss = _loss(columns, indices, counts, ridge, tried, others)
            if loss < least:
                least, shares, others = loss, others, shares
                weights_out[:] = tried
                break
        if before - least < precision * before:
            break


@kernel
def _loss(
    columns: Array, indices: NDArray[np.int64], counts: Array, ridge: Array, weights: Array, shares_out: Array
) -> float:
    price = 0.0
    for a in range(weights.shape[0]):
        for c in range(weights.shape[1]):
            price += ridge[a] * weights[a, c] ** 2
    return 0.5 * price + surprise(columns, indices, counts, weights, shares_out)


@kernel
def _factorise(matrix: Array) -> None:
    """Write the lower Cholesky factor of a positive definite matrix (k, k) over its lower half."""
    k = len(matrix)
    column = np.empty(k)
    for c in range(k):
        matrix[c, c] = sqrt(matrix[c, c])
        for a in range(c + 1, k):
            matrix[a, c] /= matrix[c, c]
            column[a] = matrix[a, c]
        for a in range(c + 1, k):
            row, scale = matrix[a], column[a]
            for b in range(c + 1, a + 1):
                row[b] -= scale * column[b]


@kernel
def _solve(factor: Array, values: Array, solution_out: Array) -> None:
    """Solve ``factor @ factor.T @ solution = values``, given a lower factor (k, k)."""
    k = len(factor)
    for a in range(k):
        rest = values[a]
        for b in range(a):
            rest -= factor[a, b] * solution_out[b]
        solution_out[a] = rest / factor[a, a]
    for a in range(k - 1, -1, -1):
        solution_out[a] /= factor[a, a]
        for b in range(a):
            solution_out[b] -= factor[a, b] * solution_out[a]
