"""A table with the label of every value a small pixel can have, filled as values turn up."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

UNKNOWN, PENDING = 255, 254
"""Entries without a label: of values nobody asked for yet, and of those that are being worked out."""


@kernel
def look_up_labels(
    pixels: NDArray[Any],
    spread: NDArray[np.uint32],
    table: NDArray[np.uint8],
    labels_out: NDArray[np.uint8],
    unknown_out: NDArray[np.int64],
) -> int:
    """Look every pixel up; return how many values have no label yet.

    Parameters
    ----------
    pixels : (n, c), unsigned
        The entry of pixel i is the sum over j of ``spread[j, pixels[i, j]]``.
    table : (n_entries,)
        Unknown entries become pending.
    labels_out : (n,)
    unknown_out : (n,)
        Receives a pixel of every value that was unknown. Another thread may find the same value.
    """
    n_unknown = 0
    for i in range(pixels.shape[0]):
        code = np.uint32(0)
        for j in range(pixels.shape[1]):
            code += spread[j, pixels[i, j]]
        label = table[code]
        labels_out[i] = label
        if label == UNKNOWN:
            table[code] = PENDING
            unknown_out[n_unknown] = i
            n_unknown += 1
    return n_unknown


@kernel
def enter_labels(
    values: NDArray[Any], spread: NDArray[np.uint32], labels: NDArray[np.uint8], table: NDArray[np.uint8]
) -> None:
    """Enter the labels (m,) of values (m, c) into the table."""
    for i in range(values.shape[0]):
        code = np.uint32(0)
        for j in range(values.shape[1]):
            code += spread[j, values[i, j]]
        table[code] = labels[i]
