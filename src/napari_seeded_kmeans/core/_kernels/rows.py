"""Rows of a table that are known already."""

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

Values = NDArray[np.float32]
Indices = NDArray[np.int64]


@kernel
def carry_over(
    first: int,
    stop: int,
    known_keys: Indices,
    known: Values,
    keys: Indices,
    rows_out: Values,
    is_known_out: NDArray[np.bool_],
) -> None:
    """Copy the rows first <= number < stop that are known, and tell which are.

    Parameters
    ----------
    first, stop : int
        first < stop.
    known_keys, known : int64 (m,), float32 (m, d)
        Rows by their key, ascending.
    keys : int64 (n,)
        Of the wanted rows, ascending.
    rows_out, is_known_out : float32 (n, d), bool (n,)
        Rows that are not known are left alone.
    """
    at = np.searchsorted(known_keys, keys[first])
    for number in range(first, stop):
        while at < len(known_keys) and known_keys[at] < keys[number]:
            at += 1
        is_known = at < len(known_keys) and known_keys[at] == keys[number]
        is_known_out[number] = is_known
        if is_known:
            for column in range(known.shape[1]):
                rows_out[number, column] = known[at, column]
