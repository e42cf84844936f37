"""What every cluster says for every class, learnt from painted pixels: ridge-logistic regression."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._kernels import newton

Array = NDArray[np.float64]

# Weak: the strokes are few, but their clusters are fewer.
_RIDGE_PER_SAMPLE = 1e-5


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
    true: NDArray[np.int64] = indices.astype(np.int64)
    counts = (len(indices) / (n_classes * np.bincount(true, minlength=n_classes)))[true]
    ridge = np.full(rows.shape[1], _RIDGE_PER_SAMPLE * len(indices))
    ridge[-1] *= 1e-3
    weights = np.empty((rows.shape[1], n_classes))
    newton.fit(rows, np.ascontiguousarray(rows.T), true, counts, ridge, precision, weights)
    return weights[:-1], weights[-1]
