"""An image that looks unlike the training images is noticed; one of the kind is not."""

import numpy as np
import pytest

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.core.drift import PaletteFit, compare_fit, measure_fit, sample_blocks

RNG = np.random.default_rng(0)


def scene(shift=0, seed=0, shape=(120, 160)):
    """A bright block on a darker, noisy ground, and a stroke on each."""
    levels = np.full(shape, 60.0)
    levels[40:80, 50:110] = 160
    seeds = np.zeros(shape, np.uint8)
    seeds[10:14, 10:150], seeds[60:64, 60:100] = 1, 2
    image = levels + np.random.default_rng(seed).normal(0, 8, shape) + shift
    return np.clip(image, 0, 255).astype(np.uint8), seeds


@pytest.fixture(scope="module")
def model():
    return nsk.SeededKMeans().fit(*scene())


def drift(model, image):
    return compare_fit(measure_fit(model.model_, image), [image.fit for image in model.training_.images])


def test_the_training_image_itself_is_the_yardstick(model):
    found = drift(model, scene()[0])
    assert (found.error_ratio, found.usage_ratio, found.warning) == (1.0, 1.0, "")


def test_another_image_of_the_kind_fits(model):
    assert drift(model, scene(seed=1)[0]).warning == ""
    assert drift(model, scene(seed=2, shift=4)[0]).warning == ""


def test_a_stain_or_padding_on_less_than_half_of_an_image_is_no_other_kind(model):
    image = scene(seed=1)[0]
    image[:, :50] = 255
    assert drift(model, image).warning == ""


def test_other_light_is_noticed(model):
    assert "times as far from the palette" in drift(model, scene(shift=80)[0]).warning


def test_a_blank_image_is_noticed(model):
    assert "clusters of the palette" in drift(model, np.full((120, 160), 60, np.uint8)).warning


def test_an_image_without_a_finite_pixel_is_as_far_as_can_be(model):
    image = np.full((20, 30), np.nan)
    found = drift(nsk.SeededKMeans().fit(scene()[0].astype(float), scene()[1]), image)
    assert found.error_ratio == 1e6
    assert found.warning


def test_the_worst_training_image_is_the_yardstick():
    found = compare_fit(PaletteFit(6.0, 4.0), [PaletteFit(2.0, 9.0), PaletteFit(4.0, 8.0)])
    assert (found.error_ratio, found.usage_ratio, found.warning) == (1.5, 0.5, "")


def test_flat_training_images_make_any_distance_a_difference():
    flat = [PaletteFit(0.0, 2.0)]
    assert compare_fit(PaletteFit(0.0, 2.0), flat).warning == ""
    assert compare_fit(PaletteFit(0.1, 2.0), flat).error_ratio == 1e6


@pytest.mark.parametrize("shape", [(5000,), (3000, 4000), (30, 200, 300), (3, 40, 200, 50), (7, 5)])
@pytest.mark.parametrize("channels", [(), (2,)])
def test_a_sample_is_small_and_is_its_own_sample(shape, channels):
    image = np.broadcast_to(np.uint8(1), shape + channels)
    sample = sample_blocks(image, len(shape))
    n_pixels = np.prod(sample.shape[: len(shape)])
    assert n_pixels <= 5_000
    assert n_pixels >= min(600, np.prod(shape))
    assert sample.shape[len(shape) :] == channels
    np.testing.assert_array_equal(sample_blocks(sample, len(shape)), sample)
