"""Cells: neighbouring points taken together, so that few centres need a look.

A cell knows its mean z, its total weight and its radius r, the largest distance
of one of its points from z. With b the centre nearest to z, a centre c whose
bisector with b lies at least r away from z is not the nearest one of any point
of the cell: |z - c|^2 - |z - b|^2 > 2 r |c - b|. That leaves a short list, which
only holds centres within |z - b| + 2 r of z (triangle inequality).
"""

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel
from .lloyd import accumulate, assign

SLACK = 1.0 + 1e-9
"""Widens the radius, so that rounding can never decide."""


@kernel
def count_levels(
    codes: NDArray[np.uint32], d: int, first: int, last: int, groups_out: NDArray[np.int64]
) -> None:
    """Count, at every level, the cells that start at first..last - 1, first >= 1.

    codes (m,) ascending Morton codes of d channels; adds to groups_out (levels,),
    where the cell of a code is code >> (d * level).
    """
    for i in range(first, last):
        difference = np.int64(codes[i] ^ codes[i - 1])
        level = 0
        while difference > 0 and level < groups_out.shape[0]:
            groups_out[level] += 1
            difference >>= d
            level += 1


@kernel
def find_starts(codes: NDArray[np.uint32], shift: int, starts_out: NDArray[np.int64]) -> None:
    """Write where every run of equal codes >> shift starts, and the end, to starts_out (c + 1,)."""
    c = 0
    starts_out[0] = 0
    for i in range(1, codes.shape[0]):
        if codes[i] >> shift != codes[i - 1] >> shift:
            c += 1
            starts_out[c] = i
    starts_out[c + 1] = codes.shape[0]


@kernel
def describe_cells(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    starts: NDArray[np.int64],
    first_cell: int,
    last_cell: int,
    means_out: NDArray[np.float64],
    totals_out: NDArray[np.float64],
    radii_out: NDArray[np.float64],
) -> None:
    """Describe the cells first_cell..last_cell - 1.

    points (d, m), weights (m,) > 0, starts (c + 1,); writes means_out (d, c),
    totals_out (c,) and radii_out (c,), the largest distance of a point from the mean.
    """
    d = points.shape[0]
    for c in range(first_cell, last_cell):
        first, last = starts[c], starts[c + 1]
        total = 0.0
        for i in range(first, last):
            total += weights[i]
        for a in range(d):
            weighted = 0.0
            for i in range(first, last):
                weighted += weights[i] * points[a, i]
            means_out[a, c] = weighted / total
        largest = 0.0
        for i in range(first, last):
            squared = 0.0
            for a in range(d):
                squared += (points[a, i] - means_out[a, c]) ** 2
            largest = max(largest, squared)
        totals_out[c] = total
        radii_out[c] = np.sqrt(largest) * SLACK


@kernel
def morton_codes(
    points: NDArray[np.float64],
    lows: NDArray[np.float64],
    steps: NDArray[np.float64],
    interleaved: NDArray[np.uint32],
    codes_out: NDArray[np.uint32],
) -> None:
    """Write the Morton code of every point's place in a grid to codes_out (n,).

    points (d, n), lows (d,) and steps (d,) > 0 of the grid, interleaved
    (d, cells per axis). Points outside go to the outermost cells.
    """
    d, n = points.shape
    last = interleaved.shape[1] - 1
    for i in range(n):
        code = np.uint32(0)
        for a in range(d):
            place = min(max((points[a, i] - lows[a]) / steps[a], 0.0), float(last))
            code |= interleaved[a, int(place)]
        codes_out[i] = code


@kernel
def order_codes(codes: NDArray[np.uint32], n_codes: int, order_out: NDArray[np.int64]) -> None:
    """Write the stable ascending order of codes (n,), all below n_codes, to order_out (n,)."""
    places = np.zeros(n_codes + 1, np.int64)
    for code in codes:
        places[code + 1] += 1
    places = np.cumsum(places)
    for i in range(codes.shape[0]):
        order_out[places[codes[i]]] = i
        places[codes[i]] += 1


@kernel
def list_nearby(
    means: NDArray[np.float64],
    c: int,
    radius: float,
    centers: NDArray[np.float64],
    squared: NDArray[np.float64],
    labels_out: NDArray[np.int32],
    nearby_out: NDArray[np.float64],
) -> int:
    """List the centres that can be nearest to a point of cell c; return how many.

    means (d, cells), centers (k, d); squared (k,) is scratch. Writes the first
    entries of labels_out (k,), ascending, and nearby_out (k, d).
    """
    k, d = centers.shape
    best = 0
    for j in range(k):
        distance = 0.0
        for a in range(d):
            distance += (means[a, c] - centers[j, a]) ** 2
        squared[j] = distance
        if distance < squared[best]:
            best = j
    reach = (np.sqrt(squared[best]) + 2.0 * radius) * SLACK
    n = 0
    for j in range(k):
        if squared[j] > reach * reach:
            continue
        apart = 0.0
        for a in range(d):
            apart += (centers[j, a] - centers[best, a]) ** 2
        if squared[j] - squared[best] <= 2.0 * radius * np.sqrt(apart) * SLACK:
            labels_out[n] = j
            for a in range(d):
                nearby_out[n, a] = centers[j, a]
            n += 1
    return n


@kernel
def accumulate_cells(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    starts: NDArray[np.int64],
    means: NDArray[np.float64],
    totals: NDArray[np.float64],
    cell_radii: NDArray[np.float64],
    first_cell: int,
    last_cell: int,
    centers: NDArray[np.float64],
    sums_out: NDArray[np.float64],
    totals_out: NDArray[np.float64],
) -> None:
    """Add every point, times its weight, to the sums of its nearest centre.

    points (d, m), weights (m,), starts (c + 1,), means (d, c), totals (c,) and
    cell_radii (c,) of all cells, of which first_cell to last_cell - 1 are done;
    centers (k, d). Adds to sums_out (k, d) and totals_out (k,), which the caller
    clears.
    """
    k, d = centers.shape
    squared = np.empty(k)
    nearby_labels = np.empty(k, np.int32)
    nearby = np.empty((k, d))
    largest = 0
    for c in range(first_cell, last_cell):
        largest = max(largest, starts[c + 1] - starts[c])
    labels = np.empty(largest, np.int32)
    distances = np.empty(largest)
    for c in range(first_cell, last_cell):
        n = list_nearby(means, c, cell_radii[c], centers, squared, nearby_labels, nearby)
        if n == 1:
            j = nearby_labels[0]
            totals_out[j] += totals[c]
            for a in range(d):
                sums_out[j, a] += totals[c] * means[a, c]
            continue
        first, last = starts[c], starts[c + 1]
        mine = labels[: last - first]
        assign(points, first, last, nearby[:n], mine, distances)
        for i in range(last - first):
            mine[i] = nearby_labels[mine[i]]
        accumulate(points, weights, first, mine, sums_out, totals_out)


@kernel
def label_cells(
    points: NDArray[np.float64],
    starts: NDArray[np.int64],
    means: NDArray[np.float64],
    cell_radii: NDArray[np.float64],
    first_cell: int,
    last_cell: int,
    centers: NDArray[np.float64],
    labels_out: NDArray[np.int32],
    squared_out: NDArray[np.float64],
) -> None:
    """Find the nearest centre of every point of the cells; the lowest one wins a tie.

    Arguments as in `accumulate_cells`; labels_out (m,) and squared_out (m,), the
    squared distances, are written where these cells are.
    """
    k, d = centers.shape
    squared = np.empty(k)
    nearby_labels = np.empty(k, np.int32)
    nearby = np.empty((k, d))
    for c in range(first_cell, last_cell):
        first, last = starts[c], starts[c + 1]
        n = list_nearby(means, c, cell_radii[c], centers, squared, nearby_labels, nearby)
        mine = labels_out[first:last]
        assign(points, first, last, nearby[:n], mine, squared_out[first:last])
        for i in range(last - first):
            mine[i] = nearby_labels[mine[i]]
