"""Connected pieces of labels, by runs: as many steps as there are runs of equal labels, not pixels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel


@kernel
def count_runs(rows: NDArray[Any], counts_out: NDArray[np.int64]) -> None:
    """Write how many runs of equal, non-zero values each of `rows` (n, width) has to `counts_out` (n,)."""
    for row in range(rows.shape[0]):
        previous = rows[row, 0]
        n = np.int64(previous != 0)
        for x in range(1, rows.shape[1]):
            value = rows[row, x]
            n += np.int64((value != previous) & (value != 0))
            previous = value
        counts_out[row] = n


@kernel
def find_runs(
    rows: NDArray[Any], firsts: NDArray[np.int64], starts_out: NDArray[np.int64], stops_out: NDArray[np.int64]
) -> None:
    """Write where the runs of `rows` (n, width) start and stop, as indices into the flat array.

    The runs of row i are those from ``firsts[i]`` to ``firsts[i + 1]``; firsts (n + 1,) are the
    cumulative counts.
    """
    width = rows.shape[1]
    for row in range(rows.shape[0]):
        run = firsts[row] - 1
        previous = rows[row, 0] * 0
        for x in range(width):
            value = rows[row, x]
            if value != previous:
                if previous != 0:
                    stops_out[run] = row * width + x
                if value != 0:
                    run += 1
                    starts_out[run] = row * width + x
                previous = value
        if previous != 0:
            stops_out[run] = (row + 1) * width


@kernel
def _root(parents: NDArray[np.int64], run: int) -> int:
    while parents[run] != run:
        parents[run] = parents[parents[run]]
        run = parents[run]
    return run


@kernel
def join_rows(
    flat: NDArray[Any],
    width: int,
    firsts: NDArray[np.int64],
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    step: int,
    length: int,
    parents: NDArray[np.int64],
) -> None:
    """Join the runs of rows that are neighbours along one axis, where they touch and have the same value.

    Parameters
    ----------
    flat : (n * width,) labels
    firsts, starts, stops : see `find_runs`
    step : how many rows on a row's neighbour along the axis is
    length : number of rows along the axis
    parents : (n_runs,), a forest whose roots are the smallest of their trees; changed in place
    """
    shift = step * width
    for row in range(step, len(firsts) - 1):
        if row // step % length == 0:
            continue
        above, end_above = firsts[row - step], firsts[row - step + 1]
        for run in range(firsts[row], firsts[row + 1]):
            start, stop = starts[run] - shift, stops[run] - shift
            while above < end_above and stops[above] <= start:
                above += 1
            other = above
            while other < end_above and starts[other] < stop:
                if flat[starts[other]] == flat[starts[run]]:
                    a, b = _root(parents, other), _root(parents, run)
                    parents[max(a, b)] = min(a, b)
                other += 1


@kernel
def number_pieces(parents: NDArray[np.int64], pieces_out: NDArray[np.int32]) -> int:
    """Write the number of each run's tree to `pieces_out` (n_runs,), by first runs; return how many."""
    n = 0
    for run in range(len(parents)):
        if parents[run] == run:
            pieces_out[run] = n
            n += 1
        else:
            # A parent comes before its run, so its number is known.
            pieces_out[run] = pieces_out[parents[run]]
    return n


@kernel
def paint_runs(
    starts: NDArray[np.int64],
    stops: NDArray[np.int64],
    pieces: NDArray[np.int32],
    values: NDArray[Any],
    flat_out: NDArray[Any],
) -> None:
    """Write ``values[pieces[run]]`` to the pixels of every run; the other pixels keep what they have."""
    for run in range(len(starts)):
        flat_out[starts[run] : stops[run]] = values[pieces[run]]
