"""Scores against a plain float64 reference, over random data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_seeded_kmeans.core import samples as samples_module
from napari_seeded_kmeans.core.errors import CancelledError, SeededKMeansError
from napari_seeded_kmeans.core.scores import (
    class_scores,
    exponential_scores,
    log_exponential_scores,
    nearest_center,
    nearest_distances,
    nearest_scores,
    normalize_log_scores,
    rbf_scores,
    responsibilities,
    uncertainty,
)
from napari_seeded_kmeans.core.threads import get_num_threads, set_num_threads


def distances_to(samples, centers):
    return np.linalg.norm(samples[:, np.newaxis].astype(float) - centers, axis=2)


def reference_log_scores(samples, centers, weights, bandwidth, power):
    exponents = -((distances_to(samples, centers) / bandwidth) ** power)
    with np.errstate(divide="ignore"):
        return np.logaddexp.reduce(exponents + np.log(weights), axis=1)


def reference_shares(samples, centers, bandwidth):
    exponents = -distances_to(samples, centers) / bandwidth
    shares = np.exp(exponents - exponents.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


@st.composite
def scenes(draw):
    """Samples in runs of alike values, as pixels are, and a palette."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, d, k = draw(st.integers(1, 300)), draw(st.integers(1, 17)), draw(st.integers(1, 90))
    scale = draw(st.sampled_from([1e-3, 1.0, 255.0, 65535.0]))
    offset = draw(st.sampled_from([0.0, -300.0, 1e4]))
    drift = rng.normal(size=(n, d)).cumsum(axis=0) / np.sqrt(n)
    samples = scale * (drift + draw(st.sampled_from([0.0, 0.1])) * rng.normal(size=(n, d))) + offset
    centers = scale * rng.normal(size=(k, d)) + offset
    weights = rng.uniform(0, 2, k) * (rng.random(k) < 0.9)
    bandwidth = scale * draw(st.sampled_from([0.004, 0.1, 1.0, 30.0]))
    return samples.astype(draw(st.sampled_from([np.float32, np.float64]))), centers, weights, bandwidth


@settings(max_examples=300)
@given(scenes(), st.sampled_from([1, 2]))
def test_the_relative_error_is_below_1e_6(scene, power):
    samples, centers, weights, bandwidth = scene
    computed = log_exponential_scores(samples, centers, weights, bandwidth=bandwidth, power=power)
    expected = reference_log_scores(samples, centers, weights, bandwidth, power)
    zero = np.isneginf(expected)
    assert np.array_equal(np.isneginf(computed), zero)
    # The reference itself rounds exponents that are large.
    rounding = 1e-15 * np.abs(expected[~zero])
    assert np.all(np.abs(np.expm1(computed[~zero] - expected[~zero])) <= 1e-6 + rounding)


def test_an_answer_worked_by_hand():
    samples, centers = [[0.0, 0.0], [3.0, 4.0]], [[0.0, 0.0], [3.0, 4.0], [3.0, 0.0]]
    computed = exponential_scores(samples, centers, [1.0, 2.0, 0.5], bandwidth=5.0)
    e = np.exp(-1.0)
    expected = [1 + 2 * e + 0.5 * np.exp(-0.6), e + 2 + 0.5 * np.exp(-0.8)]
    np.testing.assert_allclose(computed, expected, rtol=1e-8)


def test_a_bandwidth_per_centre():
    samples = np.random.default_rng(0).uniform(0, 9, (50, 3))
    centers, widths = samples[:4] + 0.5, np.array([0.1, 1.0, 5.0, 40.0])
    computed = log_exponential_scores(samples, centers, bandwidth=widths)
    np.testing.assert_allclose(
        computed, reference_log_scores(samples, centers, np.ones(4), widths, 1), atol=1e-7
    )


def test_far_from_every_centre_the_log_form_does_not_underflow():
    far = [[1e6, 0.0, 0.0]]
    assert exponential_scores(far, [[0.0, 0.0, 0.0]])[0] == 0.0
    np.testing.assert_allclose(log_exponential_scores(far, [[0.0, 0.0, 0.0]]), -1e6)


@settings(max_examples=60)
@given(scenes(), st.integers(1, 300))
def test_how_samples_are_cut_changes_no_bit(scene, cut):
    samples, centers, weights, bandwidth = scene
    whole = log_exponential_scores(samples, centers, weights, bandwidth=bandwidth)
    parts = [
        log_exponential_scores(part, centers, weights, bandwidth=bandwidth)
        for part in (samples[:cut], samples[cut:])
    ]
    assert np.array_equal(whole, np.concatenate(parts))
    nearest = nearest_center(samples, centers)
    pieces = nearest_center(samples[:cut], centers), nearest_center(samples[cut:], centers)
    assert np.array_equal(nearest[0], np.concatenate([piece[0] for piece in pieces]))
    assert np.array_equal(nearest[1], np.concatenate([piece[1] for piece in pieces]))


RNG = np.random.default_rng(1)
PALETTES = [(RNG.uniform(0, 99, (20, 3)), np.ones(20))] * 2
THREADED = {
    "class scores": lambda samples: class_scores(samples, PALETTES, bandwidth=3.0),
    "rbf scores": lambda samples: rbf_scores(
        samples, PALETTES[0][0], np.sin(np.arange(40)).reshape(20, 2), [0.0, 0.1], bandwidth=30.0
    ),
    "nearest centre": lambda samples: np.stack(nearest_center(samples, PALETTES[0][0])),
}


@pytest.mark.parametrize("work", THREADED.values(), ids=THREADED)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_number_of_threads_changes_no_bit(work, dtype):
    samples = RNG.uniform(0, 99, (30_001, 3)).astype(dtype)
    before, found = get_num_threads(), []
    try:
        for n_threads in (1, 2, 4, 8):
            set_num_threads(n_threads)
            found.append(work(samples))
    finally:
        set_num_threads(before)
    for other in found[1:]:
        np.testing.assert_array_equal(other, found[0])


@pytest.mark.parametrize("make", ["rgb", "grey16", "int16"])
def test_distinct_values_give_the_same_as_every_pixel(monkeypatch, make):
    rng = np.random.default_rng(2)
    pixels = {
        "rgb": rng.integers(0, 40, (5000, 3)).astype(np.uint8),
        "grey16": rng.integers(0, 65536, (5000, 1)).astype(np.uint16),
        "int16": rng.integers(-3000, 3000, (5000, 1)).astype(np.int16),
    }[make]
    palettes = [(pixels[:7] + 0.5, np.ones(7)), (pixels[7:9], np.ones(2))]
    direct = class_scores(pixels, palettes, bandwidth=9.0), nearest_center(pixels, pixels[:30])
    monkeypatch.setattr(samples_module, "MANY", 1)
    by_value = class_scores(pixels, palettes, bandwidth=9.0), nearest_center(pixels, pixels[:30])
    assert np.array_equal(direct[0], by_value[0])
    assert np.array_equal(direct[1], by_value[1])


class TestClassScores:
    palettes = (([[0.0], [1.0]], [0.5, 0.5]), ([[10.0]], [1.0]), ([[20.0]], [1.0]))

    def test_sum_to_one_and_follow_the_formula(self):
        samples = np.linspace(-5, 25, 200)[:, np.newaxis]
        computed = class_scores(samples, self.palettes, bandwidth=[1.0, 2.0, 4.0])
        raw = [
            exponential_scores(samples, centers, weights, bandwidth=width)
            for (centers, weights), width in zip(self.palettes, [1.0, 2.0, 4.0], strict=True)
        ]
        assert computed.dtype == np.float32
        np.testing.assert_allclose(computed, raw / np.sum(raw, axis=0), rtol=1e-6)
        np.testing.assert_allclose(computed.sum(axis=0), 1, rtol=1e-6)

    def test_cached_planes_join_to_the_same(self):
        samples = np.linspace(-5, 25, 200)[:, np.newaxis]
        planes = [log_exponential_scores(samples, *palette, bandwidth=2.0) for palette in self.palettes]
        joined = normalize_log_scores(planes)
        assert np.array_equal(joined, class_scores(samples, self.palettes, bandwidth=2.0))

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
    def test_a_sample_that_is_not_finite_leaves_its_neighbours_alone(self, value):
        clean = np.linspace(-5, 25, 200)[:, np.newaxis]
        spoilt = clean.copy()
        spoilt[[0, 70]] = value
        others = np.delete(np.arange(200), [0, 70])
        computed = class_scores(spoilt, self.palettes)
        assert np.array_equal(computed[:, others], class_scores(clean, self.palettes)[:, others])
        np.testing.assert_allclose(computed[:, 70], 1 / 3, rtol=1e-6)

    def test_a_class_of_weight_zero_scores_nothing(self):
        computed = class_scores([[0.0], [9.0]], [([[0.0]], [0.0]), ([[5.0]], [1.0])])
        assert np.array_equal(computed, [[0, 0], [1, 1]])

    @pytest.mark.parametrize("n", [0, 1, 63, 64, 65, 8193])
    def test_any_number_of_samples(self, n):
        assert class_scores(np.zeros((n, 1)), self.palettes).shape == (3, n)

    def test_memory_order_and_byte_order_do_not_matter(self):
        samples = np.random.default_rng(3).uniform(0, 20, (300, 3))
        palettes = [(samples[:5], np.ones(5)), (samples[5:9], np.ones(4))]
        expected = class_scores(samples, palettes)
        swapped = np.asfortranarray(samples).astype(">f8")
        swapped.flags.writeable = False
        assert np.array_equal(class_scores(swapped, palettes), expected)


@settings(max_examples=150)
@given(scenes())
def test_nearest_center_agrees_with_all_distances(scene):
    samples, centers, _, _ = scene
    labels, distances = nearest_center(samples, centers)
    expected = distances_to(samples, centers)
    chosen = expected[np.arange(len(samples)), labels]
    tolerance = 1e-4 if samples.dtype == np.float32 else 1e-9
    scale = np.abs(centers).max() * (1e-6 if samples.dtype == np.float32 else 1e-12)
    np.testing.assert_allclose(chosen, expected.min(axis=1), rtol=tolerance, atol=scale)
    np.testing.assert_allclose(distances, expected.min(axis=1), rtol=max(tolerance, 1e-6), atol=scale)


def test_nearest_center_takes_the_lowest_on_ties():
    labels, distances = nearest_center([[1.0], [3.0]], [[0.0], [2.0], [2.0], [4.0]])
    assert labels.tolist() == [0, 1]
    assert distances.tolist() == [1.0, 1.0]


def test_nearest_scores_prefer_the_class_of_the_nearest_centre():
    samples = np.linspace(0, 10, 50)[:, np.newaxis]
    palettes = [([[0.0], [9.0]], [1, 1]), ([[5.0]], [1])]
    best = nearest_scores(samples, palettes, bandwidth=2.0).argmax(axis=0)
    assert np.array_equal(best, nearest_distances(samples, palettes).argmin(axis=0))


class TestRbf:
    @settings(max_examples=60)
    @given(scenes(), st.integers(1, 4))
    def test_follows_the_formula(self, scene, n_classes):
        samples, centers, _, bandwidth = scene
        rng = np.random.default_rng(4)
        readout, bias = rng.normal(size=(len(centers), n_classes)), rng.normal(size=n_classes)
        # Single precision: what matters is how distances round, in units of the bandwidth.
        samples, centers = samples.astype(np.float32), centers.astype(np.float32)
        computed = rbf_scores(samples, centers, readout, bias, bandwidth=bandwidth)
        odds = reference_shares(samples, centers, bandwidth) @ readout + bias
        odds = np.exp(odds - odds.max(axis=1, keepdims=True))
        tolerance = 1e-5 + 3e-7 * (distances_to(samples, centers).max() / bandwidth)
        np.testing.assert_allclose(computed.T, odds / odds.sum(axis=1, keepdims=True), atol=tolerance)

    @settings(max_examples=60)
    @given(scenes())
    def test_responsibilities_follow_the_formula(self, scene):
        samples, centers, _, bandwidth = scene
        samples, centers = samples.astype(np.float32), centers.astype(np.float32)
        shares = responsibilities(samples, centers, bandwidth=bandwidth)
        tolerance = 1e-5 + 3e-7 * (distances_to(samples, centers).max() / bandwidth)
        np.testing.assert_allclose(shares, reference_shares(samples, centers, bandwidth), atol=tolerance)

    def test_responsibilities_sum_to_one_and_belong_to_the_nearest_when_narrow(self):
        samples = np.random.default_rng(5).normal(size=(600, 5))
        shares = responsibilities(samples, samples[:9], bandwidth=1e-3)
        np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-6)
        assert np.array_equal(shares.argmax(axis=1), nearest_center(samples, samples[:9])[0])

    def test_a_sample_that_is_not_finite_is_undecided(self):
        computed = rbf_scores([[np.nan], [0.0]], [[0.0]], [[1.0, -1.0]], [0.0, 0.0], bandwidth=1.0)
        np.testing.assert_allclose(computed[:, 0], 0.5)
        assert computed[0, 1] > 0.8

    def test_the_readout_must_fit(self):
        with pytest.raises(SeededKMeansError, match=r"readout must have shape \(1, 2\)"):
            rbf_scores([[0.0]], [[0.0]], [[1.0]], [0.0, 0.0], bandwidth=1.0)


def test_uncertainty_is_one_minus_the_lead_of_the_best():
    scores = np.array([[1.0, 0.5, 0.7], [0.0, 0.5, 0.2], [0.0, 0.0, 0.1]])
    np.testing.assert_allclose(uncertainty(scores), [0.0, 1.0, 0.5], atol=1e-6)
    assert np.array_equal(uncertainty(np.ones((1, 2, 2))), np.zeros((2, 2)))


def test_work_stops_between_tiles():
    with pytest.raises(CancelledError):
        class_scores(np.zeros((20_000, 1)), [([[0.0]], [1.0])], cancel=lambda: True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": np.zeros(3)}, r"samples must have shape \(n, d\), not \(3,\)"),
        ({"samples": np.zeros((3, 2), complex)}, "samples must be real numbers, not complex128"),
        ({"centers": np.zeros((3, 3))}, r"centers must have shape \(k, 2\), not \(3, 3\)"),
        ({"centers": np.zeros((0, 2))}, r"centers must have shape \(k, 2\)"),
        ({"centers": np.full((3, 2), np.nan)}, "centers must be finite"),
        ({"weights": [1.0, -1.0, 1.0]}, "weights must be 3 numbers >= 0"),
        ({"weights": [1.0]}, "weights must be 3 numbers >= 0"),
        ({"bandwidth": 0.0}, "bandwidth must be a number > 0, or 3 of them, not 0.0"),
        ({"bandwidth": np.nan}, "bandwidth must be a number > 0"),
        ({"power": 3}, "power must be 1 or 2, not 3"),
    ],
)
def test_bad_input_is_named(change, message):
    arguments = {"samples": np.zeros((4, 2)), "centers": np.zeros((3, 2)), "weights": None} | change
    with pytest.raises(SeededKMeansError, match=message):
        exponential_scores(**arguments)
