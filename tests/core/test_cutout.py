"""The cut-out picture."""

import numpy as np
import pytest

from napari_seeded_kmeans import SeededKMeansError, cut_out

MASK = np.array([[True, False]])


def test_foreground_in_colour_over_grey():
    image = np.array([[[200, 10, 30], [200, 10, 30]]], np.uint8)
    grey = round(0.299 * 200 + 0.587 * 10 + 0.114 * 30)
    np.testing.assert_array_equal(cut_out(image, MASK), [[[200, 10, 30], [grey] * 3]])


def test_a_fourth_channel_is_left_out():
    image = np.array([[[200, 10, 30, 0], [9, 9, 9, 255]]], np.uint8)
    np.testing.assert_array_equal(cut_out(image, MASK), [[[200, 10, 30], [9, 9, 9]]])


def test_grey_images_dim_their_background():
    np.testing.assert_array_equal(
        cut_out(np.array([[90, 90]], np.uint8), MASK), [[[90, 90, 90], [30, 30, 30]]]
    )


def test_other_types_are_stretched_and_nan_is_black():
    image = np.array([[-1000.0, 1000.0, np.nan]])
    np.testing.assert_array_equal(cut_out(image, np.ones((1, 3)))[0, :, 0], [0, 255, 0])


def test_shapes_must_fit():
    with pytest.raises(SeededKMeansError, match=r"mask has shape \(1, 2\), but the image's shape is \(5,\)"):
        cut_out(np.zeros(5), MASK)
