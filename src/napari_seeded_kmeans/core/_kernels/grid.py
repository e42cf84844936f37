"""Pixels as the nodes of a graph: contrast along edges, and distances through them.

Nodes are the pixels of an image with a rim of one pixel around it, in C order.
`offsets` lists the neighbours of a node, and ``offsets[m - 1 - j] == -offsets[j]``,
so the second half points forwards. `free` is 0 on the rim, which is never entered.
"""

from math import exp, sqrt

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

Values = NDArray[np.float32]
Indices = NDArray[np.int64]
Flags = NDArray[np.uint8]


@kernel
def edge_weights(
    values: Values, offsets: Indices, lengths: Values, inside: Flags, floor: float, weights_out: Values
) -> None:
    """Weight of every forward edge: ``(floor + (1 - floor) exp(-|difference|^2)) / length``.

    Parameters
    ----------
    values : float32 (n, c)
        Scaled so that a difference of one is an edge.
    offsets, lengths : (m,)
    inside : uint8 (n,)
        0 on the rim.
    floor : float
    weights_out : float32 (n, m // 2)
        Overwritten; edges that touch the rim get 0.
    """
    half = offsets.size // 2
    for node in range(values.shape[0]):
        for j in range(half):
            weights_out[node, j] = 0
            other = node + offsets[half + j]
            if inside[node] and inside[other]:
                weight = floor + (1 - floor) * exp(-_squared_difference(values, node, other))
                weights_out[node, j] = weight / lengths[half + j]


@kernel
def geodesic_distances(
    values: Values,
    costs: Values,
    offsets: Indices,
    lengths: Values,
    inside: Flags,
    n_sweeps: int,
    distances_out: Values,
) -> None:
    """Relax distances by raster sweeps, forwards and backwards, until nothing moves.

    A step costs ``length * mean(cost) + |difference of values|``.

    Parameters
    ----------
    values : float32 (n, c)
    costs : float32 (n,)
        Cost of a unit of way, > 0.
    offsets, lengths : (m,)
    inside : uint8 (n,)
    n_sweeps : int
        Most pairs of sweeps.
    distances_out : float32 (n,)
        0 at the sources and inf elsewhere on entry; shortened in place.
    """
    n = costs.size
    for _ in range(n_sweeps):
        moved = False
        for i in range(2 * n):
            forwards = i < n
            node = i if forwards else 2 * n - 1 - i
            if not inside[node]:
                continue
            best = distances_out[node]
            for j in range(offsets.size // 2):
                back = j if forwards else offsets.size - 1 - j
                other = node + offsets[back]
                if not inside[other] or distances_out[other] >= best:
                    continue
                way = lengths[back] * 0.5 * (costs[node] + costs[other])
                way += sqrt(_squared_difference(values, node, other))
                best = min(best, np.float32(distances_out[other] + way))
            if best < distances_out[node]:
                distances_out[node] = best
                moved = True
        if not moved:
            break


@kernel
def _squared_difference(values: Values, a: int, b: int) -> float:
    total = 0.0
    for c in range(values.shape[1]):
        step = values[a, c] - values[b, c]
        total += step * step
    return total
