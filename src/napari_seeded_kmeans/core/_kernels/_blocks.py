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

from ._jit import fused_kernel, kernel

Array = NDArray[np.floating[Any]]

BLOCK = 64
WIDE = 256
"""Samples in a block of `group_distances`: many, as every pass sets up sixteen constants."""
GROUP = 4
"""Centres, and dimensions, that `group_distances` takes in one pass."""


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


@kernel
def group_centers(centers: Array, numbers: NDArray[np.int64]) -> Array:
    """Centres of (d, k) in groups, (groups, d, GROUP), with dimensions of zeros up to a multiple of GROUP."""
    n_dims = centers.shape[0]
    groups = np.zeros((len(numbers) // GROUP, n_dims + -n_dims % GROUP, GROUP), centers.dtype)
    for slot in range(len(numbers)):
        groups[slot // GROUP, :n_dims, slot % GROUP] = centers[:, numbers[slot]]
    return groups


@fused_kernel
def group_distances(block: Array, centers: Array, rows_out: Array) -> None:
    """Squared distances of WIDE samples (d, WIDE) to the centres of a group (d, GROUP); rows (GROUP, WIDE).

    Four centres and four dimensions at a time: each sample loaded serves sixteen terms. Dimensions
    must be a multiple of GROUP, the rest zeros.
    """
    p, q, r, s = rows_out[0], rows_out[1], rows_out[2], rows_out[3]
    for i in range(WIDE):
        p[i] = q[i] = r[i] = s[i] = 0
    for j in range(0, block.shape[0], GROUP):
        x, y, z, w = block[j], block[j + 1], block[j + 2], block[j + 3]
        xp, yp, zp, wp = centers[j, 0], centers[j + 1, 0], centers[j + 2, 0], centers[j + 3, 0]
        xq, yq, zq, wq = centers[j, 1], centers[j + 1, 1], centers[j + 2, 1], centers[j + 3, 1]
        xr, yr, zr, wr = centers[j, 2], centers[j + 1, 2], centers[j + 2, 2], centers[j + 3, 2]
        xs, ys, zs, ws = centers[j, 3], centers[j + 1, 3], centers[j + 2, 3], centers[j + 3, 3]
        for i in range(WIDE):
            # Read once: as far as the compiler knows, storing p[i] may change x[i].
            t, u, v, h = x[i], y[i], z[i], w[i]
            p[i] = _add_squares(p[i], t - xp, u - yp, v - zp, h - wp)
            q[i] = _add_squares(q[i], t - xq, u - yq, v - zq, h - wq)
            r[i] = _add_squares(r[i], t - xr, u - yr, v - zr, h - wr)
            s[i] = _add_squares(s[i], t - xs, u - ys, v - zs, h - ws)


@fused_kernel
def _add_squares(total: float, x: float, y: float, z: float, w: float) -> float:
    return (((total + x * x) + y * y) + z * z) + w * w
