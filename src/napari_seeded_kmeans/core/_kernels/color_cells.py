"""Cubes of like colours, and one step of K-means over all colours."""

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

CELL_BITS = 5
"""Of the eight of a channel; 32,768 cells stay in the cache."""
_BLOCK = 256
N_CELLS = 1 << (3 * CELL_BITS)


@kernel
def fill_cells(pixels: NDArray[np.uint8], points: NDArray[np.float64], sums_out: NDArray[np.float64]) -> None:
    """Add the points (n, 3) of pixels (n, 3) to their cells: to sums_out (N_CELLS, 4), the last the count."""
    shift = 8 - CELL_BITS
    for i in range(pixels.shape[0]):
        code = np.int64(pixels[i, 0] >> shift)
        for c in range(1, 3):
            code = (code << CELL_BITS) | np.int64(pixels[i, c] >> shift)
        for c in range(3):
            sums_out[code, c] += points[i, c]
        sums_out[code, 3] += 1.0


@kernel
def assign_and_add(
    points: NDArray[np.float64],
    counts: NDArray[np.int64],
    centers: NDArray[np.float64],
    labels_out: NDArray[np.uint8],
    sums_out: NDArray[np.float64],
) -> None:
    """Find the nearest centre of every point, and add the point to its cluster.

    Parameters
    ----------
    points : (n, d), finite
    counts : (n,), weights of the points
    centers : (k, d), 1 to 256 of them
    labels_out : (n,)
        The lowest centre wins a tie.
    sums_out : (k, d + 2), added to
        Weighted sums of the points, of their squared distances to the centre, and of the weights.
    """
    d, k = points.shape[1], centers.shape[0]
    # Planes, which the processor takes several at a time.
    planes, squared, least = np.zeros((d, _BLOCK)), np.empty(_BLOCK), np.empty(_BLOCK)
    nearest = np.empty(_BLOCK, np.int64)
    for start in range(0, points.shape[0], _BLOCK):
        n = min(_BLOCK, points.shape[0] - start)
        for i in range(n):
            for a in range(d):
                planes[a, i] = points[start + i, a]
        nearest[:], least[:] = 0, np.inf
        for j in range(k):
            squared[:] = 0.0
            for a in range(d):
                c = centers[j, a]
                for i in range(_BLOCK):
                    squared[i] += (planes[a, i] - c) ** 2
            for i in range(_BLOCK):
                nearest[i] = j if squared[i] < least[i] else nearest[i]
                least[i] = min(squared[i], least[i])
        for i in range(n):
            j, weight = nearest[i], counts[start + i]
            labels_out[start + i] = j
            for a in range(d):
                sums_out[j, a] += weight * planes[a, i]
            sums_out[j, d] += weight * least[i]
            sums_out[j, d + 1] += weight
