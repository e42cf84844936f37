"""The histogram: distinct colours and how often, and back to pixels.

A photograph of 4 million pixels has a million colours or fewer. Whatever
depends on the colour alone (a cluster, a LAB value, a score) is computed once
per colour and looked up per pixel.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._kernels.histogram import (
    BLOCK_BITS,
    CARRY,
    DECODE_BITS,
    count_codes,
    count_distinct,
    decode,
    fill_table,
    list_distinct,
    spread_codes,
)
from .errors import SeededKMeansError
from .threads import Cancel, get_num_threads, map_tiles, tiles

PIXELS_PER_TILE = 1 << 18
BLOCKS_PER_TILE = 1 << 12
MAX_BITS = {1: 16, 2: 12, 3: 8, 4: 6}
"""Bits a channel, by number of channels: at most 2**24 possible colours."""
MAX_TABLE_SHARE = 10
"""A table may have this power of two times as many entries as there are pixels."""
MAX_LOW = 1 << 52
"""Larger integers have no float64 of their own."""
MAX_TABLES = 8


@dataclass(frozen=True, eq=False)
class Colours:
    """The distinct colours of an image.

    Attributes
    ----------
    points : (d, m) float64
        The distinct colours, one row per channel, in the order of `codes`.
    counts : (m,) int64
        Number of pixels of each colour.
    codes : (m,) uint32
        Morton codes (channel bits interleaved), strictly ascending: neighbours
        in colour are neighbours here.
    """

    points: NDArray[np.float64]
    counts: NDArray[np.int64]
    codes: NDArray[np.uint32]
    _pixels: NDArray[Any] = field(repr=False)
    _lows: tuple[int, ...] = field(repr=False)
    _bits: int = field(repr=False)

    @property
    def values(self) -> NDArray[Any]:
        """The distinct colours as (m, d), in the dtype of the pixels."""
        values: NDArray[Any] = self.points.T.astype(self._pixels.dtype, order="C")
        return values

    def spread(
        self, per_colour: NDArray[Any], dtype: Any = None, *, cancel: Cancel | None = None
    ) -> NDArray[Any]:
        """Give every pixel the value of its colour.

        Parameters
        ----------
        per_colour : (m,) or (m, c) array
            One value, or one row, per distinct colour.
        dtype : dtype, optional
            Of the result; that of `per_colour` if not given.

        Returns
        -------
        (n,) or (n, c) array
        """
        dtype = np.dtype(dtype or per_colour.dtype).newbyteorder("=")
        if per_colour.ndim > 1:
            index = self.spread(np.arange(len(per_colour), dtype=np.int32), cancel=cancel)
            rows: NDArray[Any] = per_colour.astype(dtype, copy=False)[index]
            return rows
        interleaved = interleaved_bits(len(self._lows), self._bits)
        native = np.ascontiguousarray(per_colour, per_colour.dtype.newbyteorder("="))
        table = np.zeros(1 << (self._bits * len(self._lows)), native.dtype)

        def fill_part(part: slice) -> None:
            fill_table(self.codes[part], native[part], table)

        map_tiles(fill_part, tiles(len(native), PIXELS_PER_TILE), cancel=cancel)
        out = np.empty(len(self._pixels), dtype)

        def spread_tile(tile: slice) -> None:
            spread_codes(_unsigned(self._pixels[tile], self._lows), interleaved, table, out[tile])

        map_tiles(spread_tile, tiles(len(out), PIXELS_PER_TILE), cancel=cancel)
        return out


def histogram(pixels: NDArray[Any], *, cancel: Cancel | None = None) -> Colours | None:
    """Count the distinct rows of integer pixels.

    Parameters
    ----------
    pixels : (n, d) integer or bool array
        Any memory order.

    Returns
    -------
    Colours or None
        None where there is no table of all possible colours to be had: floats,
        more than 4 channels, a wide range of values, values beyond 2**52, or so
        few pixels that clearing the table takes longer than the work it saves.

    Raises
    ------
    SeededKMeansError
        More pixels than a counter can hold.
    """
    n, d = pixels.shape
    if pixels.dtype.kind not in "biu" or d not in MAX_BITS or n == 0:
        return None
    if n >= 1 << 32:
        raise SeededKMeansError(f"samples has {n} rows; at most {(1 << 32) - 1} can be counted at once.")
    lows, bits = _range(pixels, MAX_BITS[d])
    if bits > MAX_BITS[d] or n << MAX_TABLE_SHARE < 1 << (bits * d) or max(map(abs, lows)) > MAX_LOW:
        return None
    tables, blocks, carries = _count(pixels, lows, bits, cancel)
    parts = tiles(len(blocks), BLOCKS_PER_TILE)
    sizes = map_tiles(lambda part: count_distinct(tables, blocks[part]), parts, cancel=cancel)
    ends = np.cumsum(sizes)
    codes = np.empty(ends[-1], np.uint32)
    counts = np.empty(ends[-1], np.int64)
    points = np.empty((d, ends[-1]))

    def list_part(number: int) -> None:
        mine = slice(ends[number] - sizes[number], ends[number])
        list_distinct(tables, blocks[parts[number]], codes[mine], counts[mine])
        decode(codes[mine], _decode_table(d), np.array(lows, np.float64), points[:, mine])

    map_tiles(list_part, range(len(parts)), cancel=cancel)
    np.add.at(counts, np.searchsorted(codes, carries), CARRY)
    return Colours(points, counts, codes, pixels, lows, bits)


def _count(
    pixels: NDArray[Any], lows: tuple[int, ...], bits: int, cancel: Cancel | None
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.uint32]]:
    """Return tables of counts to be added up, their blocks that are not all zero, and the carries."""
    size = 1 << (bits * len(lows))
    interleaved = interleaved_bits(len(lows), bits)
    parts = tiles(len(pixels), PIXELS_PER_TILE)
    n_tables = min(get_num_threads(), len(parts), MAX_TABLES)
    tables = np.zeros((n_tables, size), np.uint8)
    seen = np.zeros((n_tables, -(-size >> BLOCK_BITS)), np.uint8)
    # Which table a tile goes to does not matter: sums of integers are the same in any order.
    idle: SimpleQueue[int] = SimpleQueue()
    for number in range(n_tables):
        idle.put(number)

    def count_part(part: slice) -> NDArray[np.uint32]:
        n = part.stop - part.start
        # Earlier tiles may have left every counter full.
        carries = np.empty(min(n, size) + n // CARRY + 1, np.uint32)
        number = idle.get()
        n_carries = count_codes(
            _unsigned(pixels[part], lows), interleaved, tables[number], seen[number], carries
        )
        idle.put(number)
        return carries[:n_carries].copy()

    carries = np.concatenate(map_tiles(count_part, parts, cancel=cancel))
    return tables, np.flatnonzero(seen.any(axis=0)), carries


def _range(pixels: NDArray[Any], max_bits: int) -> tuple[tuple[int, ...], int]:
    """Return the smallest value of each channel and the bits a channel needs above it."""
    d = pixels.shape[1]
    if pixels.dtype.kind == "b":
        return (0,) * d, 1
    if pixels.dtype == np.uint8 and max_bits >= 8:
        return (0,) * d, 8
    lows = pixels.min(axis=0).tolist()
    spans = [high - low for high, low in zip(pixels.max(axis=0).tolist(), lows, strict=True)]
    return tuple(lows), max(int(span).bit_length() for span in spans) or 1


def _unsigned(pixels: NDArray[Any], lows: tuple[int, ...]) -> NDArray[np.unsignedinteger]:
    """Return pixels above `lows` as C-contiguous uint8 or uint16."""
    if pixels.dtype.itemsize == 1 and not any(lows):
        return np.ascontiguousarray(pixels).view(np.uint8)
    # Signed differences may wrap around; as unsigned numbers they are right again.
    above = (pixels - np.array(lows, pixels.dtype)).astype(f"u{pixels.dtype.itemsize}")
    wide: NDArray[np.uint16] = above.astype(np.uint16, order="C")
    return wide


@lru_cache(maxsize=8)
def interleaved_bits(d: int, bits: int) -> NDArray[np.uint32]:
    """Return (d, 2**bits): the bits of a channel's value, moved to their places in the code."""
    values = np.arange(1 << bits, dtype=np.uint32)
    table = np.zeros((d, len(values)), np.uint32)
    for a in range(d):
        for bit in range(bits):
            table[a] |= (values >> bit & 1) << (bit * d + d - 1 - a)
    return table


@lru_cache(maxsize=4)
def _decode_table(d: int) -> NDArray[np.int64]:
    """Return (d, 2**DECODE_BITS): the value of a channel in a piece of code."""
    codes = np.arange(1 << DECODE_BITS)
    table = np.zeros((d, len(codes)), np.int64)
    for a in range(d):
        for bit in range(DECODE_BITS // d):
            table[a] |= (codes >> (bit * d + d - 1 - a) & 1) << bit
    return table
