"""The nearest centre of each sample.

Strategy: see `_blocks`. The centre nearest to the middle of a block is compared
with every other: one that is farther even in the corner of the box that favours
it most cannot win, and is not looked at.
"""

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._blocks import BLOCK, load_block, middle_and_half, squared_distances
from ._jit import kernel

Array = NDArray[np.floating[Any]]

_SLACK = 1e-5
"""Relative; more than rounding can do to a float32 distance in 64 dimensions."""


@kernel
def nearest_centers(planes: Array, centers: Array, labels_out: NDArray[np.int32], squared_out: Array) -> None:
    """Find the nearest centre, the lowest on ties, and the squared distance to it.

    Parameters
    ----------
    planes : float (d, n), C order
    centers : float (d, k), the same dtype
    labels_out : int32 (n,)
        Overwritten; 0 for samples that are not finite.
    squared_out : float (n,), the same dtype
        Overwritten; inf for samples that are not finite.
    """
    n_samples, n_centers = planes.shape[1], centers.shape[1]
    candidates = np.empty(n_centers, np.int64)
    box = np.empty((2, planes.shape[0]))
    bounds = np.empty((2, n_centers))
    block = np.empty((planes.shape[0], BLOCK), planes.dtype)
    row = np.empty(BLOCK, planes.dtype)
    best = np.empty(BLOCK, planes.dtype)
    labels = np.empty(BLOCK, planes.dtype)
    for start in range(0, n_samples, BLOCK):
        stop = min(start + BLOCK, n_samples)
        load_block(planes, start, stop, block)
        for j in range(planes.shape[0]):
            box[0, j], box[1, j] = middle_and_half(block[j])
        n_candidates = _candidates(box, centers, bounds, candidates)
        best[:] = inf
        labels[:] = 0
        for slot in range(n_candidates):
            k = candidates[slot]
            squared_distances(block, centers, k, row)
            _keep_nearest(row, k, best, labels)
        for i in range(stop - start):
            labels_out[start + i] = np.int32(labels[i])
            squared_out[start + i] = best[i]


@kernel
def _candidates(box: Array, centers: Array, bounds: Array, candidates_out: NDArray[np.int64]) -> int:
    """List, in ascending order, the centres that may be nearest somewhere in the box; return how many.

    `box` holds the middles and half widths, (2, d); `bounds` (2, k) is scratch.
    """
    middles, halves = box[0], box[1]
    squared, gains = bounds[0], bounds[1]
    bounds[:] = 0.0
    for j in range(centers.shape[0]):
        for k in range(centers.shape[1]):
            offset = centers[j, k] - middles[j]
            squared[k] += offset * offset
    favourite = np.argmin(squared)
    # How much centre k gains on the favourite, in squared distance, in the corner that suits it best.
    reach = 0.0
    for j in range(centers.shape[0]):
        reach += halves[j] * halves[j]
        for k in range(centers.shape[1]):
            gains[k] += 2.0 * halves[j] * abs(centers[j, k] - centers[j, favourite])
    n_candidates = 0
    for k in range(centers.shape[1]):
        slack = _SLACK * (squared[k] + reach)
        if squared[k] - squared[favourite] <= gains[k] + slack:
            candidates_out[n_candidates] = k
            n_candidates += 1
    return n_candidates


@kernel
def _keep_nearest(row: Array, k: int, best: Array, labels: Array) -> None:
    """Labels are of the dtype of the distances: one width of SIMD lanes serves both."""
    for i in range(BLOCK):
        labels[i] = k if row[i] < best[i] else labels[i]
        best[i] = min(best[i], row[i])
