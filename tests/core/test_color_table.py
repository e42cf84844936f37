"""The colours of an image, counted."""

import numpy as np
import pytest
from skimage.color import rgb2gray, rgb2lab

from napari_seeded_kmeans import SeededKMeansError
from napari_seeded_kmeans.core.color_table import make_color_table

RNG = np.random.default_rng(0)
PICTURE = RNG.integers(0, 8, (300, 400, 3)).astype(np.uint8) * 30


def pixels_of(table):
    """Give every pixel its point in the colour space back."""
    return np.stack([table.spread(axis, np.nan) for axis in table.points.T], axis=-1)


@pytest.mark.parametrize(
    ("color_space", "expected"),
    [
        ("rgb", PICTURE),
        ("intensity", 255 * rgb2gray(PICTURE)[..., None]),
        ("lab", rgb2lab(PICTURE)),
    ],
)
def test_every_pixel_keeps_its_colour(color_space, expected):
    table = make_color_table(PICTURE, color_space)
    assert len(table.counts) == 512
    assert table.counts.sum() == 300 * 400
    np.testing.assert_allclose(pixels_of(table), expected, atol=1e-3)


def test_hues_of_359_and_1_degrees_are_neighbours():
    reds = np.array([[[255, 0, 4], [255, 4, 0], [0, 255, 255]]], np.uint8)
    a, b, c = pixels_of(make_color_table(reds, "hsv"))[0]
    assert np.linalg.norm(a - b) < 10
    assert np.linalg.norm(a - c) > 500


@pytest.mark.parametrize(
    ("shape", "channel_axis", "spatial", "n_channels"),
    [
        ((20, 30), None, (20, 30), 1),
        ((20, 30, 3), None, (20, 30), 3),
        ((20, 30, 4), None, (20, 30), 3),
        ((5, 20, 30), None, (5, 20, 30), 1),
        ((5, 20, 30), 0, (20, 30), 5),
        ((20, 2, 30), 1, (20, 30), 2),
        ((40,), None, (40,), 1),
    ],
)
@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int16, np.uint32, np.float32, np.float64])
def test_images_of_any_kind(shape, channel_axis, spatial, n_channels, dtype):
    image = RNG.integers(0, 2, shape).astype(dtype)
    image.flags.writeable = False
    table = make_color_table(image, "rgb", channel_axis=channel_axis)
    assert table.shape == spatial
    assert table.values.shape[1] == n_channels
    expected = image[..., None] if n_channels == 1 else np.moveaxis(image, channel_axis or -1, -1)
    if channel_axis == 0:
        expected = np.moveaxis(image, 0, -1)
    np.testing.assert_array_equal(pixels_of(table), expected[..., :n_channels])


@pytest.mark.parametrize("n_values", [256, 1024])
def test_counters_that_run_full_again_and_again(n_values):
    # Every tile finds the counters as the one before it left them: all but full.
    image = np.tile(np.arange(n_values, dtype=np.uint16), 3 * (1 << 18) // n_values + 7)
    table = make_color_table(image, "rgb")
    np.testing.assert_array_equal(table.counts, np.bincount(image))


def test_pixels_that_are_not_finite_take_no_part():
    image = np.array([[1.0, np.nan], [np.inf, 4.0]])
    table = make_color_table(image, "rgb")
    np.testing.assert_array_equal(table.points[:, 0], [1, 4])
    np.testing.assert_array_equal(table.spread(np.array([7, 8]), -1), [[7, -1], [-1, 8]])


@pytest.mark.parametrize(
    ("image", "keywords", "sentence"),
    [
        (PICTURE, {"color_space": "cmyk"}, "color_space must be one of rgb, hsv, lab, intensity, not 'cmyk'"),
        (
            np.zeros((4, 5)),
            {"color_space": "lab"},
            "'lab' needs 3 or 4 channels, but the image has no channel",
        ),
        (np.zeros((0, 5)), {"color_space": "rgb"}, r"image is empty: its shape is \(0, 5\)"),
        (np.full((4, 5), np.nan), {"color_space": "rgb"}, "image has no finite pixel"),
        (np.zeros((4, 5), complex), {"color_space": "rgb"}, "real numbers, not complex128"),
        (PICTURE, {"color_space": "rgb", "channel_axis": 3}, "channel_axis 3 is not an axis"),
    ],
)
def test_unusable_input_is_named(image, keywords, sentence):
    with pytest.raises(SeededKMeansError, match=sentence):
        make_color_table(image, **keywords)
