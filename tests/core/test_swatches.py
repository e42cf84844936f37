"""A cluster's colour is the colour it was found at, whatever space it was looked at in."""

import numpy as np
import pytest

from napari_seeded_kmeans import segment
from napari_seeded_kmeans.core.cluster_map import cluster_map
from napari_seeded_kmeans.core.swatches import cluster_colors

COLOURS = np.array([[200, 30, 60], [20, 90, 220], [128, 128, 128], [250, 240, 40]])


def four_squares(colours, dtype=np.uint8):
    """Return image and seeds: a square per colour, the first two painted as class 1, the others as 2."""
    index = np.repeat(np.repeat([[0, 1], [2, 3]], 16, axis=0), 16, axis=1)
    image = np.asarray(colours, dtype)[index]
    seeds = np.zeros(index.shape, np.uint8)
    seeds[3:13, 3:13] = seeds[3:13, 19:29] = 1
    seeds[19:29, 3:13] = seeds[19:29, 19:29] = 2
    return image, seeds


@pytest.mark.parametrize("space", ["auto", "lab", "rgb", "hsv"])
@pytest.mark.parametrize("texture", [False, True])
def test_colour_pictures(space, texture):
    image, seeds = four_squares(COLOURS)
    model = segment(image, seeds, color_space=space, texture=texture).model.model_
    colors = cluster_colors(model.palette.centers, model.recipe)
    for wanted in COLOURS:
        assert np.abs(colors - wanted).max(axis=1).min() < 3


@pytest.mark.parametrize(
    ("colours", "dtype"),
    [
        (np.array([100, 1000, 4000, 12_000]), np.uint16),
        (np.array([0.1, 0.3, 0.6, 0.9]), np.float32),
        (np.array([[1, 5], [9, 2], [4, 4], [8, 8]]), np.float32),
    ],
)
def test_grey_and_channels_come_back_in_their_own_values(colours, dtype):
    image, seeds = four_squares(colours, dtype)
    model = segment(image, seeds, texture=False).model.model_
    colors = cluster_colors(model.palette.centers, model.recipe)
    for wanted in colours:
        assert np.abs(colors - wanted).max(axis=1).min() < 0.02 * np.max(colours)


def test_every_pixel_is_mapped_to_the_cluster_of_its_colour():
    image, seeds = four_squares(COLOURS)
    model = segment(image, seeds, texture=False).model.model_
    rows = cluster_map(model, image)
    assert rows.dtype == np.uint16
    colors = cluster_colors(model.palette.centers, model.recipe)
    assert np.abs(colors[rows - 1] - image).max() < 3
    np.testing.assert_array_equal(model.palette.classes[rows - 1][seeds > 0], seeds[seeds > 0])


def test_what_is_not_finite_belongs_to_no_cluster():
    image, seeds = four_squares(np.array([0.1, 0.3, 0.6, 0.9]), np.float32)
    image[0, :4] = np.nan
    rows = cluster_map(segment(image, seeds).model.model_, image)
    assert not rows[0, :4].any()
    assert rows[0, 4:].all()
