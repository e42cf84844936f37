"""What K-means takes: samples, weights, settings and first centres, or a sentence that says why not."""

import math
import numbers
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import SeededKMeansError

LARGEST = 1e150
"""Distances are squared: larger magnitudes overflow, smaller ones than 1 / LARGEST vanish."""


def check_samples(samples: ArrayLike) -> NDArray[Any]:
    """Return samples as (n, d), or say what is wrong with them."""
    array = np.asarray(samples)
    if array.dtype.kind not in "biuf":
        raise SeededKMeansError(f"samples must be real numbers, not {array.dtype}.")
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2:
        raise SeededKMeansError(f"samples must have shape (n, d) or (n,), not {array.shape}.")
    if array.size == 0:
        raise SeededKMeansError(f"samples is empty: its shape is {array.shape}.")
    if array.dtype.kind == "f":
        largest = max(abs(float(array.max())), abs(float(array.min())))
        if not math.isfinite(largest):
            raise SeededKMeansError("samples must be finite, but contains NaN or infinity.")
        if largest > LARGEST or 0 < largest < 1 / LARGEST:
            raise SeededKMeansError(f"samples reaches {largest:g}; scale it to between 1e-150 and 1e150.")
    return array


def check_weights(sample_weight: ArrayLike | None, n: int) -> tuple[NDArray[np.float64] | None, float]:
    """Return (weights or None, unit) so that weights * unit are the caller's; the largest weight is near 1.

    The unit is a power of two: dividing by it is exact, and subnormal weights
    become ordinary numbers.
    """
    if sample_weight is None:
        return None, 1.0
    weights = np.asarray(sample_weight)
    if weights.dtype.kind not in "biuf":
        raise SeededKMeansError(f"sample_weight must be real numbers, not {weights.dtype}.")
    if weights.shape not in {(n,), ()}:
        raise SeededKMeansError(f"sample_weight must have shape ({n},), not {weights.shape}.")
    weights = np.ascontiguousarray(np.broadcast_to(weights, (n,)), dtype=np.float64)
    if not np.isfinite(weights).all():
        raise SeededKMeansError("sample_weight must be finite, but contains NaN or infinity.")
    if weights.min() < 0:
        raise SeededKMeansError(f"sample_weight must not be negative, but contains {weights.min():g}.")
    if weights.max() == 0:
        raise SeededKMeansError("sample_weight is zero everywhere: no sample is left.")
    exponent = math.frexp(weights.max())[1]
    return np.ldexp(weights, -exponent), math.ldexp(1.0, exponent)


def check_settings(n_clusters: int, n: int, n_init: int, max_iter: int, tol: float) -> None:
    """Say so when a setting is of the wrong kind or out of range for `n` samples."""
    for name, value in {"n_clusters": n_clusters, "n_init": n_init, "max_iter": max_iter}.items():
        if not isinstance(value, numbers.Integral) or value < 1:
            raise SeededKMeansError(f"{name} must be a positive integer, not {value!r}.")
    if n_clusters > n:
        raise SeededKMeansError(f"n_clusters is {n_clusters}, but samples has only {n} rows.")
    if not isinstance(tol, numbers.Real) or not 0 <= tol < math.inf:
        raise SeededKMeansError(f"tol must be a non-negative number, not {tol!r}.")


def check_init(init: str | ArrayLike, n_clusters: int, d: int) -> NDArray[np.float64] | None:
    """Return the centres (k, d) that the caller gave, None if it was a method."""
    if isinstance(init, str):
        if init not in {"k-means++", "random"}:
            raise SeededKMeansError(f"init must be 'k-means++', 'random' or an array, not {init!r}.")
        return None
    centers = np.array(init, dtype=np.float64, order="C")
    if centers.ndim == 1 and d == 1:
        centers = centers[:, None]
    if centers.shape != (n_clusters, d):
        raise SeededKMeansError(f"init must have shape ({n_clusters}, {d}), not {centers.shape}.")
    if not np.abs(centers).max() <= LARGEST:
        raise SeededKMeansError("init must be finite, and at most 1e150.")
    return centers
