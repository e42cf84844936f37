"""weighted_gram: the curvature of logistic regression, by hand and beside NumPy."""

import numpy as np
import pytest

from napari_seeded_kmeans.core._kernels.logistic import weighted_gram


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
