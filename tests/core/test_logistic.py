"""The sums of logistic regression: by hand, beside NumPy and beside finite differences."""

import numpy as np
import pytest

from napari_seeded_kmeans.core._kernels.logistic import gradient, surprise, weighted_gram


def gram_of(rows, weights):
    gram = np.full((rows.shape[1], rows.shape[1]), np.nan)
    weighted_gram(rows, weights, gram)
    return gram


def test_by_hand():
    # 2 * (1, 3)(1, 3)^T + 1 * (0, 1)(0, 1)^T
    gram = gram_of(np.array([[1.0, 3.0], [0.0, 1.0]]), np.array([2.0, 1.0]))
    np.testing.assert_array_equal(gram, [[2, 6], [6, 19]])


@pytest.mark.parametrize(("n", "k"), [(1, 1), (7, 5), (300, 33)])
def test_agrees_with_numpy_and_is_symmetric(n, k):
    rng = np.random.default_rng(n)
    rows, weights = rng.normal(size=(n, k)), rng.random(n)
    gram = gram_of(rows, weights)
    np.testing.assert_allclose(gram, (rows * weights[:, np.newaxis]).T @ rows, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(gram, gram.T, rtol=1e-12)


def test_no_rows_give_zeros_whatever_was_there_before():
    np.testing.assert_array_equal(gram_of(np.zeros((0, 3)), np.zeros(0)), np.zeros((3, 3)))


def surprise_of(rows, indices, counts, weights):
    shares = np.full((weights.shape[1], len(rows)), np.nan)
    return surprise(np.ascontiguousarray(rows.T), indices, counts, weights, shares), shares


def test_the_surprise_of_a_fair_coin_is_one_bit():
    rows, indices, counts = np.ones((1, 1)), np.array([1]), np.array([3.0])
    total, shares = surprise_of(rows, indices, counts, np.zeros((1, 2)))
    assert total == pytest.approx(3 * np.log(2), rel=1e-8)
    np.testing.assert_allclose(shares, 0.5, rtol=1e-8)


def test_a_certain_error_is_as_surprising_as_its_odds_say():
    rows, indices, counts = np.ones((1, 1)), np.array([1]), np.ones(1)
    total, shares = surprise_of(rows, indices, counts, np.array([[500.0, 0.0]]))
    assert total == pytest.approx(500.0)
    assert shares[0, 0] == 1


@pytest.mark.parametrize(("n", "k", "n_classes"), [(1, 1, 2), (257, 6, 2), (600, 33, 3)])
def test_surprise_and_gradient_agree_with_numpy(n, k, n_classes):
    rng = np.random.default_rng(n)
    rows, weights, counts = rng.normal(size=(n, k)), rng.normal(size=(k, n_classes)), rng.random(n)
    indices = rng.integers(0, n_classes, n)
    total, shares = surprise_of(rows, indices, counts, weights)
    odds = np.exp(rows @ weights)
    expected = odds / odds.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares.T, expected, rtol=1e-8)
    own = expected[np.arange(n), indices]
    assert total == pytest.approx(-(counts * np.log(own)).sum(), rel=1e-8)
    slope = np.full((k, n_classes), np.nan)
    gradient(rows, indices, counts, shares, slope)
    excess = counts[:, np.newaxis] * (expected - np.eye(n_classes)[indices])
    np.testing.assert_allclose(slope, rows.T @ excess, atol=1e-7)
