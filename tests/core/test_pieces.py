"""Connected pieces: the same as scikit-image's and SciPy's, for labels of any number of axes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from napari_seeded_kmeans.core.pieces import find_pieces


def test_an_answer_by_hand():
    labels = np.array([[1, 1, 0, 2], [0, 2, 0, 2], [1, 2, 2, 2]])
    found = find_pieces(labels)
    assert found.values.tolist() == [1, 2, 1]
    assert found.sizes.tolist() == [2, 6, 1]
    assert found.numbers().tolist() == [[1, 1, 0, 2], [0, 2, 0, 2], [3, 2, 2, 2]]
    assert found.paint(np.array([7, 8, 9])).tolist() == [[7, 7, 0, 8], [0, 8, 0, 8], [9, 8, 8, 8]]
    assert found.are_touched(labels == 2).tolist() == [False, True, False]


@pytest.mark.parametrize("shape", [(500,), (40, 30), (9, 8, 7), (4, 5, 3, 6)])
@pytest.mark.parametrize("density", [0.2, 0.5, 0.8])
def test_a_mask_has_scipys_pieces(shape, density):
    rng = np.random.default_rng(0)
    mask = rng.random(shape) < density
    expected, n = ndimage.label(mask)
    found = find_pieces(mask)
    assert len(found.sizes) == n
    assert (found.numbers() == expected).all()
    assert (found.sizes == np.bincount(expected.ravel())[1:]).all()


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(17,), (6, 9), (3, 4, 5)]), st.integers(1, 4))
def test_pieces_of_labels_are_those_of_each_label_alone(seed, shape, n_labels):
    labels = np.random.default_rng(seed).integers(0, n_labels + 1, shape)
    found = find_pieces(labels)
    for value in range(1, n_labels + 1):
        expected, n = ndimage.label(labels == value)
        own = found.values == value
        assert own.sum() == n
        assert (np.sort(found.sizes[own]) == np.sort(np.bincount(expected.ravel())[1:])).all()
    numbers = found.numbers()
    assert (labels[numbers > 0] == found.values[numbers[numbers > 0] - 1]).all()


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint16, np.int64])
def test_dtype_and_memory_order_do_not_matter(dtype):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, (12, 10)).astype(dtype)
    expected = find_pieces(labels.astype(int)).numbers()
    strided = np.repeat(labels, 2, axis=1)[:, ::2]
    labels.flags.writeable = False
    for same in (labels, np.asfortranarray(labels), strided):
        assert (find_pieces(same).numbers() == expected).all()


def test_the_rest_of_a_picture_can_be_kept():
    labels = np.array([[1, 0], [0, 2]])
    painted = find_pieces(labels).paint(np.array([5, 6]), onto=np.array([[9, 9], [9, 9]]))
    assert painted.tolist() == [[5, 9], [9, 6]]


@pytest.mark.parametrize("value", [0, 1])
def test_flat_labels_have_one_piece_or_none(value):
    found = find_pieces(np.full((5, 6), value))
    assert found.sizes.tolist() == [30] * value


def test_pieces_at_the_border_are_those_on_a_face():
    cube = np.zeros((5, 5, 5), int)
    cube[2, 2, 2], cube[0, 2, 2], cube[2, 2, 4], cube[3, 4, 2] = 1, 1, 1, 1
    found = find_pieces(cube)
    assert found.are_at_border().tolist() == [True, False, True, True]
