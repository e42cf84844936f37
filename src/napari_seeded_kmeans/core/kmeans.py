"""Weighted K-means: validate, seed, iterate, converge."""

import math
import numbers
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._kernels.lloyd import assign, lloyd
from ._kernels.seeding import plus_plus
from .errors import SeededKMeansError, SeededKMeansWarning

LARGEST = 1e150
"""Distances are squared: larger magnitudes overflow, smaller ones than 1 / LARGEST vanish."""


@dataclass(frozen=True, eq=False)
class KMeansResult:
    """What K-means found.

    Attributes
    ----------
    centers : (k, d) float64
        Cluster means.
    labels : (n,) int32
        Index of the nearest centre of every sample.
    inertia : float
        Sum over the samples of weight times squared distance to the centre.
    n_iter : int
        Lloyd iterations of the best start.
    """

    centers: NDArray[np.float64]
    labels: NDArray[np.int32]
    inertia: float
    n_iter: int


def kmeans(
    samples: ArrayLike,
    n_clusters: int,
    *,
    sample_weight: ArrayLike | None = None,
    init: str | ArrayLike = "k-means++",
    n_init: int = 1,
    max_iter: int = 300,
    tol: float = 1e-4,
    random_state: int | np.random.Generator | None = 0,
) -> KMeansResult:
    """Cluster samples around `n_clusters` means.

    Parameters
    ----------
    samples : (n, d) or (n,) array of any real dtype
        Finite values.
    n_clusters : int
        How many centres, at most the number of samples. With fewer distinct
        samples, there are fewer centres and a warning.
    sample_weight : (n,) array, optional
        Non-negative; a weight of 2 is the same as the sample twice.
    init : "k-means++", "random" or (k, d) array
        Where the centres start.
    n_init : int
        Independent starts; the best is kept.
    max_iter : int
        Most Lloyd iterations per start.
    tol : float
        Converged when the squared movements of the centres sum to at most `tol`
        times the mean variance of the features (as in scikit-learn).
    random_state : int, Generator or None
        Seed; None differs from call to call.

    Returns
    -------
    KMeansResult
        The same bits for the same input, whatever the number of threads.

    Raises
    ------
    SeededKMeansError
        When an argument cannot be used; the sentence names it.
    """
    points = check_samples(samples)
    n = points.shape[1]
    _check_settings(n_clusters, n, n_init, max_iter, tol)
    weights, unit = check_weights(sample_weight, n)
    start = _check_init(init, n_clusters, points.shape[0])
    used = points if weights.all() else points[:, weights > 0]
    used_weights = weights if weights.all() else weights[weights > 0]
    tolerance = tol * _mean_variance(used, used_weights)
    rng = np.random.default_rng(random_state)
    best = (np.empty((0, 0)), math.inf, 0)
    for _ in range(n_init if isinstance(start, str) else 1):
        centers = _start(used, used_weights, n_clusters, start, rng)
        inertia, n_iter = lloyd(used, used_weights, centers, max_iter, tolerance)
        if inertia < best[1]:
            best = (centers, inertia, n_iter)
    centers, inertia, n_iter = best
    if len(centers) < n_clusters:
        warnings.warn(
            f"n_clusters is {n_clusters} but samples has only {len(centers)} distinct values: "
            f"{len(centers)} clusters are returned.",
            SeededKMeansWarning,
            stacklevel=2,
        )
    labels = np.empty(n, np.int32)
    assign(points, centers, labels, np.empty(n))
    return KMeansResult(centers, labels, float(inertia * unit), n_iter)


def check_samples(samples: ArrayLike) -> NDArray[np.float64]:
    """Return samples as (d, n) float64, one row per dimension, or say what is wrong."""
    array = np.asarray(samples)
    if array.dtype.kind not in "biuf":
        raise SeededKMeansError(f"samples must be real numbers, not {array.dtype}.")
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2:
        raise SeededKMeansError(f"samples must have shape (n, d) or (n,), not {array.shape}.")
    if array.size == 0:
        raise SeededKMeansError(f"samples is empty: its shape is {array.shape}.")
    points = np.ascontiguousarray(array.T, dtype=np.float64)
    largest = float(np.abs(points).max())
    if not math.isfinite(largest):
        raise SeededKMeansError("samples must be finite, but contains NaN or infinity.")
    if largest > LARGEST or 0 < largest < 1 / LARGEST:
        raise SeededKMeansError(f"samples reaches {largest:g}; scale it to between 1e-150 and 1e150.")
    return points


def check_weights(sample_weight: ArrayLike | None, n: int) -> tuple[NDArray[np.float64], float]:
    """Return (weights, unit) so that weights * unit are the caller's; the largest weight is near 1.

    The unit is a power of two: dividing by it is exact, and subnormal weights
    become ordinary numbers.
    """
    if sample_weight is None:
        return np.ones(n), 1.0
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


def _check_settings(n_clusters: int, n: int, n_init: int, max_iter: int, tol: float) -> None:
    for name, value in {"n_clusters": n_clusters, "n_init": n_init, "max_iter": max_iter}.items():
        if not isinstance(value, numbers.Integral) or value < 1:
            raise SeededKMeansError(f"{name} must be a positive integer, not {value!r}.")
    if n_clusters > n:
        raise SeededKMeansError(f"n_clusters is {n_clusters}, but samples has only {n} rows.")
    if not isinstance(tol, numbers.Real) or not 0 <= tol < math.inf:
        raise SeededKMeansError(f"tol must be a non-negative number, not {tol!r}.")


def _check_init(init: str | ArrayLike, n_clusters: int, d: int) -> str | NDArray[np.float64]:
    if isinstance(init, str):
        if init not in {"k-means++", "random"}:
            raise SeededKMeansError(f"init must be 'k-means++', 'random' or an array, not {init!r}.")
        return init
    centers = np.array(init, dtype=np.float64, order="C")
    if centers.ndim == 1 and d == 1:
        centers = centers[:, None]
    if centers.shape != (n_clusters, d):
        raise SeededKMeansError(f"init must have shape ({n_clusters}, {d}), not {centers.shape}.")
    if not np.isfinite(centers).all():
        raise SeededKMeansError("init must be finite, but contains NaN or infinity.")
    return centers


def _start(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    n_clusters: int,
    start: str | NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    if not isinstance(start, str):
        return start.copy()
    if start == "random":
        chosen = rng.choice(len(weights), n_clusters, replace=False, p=weights / weights.sum())
        return np.ascontiguousarray(points[:, chosen].T)
    n_trials = 2 + int(math.log(n_clusters))
    centers = np.empty((n_clusters, len(points)))
    return centers[: plus_plus(points, weights, rng.random((n_clusters, n_trials)), centers)]


def _mean_variance(points: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    total = weights.sum()
    mean = points @ weights / total
    return float(np.mean((points - mean[:, None]) ** 2 @ weights) / total)
