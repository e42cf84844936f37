"""Work on distinct values instead of pixels, and carry the result back.

A photograph of four megapixels has at most a million distinct colours, a
16-bit image 65,536 values. Whatever depends on a pixel's own value alone
(colour space, scores, label) need only be worked out once for each.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._kernels.distinct import CELL, gather, look_up_ranks, mark_codes, rank_codes
from .errors import SeededKMeansError
from .threads import Cancel, map_tiles

TILE = 1 << 18


class Distinct(NamedTuple):
    """The distinct rows of an array of pixels.

    Attributes
    ----------
    values : ndarray (m, c)
        In the pixels' dtype. Alike values lie close together: colours are in Morton order.
    inverse : int32 ndarray (n,)
        ``values[inverse]`` are the pixels.
    """

    values: NDArray[Any]
    inverse: NDArray[np.int32]

    def spread(self, rows: NDArray[Any], rows_out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Carry what was worked out for the values back to the pixels: (p, m) to (p, n)."""
        rows = np.ascontiguousarray(rows)
        out = np.empty((len(rows), len(self.inverse)), rows.dtype) if rows_out is None else rows_out

        def spread_tile(start: int) -> None:
            own = slice(start, start + TILE)
            gather(rows, self.inverse[own], out[:, own])

        map_tiles(spread_tile, range(0, len(self.inverse), TILE))
        return out


def has_few_values(dtype: np.dtype[Any], n_channels: int) -> bool:
    """Whether `find_distinct` takes such pixels: 8 bits in up to 3 channels, or 16 bits in one."""
    return dtype.kind in "iu" and dtype.itemsize * n_channels <= (3 if dtype.itemsize == 1 else 2)


def find_distinct(pixels: ArrayLike, *, cancel: Cancel | None = None) -> Distinct:
    """Find the distinct rows of integer pixels by counting, without a sort.

    Parameters
    ----------
    pixels : integer array (n, c)
        As `has_few_values` says.
    cancel : callable, optional

    Raises
    ------
    SeededKMeansError
        For any other kind of pixels.
    """
    pixels = np.asarray(pixels)
    if pixels.ndim != 2 or not has_few_values(pixels.dtype, pixels.shape[1]):
        raise SeededKMeansError(
            "pixels must be (n, 1 to 3) of 8 bits or (n, 1) of 16 bits, "
            f"not {pixels.shape} of {pixels.dtype}."
        )
    unsigned = pixels.astype(pixels.dtype.newbyteorder("="), copy=False).view(f"u{pixels.dtype.itemsize}")
    spread = _spread(pixels.shape[1], 8 * pixels.dtype.itemsize, pixels.dtype.kind == "i")
    marks = np.zeros(1 << (8 * pixels.dtype.itemsize * pixels.shape[1]), np.uint8)
    bases = np.empty(len(marks) // CELL, np.int32)
    tiles = range(0, len(pixels), TILE)

    map_tiles(lambda start: mark_codes(unsigned[start : start + TILE], spread, marks), tiles, cancel=cancel)
    n_values = rank_codes(marks, bases)
    values = np.empty((n_values, pixels.shape[1]), unsigned.dtype)
    inverse = np.empty(len(pixels), np.int32)

    def look_up_tile(start: int) -> None:
        own = slice(start, start + TILE)
        look_up_ranks(unsigned[own], spread, marks, bases, inverse[own], values)

    map_tiles(look_up_tile, tiles, cancel=cancel)
    return Distinct(values.view(pixels.dtype.newbyteorder("=")), inverse)


def _spread(n_channels: int, n_bits: int, signed: bool) -> NDArray[np.int32]:
    """For each channel and value, its bits interleaved with those of the other channels."""
    values = np.arange(1 << n_bits)
    sign = 1 << (n_bits - 1) if signed else 0
    bits = ((values ^ sign)[:, np.newaxis] >> np.arange(n_bits)) & 1
    shifts = n_channels * np.arange(n_bits) + np.arange(n_channels)[:, np.newaxis]
    spread: NDArray[np.int32] = (bits << shifts[:, np.newaxis]).sum(axis=2, dtype=np.int32)
    return spread
