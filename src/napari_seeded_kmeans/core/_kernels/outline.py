"""Pixels near an outline, and whose inside they are the most like.

Arrays are flattened blocks of an image with a margin, so that whatever lies around a pixel lies at the
same offsets; outside of the image labels are negative.
"""

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

Values = NDArray[np.float32]
Indices = NDArray[np.int64]
Integers = NDArray[np.int32]
Flags = NDArray[np.uint8]
Totals = NDArray[np.float64]


@kernel
def mark_around_steps(labels: Integers, step: int, offsets: Indices, marked: Flags) -> None:
    """Mark what lies around every two neighbours of different labels.

    Parameters
    ----------
    labels : int32 (n,)
    step : int
        From a pixel to its neighbour, > 0.
    offsets : int64 (m,)
        From the first of the two to what is marked.
    marked : uint8 (n,)
        Set to 1 there.
    """
    low, high = -offsets.min(), labels.size - max(step, offsets.max())
    for here in range(low, high):
        there = here + step
        if labels[here] != labels[there] and labels[here] >= 0 and labels[there] >= 0:
            for offset in offsets:
                marked[here + offset] = 1


@kernel
def sum_rows(labels: Integers, rim: Flags, colors: Values, totals_out: Totals) -> None:
    """Sum up along rows what every class has up to each pixel: its pixels, inner ones, and colours of these.

    Parameters
    ----------
    labels : int32 (rows, length)
    rim : uint8 (rows, length)
        0 inside of classes.
    colors : float32 (c, rows, length)
    totals_out : float64 (rows, length, n_classes * (2 + c))
        Overwritten.
    """
    rows, length = labels.shape
    n_all, n_totals = totals_out.shape[2], 2 + len(colors)
    for row in range(rows):
        for x in range(length):
            for number in range(n_all):
                totals_out[row, x, number] = totals_out[row, x - 1, number] if x else 0.0
            first = labels[row, x] * n_totals
            if first >= 0:
                totals_out[row, x, first] += 1
                if not rim[row, x]:
                    totals_out[row, x, first + 1] += 1
                    for c in range(len(colors)):
                        totals_out[row, x, first + 2 + c] += colors[c, row, x]


@kernel
def sum_along(totals: Totals) -> None:
    """Replace every value by the sum up to it along the middle axis of three, float64 (m, n, k)."""
    for block in range(totals.shape[0]):
        for i in range(1, totals.shape[1]):
            for j in range(totals.shape[2]):
                totals[block, i, j] += totals[block, i - 1, j]


@kernel
def settle(
    places: Indices,
    corners: Indices,
    signs: Indices,
    labels: Integers,
    colors: Values,
    totals: Totals,
    least_inside: np.float32,
    least_height: np.float32,
    settled_out: Integers,
) -> None:
    """Give pixels to the class whose inside, in a box around each, is the most like it, where that is clear.

    Parameters
    ----------
    places : int64 (n,)
        The pixels.
    corners, signs : int64 (m, n), (m,)
        Where those totals stand that, times the signs, add up to the totals of a pixel's box.
    labels : int32 (size,)
    colors : float32 (c, size)
    totals : float64 (size, n_classes * (2 + c))
        Of all that lies before each pixel along every axis, and the pixel: see `sum_rows`.
    least_inside : float32
        A class is thin if a smaller share of it is inside; beside thin classes nothing is clear.
    least_height : float32
        Squared distance of two classes' colours, up to which nothing is clear.
    settled_out : int32 (n,)
        Overwritten.
    """
    n_totals = 2 + len(colors)
    n_classes = totals.shape[1] // n_totals
    means, here = np.zeros((n_classes, n_totals - 2), np.float32), np.zeros(n_totals)
    for number in range(len(places)):
        place = places[number]
        own = labels[place]
        is_clear, nearest, least = True, own, np.float32(np.inf)
        for index in range(n_classes):
            here[:] = 0
            for corner in range(len(signs)):
                for k in range(n_totals):
                    here[k] += signs[corner] * totals[corners[corner, number], index * n_totals + k]
            if here[0] == 0:
                continue
            is_clear &= here[1] >= least_inside * here[0]
            unlike = np.float32(0)
            for c in range(n_totals - 2):
                means[index, c] = np.float32(here[2 + c]) / np.float32(max(here[1], 1))
                unlike += np.square(colors[c, place] - means[index, c])
            if unlike < least:
                nearest, least = index, unlike
        height = np.float32(0)
        for c in range(n_totals - 2):
            height += np.square(means[nearest, c] - means[own, c])
        settled_out[number] = nearest if is_clear and height > least_height else own
