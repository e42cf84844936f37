"""The stack of colours and texture, tile by tile."""

import numpy as np
import pytest
from scipy import ndimage

from napari_seeded_kmeans.core import texture
from napari_seeded_kmeans.core.features import FeatureRecipe, resolve_recipe, with_lightness
from napari_seeded_kmeans.core.texture import (
    compute_channels,
    map_stack,
    n_color_columns,
    stack_at,
    tile_stack,
)

RNG = np.random.default_rng(0)
RECIPE = FeatureRecipe("intensity", 0, 255.0, sigmas_px=(1.0, 2.0, 4.0))


def whole(shape):
    return tuple(slice(0, length) for length in shape)


@pytest.mark.parametrize(("shape", "n_columns"), [((30, 40), 13), ((12, 14, 16), 16)])
def test_colours_lead(shape, n_columns):
    channels, _ = compute_channels(RNG.random(shape), RECIPE)
    stack = tile_stack(channels, whole(shape), RECIPE)
    assert stack.shape == (n_columns, *shape)
    assert n_color_columns(RECIPE, 1) == 3
    np.testing.assert_array_equal(stack[0], channels[0])
    for column, sigma in ((1, 1), (2, 2)):
        smooth = ndimage.gaussian_filter(channels[0].astype(float), sigma, mode="nearest")
        np.testing.assert_allclose(stack[column], smooth, atol=1e-5)


def test_tiles_do_not_show(monkeypatch):
    channels, _ = compute_channels(RNG.random((70, 90, 3)), FeatureRecipe("channels", 3, 1.0))
    recipe = FeatureRecipe("channels", 3, 1.0, sigmas_px=(1.0, 2.0))
    expected = tile_stack(channels, whole((70, 90)), recipe)
    found = np.empty_like(expected)

    def place(tile, stack):
        found[:, *tile] = stack

    monkeypatch.setattr(texture, "iter_tiles", lambda shape, largest=(32, 32): _tiles(shape, largest))
    map_stack(place, channels, recipe)
    np.testing.assert_array_equal(found, expected)
    mask = RNG.random((70, 90)) < 0.02
    np.testing.assert_array_equal(stack_at(channels, mask, recipe), expected[:, mask].T)


def _tiles(shape, largest):
    return [
        (slice(y, min(y + largest[0], shape[0])), slice(x, min(x + largest[1], shape[1])))
        for y in range(0, shape[0], largest[0])
        for x in range(0, shape[1], largest[1])
    ]


def lightness_of(image):
    recipe = with_lightness(resolve_recipe(image, has_channels=False, color_space="auto"), image)
    return recipe.window[0], compute_channels(image, recipe)[0][0]


@pytest.mark.parametrize("offset", [0, 33_000])
@pytest.mark.parametrize("noise", [0, 5])
def test_padding_is_blacker_than_black(offset, noise):
    image = np.linspace(0, 400, 10_000, dtype=np.float32).reshape(100, 100)
    image[:, :30] = RNG.normal(-900, noise, (100, 30))
    (low, high), values = lightness_of(image + offset)
    assert (low - offset, high - offset) == pytest.approx((2, 399), abs=3)
    assert (values[:, :30] < -100).all()
    assert (np.diff(values[50, 30:]) > 0).all()


@pytest.mark.parametrize("levels", [(0, 200), (0, 100, 200), (0, 0, 0, 50, 255), (7,)])
def test_no_two_values_of_a_picture_with_few_become_one(levels):
    image = np.repeat(np.array(levels, np.uint8), 50)[np.newaxis]
    _, values = lightness_of(image)
    assert len(np.unique(values)) == len(set(levels))


def test_rare_outliers_do_not_widen_the_window():
    image = RNG.normal(100, 10, (200, 200))
    image[5, 5], image[7, 7] = -5000, 1e6
    window, _ = lightness_of(image)
    assert window == pytest.approx((69, 131), abs=3)


def test_infinite_pixels_are_known_as_such():
    image = RNG.random((20, 20))
    image[3, 4], image[5, 6] = np.inf, np.nan
    recipe = with_lightness(resolve_recipe(image, has_channels=False, color_space="auto"), image)
    channels, finite = compute_channels(image, recipe)
    assert np.isfinite(channels).all()
    assert not finite[3, 4]
    assert finite.sum() == 398
