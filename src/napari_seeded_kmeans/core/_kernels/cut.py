"""Minimum cuts of pixel graphs, and expansion moves of the Potts model by them.

*Strategy.* Two search trees grow from the sources and the sinks over edges that
still have room; where they meet, flow is pushed, and the branches it cuts off
are adopted by their neighbours or set free (Boykov and Kolmogorov, IEEE TPAMI
26, 2004). Only nodes beside another tree start out active: inside a region that
is of one mind nothing happens. A parent is the number of a direction, not a
pointer.
Several classes: every class in turn may take any nodes, all at once, by one
minimum cut (Boykov, Veksler and Zabih, IEEE TPAMI 23, 2001). Capacities are
integers, so the result does not depend on the order of sums, and of all minimum
cuts it is the one with the fewest nodes on the sinks' side: which road the flow
took does not show.

A graph has n nodes; `neighbours` (n + 1, m) lists those of each by direction, the
opposite of direction j being ``m - 1 - j``. Where there is none stands n: a last
row that no edge leads from.
"""

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

Integers = NDArray[np.int32]
Indices = NDArray[np.int64]
Flags = NDArray[np.uint8]
Trees = NDArray[np.int8]

_SOURCE, _SINK = 1, 2
# Parents that are no direction.
_TERMINAL, _ORPHAN, _NONE = -1, -2, -3
_FAR = 2**31 - 1


@kernel
def prepare(
    labels: Integers,
    costs: Integers,
    weights: Integers,
    neighbours: Integers,
    label: int,
    span: int,
    room_out: Integers,
    surplus_out: Integers,
) -> None:
    """Make the flow problem whose minimum cut says which nodes `label` should take.

    The energy is the cost of every node's label and the weight of every edge between labels.
    Edges between strips of `span` nodes have no room yet: `bridge` gives it to them.

    Parameters
    ----------
    labels : int32 (n,)
    costs : int32 (n, n_labels)
    weights : int32 (n, m // 2)
        Of the edges in the second half of the directions, >= 0.
    neighbours : int32 (n + 1, m)
    label, span : int
    room_out : int32 (n + 1, m)
        Zeros on entry.
    surplus_out : int32 (n + 1,)
        Zeros on entry.
    """
    n, half = labels.size, weights.shape[1]
    for node in range(n):
        surplus_out[node] += costs[node, label] - costs[node, labels[node]]
        stop = node - node % span + span
        for j in range(half):
            other = neighbours[node, half + j]
            if other == n:
                continue
            stay, both, back = _terms(labels[node], labels[other], label, weights[node, j])
            surplus_out[node] += (weights[node, j] if labels[other] != label else 0) - stay - back
            surplus_out[other] += back - (weights[node, j] if labels[other] != label else 0)
            if other < stop:
                room_out[node, half + j] = both - back
                room_out[other, half - 1 - j] = back


@kernel
def bridge(
    labels: Integers,
    weights: Integers,
    neighbours: Integers,
    label: int,
    span: int,
    first: int,
    stop: int,
    room: Integers,
) -> None:
    """Give room to edges between strips of `span` nodes, first <= node < stop; arrays as for `prepare`."""
    half = weights.shape[1]
    for node in range(first, stop):
        own_stop = node - node % span + span
        for j in range(half):
            other = neighbours[node, half + j]
            if own_stop <= other < stop:
                _, both, back = _terms(labels[node], labels[other], label, weights[node, j])
                room[node, half + j] = both - back
                room[other, half - 1 - j] = back


@kernel
def _terms(own: int, others: int, label: int, weight: int) -> tuple[int, int, int]:
    """Price of an edge while nobody takes the label, its room both ways together, and that backwards.

    Half of the room in each direction: what is alike both ways asks for no flow.
    """
    stay = weight if own != others else 0
    both = (weight if own != label else 0) + (weight if others != label else 0) - stay
    return stay, both, both // 2


@kernel
def take(labels: Integers, trees: Trees, label: int) -> int:
    """Give `label` to the nodes (n,) on the sinks' side; returns how many had another."""
    n_taken = 0
    for node in range(labels.size):
        if trees[node] == _SINK and labels[node] != label:
            labels[node] = label
            n_taken += 1
    return n_taken


@kernel
def plant(surplus: Integers, trees_out: Trees, parents_out: Trees, depths_out: Integers) -> None:
    """Start a tree at every source (surplus > 0) and sink (< 0); all arrays (n,), overwritten."""
    for node in range(surplus.size):
        trees_out[node], parents_out[node], depths_out[node] = 0, _NONE, 0
        if surplus[node] != 0:
            trees_out[node] = _SOURCE if surplus[node] > 0 else _SINK
            parents_out[node] = _TERMINAL
            depths_out[node] = 1


@kernel
def max_flow(
    first: int,
    stop: int,
    time: int,
    most: int,
    room: Integers,
    surplus: Integers,
    neighbours: Integers,
    trees: Trees,
    parents: Trees,
    times: Integers,
    depths: Integers,
) -> tuple[int, bool]:
    """Push all flow that fits between the nodes first <= node < stop; returns the time and whether it is all.

    Afterwards a node is in a source's tree (1), in a sink's (2), or in neither (0), where both sides of
    the minimum cut are as good. The trees stand: with more room, or when stopped, going on is enough.

    Parameters
    ----------
    first, stop : int
        No edge with room leads out of this range.
    time : int
        Not before any in `times`.
    most : int
        Stop after this many steps.
    room : int32 (n + 1, m)
        Capacities of the edges from each node; left with what remains.
    surplus : int32 (n + 1,)
        Left with what remains.
    neighbours : int32 (n + 1, m)
    trees, parents : int8 (n + 1,)
        As `plant` or an earlier call left them.
    times, depths : int32 (n + 1,)
    """
    # Rings: `waiting` and `orphans` hold a node once at most; [0] is the head, [1] the tail.
    waiting, waits = np.empty(stop - first + 1, np.int32), np.zeros(stop - first, np.uint8)
    orphans = np.empty(stop - first + 1, np.int32)
    ends, orphan_ends = np.zeros(2, np.int64), np.zeros(2, np.int64)
    for node in range(first, stop):
        if trees[node] != 0 and _is_beside_another(node, room, neighbours, trees):
            _wait(node, first, waiting, waits, ends)
    node, latest = -1, time + most
    while True:
        if node < 0 or trees[node] == 0:
            node = _next(first, waiting, waits, ends, trees)
            if node < 0:
                return time, True
        if time >= latest:
            return time, False
        start, direction = _grow(
            node, first, room, neighbours, trees, parents, times, depths, waiting, waits, ends
        )
        time += 1
        if direction < 0:
            node = -1
            continue
        _augment(start, direction, room, surplus, neighbours, parents, orphans, orphan_ends)
        while orphan_ends[0] != orphan_ends[1]:
            orphan = orphans[orphan_ends[0]]
            orphan_ends[0] = _after(orphan_ends[0], orphans)
            if not _adopt(orphan, time, room, neighbours, trees, parents, times, depths):
                _abandon(
                    orphan,
                    first,
                    room,
                    neighbours,
                    trees,
                    parents,
                    waiting,
                    waits,
                    ends,
                    orphans,
                    orphan_ends,
                )


@kernel
def _is_beside_another(node: int, room: Integers, neighbours: Integers, trees: Trees) -> bool:
    """Whether there is room from a source to, or to a sink from, a node of another tree or none."""
    last = neighbours.shape[1] - 1
    for j in range(last + 1):
        other = neighbours[node, j]
        if trees[other] != trees[node]:
            space = room[node, j] if trees[node] == _SOURCE else room[other, last - j]
            if space > 0:
                return True
    return False


@kernel
def _wait(node: int, first: int, waiting: Integers, waits: Flags, ends: Indices) -> None:
    if not waits[node - first]:
        waits[node - first] = 1
        _push(node, waiting, ends)


@kernel
def _push(node: int | np.int64, ring: Integers, ends: Indices) -> None:
    ring[ends[1]] = node
    ends[1] = _after(ends[1], ring)


@kernel
def _after(place: int, ring: Integers) -> int:
    return place + 1 if place + 1 < ring.size else 0


@kernel
def _next(first: int, waiting: Integers, waits: Flags, ends: Indices, trees: Trees) -> int:
    """Take the first waiting node that still belongs to a tree; -1 if there is none."""
    while ends[0] != ends[1]:
        node = waiting[ends[0]]
        ends[0] = _after(ends[0], waiting)
        waits[node - first] = 0
        if trees[node] != 0:
            return int(node)
    return -1


@kernel
def _grow(
    node: int,
    first: int,
    room: Integers,
    neighbours: Integers,
    trees: Trees,
    parents: Trees,
    times: Integers,
    depths: Integers,
    waiting: Integers,
    waits: Flags,
    ends: Indices,
) -> tuple[int, int]:
    """Take in the free neighbours; returns the edge (source side, direction) to the other tree, or -1."""
    last = neighbours.shape[1] - 1
    for j in range(last + 1):
        other = neighbours[node, j]
        if (room[node, j] if trees[node] == _SOURCE else room[other, last - j]) <= 0:
            continue
        if trees[other] == 0:
            trees[other] = trees[node]
            _hang(node, other, last - j, parents, times, depths)
            _wait(other, first, waiting, waits, ends)
        elif trees[other] != trees[node]:
            return (node, j) if trees[node] == _SOURCE else (other, last - j)
        elif times[other] <= times[node] and depths[other] > depths[node]:
            _hang(node, other, last - j, parents, times, depths)
    return -1, -1


@kernel
def _hang(parent: int, child: int, direction: int, parents: Trees, times: Integers, depths: Integers) -> None:
    parents[child] = direction
    times[child] = times[parent]
    depths[child] = depths[parent] + 1


@kernel
def _augment(
    start: int,
    direction: int,
    room: Integers,
    surplus: Integers,
    neighbours: Integers,
    parents: Trees,
    orphans: Integers,
    orphan_ends: Indices,
) -> None:
    """Push what fits from root to root through one edge; nodes cut off become orphans."""
    last = neighbours.shape[1] - 1
    end = np.int64(neighbours[start, direction])
    flow = room[start, direction]
    # One type for all places, or the compiler finds two.
    node = np.int64(start)
    while parents[node] != _TERMINAL:
        above = np.int64(neighbours[node, parents[node]])
        flow = min(flow, room[above, last - parents[node]])
        node = above
    flow = min(flow, surplus[node])
    node = end
    while parents[node] != _TERMINAL:
        flow = min(flow, room[node, parents[node]])
        node = np.int64(neighbours[node, parents[node]])
    flow = min(flow, -surplus[node])

    room[start, direction] -= flow
    room[end, last - direction] += flow
    for node, sign in ((np.int64(start), 1), (end, -1)):
        while parents[node] != _TERMINAL:
            up = parents[node]
            above = np.int64(neighbours[node, up])
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
    room: Integers,
    neighbours: Integers,
    trees: Trees,
    parents: Trees,
    times: Integers,
    depths: Integers,
) -> bool:
    """Hang an orphan on the neighbour of its tree that is nearest to a root, if there is one."""
    last = neighbours.shape[1] - 1
    best, best_depth = -1, _FAR
    for j in range(last + 1):
        other = neighbours[orphan, j]
        if _edge_to_parent(orphan, other, j, room, trees, last) <= 0:
            continue
        depth = _depth(other, time, neighbours, parents, times, depths)
        if depth < best_depth:
            best, best_depth = j, depth
        if depth < _FAR:
            node = np.int64(other)
            while times[node] != time:
                times[node] = time
                depths[node] = depth
                depth -= 1
                node = np.int64(neighbours[node, parents[node]])
    if best < 0:
        return False
    parents[orphan] = best
    times[orphan] = time
    depths[orphan] = best_depth + 1
    return True


@kernel
def _edge_to_parent(orphan: int, other: int, j: int, room: Integers, trees: Trees, last: int) -> int:
    """Room of the edge over which `other` could be the orphan's parent; 0 if it is of another tree."""
    if trees[other] != trees[orphan]:
        return 0
    return int(room[other, last - j] if trees[orphan] == _SOURCE else room[orphan, j])


@kernel
def _depth(
    node: int, time: int, neighbours: Integers, parents: Trees, times: Integers, depths: Integers
) -> int:
    """Count the steps from a node to its root; _FAR when the way ends at an orphan."""
    steps, here = 0, np.int64(node)
    while True:
        if times[here] == time:
            return steps + int(depths[here])
        steps += 1
        if parents[here] == _TERMINAL:
            times[here] = time
            depths[here] = 1
            return steps
        if parents[here] == _ORPHAN or parents[here] == _NONE:
            return _FAR
        here = np.int64(neighbours[here, parents[here]])


@kernel
def _abandon(
    orphan: int,
    first: int,
    room: Integers,
    neighbours: Integers,
    trees: Trees,
    parents: Trees,
    waiting: Integers,
    waits: Flags,
    ends: Indices,
    orphans: Integers,
    orphan_ends: Indices,
) -> None:
    """Set an orphan free: its children are orphans now, and neighbours may take it in again."""
    last = neighbours.shape[1] - 1
    for j in range(last + 1):
        other = neighbours[orphan, j]
        if trees[other] != trees[orphan]:
            continue
        if _edge_to_parent(orphan, other, j, room, trees, last) > 0:
            _wait(other, first, waiting, waits, ends)
        if parents[other] == last - j:
            parents[other] = _ORPHAN
            _push(other, orphans, orphan_ends)
    trees[orphan] = 0
    parents[orphan] = _NONE
