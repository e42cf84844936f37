"""One dimension: the global optimum, for every K."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_seeded_kmeans.core import optimum_1d
from napari_seeded_kmeans.core.kmeans import kmeans
from napari_seeded_kmeans.core.optimum_1d import kmeans_1d_path

RNG = np.random.default_rng(0)


def run_inertia(values, weights):
    return (weights * (values - np.average(values, weights=weights)) ** 2).sum()


def try_all(values, weights, k):
    """The smallest inertia over every way to cut sorted values into k runs."""
    best = np.inf
    for cuts in combinations(range(1, len(values)), k - 1):
        bounds = (0, *cuts, len(values))
        runs = [slice(a, b) for a, b in pairwise(bounds)]
        best = min(best, sum(run_inertia(values[run], weights[run]) for run in runs))
    return best


def plain_programme(values, weights, k_max):
    """The dynamic programme without any short cut."""
    sums = [np.append(0, np.cumsum(weights * (values - values.mean()) ** power)) for power in range(3)]
    best = np.append(0, np.full(len(values), np.inf))
    found = []
    for _ in range(k_max):
        layer = np.full(len(values) + 1, np.inf)
        for i in range(1, len(values) + 1):
            w, s, q = (total[i] - total[:i] for total in sums)
            layer[i] = (best[:i] + q - s**2 / w).min()
        best = layer
        found.append(best[-1])
    return np.array(found)


@settings(max_examples=300)
@given(st.integers(0, 2**32 - 1))
def test_every_k_is_the_best_of_all_cuts(seed):
    rng = np.random.default_rng(seed)
    values = np.unique(rng.normal(size=rng.integers(1, 10)) * 10.0 ** rng.integers(-3, 4))
    weights = rng.random(len(values)) + 0.01 if seed % 2 else rng.integers(1, 9, len(values)).astype(float)
    path = kmeans_1d_path(values, weights, len(values))
    for k, (centers, inertia) in enumerate(zip(path.centers, path.inertia, strict=True), start=1):
        assert len(centers) == k
        assert (np.diff(centers) > 0).all()
        assert inertia == pytest.approx(try_all(values, weights, k), abs=1e-12 * (weights * values**2).sum())


@pytest.mark.parametrize("run_values", [50, 1 << 13])
@pytest.mark.parametrize("seed", range(6))
def test_every_k_agrees_with_the_plain_programme(monkeypatch, seed, run_values):
    monkeypatch.setattr(optimum_1d, "RUN_VALUES", run_values)
    rng = np.random.default_rng(seed)
    values = np.unique(rng.gamma(0.5, size=700) if seed % 2 else rng.integers(0, 900, 700).astype(float))
    weights = rng.integers(1, 1000, len(values)).astype(float)
    path = kmeans_1d_path(values, weights, 15)
    np.testing.assert_allclose(path.inertia, plain_programme(values, weights, 15), rtol=1e-9)


def test_only_the_last_k_is_the_same_as_the_last_of_all():
    values = np.unique(RNG.normal(size=500))
    alone = kmeans_1d_path(values, np.ones(len(values)), 7, every_k=False)
    np.testing.assert_array_equal(
        alone.centers[0], kmeans_1d_path(values, np.ones(len(values)), 7).centers[6]
    )


def test_large_counts_do_not_overflow():
    # 2e9 pixels of 65,535: the sum of squares would not fit 64 bits.
    values, weights = np.array([0.0, 1, 65_534, 65_535]), np.full(4, 2e9)
    path = kmeans_1d_path(values, weights, 2)
    np.testing.assert_allclose(path.centers[1], [0.5, 65_534.5])
    assert path.inertia[1] == pytest.approx(2e9)


def test_binned_values_are_within_the_stated_bound(monkeypatch):
    values = np.unique(np.concatenate([RNG.normal(size=3000), RNG.normal(size=1000) * 5 + 20]))
    weights = RNG.random(len(values)) + 0.1
    exact = kmeans_1d_path(values, weights, 6).inertia
    monkeypatch.setattr(optimum_1d, "EXACT_VALUES", 64)
    binned = kmeans_1d_path(values, weights, 6).inertia
    width = np.ptp(values) / 64
    error, best = np.sqrt(binned / weights.sum()), np.sqrt(exact / weights.sum())
    assert (error <= best + width).all()
    assert (binned >= exact * (1 - 1e-12)).all()


def test_many_float_values():
    samples = RNG.normal(size=200_000).astype(np.float32)
    result = kmeans(samples, 5)
    squared = (samples.astype(np.float64)[:, None] - result.centers.T) ** 2
    assert result.inertia == pytest.approx(squared.min(axis=1).sum(), rel=1e-9)
    # Of the normal distribution in five cells: Max 1960.
    assert result.inertia / len(samples) == pytest.approx(0.0799, abs=2e-3)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.int64, np.float32, np.float64])
def test_every_type_gives_the_same_optimum(dtype):
    samples = RNG.integers(0, 200, 5000)
    expected = kmeans(samples, 7)
    found = kmeans(samples.astype(dtype), 7)
    np.testing.assert_allclose(found.centers, expected.centers)
    np.testing.assert_array_equal(found.labels, expected.labels)


def test_a_given_start_is_followed():
    samples = np.array([0.0, 1, 10, 11, 20, 21])
    result = kmeans(samples, 2, init=[[30.0], [-5.0]])
    np.testing.assert_array_equal(result.labels[[0, -1]], [1, 0])


def test_one_value_far_away_costs_no_cluster():
    values = np.append(np.random.default_rng(1).normal(size=100_000), 1e9)
    found = kmeans(values[:, np.newaxis], 8)
    without = kmeans(values[:-1, np.newaxis], 7)
    assert len(found.centers) == 8
    np.testing.assert_allclose(np.sort(found.centers[:, 0])[:-1], np.sort(without.centers[:, 0]), atol=1e-3)
