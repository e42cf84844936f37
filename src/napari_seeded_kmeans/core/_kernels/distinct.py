"""Distinct values of small integers: mark, rank, look up."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

CELL = 256
"""Codes per cell; a rank within one fits a byte."""


@kernel
def mark_codes(pixels: NDArray[Any], spread: NDArray[np.int32], marks_out: NDArray[np.uint8]) -> None:
    """Set `marks_out` (n_codes,) to 1 at the code of every pixel.

    The code of pixel i is the sum over j of ``spread[j, pixels[i, j]]``; pixels (n, c) are unsigned.
    Safe to run on several tiles at once: all threads write the same value.
    """
    for i in range(pixels.shape[0]):
        code = 0
        for j in range(pixels.shape[1]):
            code += spread[j, pixels[i, j]]
        marks_out[code] = 1


@kernel
def rank_codes(marks: NDArray[np.uint8], bases_out: NDArray[np.int32]) -> int:
    """Replace marks by ranks within their cell; return how many codes are marked.

    `marks` (n_cells * CELL,) is overwritten. `bases_out` (n_cells,) receives the number of
    marked codes before each cell: the rank of a marked code is ``bases_out[code // CELL] + marks[code]``.
    """
    n_marked = 0
    for cell in range(bases_out.shape[0]):
        bases_out[cell] = n_marked
        own = marks[cell * CELL : (cell + 1) * CELL]
        n_own = 0
        for i in range(CELL):
            n_own += own[i]
        if n_own == 0:
            continue
        n_marked += n_own
        rank = 0
        for i in range(CELL):
            marked = own[i]
            own[i] = rank & 255
            rank += marked
    return n_marked


@kernel
def look_up_ranks(
    pixels: NDArray[Any],
    spread: NDArray[np.int32],
    ranks: NDArray[np.uint8],
    bases: NDArray[np.int32],
    index_out: NDArray[np.int32],
    values_out: NDArray[Any],
) -> None:
    """Write each pixel's rank to `index_out` (n,), and the pixel itself to ``values_out[rank]``."""
    for i in range(pixels.shape[0]):
        code = 0
        for j in range(pixels.shape[1]):
            code += spread[j, pixels[i, j]]
        rank = bases[code // CELL] + ranks[code]
        index_out[i] = rank
        for j in range(pixels.shape[1]):
            values_out[rank, j] = pixels[i, j]


@kernel
def gather(rows: NDArray[Any], index: NDArray[np.int32], rows_out: NDArray[Any]) -> None:
    """Copy ``rows[:, index]`` to `rows_out`, (p, m) to (p, n)."""
    for p in range(rows.shape[0]):
        for i in range(index.shape[0]):
            rows_out[p, i] = rows[p, index[i]]
