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


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32])
def test_one_hot_pixel_and_one_dead_one_leave_the_rest_as_it_is(dtype):
    image = np.random.default_rng(0).integers(1000, 4000, (64, 64)).astype(dtype)
    plain = cut_out(image, np.ones((64, 64)))
    image[3, 3], image[5, 5] = 65535, 0
    spoilt = cut_out(image, np.ones((64, 64)))
    assert (spoilt[3, 3, 0], spoilt[5, 5, 0]) == (255, 0)
    assert np.percentile(np.abs(spoilt.astype(int) - plain), 99) <= 2


def test_few_bright_pixels_on_black_are_seen():
    image = np.zeros((64, 64), np.uint16)
    image[3, 3], image[5, 5] = 100, 200
    shown = cut_out(image, np.ones((64, 64)))[..., 0]
    assert (shown[0, 0], shown[3, 3], shown[5, 5]) == (0, 128, 255)


def test_black_and_white_can_be_given():
    shown = cut_out(np.array([[50, 100, 150, 250]], np.uint8), np.ones((1, 4)), contrast=(100, 200))
    np.testing.assert_array_equal(shown[0, :, 0], [0, 0, 128, 255])


def test_shapes_must_fit():
    with pytest.raises(SeededKMeansError, match=r"mask has shape \(1, 2\), but the image's shape is \(5,\)"):
        cut_out(np.zeros(5), MASK)
