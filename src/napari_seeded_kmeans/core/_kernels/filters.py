"""Smoothing and differences on tiles.

Strategy: a tile is a small contiguous float32 array with a margin, so a
neighbour is a fixed distance away in memory, along whichever axis. One loop
over the flat array then serves every axis and every dimensionality, and
compiles to SIMD. Values in the margin of a result are meaningless; nobody
reads them. Each result depends on the order of operations written here and on
nothing else, so tiles of any size give the same bits.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

Tile = NDArray[np.float32]

STRIP = 64
"""The least length of a row; loops of a fixed count need no run-time checks."""


@kernel
def smooth(
    src: Tile, corner: tuple[int, int, int], weights: NDArray[np.float32], axis: int, dst_out: Tile
) -> None:
    """Correlate along one axis with a symmetric kernel.

    Parameters
    ----------
    src : float32 (n0, n1, n2), C order
    corner : where in `src` the window of the first result begins
    weights : float32 (1 + 4 m,)
        The centre's weight, then those of the neighbours 1, 2, ... away; zeros at the end.
    axis : 0, 1 or 2
    dst_out : float32 (m0, m1, m2), C order, m2 >= STRIP
        Overwritten. Along `axis`, result i is centred on ``src[corner + i + 4 m]``.
    """
    radius, width = weights.shape[0] - 1, dst_out.shape[2]
    row_stride = src.shape[2]
    plane_stride = src.shape[1] * row_stride
    stride = plane_stride if axis == 0 else row_stride if axis == 1 else 1
    flat = src.reshape(-1)
    for i in range(dst_out.shape[0]):
        for j in range(dst_out.shape[1]):
            row = (corner[0] + i) * plane_stride + (corner[1] + j) * row_stride + corner[2]
            for begin in range(0, width, STRIP):
                # The last strip goes over some values twice rather than beyond the row.
                start = min(begin, width - STRIP)
                strip = dst_out[i, j, start : start + STRIP]
                _smooth_strip(flat, row + start + radius * stride, stride, weights, strip)


@kernel
def _smooth_strip(flat: Tile, at: int, stride: int, weights: NDArray[np.float32], strip_out: Tile) -> None:
    center = flat[at : at + STRIP]
    for i in range(STRIP):
        strip_out[i] = weights[0] * center[i]
    # Four neighbours a side at a time: the result stays out of the way of the loads.
    for k in range(1, weights.shape[0], 4):
        w1, w2, w3, w4 = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
        first = at - (k + 3) * stride
        a4, a3 = flat[first : first + STRIP], flat[first + stride : first + stride + STRIP]
        first += 2 * stride
        a2, a1 = flat[first : first + STRIP], flat[first + stride : first + stride + STRIP]
        first = at + k * stride
        b1, b2 = flat[first : first + STRIP], flat[first + stride : first + stride + STRIP]
        first += 2 * stride
        b3, b4 = flat[first : first + STRIP], flat[first + stride : first + stride + STRIP]
        for i in range(STRIP):
            near = w1 * (a1[i] + b1[i]) + w2 * (a2[i] + b2[i])
            far = w3 * (a3[i] + b3[i]) + w4 * (a4[i] + b4[i])
            strip_out[i] += near + far


@kernel
def difference(flat: Tile, stride: int, scale: np.float32, out: Tile) -> None:
    """``scale * (f[o + stride] - f[o - stride])``; flat float32 arrays of one size."""
    n = flat.shape[0] - 2 * stride
    after, before, result = flat[2 * stride :], flat[:n], out[stride : stride + n]
    for i in range(n):
        result[i] = scale * (after[i] - before[i])


@kernel
def cross_difference(flat: Tile, stride_a: int, stride_b: int, scale: np.float32, out: Tile) -> None:
    """Difference along one axis of the difference along another, or of itself, times `scale`."""
    far, near = stride_a + stride_b, abs(stride_a - stride_b)
    n = flat.shape[0] - 2 * far
    after, before, result = flat[2 * far :], flat[:n], out[far : far + n]
    mixed_after, mixed_before = flat[far + near :], flat[far - near :]
    for i in range(n):
        result[i] = scale * ((after[i] + before[i]) - (mixed_after[i] + mixed_before[i]))


@kernel
def binomial(flat: Tile, stride: int, out: Tile) -> None:
    """``(f[o - stride] + 2 f[o] + f[o + stride]) / 4``."""
    n = flat.shape[0] - 2 * stride
    before, here, after, result = flat[:n], flat[stride:], flat[2 * stride :], out[stride : stride + n]
    for i in range(n):
        result[i] = np.float32(0.25) * (before[i] + after[i]) + np.float32(0.5) * here[i]


@kernel
def root_mean_square(rows: Tile, out: Tile) -> None:
    """Root of the mean over the first axis of the squares; (p, n) to (n,)."""
    share = np.float32(1 / rows.shape[0])
    out[:] = 0
    for p in range(rows.shape[0]):
        row = rows[p]
        for i in range(out.shape[0]):
            out[i] += row[i] * row[i]
    for i in range(out.shape[0]):
        out[i] = sqrt(share * out[i])


@kernel
def eigenvalues_2d(elements: Tile, out: Tile) -> None:
    """Eigenvalues, largest first, of symmetric matrices [aa, ab, bb]; float32 (3, n) to (2, n)."""
    aa, ab, bb = elements[0], elements[1], elements[2]
    large, small = out[0], out[1]
    half = np.float32(0.5)
    for i in range(large.shape[0]):
        mean, difference = half * (aa[i] + bb[i]), half * (aa[i] - bb[i])
        root = sqrt(ab[i] * ab[i] + difference * difference)
        large[i] = mean + root
        small[i] = mean - root


@kernel
def eigenvalues_3d(elements: Tile, out: Tile) -> None:
    """Eigenvalues, largest first, of [aa, ab, ac, bb, bc, cc]; float32 (6, n) to (3, n).

    The trigonometric solution of the characteristic cubic (Smith, Comm. ACM 4, 1961), in float64.
    """
    aa, ab, ac = elements[0], elements[1], elements[2]
    bb, bc, cc = elements[3], elements[4], elements[5]
    large, middle, small = out[0], out[1], out[2]
    for i in range(large.shape[0]):
        b, c, e = np.float64(ab[i]), np.float64(ac[i]), np.float64(bc[i])
        trace = np.float64(aa[i]) + bb[i] + cc[i]
        mean = trace / 3
        a, d, f = aa[i] - mean, bb[i] - mean, cc[i] - mean
        spread = sqrt((a * a + d * d + f * f + 2 * (b * b + c * c + e * e)) / 6)
        determinant = a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d)
        # A multiple of the unit matrix has spread 0; the tiny term keeps the quotient finite.
        ratio = determinant / (2 * spread * spread * spread + 1e-300)
        ratio = min(max(ratio, -1.0), 1.0)
        largest = mean + 2 * spread * _cos_third(sqrt(0.5 * (1 + ratio)))
        smallest = mean - 2 * spread * _cos_third(sqrt(0.5 * (1 - ratio)))
        large[i] = largest
        middle[i] = trace - largest - smallest
        small[i] = smallest


@kernel
def _cos_third(half_cosine: float) -> float:
    """cos(t / 3) from cos(t / 2) in [0, 1]: smooth there, so a polynomial will do (error 4e-9)."""
    x = half_cosine
    p = 0.0037076864795 - x * 0.000639314368
    p = 0.019675718211 + x * (-0.010325493077 + x * p)
    p = 0.053288656003 + x * (-0.031961295462 + x * p)
    p = 0.57734971982 + x * (-0.1110956833 + x * p)
    return 0.50000000326 + x * p
