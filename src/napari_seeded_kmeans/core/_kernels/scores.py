"""Sums of exponentials of distances to centres.

Strategy: see `_blocks`. A term counts for a sample only within `cutoff` of
that sample's own largest term, so the result does not depend on how samples
fall into blocks; the box around a block tells which centres cannot come so
near, and those are not looked at.
"""

from math import inf, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._blocks import BLOCK, load_block, middle_and_half, squared_distances
from ._jit import kernel

Array = NDArray[np.floating[Any]]


@kernel
def exponential_sums(
    planes: Array,
    centers: Array,
    log_weights: Array,
    inverse: Array,
    power: int,
    cutoff: float,
    peaks_out: Array,
    sums_out: Array,
) -> None:
    """Largest exponent of each sample, and the sum of all terms relative to it.

    The exponent of centre k is ``log_weights[k] - (|x - c_k| * inverse[k]) ** power``;
    the score is ``sums_out * exp(peaks_out)``.

    Parameters
    ----------
    planes : float64 (d, n), C order
    centers : float64 (d, k)
    log_weights : float64 (k,)
        Finite.
    inverse : float64 (k,)
        1 / bandwidth, > 0.
    power : 1 or 2
    cutoff : at most 128
        Terms smaller than exp(-cutoff) times a sample's largest are left out.
    peaks_out, sums_out : float64 (n,)
        Overwritten.
    """
    n_samples, n_centers = planes.shape[1], centers.shape[1]
    candidates = np.empty(n_centers, np.int64)
    bounds, ends = np.empty((2, n_centers)), np.empty((2, BLOCK))
    exponents = np.empty((n_centers, BLOCK))
    block = np.empty((planes.shape[0], BLOCK))
    peaks, sums = np.empty(BLOCK), np.empty(BLOCK)
    for start in range(0, n_samples, BLOCK):
        stop = min(start + BLOCK, n_samples)
        load_block(planes, start, stop, block)
        n_candidates = _candidates(
            block, centers, log_weights, inverse, power, cutoff, bounds, ends, candidates
        )
        peaks[:] = -inf
        sums[:] = 0.0
        for slot in range(n_candidates):
            k = candidates[slot]
            squared_distances(block, centers, k, exponents[slot])
            _raise_peaks(exponents[slot], log_weights[k], inverse[k], power, peaks)
        for slot in range(n_candidates):
            _add_terms(exponents[slot], peaks, cutoff, sums)
        peaks_out[start:stop] = peaks[: stop - start]
        sums_out[start:stop] = sums[: stop - start]


@kernel
def _candidates(
    block: Array,
    centers: Array,
    log_weights: Array,
    inverse: Array,
    power: int,
    cutoff: float,
    bounds: Array,
    ends: Array,
    candidates_out: NDArray[np.int64],
) -> int:
    """List the centres that may come within `cutoff` of the peak somewhere in the block's box.

    `bounds` (2, k) and `ends` (2, BLOCK) are scratch. Returns how many there are; their order is ascending.
    """
    n_dims, n_centers = centers.shape
    near, far = bounds[0], bounds[1]
    bounds[:] = 0.0
    for j in range(n_dims):
        middle, half = middle_and_half(block[j], ends)
        for k in range(n_centers):
            offset = abs(middle - centers[j, k])
            gap = max(offset - half, 0.0)
            near[k] += gap * gap
            far[k] += (offset + half) * (offset + half)
    best_worst = -inf
    for k in range(n_centers):
        near[k] = _exponent(near[k], log_weights[k], inverse[k], power)
        best_worst = max(best_worst, _exponent(far[k], log_weights[k], inverse[k], power))
    # Rounding moves an exponent by far less than this relative slack.
    threshold = best_worst - cutoff - 1e-9 * abs(best_worst)
    n_candidates = 0
    for k in range(n_centers):
        if near[k] >= threshold:
            candidates_out[n_candidates] = k
            n_candidates += 1
    return n_candidates


@kernel
def _exponent(squared_distance: float, log_weight: float, inverse: float, power: int) -> float:
    if power == 1:
        return log_weight - sqrt(squared_distance) * inverse
    return log_weight - squared_distance * inverse * inverse


@kernel
def _raise_peaks(row: Array, log_weight: float, inverse: float, power: int, peaks: Array) -> None:
    """Turn squared distances into exponents, in place, and keep the largest."""
    if power == 1:
        for i in range(BLOCK):
            row[i] = log_weight - sqrt(row[i]) * inverse
            peaks[i] = max(peaks[i], row[i])
    else:
        for i in range(BLOCK):
            row[i] = log_weight - row[i] * inverse * inverse
            peaks[i] = max(peaks[i], row[i])


@kernel
def _add_terms(row: Array, peaks: Array, cutoff: float, sums: Array) -> None:
    for i in range(BLOCK):
        exponent = row[i] - peaks[i]
        term = exp_negative(max(exponent, -cutoff))
        sums[i] += term if exponent > -cutoff else 0.0


@kernel
def exp_negative(x: float) -> float:
    """exp(x) for -128 <= x <= 0, relative error below 1e-9.

    Written without a table, a branch or a bit trick, so that loops over it compile to SIMD on
    any machine: a polynomial fitted to exp on [-0.5, 0], then squared eight times.
    """
    y = x * 0.00390625
    p = 0.00135460702281 + y * 0.00015455955692
    p = 0.0416633647486 + y * (0.00831907927496 + y * p)
    p = 0.499999975156 + y * (0.16666625314 + y * p)
    p = 1.0 + y * (0.999999999487 + y * p)
    p *= p
    p *= p
    p *= p
    p *= p
    p *= p
    p *= p
    p *= p
    return p * p
