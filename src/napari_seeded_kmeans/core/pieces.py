"""Labels as connected pieces: pixels of one value that hang together by faces."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._kernels.pieces import count_runs, find_runs, join_rows, number_pieces, paint_runs


@dataclass(frozen=True, eq=False)
class Pieces:
    """The connected pieces of labels, numbered from 0 in the order of their first pixels.

    Attributes
    ----------
    values : ndarray (n,), the labels' dtype
        The label of each piece, never 0.
    sizes : ndarray (n,), int64
        Pixels of each piece.
    shape : tuple of int
        Shape of the labels.
    by_frame : bool
        Whether none goes from one plane of the first axis to the next.
    """

    values: NDArray[Any]
    sizes: NDArray[np.int64]
    shape: tuple[int, ...]
    _starts: NDArray[np.int64]
    _stops: NDArray[np.int64]
    _pieces: NDArray[np.int32]
    by_frame: bool = False

    def paint(self, values: NDArray[Any], onto: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return an array (*spatial,) with each piece in its value; elsewhere 0, or what `onto` has."""
        painted = np.zeros(self.shape, values.dtype) if onto is None else np.array(onto, order="C")
        paint_runs(self._starts, self._stops, self._pieces, values, painted.reshape(-1))
        return painted

    def numbers(self) -> NDArray[np.int32]:
        """Return the number of every pixel's piece from 1, 0 where the label is 0; shape (*spatial,)."""
        return self.paint(np.arange(1, len(self.sizes) + 1, dtype=np.int32))

    def are_touched(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which pieces have a pixel in `mask` (*spatial,); shape (n,)."""
        touched = np.zeros(len(self.sizes) + 1, bool)
        touched[self.numbers()[mask]] = True
        return touched[1:]

    def are_at_border(self) -> NDArray[np.bool_]:
        """Return which pieces have a pixel at the border of the array; shape (n,)."""
        border = np.zeros(self.shape, bool)
        for axis in range(self.by_frame, border.ndim):
            np.moveaxis(border, axis, 0)[[0, -1]] = True
        return self.are_touched(border)


def find_pieces(labels: NDArray[Any], *, by_frame: bool = False) -> Pieces:
    """Find the connected pieces of labels (*spatial,), bool or integer; 0 belongs to none."""
    labels = np.ascontiguousarray(labels)
    if labels.dtype == bool:
        labels = labels.view(np.uint8)
    width = labels.shape[-1]
    rows = labels.reshape(-1, width)
    firsts = np.zeros(len(rows) + 1, np.int64)
    count_runs(rows, firsts[1:])
    np.cumsum(firsts, out=firsts)
    starts, stops = np.empty((2, firsts[-1]), np.int64)
    find_runs(rows, firsts, starts, stops)
    parents = np.arange(len(starts))
    flat, step = rows.reshape(-1), 1
    for length in reversed(labels.shape[by_frame:-1]):
        join_rows(flat, width, firsts, starts, stops, step, length, parents)
        step *= length
    pieces = np.empty(len(starts), np.int32)
    n = number_pieces(parents, pieces)
    sizes = np.zeros(n, np.int64)
    np.add.at(sizes, pieces, stops - starts)
    values = np.empty(n, labels.dtype)
    values[pieces] = flat[starts]
    return Pieces(values, sizes, labels.shape, starts, stops, pieces, by_frame)
