"""Blocks of samples: what the kernels that compare samples with centres share.

Strategy: samples come as planes (d, n), and centres as planes (d, k), so that
inner loops run along samples or centres and compile to SIMD. Samples are taken in blocks. Neighbouring
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
"""Samples in a block where single centres are looked at: few, so that few centres come into question."""
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
def middle_and_half(row: Array, ends: Array) -> tuple[float, float]:
    """Middle and half width of the range of the finite values; NaN where there are none.

    row (m,) with m a power of two; ends (2, m), the same dtype, is scratch. Halved again and again: a
    running minimum is not vectorised.
    """
    lows, highs = ends[0], ends[1]
    none = row.dtype.type(inf)
    for i in range(row.shape[0]):
        value = row[i]
        is_finite = value - value == 0.0
        lows[i] = value if is_finite else none
        highs[i] = value if is_finite else -none
    half = row.shape[0] // 2
    while half > 0:
        for i in range(half):
            lows[i] = min(lows[i], lows[half + i])
            highs[i] = max(highs[i], highs[half + i])
        half //= 2
    low, high = np.float64(lows[0]), np.float64(highs[0])
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
def pick_centers(centers: Array, numbers: NDArray[np.int64]) -> Array:
    """Centres of (d, k) as rows, (len(numbers), d), with dimensions of zeros up to a multiple of GROUP."""
    n_dims = centers.shape[0]
    rows = np.zeros((len(numbers), n_dims + -n_dims % GROUP), centers.dtype)
    for slot in range(len(numbers)):
        rows[slot, :n_dims] = centers[:, numbers[slot]]
    return rows


@fused_kernel
def group_distances(samples: Array, centers: Array, sums_out: Array) -> None:
    """Squared distances of WIDE samples to the centres of a group.

    samples (d * WIDE,), a plane after the other; centers (GROUP, d); sums_out (GROUP * WIDE,) is overwritten.
    Four centres and four dimensions at a time: each sample loaded serves sixteen terms. Dimensions
    must be a multiple of GROUP, the rest zeros. Flat arrays, rows at fixed distances: one check
    that the two do not overlap instead of sixteen.
    """
    sums_out[:] = 0
    for j in range(0, centers.shape[1], GROUP):
        x = samples[j * WIDE : (j + GROUP) * WIDE]
        xp, yp, zp, wp = centers[0, j], centers[0, j + 1], centers[0, j + 2], centers[0, j + 3]
        xq, yq, zq, wq = centers[1, j], centers[1, j + 1], centers[1, j + 2], centers[1, j + 3]
        xr, yr, zr, wr = centers[2, j], centers[2, j + 1], centers[2, j + 2], centers[2, j + 3]
        xs, ys, zs, ws = centers[3, j], centers[3, j + 1], centers[3, j + 2], centers[3, j + 3]
        for i in range(WIDE):
            # Read once: as far as the compiler knows, storing a sum may change a sample.
            t, u, v, h = x[i], x[WIDE + i], x[2 * WIDE + i], x[3 * WIDE + i]
            p, q, r, s = i, WIDE + i, 2 * WIDE + i, 3 * WIDE + i
            sums_out[p] = _add_squares(sums_out[p], t - xp, u - yp, v - zp, h - wp)
            sums_out[q] = _add_squares(sums_out[q], t - xq, u - yq, v - zq, h - wq)
            sums_out[r] = _add_squares(sums_out[r], t - xr, u - yr, v - zr, h - wr)
            sums_out[s] = _add_squares(sums_out[s], t - xs, u - ys, v - zs, h - ws)


@fused_kernel
def _add_squares(total: float, x: float, y: float, z: float, w: float) -> float:
    return (((total + x * x) + y * y) + z * z) + w * w


@fused_kernel
def add_scaled(rows: Array, factors: Array, sums: Array) -> None:
    """Add rows times factors, all GROUP of them, so that sums are loaded and stored once."""
    p, q, r, s = rows[0], rows[1], rows[2], rows[3]
    a, b, c, d = factors[0], factors[1], factors[2], factors[3]
    for i in range(WIDE):
        sums[i] = (((sums[i] + a * p[i]) + b * q[i]) + c * r[i]) + d * s[i]
