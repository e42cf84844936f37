"""From palettes to class scores: how much each pixel looks like each class.

A *palette* is what K-means found under one class's strokes: `centers` (k, d)
and `weights` (k,). Everything here works on samples (n, d), so it knows
neither images nor colour spaces, and runs tile by tile: no (n, k) array of
all pixels ever exists.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .distinct import find_distinct, has_few_values
from .errors import SeededKMeansError
from .threads import Cancel, map_tiles

FloatArray = NDArray[np.float64]
Scores = NDArray[np.float32]
Palette = tuple[ArrayLike, ArrayLike]
"""The centres (k, d) and the weights (k,) of one class."""

TILE = 8192
MANY = 1 << 16
"""Samples from which it pays to look for repeated values first."""
RELATIVE_ERROR = 1e-8
"""What leaving out far centres may cost a score."""


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
    """Logarithm of `exponential_scores`; never underflows, and -inf for samples that are not finite.

    One plane of a class: keep it, and when the strokes of another class change only that
    class's plane is computed again (`normalize_log_scores` joins them).
    """
    samples = _samples(samples)
    palette = _palette(samples, (centers, weights), bandwidth, power)

    def tile_scores(planes: FloatArray) -> FloatArray:
        return _log_scores(planes, palette)[np.newaxis]

    scores: FloatArray = _by_value(tile_scores, samples, 1, np.float64, cancel)[0]
    return scores


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
    samples = _samples(samples)
    widths = np.broadcast_to(np.asarray(bandwidth, dtype=np.float64), len(palettes))
    checked = [_palette(samples, pair, width, power) for pair, width in zip(palettes, widths, strict=True)]

    def tile_scores(planes: FloatArray) -> Scores:
        return normalize_log_scores(np.stack([_log_scores(planes, palette) for palette in checked]))

    return _by_value(tile_scores, samples, len(checked), np.float32, cancel)


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
    centers = _palette(samples, (centers, None), 1.0, 1).centers

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
    centers, _, inverse, _ = _palette(samples, (centers, None), bandwidth, 1)
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


def _samples(samples: ArrayLike) -> NDArray[Any]:
    samples = np.asarray(samples)
    if samples.ndim != 2:
        raise SeededKMeansError(f"samples must have shape (n, d), not {samples.shape}.")
    if samples.dtype.kind not in "biuf":
        raise SeededKMeansError(f"samples must be real numbers, not {samples.dtype}.")
    return samples


class _CheckedPalette(NamedTuple):
    """One palette as the kernel wants it."""

    centers: FloatArray
    log_weights: FloatArray
    inverse: FloatArray
    power: int


def _palette(
    samples: NDArray[Any],
    palette: tuple[ArrayLike, ArrayLike | None],
    bandwidth: ArrayLike,
    power: int,
) -> _CheckedPalette:
    """Check one palette; clusters of weight zero are left out."""
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
    counts = weights > 0
    return _CheckedPalette(
        np.ascontiguousarray(centers[counts]), np.log(weights[counts]), 1.0 / widths[counts], power
    )


def _by_value(
    function: Callable[[FloatArray], NDArray[Any]],
    samples: NDArray[Any],
    n_rows: int,
    dtype: type[np.floating],
    cancel: Cancel | None,
) -> NDArray[Any]:
    """Apply `function`, planes (d, m) to rows (n_rows, m), to all samples: tile by tile, on the pool.

    Many pixels of 8 bits repeat few colours: then it is applied to the distinct ones.
    """
    if len(samples) >= MANY and has_few_values(samples.dtype, samples.shape[1]):
        distinct = find_distinct(samples, cancel=cancel)
        return distinct.spread(_by_tile(function, distinct.values, n_rows, dtype, cancel))
    return _by_tile(function, samples, n_rows, dtype, cancel)


def _by_tile(
    function: Callable[[FloatArray], NDArray[Any]],
    samples: NDArray[Any],
    n_rows: int,
    dtype: type[np.floating],
    cancel: Cancel | None,
) -> NDArray[Any]:
    rows = np.empty((n_rows, len(samples)), dtype)

    def apply(start: int) -> None:
        own = slice(start, start + TILE)
        rows[:, own] = function(np.ascontiguousarray(samples[own].T, dtype=np.float64))

    map_tiles(apply, range(0, len(samples), TILE), cancel=cancel)
    return rows


def _log_scores(planes: FloatArray, palette: _CheckedPalette) -> FloatArray:
    from ._kernels.scores import exponential_sums

    peaks, sums = np.empty(planes.shape[1]), np.empty(planes.shape[1])
    cutoff = np.log(max(len(palette.centers), 1) / RELATIVE_ERROR)
    exponential_sums(planes, *palette, cutoff, peaks, sums)
    with np.errstate(divide="ignore"):
        np.log(sums, out=sums)
    sums += peaks
    return sums


def _distances(samples: NDArray[Any], centers: FloatArray) -> FloatArray:
    distances: FloatArray = np.sqrt(((samples[:, None, :] - centers) ** 2).sum(axis=2))
    return distances


def _joined(function: Callable[[int], FloatArray], n_samples: int, cancel: Cancel | None) -> FloatArray:
    tiles = map_tiles(function, range(0, n_samples, TILE), cancel=cancel)
    return np.concatenate(tiles) if tiles else np.empty(0)
