"""Minimum cuts and geodesic distances against plain references."""

import itertools

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra, maximum_flow

from napari_seeded_kmeans.core.grid import make_grid

SHAPES = [(1, 1), (1, 7), (4, 5), (6, 6), (2, 3, 4), (3, 1, 3), (2, 2, 2, 2), (9,)]


def random_problem(shape, n_labels, seed, strength=1.0):
    rng = np.random.default_rng(seed)
    grid = make_grid(shape)
    costs = rng.normal(size=(n_labels, *shape)).astype(np.float32)
    values = rng.random((2, *shape)).astype(np.float32)
    weights = np.float32(strength) * grid.edge_weights(grid.nodes(values), 0.1)
    return grid, grid.nodes(costs), weights


def edges(grid):
    """Yield (node, other, number of the forward edge) of every edge of the image."""
    half = len(grid.offsets) // 2
    for node in np.flatnonzero(grid.inside):
        for j in range(half):
            other = node + grid.offsets[half + j]
            if grid.inside[other]:
                yield node, other, j


def energy(grid, costs, weights, labels):
    own = sum(round(float(costs[node, labels[node]]) * 1000) for node in np.flatnonzero(grid.inside))
    return own + sum(
        round(float(weights[node, j]) * 1000)
        for node, other, j in edges(grid)
        if labels[node] != labels[other]
    )


def least_energy(grid, costs, weights):
    """The minimum for two labels, by SciPy's maximum flow."""
    n = len(grid.inside)
    rows, columns, room, base = [], [], [], 0
    for node in np.flatnonzero(grid.inside):
        first, second = (round(float(cost) * 1000) for cost in costs[node])
        base += min(first, second)
        rows.append(n if second > first else node)
        columns.append(node if second > first else n + 1)
        room.append(abs(second - first))
    for node, other, j in edges(grid):
        for a, b in ((node, other), (other, node)):
            rows.append(a)
            columns.append(b)
            room.append(round(float(weights[node, j]) * 1000))
    graph = coo_array((room, (rows, columns)), shape=(n + 2, n + 2)).tocsr().astype(np.int32)
    return base + maximum_flow(graph, n, n + 1).flow_value


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("strength", [0.2, 1.0, 5.0])
@pytest.mark.parametrize("seed", range(4))
def test_two_labels_get_the_minimum(shape, strength, seed):
    grid, costs, weights = random_problem(shape, 2, seed, strength)
    labels = grid.cut(np.zeros(len(costs), np.int32), costs, weights, grid.inside > 0)
    # Differences of costs are rounded, not costs: one unit a node.
    assert abs(energy(grid, costs, weights, labels) - least_energy(grid, costs, weights)) <= labels.size


@pytest.mark.parametrize("seed", range(6))
def test_several_labels_come_close_to_the_minimum(seed):
    grid, costs, weights = random_problem((2, 4), 3, seed)
    inside = np.flatnonzero(grid.inside)
    found = energy(grid, costs, weights, grid.cut(costs.argmin(axis=1).astype(np.int32), costs, weights, grid.inside > 0))  # fmt: skip
    best = np.inf
    for choice in itertools.product(range(3), repeat=len(inside)):
        labels = np.zeros(len(costs), np.int32)
        labels[inside] = choice
        best = min(best, energy(grid, costs, weights, labels))
    start = energy(grid, costs, weights, costs.argmin(axis=1))
    assert best <= found + len(inside)
    assert found <= min(start, best + 0.1 * (start - best)) + len(inside)


def test_fixed_nodes_keep_their_label_and_pull_their_neighbours():
    grid = make_grid((1, 5))
    costs = np.zeros((len(grid.inside), 2), np.float32)
    weights = grid.edge_weights(np.zeros((len(costs), 1), np.float32), 1.0)
    labels = grid.nodes(np.array([[1, 0, 0, 0, 1]], np.int32))
    free = grid.nodes(np.array([[False, True, True, True, False]]))
    np.testing.assert_array_equal(grid.image(grid.cut(labels, costs, weights, free)), [[1, 1, 1, 1, 1]])


def test_a_cut_runs_where_the_edge_is():
    grid = make_grid((8, 12))
    values = np.zeros((1, 8, 12), np.float32)
    values[..., 7:] = 3
    costs = np.zeros((2, 8, 12), np.float32)
    costs[1, :, 0], costs[0, :, -1] = 9, 9
    weights = grid.edge_weights(grid.nodes(values), 0.01)
    labels = grid.image(
        grid.cut(np.zeros(grid.inside.size, np.int32), grid.nodes(costs), weights, grid.inside > 0)
    )
    np.testing.assert_array_equal(labels, np.broadcast_to(np.arange(12) >= 7, (8, 12)))


@pytest.mark.parametrize("shape", [(5, 6), (3, 4, 5), (7,)])
@pytest.mark.parametrize("seed", range(3))
def test_geodesic_distances_are_dijkstras(shape, seed):
    rng = np.random.default_rng(seed)
    grid = make_grid(shape, spacing=(2.0, *[1.0] * (len(shape) - 1)))
    values, costs = (grid.nodes(rng.random((1, *shape)).astype(np.float32)) for _ in range(2))
    costs = costs[:, 0] + np.float32(0.1)
    sources = np.flatnonzero(grid.inside)[:2]
    is_source = np.zeros(len(costs), bool)
    is_source[sources] = True
    half = len(grid.offsets) // 2
    rows, columns, ways = [], [], []
    for node, other, j in edges(grid):
        way = grid.lengths[half + j] * (costs[node] + costs[other]) / 2 + abs(
            values[node, 0] - values[other, 0]
        )
        rows += [node, other]
        columns += [other, node]
        ways += [way, way]
    graph = coo_array((ways, (rows, columns)), shape=(len(costs), len(costs))).tocsr()
    expected = dijkstra(graph, indices=sources, min_only=True)
    found = grid.geodesic_distances(is_source, values, costs, 50)
    inside = grid.inside > 0
    np.testing.assert_allclose(found[inside], expected[inside], rtol=1e-5)


def test_nodes_and_images_are_inverse():
    grid = make_grid((3, 4))
    values = np.arange(12.0).reshape(3, 4)
    np.testing.assert_array_equal(grid.image(grid.nodes(values)), values)
    assert (grid.nodes(np.stack([values, values]))[:, 1] == grid.nodes(values)).all()
