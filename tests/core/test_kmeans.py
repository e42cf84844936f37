"""kmeans(): one answer by hand, invariants, agreement with a plain float64 reference."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans as Reference

from napari_seeded_kmeans.core.errors import CancelledError, SeededKMeansError, SeededKMeansWarning
from napari_seeded_kmeans.core.kmeans import kmeans, nearest_center

RNG = np.random.default_rng(0)
COLOURS = RNG.integers(0, 256, (70_000, 3)).astype(np.uint8)
CASES = {
    "few points": RNG.normal(size=(300, 3)),
    "one feature": RNG.normal(size=(300, 1)),
    "two features": RNG.normal(size=(20_000, 2)),
    "floats in a grid": RNG.gamma(1.0, size=(20_000, 3)),
    "four features": RNG.normal(size=(20_000, 4)).astype(np.float32),
    "many features": RNG.normal(size=(30_000, 17)).astype(np.float32),
    "colours": COLOURS,
    "few colours": COLOURS[:400],
    "signed": RNG.integers(-500, 900, (20_000, 2)).astype(np.int16),
    "wide": RNG.integers(0, 60_000, (20_000, 3)).astype(np.uint16),
}


def squared_distances(samples, centers):
    """(n, k) in float64: the plain reference."""
    return ((samples.astype(np.float64)[:, None, :] - centers) ** 2).sum(axis=2)


def check_consistent(samples, result, weights=None):
    """Labels are nearest, centres of the labelled samples move by no more than tol allows, inertia adds up."""
    samples = samples.reshape(len(samples), -1)
    squared = squared_distances(samples, result.centers)
    own = squared[np.arange(len(samples)), result.labels]
    np.testing.assert_allclose(own, squared.min(axis=1), rtol=1e-9, atol=1e-9)
    assert result.inertia == pytest.approx((own * (1 if weights is None else weights)).sum(), rel=1e-9)


def test_optimum_by_hand():
    # {0, 0, 1} and {10, 11, 11}: means 1/3 and 32/3, squares 2/3 each.
    result = kmeans(np.array([0, 11, 1, 10, 0, 11]), 2)
    np.testing.assert_allclose(result.centers, [[1 / 3], [32 / 3]])
    np.testing.assert_array_equal(result.labels, [0, 1, 0, 1, 0, 1])
    assert result.inertia == pytest.approx(4 / 3)


def test_two_squares_by_hand():
    square = np.array([[0, 0], [0, 2], [2, 0], [2, 2]])
    result = kmeans(np.concatenate([square, square + 10]), 2)
    assert {tuple(center) for center in result.centers} == {(1.0, 1.0), (11.0, 11.0)}
    assert result.inertia == 16


@pytest.mark.parametrize("samples", CASES.values(), ids=CASES)
def test_result_is_consistent(samples):
    check_consistent(samples, kmeans(samples, 9))


@pytest.mark.parametrize("samples", CASES.values(), ids=CASES)
def test_from_the_same_start_it_ends_where_scikit_learn_ends(samples):
    start = samples[:7].astype(np.float64) + np.arange(7)[:, None] * 1e-3
    ours = kmeans(samples, 7, init=start)
    theirs = Reference(7, init=start, n_init=1, algorithm="lloyd").fit(samples.astype(np.float64))
    assert ours.n_iter == theirs.n_iter_
    np.testing.assert_allclose(ours.centers, theirs.cluster_centers_, rtol=1e-7, atol=1e-9)
    assert ours.inertia == pytest.approx(theirs.inertia_, rel=1e-9)


@pytest.mark.parametrize("samples", CASES.values(), ids=CASES)
def test_inertia_is_no_higher_than_scikit_learns(samples):
    theirs = Reference(9, n_init=3, random_state=0).fit(samples.astype(np.float64))
    assert kmeans(samples, 9).inertia <= theirs.inertia_ * 1.02


@pytest.mark.parametrize("samples", CASES.values(), ids=CASES)
def test_inertia_never_rises_with_iterations(samples):
    inertia = [kmeans(samples, 6, init=samples[:6], max_iter=i, tol=0).inertia for i in (1, 2, 4, 8, 16)]
    assert all(later <= earlier * (1 + 1e-12) for earlier, later in itertools.pairwise(inertia))


@pytest.mark.parametrize("name", ["few points", "colours", "few colours", "one feature", "signed"])
def test_weights_equal_repetition(name):
    samples = CASES[name][:30_000]
    weights = np.random.default_rng(1).integers(0, 4, len(samples))
    repeated = kmeans(np.repeat(samples, weights, axis=0), 6)
    weighted = kmeans(samples, 6, sample_weight=weights)
    np.testing.assert_allclose(weighted.centers, repeated.centers, rtol=1e-12)
    assert weighted.inertia == pytest.approx(repeated.inertia, rel=1e-12)
    np.testing.assert_array_equal(np.repeat(weighted.labels, weights), repeated.labels)


@pytest.mark.parametrize("name", ["floats in a grid", "many features"])
def test_weights_equal_repetition_from_the_same_start(name):
    samples = CASES[name]
    weights = np.random.default_rng(1).integers(0, 3, len(samples))
    repeated = kmeans(np.repeat(samples, weights, axis=0), 6, init=samples[:6])
    weighted = kmeans(samples, 6, init=samples[:6], sample_weight=weights)
    np.testing.assert_allclose(weighted.centers, repeated.centers, rtol=1e-9)


@settings(max_examples=200)
@given(st.integers(0, 2**32 - 1))
def test_random_small_cases(seed):
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(1, 60)), int(rng.integers(1, 6))
    scale = 10.0 ** rng.integers(-6, 7)
    samples = rng.normal(size=(n, d)) * scale
    if seed % 3 == 0:
        samples = np.rint(rng.normal(size=(n, d)) * 3).astype(np.int32)
    weights = rng.random(n) if seed % 2 else None
    k = min(int(rng.integers(1, 12)), len(np.unique(samples, axis=0)))
    result = kmeans(samples, k, sample_weight=weights, random_state=seed)
    assert result.centers.shape == (k, d)
    squared = squared_distances(samples, result.centers)
    own = squared[np.arange(n), result.labels]
    spread = np.ptp(samples.astype(float)) ** 2
    np.testing.assert_allclose(own, squared.min(axis=1), rtol=1e-9, atol=1e-12 * spread)
    total = (own * (1 if weights is None else weights)).sum()
    assert result.inertia == pytest.approx(total, rel=1e-9, abs=1e-12 * spread)


def test_every_memory_layout_gives_the_same_bits():
    expected = kmeans(COLOURS, 8)
    read_only = COLOURS.copy()
    read_only.flags.writeable = False
    variants = {
        "fortran": np.asfortranarray(COLOURS),
        "read-only": read_only,
        "big-endian": COLOURS.astype(">i4"),
        "view of RGBA": np.concatenate([COLOURS, COLOURS[:, :1]], axis=1)[:, :3],
        "reversed twice": COLOURS[::-1].copy()[::-1],
    }
    for name, samples in variants.items():
        found = kmeans(samples, 8)
        np.testing.assert_array_equal(found.centers, expected.centers, err_msg=name)
        np.testing.assert_array_equal(found.labels, expected.labels, err_msg=name)


def test_float16_and_big_endian_floats():
    samples = RNG.normal(size=(200, 3)).astype(np.float16)
    expected = kmeans(samples.astype(np.float64), 4)
    for same in (samples, samples.astype(">f4"), np.asfortranarray(samples)):
        np.testing.assert_array_equal(kmeans(same, 4).labels, expected.labels)


def test_bool_samples():
    result = kmeans(np.array([True, False, True]), 2)
    np.testing.assert_array_equal(result.centers, [[0], [1]])
    np.testing.assert_array_equal(result.labels, [1, 0, 1])


def test_same_seed_same_result_other_seed_other_start():
    first, again = kmeans(COLOURS, 40), kmeans(COLOURS, 40)
    np.testing.assert_array_equal(first.centers, again.centers)
    assert not np.array_equal(first.centers, kmeans(COLOURS, 40, random_state=1).centers)
    generator = np.random.default_rng(0)
    np.testing.assert_array_equal(kmeans(COLOURS, 40, random_state=generator).centers, first.centers)


@pytest.mark.parametrize("samples", CASES.values(), ids=CASES)
def test_more_starts_are_never_worse(samples):
    assert kmeans(samples, 9, n_init=3).inertia <= kmeans(samples, 9).inertia * (1 + 1e-12)


def test_random_start():
    check_consistent(COLOURS, kmeans(COLOURS, 8, init="random"))


def test_one_cluster_is_the_mean():
    result = kmeans(COLOURS, 1)
    np.testing.assert_allclose(result.centers[0], COLOURS.mean(axis=0))
    assert not result.labels.any()


def test_every_sample_its_own_cluster():
    samples = RNG.normal(size=(12, 3))
    result = kmeans(samples, 12)
    assert result.inertia == pytest.approx(0, abs=1e-25)
    assert sorted(result.labels) == list(range(12))


@pytest.mark.parametrize("shape", [(1,), (1, 1), (1, 3), (1, 20)])
def test_one_sample(shape):
    result = kmeans(np.full(shape, 5), 1)
    np.testing.assert_array_equal(result.centers, np.full((1, math.prod(shape)), 5.0))


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("d", [1, 3, 6])
@pytest.mark.parametrize("n", [10, 70_000])
def test_fewer_distinct_samples_than_clusters(dtype, d, n):
    samples = np.repeat(np.eye(2, dtype=dtype)[:, :1] * np.ones(d, dtype), n // 2, axis=0)
    with pytest.warns(SeededKMeansWarning, match="n_clusters is 5 but samples has only 2 distinct"):
        result = kmeans(samples, 5)
    assert sorted(result.centers[:, 0]) == [0, 1]
    assert result.inertia == 0
    assert set(result.labels) == {0, 1}


def test_constant_samples():
    with pytest.warns(SeededKMeansWarning, match="only 1 distinct"):
        result = kmeans(np.full((500, 3), 7.5), 4)
    np.testing.assert_array_equal(result.centers, [[7.5] * 3])


@pytest.mark.parametrize("samples", [COLOURS, CASES["floats in a grid"], CASES["many features"]])
def test_empty_clusters_are_filled(samples):
    start = np.repeat(samples[:1].astype(np.float64), 5, axis=0)
    start[1:] += 1e6
    result = kmeans(samples, 5, init=start)
    assert len(np.unique(result.labels)) == 5


@pytest.mark.parametrize("weight", [5e-324, 1e-300, 1.0, 1e300])
def test_the_unit_of_the_weights_does_not_matter(weight):
    samples = CASES["few points"]
    expected = kmeans(samples, 4)
    found = kmeans(samples, 4, sample_weight=np.full(len(samples), weight))
    np.testing.assert_allclose(found.centers, expected.centers)
    np.testing.assert_array_equal(found.labels, expected.labels)


@pytest.mark.parametrize(
    "samples", [COLOURS, CASES["floats in a grid"], CASES["many features"], CASES["one feature"]]
)
def test_samples_of_weight_zero_only_get_labels(samples):
    weights = np.ones(len(samples))
    weights[100:200] = 0
    moved = samples.copy()
    moved[100:200] = samples[:100]
    found = kmeans(samples, 5, sample_weight=weights)
    check_consistent(samples, found, weights)
    np.testing.assert_allclose(found.centers, kmeans(moved, 5, sample_weight=weights).centers)


@pytest.mark.parametrize("value", [1e140, 1e-140])
def test_large_and_small_magnitudes(value):
    samples = np.array([[0.0, 1], [0, 2], [9, 1], [9, 2]]) * value
    result = kmeans(samples, 2)
    assert sorted(result.centers[:, 0] / value) == pytest.approx([0, 9])
    assert np.isfinite(result.centers).all()


BAD = {
    "samples must be finite": ({"samples": [[1.0, np.nan]], "n_clusters": 1}),
    "samples must be finite, but": ({"samples": [[1.0], [np.inf]], "n_clusters": 1}),
    r"samples reaches 1e\+300": ({"samples": [1e300, 1.0], "n_clusters": 1}),
    "samples must be real numbers, not complex128": ({"samples": [1j], "n_clusters": 1}),
    "samples must be real numbers, not object": ({"samples": np.array([None]), "n_clusters": 1}),
    "samples must be real numbers, not <U1": ({"samples": ["a"], "n_clusters": 1}),
    "samples is empty": ({"samples": np.zeros((0, 3)), "n_clusters": 1}),
    r"samples must have shape \(n, d\)": ({"samples": np.zeros((2, 2, 2)), "n_clusters": 1}),
    "n_clusters is 4, but samples has only 3 rows": ({"samples": [1, 2, 3], "n_clusters": 4}),
    "n_clusters must be a positive integer, not 0": ({"samples": [1], "n_clusters": 0}),
    "n_clusters must be a positive integer, not 1.5": ({"samples": [1], "n_clusters": 1.5}),
    "n_init must be a positive integer, not 0": ({"samples": [1], "n_clusters": 1, "n_init": 0}),
    "max_iter must be a positive integer, not -1": ({"samples": [1], "n_clusters": 1, "max_iter": -1}),
    "tol must be a non-negative number, not -1": ({"samples": [1], "n_clusters": 1, "tol": -1}),
    "tol must be a non-negative number, not nan": ({"samples": [1], "n_clusters": 1, "tol": math.nan}),
    "init must be 'k-means": ({"samples": [1], "n_clusters": 1, "init": "best"}),
    r"init must have shape \(2, 1\)": ({"samples": [1, 2], "n_clusters": 2, "init": [[1, 2]]}),
    "init must be finite": ({"samples": [1, 2], "n_clusters": 2, "init": [np.nan, 1]}),
    r"sample_weight must have shape \(2,\)": ({"samples": [1, 2], "n_clusters": 1, "sample_weight": [1]}),
    "sample_weight must not be negative, but contains -1": (
        {"samples": [1, 2], "n_clusters": 1, "sample_weight": [1, -1]}
    ),
    "sample_weight must be finite": ({"samples": [1, 2], "n_clusters": 1, "sample_weight": [1, np.nan]}),
    "sample_weight is zero everywhere": ({"samples": [1, 2], "n_clusters": 1, "sample_weight": [0, 0]}),
    "sample_weight must be real": ({"samples": [1, 2], "n_clusters": 1, "sample_weight": ["a", "b"]}),
}


@pytest.mark.parametrize(("message", "arguments"), BAD.items(), ids=BAD)
def test_bad_input_is_one_clear_sentence(message, arguments):
    with pytest.raises(SeededKMeansError, match=message):
        kmeans(**arguments)


def test_cancel():
    with pytest.raises(CancelledError):
        kmeans(COLOURS, 8, cancel=lambda: True)


@pytest.mark.parametrize("samples", CASES.values(), ids=CASES)
@pytest.mark.parametrize("k", [1, 3, 300])
def test_nearest_center_agrees_with_the_plain_reference(samples, k):
    centers = RNG.choice(samples, k).astype(np.float64) + RNG.normal(size=(k, samples.shape[1])) * 1e-3
    squared = squared_distances(samples[:5000], centers)
    labels = nearest_center(samples, centers)[:5000]
    np.testing.assert_allclose(squared[np.arange(len(labels)), labels], squared.min(axis=1), rtol=1e-9)


def test_more_values_than_a_32_bit_index_counts():
    # Windows on a short line: the values exist only once, yet the last rows lie beyond 2**31 of them.
    line = RNG.integers(0, 256, 98_304, dtype=np.uint8)
    samples = np.lib.stride_tricks.sliding_window_view(line, 1 << 16)
    assert samples.size > 1 << 31
    centers = samples[[3, 20_000]].astype(np.float64)
    labels = nearest_center(samples, centers)
    np.testing.assert_array_equal(labels[[3, 20_000]], [0, 1])
    np.testing.assert_array_equal(labels[-5:], nearest_center(samples[-5:], centers))
