"""Minimum cuts and geodesic distances against plain references."""

import itertools

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra, maximum_flow

from napari_seeded_kmeans.core import grid as grid_module
from napari_seeded_kmeans.core.errors import CancelledError
from napari_seeded_kmeans.core.grid import UNIT, Edges, make_grid

SHAPES = [(1, 1), (1, 7), (4, 5), (6, 6), (2, 3, 4), (3, 1, 3), (2, 2, 2, 2), (9,)]


def random_problem(shape, n_labels, seed, strength=1.0):
    rng = np.random.default_rng(seed)
    costs = rng.normal(size=(n_labels, *shape)).astype(np.float32)
    values = rng.random((2, *shape)).astype(np.float32)
    return make_grid(shape), costs, Edges(strength, 0.1, values[:1], values[1:])


def cut(grid, costs, edges, labels=None, free=None):
    labels = np.zeros(grid.shape, np.int32) if labels is None else labels
    free = np.ones(grid.shape, bool) if free is None else free
    return grid.cut(labels, free, costs[:, free], edges)


def weighted_edges(grid, edges):
    """Yield (pixel, other, weight in units) of every edge of the image."""
    half = len(grid.moves) // 2
    values = np.concatenate([edges.channels, edges.scores])
    for pixel in np.ndindex(grid.shape):
        for move, length in zip(grid.moves[half:], grid.lengths[half:], strict=True):
            other = tuple(int(i) for i in np.add(pixel, move))
            if all(0 <= i < size for i, size in zip(other, grid.shape, strict=True)):
                square = float(((values[:, *pixel] - values[:, *other]) ** 2).sum())
                likeness = edges.floor + (1 - edges.floor) * np.exp(-square)
                yield pixel, other, edges.weight * UNIT * likeness / length


def energy(grid, costs, edges, labels):
    own = sum(UNIT * float(costs[labels[pixel], *pixel]) for pixel in np.ndindex(grid.shape))
    return own + sum(w for a, b, w in weighted_edges(grid, edges) if labels[a] != labels[b])


def least_energy(grid, costs, edges):
    """The minimum for two labels, by SciPy's maximum flow."""
    n = int(np.prod(grid.shape))
    numbers = np.arange(n).reshape(grid.shape)
    rows, columns, room, base = [], [], [], 0
    for pixel in np.ndindex(grid.shape):
        first, second = (round(UNIT * float(cost)) for cost in costs[:, *pixel])
        base += min(first, second)
        rows.append(n if second > first else numbers[pixel])
        columns.append(numbers[pixel] if second > first else n + 1)
        room.append(abs(second - first))
    for pixel, other, weight in weighted_edges(grid, edges):
        for a, b in ((pixel, other), (other, pixel)):
            rows.append(numbers[a])
            columns.append(numbers[b])
            room.append(round(weight))
    graph = coo_array((room, (rows, columns)), shape=(n + 2, n + 2)).tocsr().astype(np.int32)
    return base + maximum_flow(graph, n, n + 1).flow_value


def slack(grid):
    """What rounding costs and weights to units can do to an energy."""
    return 0.5 * int(np.prod(grid.shape)) * (2 + len(grid.moves))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("strength", [0.2, 1.0, 5.0])
@pytest.mark.parametrize("seed", range(4))
def test_two_labels_get_the_minimum(shape, strength, seed):
    grid, costs, edges = random_problem(shape, 2, seed, strength)
    found = energy(grid, costs, edges, cut(grid, costs, edges))
    assert abs(found - least_energy(grid, costs, edges)) <= slack(grid)


@pytest.mark.parametrize("seed", range(6))
def test_several_labels_come_close_to_the_minimum(seed):
    grid, costs, edges = random_problem((2, 4), 3, seed)
    nearest = costs.argmin(axis=0).astype(np.int32)
    found = energy(grid, costs, edges, cut(grid, costs, edges, nearest))
    best = min(
        energy(grid, costs, edges, np.reshape(choice, grid.shape))
        for choice in itertools.product(range(3), repeat=nearest.size)
    )
    start = energy(grid, costs, edges, nearest)
    assert best <= found + slack(grid)
    assert found <= min(start, best + 0.1 * (start - best)) + slack(grid)


def test_fixed_pixels_keep_their_label_and_pull_their_neighbours():
    labels = np.array([[1, 0, 0, 0, 1]], np.int32)
    free = np.array([[False, True, True, True, False]])
    none = np.zeros((0, 1, 5), np.float32)
    edges = Edges(1.0, 1.0, none, none)
    found = cut(make_grid((1, 5)), np.zeros((2, 1, 5), np.float32), edges, labels, free)
    np.testing.assert_array_equal(found, [[1, 1, 1, 1, 1]])


@pytest.mark.parametrize("n_labels", [2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_pixels_that_may_not_change_could_as_well_be_costly_to_change(n_labels, seed):
    # What is left out of the graph counts as much as what is in it.
    grid, costs, edges = random_problem((9, 11), n_labels, seed, 0.5)
    rng = np.random.default_rng(seed)
    free = rng.random(grid.shape) < 0.6
    fixed = rng.integers(0, n_labels, grid.shape, dtype=np.int32)
    dear = costs + 100 * ((np.arange(n_labels)[:, np.newaxis, np.newaxis] != fixed) & ~free)
    whole = cut(grid, dear.astype(np.float32), edges, fixed)
    np.testing.assert_array_equal(cut(grid, costs, edges, fixed, free), whole)


@pytest.mark.parametrize("n_labels", [2, 3])
@pytest.mark.parametrize("span", [7, 50, 1000])
def test_strips_change_nothing(n_labels, span, monkeypatch):
    grid, costs, edges = random_problem((17, 23), n_labels, 1, 1.0)
    whole = cut(grid, costs, edges)
    monkeypatch.setattr(grid_module, "_STRIP", span)
    np.testing.assert_array_equal(cut(grid, costs, edges), whole)


def test_a_cut_runs_where_the_edge_is():
    values = np.zeros((1, 8, 12), np.float32)
    values[..., 7:] = 3
    costs = np.zeros((2, 8, 12), np.float32)
    costs[1, :, 0], costs[0, :, -1] = 9, 9
    labels = cut(make_grid((8, 12)), costs, Edges(1.0, 0.01, values, values[:0]))
    np.testing.assert_array_equal(labels, np.broadcast_to(np.arange(12) >= 7, (8, 12)))


@pytest.mark.parametrize("shape", [(5, 6), (3, 4, 5), (7,)])
@pytest.mark.parametrize("seed", range(3))
def test_geodesic_distances_are_dijkstras(shape, seed):
    rng = np.random.default_rng(seed)
    grid = make_grid(shape, spacing=(2.0, *[1.0] * (len(shape) - 1)))
    values, costs = rng.random((2, *shape)).astype(np.float32) + np.float32(0.1)
    sources = np.zeros(shape, bool)
    sources.ravel()[:2] = True
    numbers = np.arange(values.size).reshape(shape)
    half = len(grid.moves) // 2
    rows, columns, ways = [], [], []
    for pixel, other, _ in weighted_edges(grid, Edges(1.0, 1.0, values[np.newaxis], values[np.newaxis][:0])):
        move = np.subtract(other, pixel)
        length = grid.lengths[half:][(grid.moves[half:] == move).all(axis=1)][0]
        way = length * (costs[pixel] + costs[other]) / 2 + abs(values[pixel] - values[other])
        rows += [numbers[pixel], numbers[other]]
        columns += [numbers[other], numbers[pixel]]
        ways += [way, way]
    graph = coo_array((ways, (rows, columns)), shape=(values.size, values.size)).tocsr()
    expected = dijkstra(graph, indices=[0, 1], min_only=True).reshape(shape)
    found = grid.geodesic_distances(sources, grid.differences(values[np.newaxis]), costs, 50)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_a_flow_that_was_stopped_goes_on_to_the_same_labels(seed, monkeypatch):
    grid, costs, edges = random_problem((12, 14), 3, seed)
    expected = cut(grid, costs, edges)
    monkeypatch.setattr(grid_module, "_STEPS", 3)
    np.testing.assert_array_equal(cut(grid, costs, edges), expected)


def test_a_flow_asks_on_its_way_whether_it_is_wanted(monkeypatch):
    grid, costs, edges = random_problem((12, 14), 2, 0)
    monkeypatch.setattr(grid_module, "_STEPS", 3)
    asked = []

    def cancel():
        asked.append(True)
        return len(asked) > 8

    with pytest.raises(CancelledError):
        grid.cut(
            np.zeros(grid.shape, np.int32), np.ones(grid.shape, bool), costs.reshape(2, -1), edges, cancel
        )
