"""Pixels as the nodes of a graph: costs and edges of the free ones, and distances through them.

Neighbours of a pixel are listed by direction, and the opposite of direction j is
``m - 1 - j``, so the second half points forwards. A *rimmed* array is that of an
image with one more pixel all around, flattened: there every pixel's neighbours
lie at the same offsets, and what lies outside is told from what lies inside.
"""

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel
from .rbf import exp_negative

Values = NDArray[np.float32]
Indices = NDArray[np.int64]
Integers = NDArray[np.int32]

FIXED, OUTSIDE = -1, -2
_FAR = np.float32(np.inf)


@kernel
def connect(
    first: int,
    stop: int,
    pixels: Indices,
    places: Indices,
    numbers: Integers,
    steps: Indices,
    offsets: Indices,
    factors: Values,
    floor: np.float32,
    channels: Values,
    channels_factor: np.float32,
    scores: Values,
    scores_factor: np.float32,
    labels: Integers,
    neighbours_out: Integers,
    weights_out: Integers,
    costs: Integers,
) -> None:
    """Connect the free pixels first <= number < stop; edges to fixed ones add to the costs of other labels.

    An edge weighs ``factor * (floor + (1 - floor) exp(-difference))``, rounded, where the difference is
    the sum of those of channels and scores, squared and times their factors.

    Parameters
    ----------
    first, stop : int
    pixels, places : int64 (n,)
        The free pixels in the image and in the rimmed image, ascending.
    numbers : int32 (rimmed size,)
        The number of a free pixel, FIXED, or OUTSIDE.
    steps, offsets : int64 (m,)
        To the neighbours, in the image and in the rimmed image.
    factors : float32 (m,)
    floor : float32
    channels, scores : float32 (c, size), (k, size)
        What differences are seen in; either may have no rows.
    channels_factor, scores_factor : float32
    labels : int32 (size,)
        Of the fixed pixels.
    neighbours_out : int32 (n + 1, m)
        See `cut`; overwritten but for the last row.
    weights_out : int32 (n, m // 2)
        Overwritten.
    costs : int32 (n, n_labels)
        Added to.
    """
    n, m = pixels.size, offsets.size
    half = m // 2
    for node in range(first, stop):
        pixel = pixels[node]
        for j in range(m):
            number = numbers[places[node] + offsets[j]]
            neighbours_out[node, j] = number if number >= 0 else n
            if number == OUTSIDE or (number >= 0 and j < half):
                if j >= half:
                    weights_out[node, j - half] = 0
                continue
            other = pixel + steps[j]
            likeness = exp_negative(
                -channels_factor * _squared_difference(channels, pixel, other)
                - scores_factor * _squared_difference(scores, pixel, other)
            )
            # Half up: to the nearest.
            weight = np.int32(factors[j] * (floor + (np.float32(1) - floor) * likeness) + np.float32(0.5))
            if number >= 0:
                weights_out[node, j - half] = weight
                continue
            if j >= half:
                weights_out[node, j - half] = 0
            for label in range(costs.shape[1]):
                if label != labels[other]:
                    costs[node, label] += weight


@kernel
def edge_lengths(values: Values, offsets: Indices, inside: NDArray[np.uint8], lengths_out: Values) -> None:
    """Difference along every forward edge.

    Parameters
    ----------
    values : float32 (c, n), rimmed
    offsets : int64 (m,)
    inside : uint8 (n,), rimmed
        0 on the rim.
    lengths_out : float32 (n, m // 2)
        Overwritten; edges that touch the rim get inf.
    """
    half = offsets.size // 2
    for node in range(inside.size):
        for j in range(half):
            lengths_out[node, j] = _FAR
            if inside[node] and inside[node + offsets[half + j]]:
                lengths_out[node, j] = np.sqrt(_squared_difference(values, node, node + offsets[half + j]))


@kernel
def geodesic_distances(
    differences: Values,
    costs: Values,
    offsets: Indices,
    lengths: Values,
    n_sweeps: int,
    distances: Values,
) -> None:
    """Relax distances by raster sweeps, forwards and backwards, until nothing moves.

    A step costs ``length * mean(cost) + difference``.

    Parameters
    ----------
    differences : float32 (n, m // 2), rimmed
        Of the forward edges, see `edge_lengths`.
    costs : float32 (n,), rimmed
        Cost of a unit of way, > 0.
    offsets, lengths : (m,)
    n_sweeps : int
        Most pairs of sweeps.
    distances : float32 (n,), rimmed
        0 at the sources and inf elsewhere on entry; shortened in place.
    """
    n, half = costs.size, offsets.size // 2
    first = offsets[offsets.size - 1]
    for _ in range(n_sweeps):
        moved = False
        for node in range(first, n - first):
            best = distances[node]
            for j in range(half):
                other = node - offsets[half + j]
                way = (
                    np.float32(0.5) * lengths[half + j] * (costs[node] + costs[other]) + differences[other, j]
                )
                best = min(best, distances[other] + way)
            if best < distances[node]:
                distances[node] = best
                moved = True
        for node in range(n - first - 1, first - 1, -1):
            best = distances[node]
            for j in range(half):
                other = node + offsets[half + j]
                way = (
                    np.float32(0.5) * lengths[half + j] * (costs[node] + costs[other]) + differences[node, j]
                )
                best = min(best, distances[other] + way)
            if best < distances[node]:
                distances[node] = best
                moved = True
        if not moved:
            break


@kernel
def add_squared_steps(values: Values, sums: NDArray[np.float64]) -> None:
    """Add the squared differences of neighbours along the middle axis to several sums.

    Parameters
    ----------
    values : float32 (outer, length, inner)
    sums : float64 (s,)
        At least as many as the longer of the last two axes; their sum is what counts.
    """
    outer, length, inner = values.shape
    for a in range(outer):
        if inner == 1:
            row = values[a, :, 0]
            for i in range(length - 1):
                step = row[i + 1] - row[i]
                sums[i] += step * step
            continue
        for b in range(length - 1):
            here, there = values[a, b], values[a, b + 1]
            for i in range(inner):
                step = there[i] - here[i]
                sums[i] += step * step


@kernel
def _squared_difference(values: Values, a: int, b: int) -> np.float32:
    total = np.float32(0)
    for c in range(values.shape[0]):
        step = values[c, a] - values[c, b]
        total += step * step
    return total
