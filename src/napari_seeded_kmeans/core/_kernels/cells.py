"""Cells: neighbouring points taken together, so that few centres need a look.

A cell knows its mean z, its total weight and its radius r, the largest distance
of one of its points from z. With b the centre nearest to z, a centre c whose
bisector with b lies at least r away from z is not the nearest one of any point
of the cell: |z - c|^2 - |z - b|^2 > 2 r |c - b|. That leaves a short list, which
only holds centres within |z - b| + 2 r of z (triangle inequality). Neighbouring
cells make up a block, which is a cell of cells: its list is made first, and those
of its cells are chosen from it.

Centres come as planes, (d, k) float64, so that loops run along them.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel
from .lloyd import accumulate, assign

Floats = NDArray[np.float64]

SLACK = 1.0 + 1e-9
"""Widens the radius, so that rounding can never decide."""
LANES = 32
"""Points compared at a time; a fixed number compiles to straight vector code."""


class Groups(NamedTuple):
    """Runs of neighbouring points, or of cells: group g is starts[g]:starts[g + 1].

    Attributes
    ----------
    starts : (g + 1,) int64
    means : (d, g) float64
    totals : (g,) float64
        Weights.
    radii : (g,) float64
        No point is farther from the mean.
    spreads : (g,) float64
        Weighted sums of the squared distances from the mean.
    """

    starts: NDArray[np.int64]
    means: Floats
    totals: Floats
    radii: Floats
    spreads: Floats


@kernel
def count_runs(codes: NDArray[np.uint32], first: int, last: int, runs_out: NDArray[np.int64]) -> None:
    """Count the runs of equal codes >> shift that start at first..last - 1, first >= 1, for every shift.

    codes (m,) ascending; writes runs_out (shifts,).
    """
    before, here = codes[first - 1 : last - 1], codes[first:last]
    for shift in range(runs_out.shape[0]):
        n_runs = 0
        for i in range(last - first):
            n_runs += int((before[i] ^ here[i]) >> shift != 0)
        runs_out[shift] = n_runs


@kernel
def find_starts(
    codes: NDArray[np.uint32], shift: int, first: int, last: int, starts_out: NDArray[np.int64]
) -> None:
    """Write where the runs that `count_runs` counts for one shift start to starts_out (runs,)."""
    before, here = codes[first - 1 : last - 1], codes[first:last]
    n_found = 0
    for i in range(last - first):
        if (before[i] ^ here[i]) >> shift != 0:
            starts_out[n_found] = first + i
            n_found += 1


@kernel
def describe_groups(
    points: Floats, weights: Floats, first_group: int, last_group: int, groups: Groups
) -> None:
    """Fill in what `groups` says of first_group..last_group - 1, but for the starts, which are given.

    points (d, m), weights (m,) > 0.
    """
    d = points.shape[0]
    for g in range(first_group, last_group):
        first, last = groups.starts[g], groups.starts[g + 1]
        # No slices here: counting who refers to an array costs more than a group of a few points.
        total = 0.0
        for i in range(first, last):
            total += weights[i]
        for a in range(d):
            weighted = 0.0
            for i in range(first, last):
                weighted += weights[i] * points[a, i]
            groups.means[a, g] = weighted / total
        largest = spread = 0.0
        for i in range(first, last):
            squared = 0.0
            for a in range(d):
                squared += (points[a, i] - groups.means[a, g]) ** 2
            largest = max(largest, squared)
            spread += weights[i] * squared
        groups.totals[g] = total
        groups.radii[g] = sqrt(largest) * SLACK
        groups.spreads[g] = spread


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
def keep_nearby(
    means: Floats, g: int, radius: float, candidates: Floats, n: int, candidates_out: Floats
) -> int:
    """Keep those of the first n candidates that can be nearest to a point of a group; return how many.

    means (d, groups), of which g is meant. candidates (d + 2, k): the first d rows are centres,
    then come their numbers, ascending, then scratch. Writes the first columns of candidates_out.
    """
    d = means.shape[0]
    for j in range(n):
        candidates[d + 1, j] = 0.0
    for a in range(d):
        z = means[a, g]
        for j in range(n):
            candidates[d + 1, j] += (candidates[a, j] - z) ** 2
    best = 0
    for j in range(1, n):
        if candidates[d + 1, j] < candidates[d + 1, best]:
            best = j
    nearest = candidates[d + 1, best]
    reach = (sqrt(nearest) + 2.0 * radius) * SLACK
    n_kept = 0
    for j in range(n):
        squared = candidates[d + 1, j]
        if squared > reach * reach:
            continue
        apart = 0.0
        for a in range(d):
            apart += (candidates[a, j] - candidates[a, best]) ** 2
        if squared - nearest <= 2.0 * radius * sqrt(apart) * SLACK:
            for a in range(d + 1):
                candidates_out[a, n_kept] = candidates[a, j]
            n_kept += 1
    return n_kept


@kernel
def list_centers(centers: Floats) -> tuple[Floats, Floats, Floats]:
    """Return all centres (d, k) as candidates, and two more such tables, to be filled in."""
    d, k = centers.shape
    candidates = np.empty((d + 2, k))
    candidates[:d] = centers
    candidates[d] = np.arange(k)
    return candidates, np.empty((d + 2, k)), np.empty((d + 2, k))


@kernel
def largest_group(groups: Groups, first: int, last: int) -> int:
    """Return how many points the largest of the groups of points first..last - 1 has."""
    largest, g = 0, np.searchsorted(groups.starts, first)
    while groups.starts[g] < last:
        largest = max(largest, groups.starts[g + 1] - groups.starts[g])
        g += 1
    return largest


@kernel
def accumulate_blocks(
    points: Floats,
    weights: Floats,
    cells: Groups,
    blocks: Groups,
    first_block: int,
    last_block: int,
    centers: Floats,
    sums_out: Floats,
    totals_out: Floats,
) -> None:
    """Add every point of the blocks, times its weight, to the sums of its nearest centre.

    points (d, m), weights (m,); cells of the points, blocks of the cells; centers (d, k). Adds to
    sums_out (k, d) and totals_out (k,), which the caller clears.
    """
    d, k = centers.shape
    everyone, shared, nearby = list_centers(centers)
    largest = largest_group(cells, blocks.starts[first_block], blocks.starts[last_block])
    c = np.searchsorted(cells.starts, blocks.starts[first_block])
    labels, squared = np.empty(largest, np.int32), np.empty(largest)
    for b in range(first_block, last_block):
        n_shared = keep_nearby(blocks.means, b, blocks.radii[b], everyone, k, shared)
        if n_shared == 1:
            add_group(blocks, b, int(shared[d, 0]), sums_out, totals_out)
            c = np.searchsorted(cells.starts, blocks.starts[b + 1])
            continue
        while cells.starts[c] < blocks.starts[b + 1]:
            n = keep_nearby(cells.means, c, cells.radii[c], shared, n_shared, nearby)
            first, last, c = cells.starts[c], cells.starts[c + 1], c + 1
            if n == 1:
                add_group(cells, c - 1, int(nearby[d, 0]), sums_out, totals_out)
                continue
            assign(points, first, last, nearby[:d, :n].T, labels[: last - first], squared)
            for i in range(last - first):
                labels[i] = np.int32(nearby[d, labels[i]])
            accumulate(points, weights, first, labels[: last - first], sums_out, totals_out)


@kernel
def add_group(groups: Groups, g: int, j: int, sums_out: Floats, totals_out: Floats) -> None:
    """Add a whole group to cluster j."""
    for a in range(groups.means.shape[0]):
        sums_out[j, a] += groups.totals[g] * groups.means[a, g]
    totals_out[j] += groups.totals[g]


@kernel
def label_blocks(
    points: Floats,
    weights: Floats,
    cells: Groups,
    blocks: Groups,
    first_block: int,
    last_block: int,
    centers: Floats,
    labels_out: NDArray[np.int32],
) -> float:
    """Find the nearest centre of every point of the blocks, the lowest on ties; return the inertia.

    Arguments as in `accumulate_blocks`; labels_out (m,) is written where these blocks are.
    """
    d, k = centers.shape
    everyone, shared, nearby = list_centers(centers)
    largest = largest_group(cells, blocks.starts[first_block], blocks.starts[last_block])
    c = np.searchsorted(cells.starts, blocks.starts[first_block])
    squared = np.empty(largest)
    inertia = 0.0
    for b in range(first_block, last_block):
        n_shared = keep_nearby(blocks.means, b, blocks.radii[b], everyone, k, shared)
        while cells.starts[c] < blocks.starts[b + 1]:
            n = keep_nearby(cells.means, c, cells.radii[c], shared, n_shared, nearby)
            first, last, c = cells.starts[c], cells.starts[c + 1], c + 1
            mine = labels_out[first:last]
            if n == 1:
                mine[:] = np.int32(nearby[d, 0])
                apart = 0.0
                for a in range(d):
                    apart += (cells.means[a, c - 1] - nearby[a, 0]) ** 2
                inertia += cells.spreads[c - 1] + cells.totals[c - 1] * apart
                continue
            assign(points, first, last, nearby[:d, :n].T, mine, squared)
            for i in range(last - first):
                mine[i] = np.int32(nearby[d, mine[i]])
                inertia += weights[first + i] * squared[i]
    return inertia
