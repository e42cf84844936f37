"""Blocks of samples: what the kernels that compare samples with centres share.

Strategy: samples come as planes (d, n), and centres as planes (d, k), so that
inner loops run along samples or centres and compile to SIMD. Samples are taken in blocks of 64. Neighbouring
samples are alike, so the box around a block tells which centres can matter
for any of them.
"""

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

Array = NDArray[np.floating[Any]]

BLOCK = 64


@kernel
def load_block(planes: Array, start: int, stop: int, block_out: Array) -> None:
    """Copy samples to a block of fixed width; the last one is repeated to fill it.

    Loops of a fixed count need no run-time checks; that is worth a factor of two here.
    """
    n_own = stop - start
    for j in range(planes.shape[0]):
        block_out[j, :n_own] = planes[j, start:stop]
        block_out[j, n_own:] = planes[j, stop - 1]


@kernel
def middle_and_half(row: Array) -> tuple[float, float]:
    """Middle and half width of the range of the finite values; NaN where there are none."""
    low, high = inf, -inf
    for i in range(BLOCK):
        value = row[i]
        if value - value == 0.0:
            low, high = min(low, value), max(high, value)
    return 0.5 * (low + high), 0.5 * (high - low)


@kernel
def squared_distances(block: Array, centers: Array, k: int, row_out: Array) -> None:
    """Squared distance of each of BLOCK samples to centre k of (d, k).

    Three dimensions at a time: colours need one pass, and the sums are loaded and stored less often.
    """
    n_dims = block.shape[0]
    for i in range(BLOCK):
        row_out[i] = 0
    for j in range(0, n_dims - 2, 3):
        x, y, z = block[j], block[j + 1], block[j + 2]
        a, b, c = centers[j, k], centers[j + 1, k], centers[j + 2, k]
        for i in range(BLOCK):
            dx, dy, dz = x[i] - a, y[i] - b, z[i] - c
            row_out[i] += dx * dx + dy * dy + dz * dz
    for j in range(n_dims - n_dims % 3, n_dims):
        x, a = block[j], centers[j, k]
        for i in range(BLOCK):
            row_out[i] += (x[i] - a) * (x[i] - a)
