"""Minimum cuts of pixel graphs, and expansion moves of the Potts model by them.

*Strategy.* Two search trees grow from the sources and the sinks over edges that
still have room; where they meet, flow is pushed, and the branches it cuts off
are adopted by their neighbours or set free (Boykov and Kolmogorov, IEEE TPAMI
26, 2004). On a grid a parent is the number of a direction, not a pointer.
Several classes: every class in turn may take any pixels, all at once, by one
minimum cut (Boykov, Veksler and Zabih, IEEE TPAMI 23, 2001). Capacities are
integers, so the result does not depend on the order of sums.
"""

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

Capacities = NDArray[np.int32]
Indices = NDArray[np.int64]
Flags = NDArray[np.uint8]
Trees = NDArray[np.int8]

FREE, FIXED = 1, 2
_SOURCE, _SINK = 1, 2
# Parents that are no direction.
_TERMINAL, _ORPHAN, _NONE = -1, -2, -3
_FAR = 2**31 - 1


@kernel
def expand(
    labels: NDArray[np.int32],
    costs: NDArray[np.float32],
    weights: NDArray[np.float32],
    offsets: Indices,
    states: Flags,
    label: int,
    unit: float,
) -> int:
    """Let `label` take the free nodes that make the energy least; returns how many it took.

    The energy is the cost of every free node's label and the weight of every edge between labels.

    Parameters
    ----------
    labels : int32 (n,)
        Changed in place where `states` is FREE.
    costs : float32 (n, n_labels)
        Finite.
    weights : float32 (n, m // 2)
        Of the forward edges, >= 0.
    offsets : int64 (m,)
        As in `_kernels.grid`.
    states : uint8 (n,)
        0 outside, FREE, or FIXED.
    label : int
    unit : float
        Capacities are multiples of 1 / `unit`.
    """
    n, half = labels.size, offsets.size // 2
    room = np.zeros((n, offsets.size), np.int32)
    surplus = np.zeros(n, np.int32)
    for node in range(n):
        if states[node] == FREE:
            surplus[node] += np.int32(round((costs[node, label] - costs[node, labels[node]]) * unit))
        if states[node] == 0:
            continue
        for j in range(half):
            other = node + offsets[half + j]
            weight = np.int32(round(weights[node, j] * unit))
            if states[other] == 0 or (states[node] == FIXED and states[other] == FIXED):
                continue
            stay = weight if labels[node] != labels[other] else 0
            other_takes = weight if labels[node] != label else 0
            node_takes = weight if labels[other] != label else 0
            if states[other] == FIXED:
                surplus[node] += node_takes - stay
            elif states[node] == FIXED:
                surplus[other] += other_takes - stay
            else:
                surplus[node] += node_takes - stay
                surplus[other] -= node_takes
                room[node, half + j] = other_takes + node_takes - stay
    trees = max_flow(room, surplus, offsets)
    n_taken = 0
    for node in range(n):
        if states[node] == FREE and trees[node] == _SINK and labels[node] != label:
            labels[node] = label
            n_taken += 1
    return n_taken


@kernel
def max_flow(room: Capacities, surplus: Capacities, offsets: Indices) -> Trees:
    """Push all flow that fits from nodes with a surplus to nodes with a deficit.

    Parameters
    ----------
    room : int32 (n, m)
        Capacities of the edges from each node; left with what remains.
    surplus : int32 (n,)
        Positive at sources, negative at sinks; left with what remains.
    offsets : int64 (m,)
        As in `_kernels.grid`; on the rim there is neither room nor surplus.

    Returns
    -------
    int8 (n,)
        1 on the source's side of the minimum cut, 2 on the sink's, 0 where both are as good.
    """
    n = surplus.size
    trees, parents = np.zeros(n, np.int8), np.full(n, _NONE, np.int8)
    times, depths = np.zeros(n, np.int32), np.zeros(n, np.int32)
    # Rings: `waiting` and `orphans` hold a node once at most; [0] is the head, [1] the tail.
    waiting, waits = np.empty(n + 1, np.int32), np.zeros(n, np.uint8)
    orphans = np.empty(n + 1, np.int32)
    ends, orphan_ends = np.zeros(2, np.int64), np.zeros(2, np.int64)
    for node in range(n):
        if surplus[node] != 0:
            trees[node] = _SOURCE if surplus[node] > 0 else _SINK
            parents[node] = _TERMINAL
            depths[node] = 1
            _wait(node, waiting, waits, ends)
    time = 0
    node = -1
    while True:
        if node < 0 or trees[node] == 0:
            node = _next(waiting, waits, ends, trees)
            if node < 0:
                return trees
        start, direction = _grow(node, room, offsets, trees, parents, times, depths, waiting, waits, ends)
        time += 1
        if direction < 0:
            node = -1
            continue
        _augment(start, direction, room, surplus, offsets, parents, orphans, orphan_ends)
        while orphan_ends[0] != orphan_ends[1]:
            orphan = orphans[orphan_ends[0]]
            orphan_ends[0] = _after(orphan_ends[0], orphans)
            if not _adopt(orphan, time, room, offsets, trees, parents, times, depths):
                _abandon(orphan, room, offsets, trees, parents, waiting, waits, ends, orphans, orphan_ends)


@kernel
def _wait(node: int, waiting: Capacities, waits: Flags, ends: Indices) -> None:
    if not waits[node]:
        waits[node] = 1
        _push(node, waiting, ends)


@kernel
def _push(node: int, ring: Capacities, ends: Indices) -> None:
    ring[ends[1]] = node
    ends[1] = _after(ends[1], ring)


@kernel
def _after(place: int, ring: Capacities) -> int:
    return place + 1 if place + 1 < ring.size else 0


@kernel
def _next(waiting: Capacities, waits: Flags, ends: Indices, trees: Trees) -> int:
    """Take the first waiting node that still belongs to a tree; -1 if there is none."""
    while ends[0] != ends[1]:
        node = waiting[ends[0]]
        ends[0] = _after(ends[0], waiting)
        waits[node] = 0
        if trees[node] != 0:
            return int(node)
    return -1


@kernel
def _grow(
    node: int,
    room: Capacities,
    offsets: Indices,
    trees: Trees,
    parents: Trees,
    times: Capacities,
    depths: Capacities,
    waiting: Capacities,
    waits: Flags,
    ends: Indices,
) -> tuple[int, int]:
    """Take in the free neighbours; returns the edge (source side, direction) to the other tree, or -1."""
    last = offsets.size - 1
    for j in range(offsets.size):
        other = node + offsets[j]
        if (room[node, j] if trees[node] == _SOURCE else room[other, last - j]) <= 0:
            continue
        if trees[other] == 0:
            trees[other] = trees[node]
            _hang(node, other, last - j, parents, times, depths)
            _wait(other, waiting, waits, ends)
        elif trees[other] != trees[node]:
            return (node, j) if trees[node] == _SOURCE else (other, last - j)
        elif times[other] <= times[node] and depths[other] > depths[node]:
            _hang(node, other, last - j, parents, times, depths)
    return -1, -1


@kernel
def _hang(
    parent: int, child: int, direction: int, parents: Trees, times: Capacities, depths: Capacities
) -> None:
    parents[child] = direction
    times[child] = times[parent]
    depths[child] = depths[parent] + 1


@kernel
def _augment(
    start: int,
    direction: int,
    room: Capacities,
    surplus: Capacities,
    offsets: Indices,
    parents: Trees,
    orphans: Capacities,
    orphan_ends: Indices,
) -> None:
    """Push what fits from root to root through one edge; nodes cut off become orphans."""
    last = offsets.size - 1
    end = start + offsets[direction]
    flow = room[start, direction]
    node = start
    while parents[node] != _TERMINAL:
        above = node + offsets[parents[node]]
        flow = min(flow, room[above, last - parents[node]])
        node = above
    flow = min(flow, surplus[node])
    node = end
    while parents[node] != _TERMINAL:
        flow = min(flow, room[node, parents[node]])
        node += offsets[parents[node]]
    flow = min(flow, -surplus[node])

    room[start, direction] -= flow
    room[end, last - direction] += flow
    for node, sign in ((start, 1), (end, -1)):
        while parents[node] != _TERMINAL:
            up = parents[node]
            above = node + offsets[up]
            room[node, up] += sign * flow
            room[above, last - up] -= sign * flow
            if (room[above, last - up] if sign > 0 else room[node, up]) == 0:
                parents[node] = _ORPHAN
                _push(node, orphans, orphan_ends)
            node = above
        surplus[node] -= sign * flow
        if surplus[node] == 0:
            parents[node] = _ORPHAN
            _push(node, orphans, orphan_ends)


@kernel
def _adopt(
    orphan: int,
    time: int,
    room: Capacities,
    offsets: Indices,
    trees: Trees,
    parents: Trees,
    times: Capacities,
    depths: Capacities,
) -> bool:
    """Hang an orphan on the neighbour of its tree that is nearest to a root, if there is one."""
    last = offsets.size - 1
    best, best_depth = -1, _FAR
    for j in range(offsets.size):
        other = orphan + offsets[j]
        if _edge_to_parent(orphan, other, j, room, trees, last) <= 0:
            continue
        depth = _depth(other, time, offsets, parents, times, depths)
        if depth < best_depth:
            best, best_depth = j, depth
        if depth < _FAR:
            node = other
            while times[node] != time:
                times[node] = time
                depths[node] = depth
                depth -= 1
                node += offsets[parents[node]]
    if best < 0:
        return False
    parents[orphan] = best
    times[orphan] = time
    depths[orphan] = best_depth + 1
    return True


@kernel
def _edge_to_parent(orphan: int, other: int, j: int, room: Capacities, trees: Trees, last: int) -> int:
    """Room of the edge over which `other` could be the orphan's parent; 0 if it is of another tree."""
    if trees[other] != trees[orphan]:
        return 0
    return int(room[other, last - j] if trees[orphan] == _SOURCE else room[orphan, j])


@kernel
def _depth(
    node: int, time: int, offsets: Indices, parents: Trees, times: Capacities, depths: Capacities
) -> int:
    """Count the steps from a node to its root; _FAR when the way ends at an orphan."""
    steps = 0
    while True:
        if times[node] == time:
            return steps + int(depths[node])
        steps += 1
        if parents[node] == _TERMINAL:
            times[node] = time
            depths[node] = 1
            return steps
        if parents[node] == _ORPHAN or parents[node] == _NONE:
            return _FAR
        node += offsets[parents[node]]


@kernel
def _abandon(
    orphan: int,
    room: Capacities,
    offsets: Indices,
    trees: Trees,
    parents: Trees,
    waiting: Capacities,
    waits: Flags,
    ends: Indices,
    orphans: Capacities,
    orphan_ends: Indices,
) -> None:
    """Set an orphan free: its children are orphans now, and neighbours may take it in again."""
    last = offsets.size - 1
    for j in range(offsets.size):
        other = orphan + offsets[j]
        if trees[other] != trees[orphan]:
            continue
        if _edge_to_parent(orphan, other, j, room, trees, last) > 0:
            _wait(other, waiting, waits, ends)
        if parents[other] == last - j:
            parents[other] = _ORPHAN
            _push(other, orphans, orphan_ends)
    trees[orphan] = 0
    parents[orphan] = _NONE
