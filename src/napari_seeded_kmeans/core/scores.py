"""From palettes to class scores: how much each pixel looks like each class.

A *palette* is what K-means found under one class's strokes: `centers` (k, d)
and `weights` (k,). Everything here works on samples (n, d), so it knows
neither images nor colour spaces, and runs tile by tile: no (n, k) array of
all pixels ever exists.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import SeededKMeansError
from .threads import Cancel, map_tiles

FloatArray = NDArray[np.float64]
Scores = NDArray[np.float32]
Palette = tuple[ArrayLike, ArrayLike]
"""The centres (k, d) and the weights (k,) of one class."""

TILE = 8192


def exponential_scores(
    samples: ArrayLike,
    centers: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    bandwidth: ArrayLike = 1.0,
    power: int = 1,
    cancel: Cancel | None = None,
) -> FloatArray:
    """Sum of weighted exponentials of the distance to every centre.

    Parameters
    ----------
    samples : array of shape (n, d)
    centers : array of shape (k, d)
    weights : array of shape (k,), optional
        Not negative; all ones by default.
    bandwidth : float or array of shape (k,)
        The distance at which a centre's influence falls to 1/e, in the unit of the samples.
    power : {1, 2}
        1 is the source's score: the distance is not squared. 2 is the Gaussian's shape.
    cancel : callable, optional
        Asked between tiles; see `core.threads`.

    Returns
    -------
    float64 array of shape (n,)
        ``sum_k w_k exp(-(|x - c_k| / bandwidth_k) ** power)``
    """
    return np.exp(
        log_exponential_scores(samples, centers, weights, bandwidth=bandwidth, power=power, cancel=cancel)
    )


def log_exponential_scores(
    samples: ArrayLike,
    centers: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    bandwidth: ArrayLike = 1.0,
    power: int = 1,
    cancel: Cancel | None = None,
) -> FloatArray:
    """Logarithm of `exponential_scores`; never underflows.

    One plane of a class: keep it, and when the strokes of another class change only that
    class's plane is computed again (`normalize_log_scores` joins them).
    """
    samples = _samples(samples)
    centers, log_weights, inverse = _palette(samples, (centers, weights), bandwidth, power)

    def tile_scores(start: int) -> FloatArray:
        distances = _distances(samples[start : start + TILE], centers)
        exponents = log_weights - (distances * inverse) ** power
        peak = exponents.max(axis=1)
        peak[np.isneginf(peak)] = 0.0
        with np.errstate(divide="ignore"):
            sums: FloatArray = np.log(np.exp(exponents - peak[:, None]).sum(axis=1))
        return peak + sums

    return _joined(tile_scores, len(samples), cancel)


def class_scores(
    samples: ArrayLike,
    palettes: Sequence[Palette],
    *,
    bandwidth: ArrayLike = 1.0,
    power: int = 1,
    cancel: Cancel | None = None,
) -> Scores:
    """Exponential scores of every class, normalised to sum 1.

    Parameters
    ----------
    samples : array of shape (n, d)
    palettes : sequence of (centers, weights)
        One per class.
    bandwidth : float or array of shape (n_classes,)
    power, cancel
        As in `exponential_scores`.

    Returns
    -------
    float32 array of shape (n_classes, n)
    """
    bandwidths = np.broadcast_to(np.asarray(bandwidth, dtype=np.float64), len(palettes))
    planes = [
        log_exponential_scores(samples, centers, weights, bandwidth=width, power=power, cancel=cancel)
        for (centers, weights), width in zip(palettes, bandwidths, strict=True)
    ]
    return normalize_log_scores(np.stack(planes))


def normalize_log_scores(log_scores: ArrayLike) -> Scores:
    """Softmax over the classes, the first axis; (n_classes, ...) in, the same shape in float32 out.

    Where every class has score zero, all are equally likely.
    """
    log_scores = np.asarray(log_scores)
    peak = log_scores.max(axis=0)
    exponents = np.where(np.isneginf(peak), 0.0, log_scores - np.where(np.isneginf(peak), 0.0, peak))
    scores: Scores = np.exp(exponents).astype(np.float32)
    scores /= scores.sum(axis=0)
    return scores


def nearest_center(
    samples: ArrayLike, centers: ArrayLike, *, cancel: Cancel | None = None
) -> tuple[NDArray[np.int32], Scores]:
    """Index of the nearest centre, the lowest on ties, and the distance to it.

    Returns
    -------
    labels : int32 array of shape (n,)
    distances : float32 array of shape (n,)
        Euclidean, in the unit of the samples.
    """
    samples = _samples(samples)
    centers, _, _ = _palette(samples, (centers, None), 1.0, 1)

    def tile_nearest(start: int) -> FloatArray:
        distances = _distances(samples[start : start + TILE], centers)
        return np.stack([distances.argmin(axis=1), distances.min(axis=1)], axis=1)

    nearest = _joined(tile_nearest, len(samples), cancel).reshape(-1, 2)
    return nearest[:, 0].astype(np.int32), nearest[:, 1].astype(np.float32)


def nearest_distances(
    samples: ArrayLike, palettes: Sequence[Palette], *, cancel: Cancel | None = None
) -> Scores:
    """Distance to the nearest centre of each class; float32 (n_classes, n)."""
    return np.stack([nearest_center(samples, centers, cancel=cancel)[1] for centers, _ in palettes])


def nearest_scores(
    samples: ArrayLike,
    palettes: Sequence[Palette],
    *,
    bandwidth: ArrayLike = 1.0,
    cancel: Cancel | None = None,
) -> Scores:
    """Class scores of the nearest centres alone: softmax over classes of -distance / bandwidth.

    The class with the nearest centre has the highest score when all bandwidths are the same.
    """
    distances = nearest_distances(samples, palettes, cancel=cancel)
    widths = np.broadcast_to(np.asarray(bandwidth, dtype=np.float32), len(palettes))
    return normalize_log_scores(-distances / widths[:, None])


def responsibilities(samples: ArrayLike, centers: ArrayLike, *, bandwidth: float) -> Scores:
    """How much of each sample each centre answers for: softmax over centres of -|x - c_k| / bandwidth.

    For fitting a read-out on seed pixels; `rbf_scores` never makes this array for a whole image.

    Returns
    -------
    float32 array of shape (n, k), rows sum to 1
    """
    samples = _samples(samples)
    centers, _, inverse = _palette(samples, (centers, None), bandwidth, 1)
    exponents = -_distances(samples, centers) * inverse
    exponents -= exponents.max(axis=1, keepdims=True)
    shares: Scores = np.exp(exponents).astype(np.float32)
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def rbf_scores(
    samples: ArrayLike,
    centers: ArrayLike,
    readout: ArrayLike,
    bias: ArrayLike,
    *,
    bandwidth: float,
    cancel: Cancel | None = None,
) -> Scores:
    """Class scores of a normalised RBF network on K-means centres.

    ``softmax(responsibilities @ readout + bias)``, see `responsibilities`
    (Moody and Darken, Neural Computation 1, 1989).

    Parameters
    ----------
    samples : array of shape (n, d)
    centers : array of shape (k, d)
    readout : array of shape (k, n_classes)
    bias : array of shape (n_classes,)
    bandwidth : float
    cancel : callable, optional

    Returns
    -------
    float32 array of shape (n_classes, n)
    """
    samples = _samples(samples)
    readout, bias = np.asarray(readout, dtype=np.float32), np.asarray(bias, dtype=np.float32)

    def tile_scores(start: int) -> Scores:
        shares = responsibilities(samples[start : start + TILE], centers, bandwidth=bandwidth)
        return normalize_log_scores((shares @ readout + bias).T)

    tiles = map_tiles(tile_scores, range(0, len(samples), TILE), cancel=cancel)
    return np.concatenate(tiles, axis=1) if tiles else np.empty((len(bias), 0), np.float32)


def uncertainty(scores: ArrayLike) -> Scores:
    """How undecided each pixel is: ``1 - (best - second)``, in [0, 1].

    Parameters
    ----------
    scores : array of shape (n_classes, ...)
        Sums to 1 over the first axis. A single class leaves nothing to be decided: 0.
    """
    scores = np.asarray(scores, dtype=np.float32)
    if len(scores) == 1:
        return np.zeros(scores.shape[1:], np.float32)
    top = np.partition(scores, len(scores) - 2, axis=0)[-2:]
    undecided: Scores = np.clip(1.0 - (top[1] - top[0]), 0.0, 1.0)
    return undecided


def _samples(samples: ArrayLike) -> NDArray[np.floating]:
    samples = np.asarray(samples)
    if samples.ndim != 2:
        raise SeededKMeansError(f"samples must have shape (n, d), not {samples.shape}.")
    return samples.astype(np.float32 if samples.dtype == np.float32 else np.float64, copy=False)


def _palette(
    samples: NDArray[np.floating],
    palette: tuple[ArrayLike, ArrayLike | None],
    bandwidth: ArrayLike,
    power: int,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Check one palette; its centres, log weights and inverse bandwidths."""
    centers = np.asarray(palette[0], dtype=np.float64)
    if centers.ndim != 2 or len(centers) == 0 or centers.shape[1] != samples.shape[1]:
        raise SeededKMeansError(f"centers must have shape (k, {samples.shape[1]}), not {centers.shape}.")
    weights = np.ones(len(centers)) if palette[1] is None else np.asarray(palette[1], dtype=np.float64)
    if weights.shape != (len(centers),) or not (np.isfinite(weights) & (weights >= 0)).all():
        raise SeededKMeansError(f"weights must be {len(centers)} numbers >= 0, not {weights}.")
    widths = np.broadcast_to(np.asarray(bandwidth, dtype=np.float64), len(centers))
    if not (np.isfinite(widths) & (widths > 0)).all():
        raise SeededKMeansError(f"bandwidth must be > 0, not {bandwidth!r}.")
    if power not in (1, 2):
        raise SeededKMeansError(f"power must be 1 or 2, not {power}.")
    with np.errstate(divide="ignore"):
        return centers, np.log(weights), 1.0 / widths


def _distances(samples: NDArray[np.floating], centers: FloatArray) -> FloatArray:
    distances: FloatArray = np.sqrt(((samples[:, None, :] - centers) ** 2).sum(axis=2))
    return distances


def _joined(function: Callable[[int], FloatArray], n_samples: int, cancel: Cancel | None) -> FloatArray:
    tiles = map_tiles(function, range(0, n_samples, TILE), cancel=cancel)
    return np.concatenate(tiles) if tiles else np.empty(0)
