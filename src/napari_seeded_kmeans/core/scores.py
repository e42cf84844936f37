"""From palettes to class scores: how much each pixel looks like each class.

A *palette* is what K-means found under one class's strokes: `centers` (k, d)
and `weights` (k,). Everything here works on samples (n, d), so it knows
neither images nor colour spaces, and runs tile by tile: no (n, k) array of
all pixels ever exists.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._kernels import rbf
from ._kernels.nearest import nearest_centers
from ._kernels.scores import exponential_sums
from .errors import SeededKMeansError
from .samples import Planes, check_bandwidth, check_centers, check_samples, fill_by_value
from .threads import Cancel, map_tiles, tiles

FloatArray = NDArray[np.float64]
Scores = NDArray[np.float32]
Palette = tuple[ArrayLike, ArrayLike]
"""The centres (k, d) and the weights (k,) of one class."""

# How many pixels are compared at once: what fits a core's cache.
_COMPARED = 1 << 16

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
    samples = check_samples(samples)
    palette = _palette(samples, (centers, weights), bandwidth, power)

    def tile_scores(planes: Planes, rows_out: FloatArray) -> None:
        rows_out[0] = _log_scores(planes, palette)

    scores = np.empty(len(samples))
    fill_by_value(tile_scores, samples, np.float64, scores[np.newaxis], cancel)
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
    samples = check_samples(samples)
    widths = check_bandwidth(bandwidth, len(palettes))
    checked = [_palette(samples, pair, width, power) for pair, width in zip(palettes, widths, strict=True)]

    def tile_scores(planes: Planes, rows_out: Scores) -> None:
        rows_out[:] = normalize_log_scores(np.stack([_log_scores(planes, palette) for palette in checked]))

    rows = np.empty((len(checked), len(samples)), np.float32)
    return fill_by_value(tile_scores, samples, np.float64, rows, cancel)


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
        0 for samples that are not finite.
    distances : float32 array of shape (n,)
        Euclidean, in the unit of the samples; inf for samples that are not finite.
        Worked out in float64, unless the samples are float32.
    """
    samples = check_samples(samples)
    dtype: type[np.floating[Any]] = np.float32 if samples.dtype == np.float32 else np.float64
    points = np.ascontiguousarray(check_centers(centers, samples).T, dtype=dtype)

    def tile_nearest(planes: Planes, rows_out: NDArray[Any]) -> None:
        labels, squared = np.empty(planes.shape[1], np.int32), np.empty(planes.shape[1], dtype)
        nearest_centers(planes, points, labels, squared)
        rows_out[0], rows_out[1] = labels, np.sqrt(squared)

    # A row of float32 holds labels up to 16 million exactly.
    rows = fill_by_value(tile_nearest, samples, dtype, np.empty((2, len(samples)), dtype), cancel)
    return rows[0].astype(np.int32), rows[1].astype(np.float32)


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
    return normalize_log_scores(-distances / check_bandwidth(bandwidth, len(palettes))[:, np.newaxis])


def responsibilities(samples: ArrayLike, centers: ArrayLike, *, bandwidth: float) -> Scores:
    """How much of each sample each centre answers for: softmax over centres of -|x - c_k| / bandwidth.

    For fitting a read-out on seed pixels; `rbf_scores` never makes this array for a whole image. In single
    precision, as there.

    Returns
    -------
    float32 array of shape (n, k), rows sum to 1
    """
    samples = check_samples(samples)
    points = np.ascontiguousarray(check_centers(centers, samples).T, dtype=np.float32)
    inverse = np.float32(1 / check_bandwidth(bandwidth, 1)[0])
    planes = np.ascontiguousarray(samples.T, dtype=np.float32)
    shares = np.empty((points.shape[1], len(samples)), np.float32)
    rbf.responsibilities(planes, points, inverse, shares)
    return shares.T


def rbf_scores(
    samples: ArrayLike,
    centers: ArrayLike,
    readout: ArrayLike,
    bias: ArrayLike,
    *,
    bandwidth: float,
    voices: ArrayLike | None = None,
    cancel: Cancel | None = None,
) -> Scores:
    """Class scores of a normalised RBF network on K-means centres.

    ``softmax(responsibilities @ readout + bias)``, see `responsibilities`
    (Moody and Darken, Neural Computation 1, 1989). In single precision: the responsibilities have
    a relative error of 1e-5.

    Parameters
    ----------
    samples : array of shape (n, d)
    centers : array of shape (k, d)
    readout : array of shape (k, n_classes)
    bias : array of shape (n_classes,)
    bandwidth : float
    voices : array of shape (k,), optional
        As how many centres at its place each counts.
    cancel : callable, optional

    Returns
    -------
    float32 array of shape (n_classes, n)
        Equal scores for samples that are not finite.
    """
    samples = check_samples(samples)
    points = np.ascontiguousarray(check_centers(centers, samples).T, dtype=np.float32)
    biases = np.asarray(bias, dtype=np.float32)
    columns = np.ones((points.shape[1], 1 + len(biases)), np.float32)
    if np.shape(readout) != (len(columns), len(biases)):
        raise SeededKMeansError(
            f"readout must have shape {(len(columns), len(biases))}, not {np.shape(readout)}."
        )
    columns[:, 1:] = readout
    if voices is not None:
        columns *= np.asarray(voices, np.float32)[:, np.newaxis]
    inverse = np.float32(1 / check_bandwidth(bandwidth, 1)[0])
    nobody = np.zeros(len(columns), np.int64)

    def tile_scores(planes: Planes, rows_out: Scores) -> None:
        tile = np.empty(rows_out.shape, np.float32)
        rbf.rbf_scores(planes, points, inverse, columns, biases, nobody, tile, tile[:0])
        tile[:, np.isnan(tile[0])] = 1 / len(tile)
        rows_out[:] = tile

    rows = np.empty((len(biases), len(samples)), np.float32)
    return fill_by_value(tile_scores, samples, np.float32, rows, cancel)


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
    planes, undecided = scores.reshape(len(scores), -1), np.empty(scores.shape[1:], np.float32)
    flat = undecided.reshape(-1)

    def compare(part: slice) -> None:
        # Whole rows at a time: partitioning along the first axis takes twenty times as long.
        first, *others = planes[:, part]
        best, second = first, np.full_like(first, -np.inf)
        for row in others:
            second = np.maximum(second, np.minimum(best, row))
            best = np.maximum(best, row)
        np.clip(1.0 - (best - second), 0.0, 1.0, out=flat[part])

    map_tiles(compare, tiles(flat.size, _COMPARED))
    return undecided


class _CheckedPalette(NamedTuple):
    """One palette as the kernel wants it."""

    centers: FloatArray
    log_weights: FloatArray
    inverse: FloatArray
    power: int


def _palette(
    samples: NDArray[Any], palette: tuple[ArrayLike, ArrayLike | None], bandwidth: ArrayLike, power: int
) -> _CheckedPalette:
    """Check one palette; clusters of weight zero are left out."""
    centers = check_centers(palette[0], samples)
    weights = np.ones(len(centers)) if palette[1] is None else np.asarray(palette[1], dtype=np.float64)
    if weights.shape != (len(centers),) or not (np.isfinite(weights) & (weights >= 0)).all():
        raise SeededKMeansError(f"weights must be {len(centers)} numbers >= 0, not {weights}.")
    if power not in (1, 2):
        raise SeededKMeansError(f"power must be 1 or 2, not {power}.")
    used = weights > 0
    inverse = 1.0 / check_bandwidth(bandwidth, len(centers))[used]
    return _CheckedPalette(np.ascontiguousarray(centers[used].T), np.log(weights[used]), inverse, power)


def _log_scores(planes: Planes, palette: _CheckedPalette) -> FloatArray:
    """Logarithm of the exponential scores of one tile, (d, n) to (n,)."""
    peaks, sums = np.empty(planes.shape[1]), np.empty(planes.shape[1])
    cutoff = np.log(max(len(palette.inverse), 1) / RELATIVE_ERROR)
    exponential_sums(planes, *palette, cutoff, peaks, sums)
    with np.errstate(divide="ignore"):
        np.log(sums, out=sums)
    sums += peaks
    return sums
