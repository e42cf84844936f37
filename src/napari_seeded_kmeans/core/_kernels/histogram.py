"""Counting distinct colours, and going back from colours to pixels.

A colour is addressed by its Morton code: the bits of its channels interleaved,
highest first. Colours that are near each other are near in the table, which
keeps the counting in the cache, and every cube of side 2**b is one run of codes.
"""

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

BLOCK_BITS = 6
"""Codes are handled in blocks of 64; only blocks that occur are ever touched again."""

CARRY = 255
"""The largest count a table entry holds."""

DECODE_BITS = 12
"""Codes are decoded 12 bits at a time; divisible by 1, 2, 3 and 4 channels."""


@kernel
def count_codes(
    pixels: NDArray[np.unsignedinteger],
    interleaved: NDArray[np.uint32],
    table_out: NDArray[np.uint8],
    seen_out: NDArray[np.uint8],
    carries_out: NDArray[np.uint32],
) -> int:
    """Add the pixels to the table.

    pixels (n, d), C-contiguous, below the length of `interleaved` (d, values);
    adds to table_out (2**bits,) and sets seen_out (2**bits >> BLOCK_BITS,).
    Counters of one byte keep the table in the cache: when one is full it goes
    back to 1 and its code is noted in carries_out, once for every CARRY pixels;
    that has room for min(n, 2**bits) + n // CARRY + 1, as every counter may be
    full to begin with. Returns the number of carries.
    """
    n, d = pixels.shape
    n_carries = 0
    for i in range(n):
        code = interleaved[0, pixels[i, 0]]
        if d == 3:
            code |= interleaved[1, pixels[i, 1]] | interleaved[2, pixels[i, 2]]
        else:
            for a in range(1, d):
                code |= interleaved[a, pixels[i, a]]
        count = table_out[code]
        if count == CARRY:
            carries_out[n_carries] = code
            n_carries += 1
            count = np.uint8(0)
        table_out[code] = count + np.uint8(1)
        seen_out[code >> BLOCK_BITS] = 1
    return n_carries


@kernel
def fill_table(
    codes: NDArray[np.uint32], values: NDArray[np.generic], table_out: NDArray[np.generic]
) -> None:
    """Write table_out[codes[i]] = values[i]; codes and values (m,), table_out (2**bits,)."""
    for i in range(codes.shape[0]):
        table_out[codes[i]] = values[i]


@kernel
def spread_codes(
    pixels: NDArray[np.unsignedinteger],
    interleaved: NDArray[np.uint32],
    table: NDArray[np.generic],
    values_out: NDArray[np.generic],
) -> None:
    """Look every pixel up: values_out[i] = table[code of pixel i].

    pixels (n, d) and `interleaved` as in `count_codes`; writes values_out (n,).
    """
    n, d = pixels.shape
    for i in range(n):
        code = interleaved[0, pixels[i, 0]]
        if d == 3:
            code |= interleaved[1, pixels[i, 1]] | interleaved[2, pixels[i, 2]]
        else:
            for a in range(1, d):
                code |= interleaved[a, pixels[i, a]]
        values_out[i] = table[code]


@kernel
def sum_block(tables: NDArray[np.uint8], start: int, sums_out: NDArray[np.uint16]) -> None:
    """Write the sum over `tables` (t, 2**bits) from code `start` on to sums_out (width,)."""
    for c in range(sums_out.shape[0]):
        sums_out[c] = tables[0, start + c]
    for t in range(1, tables.shape[0]):
        for c in range(sums_out.shape[0]):
            sums_out[c] += tables[t, start + c]


@kernel
def count_distinct(tables: NDArray[np.uint8], blocks: NDArray[np.int64]) -> int:
    """Return how many codes of the given blocks occur in any of `tables` (t, 2**bits)."""
    sums = np.empty(min(1 << BLOCK_BITS, tables.shape[1]), np.uint16)
    distinct = 0
    for b in blocks:
        sum_block(tables, b << BLOCK_BITS, sums)
        distinct += int(np.sum(sums > 0))
    return distinct


@kernel
def list_distinct(
    tables: NDArray[np.uint8],
    blocks: NDArray[np.int64],
    codes_out: NDArray[np.uint32],
    counts_out: NDArray[np.int64],
) -> None:
    """List the codes that occur, ascending, and how often, carries not included.

    codes_out and counts_out (m,), m as told by `count_distinct`; blocks ascend.
    """
    sums = np.empty(min(1 << BLOCK_BITS, tables.shape[1]), np.uint16)
    i = 0
    for b in blocks:
        start = b << BLOCK_BITS
        sum_block(tables, start, sums)
        for c in range(sums.shape[0]):
            # Written whether it occurs or not: a branch would be mispredicted.
            if i < codes_out.shape[0]:
                codes_out[i] = start + c
                counts_out[i] = sums[c]
            i += sums[c] > 0


@kernel
def decode(
    codes: NDArray[np.uint32],
    parts: NDArray[np.int64],
    lows: NDArray[np.float64],
    points_out: NDArray[np.float64],
) -> None:
    """Turn codes back into channel values.

    codes (m,), parts (d, 2**DECODE_BITS) the channel bits of a 12-bit piece of
    code, lows (d,) the value that code 0 stands for; writes points_out (d, m).
    """
    d, m = points_out.shape
    shift = DECODE_BITS // d
    mask = (1 << DECODE_BITS) - 1
    for a in range(d):
        for i in range(m):
            code = np.int64(codes[i])
            value = parts[a, code & mask] | (parts[a, code >> DECODE_BITS] << shift)
            points_out[a, i] = value + lows[a]
