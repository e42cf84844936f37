"""The nearest centre of each sample.

Strategy: see `_blocks`. The centre nearest to the middle of a block is compared
with every other: one that is farther even in the corner of the box that favours
it most cannot win, and is not looked at.
"""

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._blocks import GROUP, WIDE, group_distances, load_block, middle_and_half, pick_centers
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
    (n_dims, n_samples), n_centers = planes.shape, centers.shape[1]
    candidates = np.empty(n_centers + GROUP, np.int64)
    box, bounds = np.empty((2, n_dims)), np.empty((2, n_centers))
    padded = pick_centers(centers, np.arange(n_centers))
    group = np.empty((GROUP, padded.shape[1]), planes.dtype)
    block, ends = np.zeros((padded.shape[1], WIDE), planes.dtype), np.empty((2, WIDE), planes.dtype)
    rows = np.empty((GROUP, WIDE), planes.dtype)
    samples, sums = block.ravel(), rows.ravel()
    best, labels = np.empty(WIDE, planes.dtype), np.empty(WIDE, planes.dtype)
    for start in range(0, n_samples, WIDE):
        stop = min(start + WIDE, n_samples)
        load_block(planes, start, stop, block)
        for j in range(n_dims):
            box[0, j], box[1, j] = middle_and_half(block[j], ends)
        n_candidates = _candidates(box, centers, bounds, candidates)
        # The last group is filled up with a centre that is there already.
        candidates[n_candidates : n_candidates + GROUP] = candidates[n_candidates - 1]
        best[:] = inf
        labels[:] = 0
        for first in range(0, n_candidates, GROUP):
            for slot in range(GROUP):
                group[slot] = padded[candidates[first + slot]]
            group_distances(samples, group, sums)
            _keep_nearest(sums, candidates[first : first + GROUP], best, labels)
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
def _keep_nearest(sums: Array, numbers: NDArray[np.int64], best: Array, labels: Array) -> None:
    """Compare four centres, in ascending order, with the best so far.

    Labels are of the dtype of the distances: one width of SIMD lanes serves both.
    """
    a, b, c, d = numbers[0], numbers[1], numbers[2], numbers[3]
    for i in range(WIDE):
        least, label = best[i], labels[i]
        p, q, r, s = sums[i], sums[WIDE + i], sums[2 * WIDE + i], sums[3 * WIDE + i]
        label, least = (a, p) if p < least else (label, least)
        label, least = (b, q) if q < least else (label, least)
        label, least = (c, r) if r < least else (label, least)
        label, least = (d, s) if s < least else (label, least)
        best[i], labels[i] = least, label
