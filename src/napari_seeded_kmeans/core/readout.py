"""What every cluster says for every class, learnt from painted pixels: ridge-logistic regression."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve, cholesky

from ._kernels.logistic import gradient, surprise, weighted_gram

Array = NDArray[np.float64]

# Weak: the strokes are few, but their clusters are fewer.
_RIDGE_PER_SAMPLE = 1e-5
_MAX_STEPS = 25
# Of several classes the bound is loose anyhow: it need not follow every step.
_STEPS_PER_HESSIAN = 4


def fit_readout(
    likeness: NDArray[np.floating[Any]],
    indices: NDArray[np.integer],
    n_classes: int,
    precision: float = 1e-5,
) -> tuple[Array, Array]:
    """Learn weights (k, n_classes) and bias (n_classes,) by ridge-logistic regression.

    Every class counts the same, however many pixels it was painted on.

    Parameters
    ----------
    likeness : ndarray (n, k)
        Rows sum to 1.
    indices : ndarray (n,), integer
        Class indices, each of range(n_classes) at least once.
    n_classes : int
    precision : float
        The last step lowers the loss by less than this share of it.
    """
    rows = np.ones((len(likeness), 1 + likeness.shape[1]))
    rows[:, :-1] = likeness
    columns = np.ascontiguousarray(rows.T)
    true: NDArray[np.int64] = indices.astype(np.int64)
    n_own = np.bincount(true, minlength=n_classes)
    counts = (len(indices) / (n_classes * n_own))[true]
    ridge = np.full((rows.shape[1], 1), _RIDGE_PER_SAMPLE * len(indices))
    ridge[-1] *= 1e-3

    def loss(weights: Array) -> tuple[float, Array]:
        shares = np.empty((n_classes, len(rows)))
        price = 0.5 * float((ridge * weights**2).sum())
        return price + surprise(columns, true, counts, weights, shares), shares

    weights = np.zeros((rows.shape[1], n_classes))
    least, shares = loss(weights)
    for number in range(_MAX_STEPS):
        slope = np.empty_like(weights)
        gradient(rows, true, counts, shares, slope)
        if n_classes == 2 or number % _STEPS_PER_HESSIAN == 0:
            hessians = _hessians(rows, counts, shares, ridge[:, 0])
        step = _newton_step(hessians, slope + ridge * weights)
        before = least
        # Far from the optimum the bound is only local.
        for size in (1.0, 0.5, 0.25, 0.1):
            tried = loss(weights + size * step)
            if tried[0] < least:
                weights = weights + size * step
                least, shares = tried
                break
        if before - least < precision * before:
            break
    return weights[:-1], weights[-1]


def _hessians(rows: Array, counts: Array, shares: Array, ridge: Array) -> list[Array]:
    """Return Cholesky factors (k, k) that bound every class's Hessian; of two classes the first is enough.

    *Strategy.* The Hessian over classes is a graph's Laplacian with weights p_a p_b, never more than
    twice its diagonal: half a Newton step per class cannot go too far, and for two classes it is exact.
    """
    n_classes = len(shares)
    factors = []
    for c in range(n_classes if n_classes > 2 else 1):
        curvature = 2 * counts * np.maximum(shares[c] * (1 - shares[c]), 1e-6)
        hessian = np.empty((rows.shape[1], rows.shape[1]))
        weighted_gram(rows, curvature, hessian)
        factors.append(cholesky(hessian + np.diag(ridge), lower=True))
    return factors


def _newton_step(factors: list[Array], slope: Array) -> Array:
    """Return the step of the weights (k, n_classes), class by class."""
    steps = [-cho_solve((factor, True), slope[:, c]) for c, factor in enumerate(factors)]
    # Of two classes each gets what the other loses.
    return np.stack(steps if len(steps) > 1 else [steps[0], -steps[0]], axis=1)
