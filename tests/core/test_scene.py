"""An image at three resolutions, and what a cut sees of it."""

import numpy as np
import pytest

from napari_seeded_kmeans.core.scene import Samples, Scene, View, block_means, repeat_blocks

RNG = np.random.default_rng(0)


def test_contrast_is_in_units_of_the_steps_between_neighbours():
    channels = RNG.normal(size=(3, 12, 14)).astype(np.float32)
    steps = [np.diff(channels, axis=axis) for axis in (1, 2)]
    total = sum((step**2).sum() for step in steps)
    n = sum(step[0].size for step in steps)
    np.testing.assert_allclose(Scene(channels).contrast_unit, 1 / np.sqrt(2 * total / n), rtol=1e-5)
    assert Scene(channels * 0).contrast_unit == 1


def test_a_small_image_is_its_own_middle_and_sketch():
    scene = Scene(RNG.random((3, 200, 300), np.float32))
    assert scene.middle is scene
    assert scene.sketch is scene
    view = View(RNG.random((2, 200, 300), np.float32), scene, np.full((200, 300), -1, np.int32))
    assert view.middle is view
    assert view.sketch is view


@pytest.mark.parametrize(
    ("shape", "spacing", "middle", "sketch"),
    [
        ((400, 500), None, (400, 500), (200, 250)),
        ((1000, 1001), None, (500, 501), (250, 251)),
        ((10, 400, 400), (5.0, 1.0, 1.0), (10, 100, 100), (5, 50, 50)),
    ],
)
def test_the_finest_axes_are_joined_first(shape, spacing, middle, sketch):
    scene = Scene(np.zeros((1, *shape), np.float32), spacing)
    assert scene.middle.shape == middle
    assert scene.sketch.shape == sketch


def test_a_block_is_painted_if_one_of_its_pixels_is():
    seeds = np.full((600, 600), -1, np.int32)
    seeds[301, 77] = 1
    view = View(np.zeros((2, 600, 600), np.float32), Scene(np.zeros((1, 600, 600), np.float32)), seeds)
    assert view.middle.seeds[150, 38] == 1
    assert view.sketch.seeds[75, 19] == 1
    assert (view.sketch.seeds >= 0).sum() == 1


def test_blocks_at_the_border_repeat_its_last_pixels():
    values = np.array([[1.0, 2, 3], [5, 6, 7], [9, 10, 11]], np.float32)
    np.testing.assert_array_equal(block_means(values, (2, 2)), [[3.5, 5], [9.5, 11]])
    np.testing.assert_array_equal(repeat_blocks(np.array([[1, 2]]), (1, 2), (1, 3)), [[1, 1, 2]])


@pytest.mark.parametrize("shape", [(64, 80), (61, 83), (9, 40, 44)])
def test_the_pixels_that_stand_for_blocks_lie_in_them_and_miss_no_line(shape, monkeypatch):
    monkeypatch.setattr("napari_seeded_kmeans.core.scene._N_MIDDLE", 400)
    scene = Scene(RNG.random((2, *shape), np.float32))
    places = np.stack(np.unravel_index(scene.sample_places, shape))
    assert places.shape[2:] == scene.middle.shape
    for axis, factor in enumerate(scene.middle_factors):
        along = np.arange(scene.middle.shape[axis]).reshape(-1, *[1] * (len(shape) - axis - 1))
        own = places[axis] // factor
        assert (own == along).all()
        # Every line of pixels that crosses a block of four goes through one of its samples.
        if factor == 4:
            whole = np.take(places[axis] % factor, range(shape[axis] // factor), axis=axis + 1)
            assert (np.sort(whole, axis=0) == np.arange(4).reshape(-1, *[1] * len(shape))).all()
    np.testing.assert_array_equal(scene.sample_channels, scene.channels[:, *places])


def test_a_view_with_samples_sees_their_means_from_afar():
    scene = Scene(np.zeros((1, 1200, 1200), np.float32))
    scores = RNG.random((2, 4, 300, 300), np.float32)
    samples = Samples(scores, np.zeros((4, 300, 300), np.float32))
    unknown = np.full((2, 1200, 1200), np.nan, np.float32)
    view = View(unknown, scene, np.full((1200, 1200), -1, np.int32), samples=samples)
    np.testing.assert_allclose(view.middle.scores, scores.mean(axis=1))


def test_clusters_of_pixels_are_those_of_the_sketch_where_that_is_the_image():
    scene = Scene(np.random.default_rng(0).random((1, 60, 60), np.float32))
    assert scene.pixel_clusters is scene.sketch.clusters


def test_clusters_of_pixels_spread_as_pixels_do_where_the_sketch_is_coarser():
    channels = np.random.default_rng(0).random((1, 600, 601), np.float32)
    scene = Scene(channels)
    assert len(scene.pixel_clusters.labels) == scene.sketch.channels.size
    assert np.ptp(scene.pixel_clusters.centers) > 0.9 > np.ptp(scene.sketch.clusters.centers)
