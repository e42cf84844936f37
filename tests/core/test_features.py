"""Features: colour spaces, the choice of auto, and what an image may be."""

import numpy as np
import pytest
from skimage.color import rgb2lab

from napari_seeded_kmeans import SeededKMeansError
from napari_seeded_kmeans.core import features
from napari_seeded_kmeans.core.features import (
    FeatureRecipe,
    check_image,
    compute_features,
    resolve_recipe,
    with_lightness,
)

RNG = np.random.default_rng(0)
RGB = RNG.integers(0, 256, (6, 7, 3), dtype=np.uint8)


def features_of(image, color_space="auto", *, has_channels=True, **kwargs):
    recipe = resolve_recipe(image, has_channels=has_channels, color_space=color_space, **kwargs)
    return compute_features(image, recipe)


@pytest.mark.parametrize(
    ("image", "has_channels", "chosen"),
    [
        (RGB, True, "lab"),
        (RGB / 255, True, "lab"),
        (RGB / 255 - 0.5, True, "channels"),
        (np.dstack([RGB, np.full((6, 7), 255, np.uint8)]), True, "lab"),
        (np.dstack([RGB, RGB[..., :1]]), True, "channels"),
        (RGB[..., :2], True, "channels"),
        (RGB[..., 0], False, "intensity"),
        (RGB, False, "intensity"),
    ],
)
def test_auto_chooses_by_the_channels(image, has_channels, chosen):
    assert resolve_recipe(image, has_channels=has_channels, color_space="auto").color_space == chosen


def test_lab_is_that_of_scikit_image():
    np.testing.assert_allclose(features_of(RGB, "lab"), rgb2lab(RGB), atol=2e-3)


@pytest.mark.parametrize("scale", [257, 1 / 255])
def test_colour_does_not_depend_on_the_type(scale):
    image = RGB.copy()
    image[0, 0] = 255
    other = (image * float(scale)).astype(np.uint16 if scale > 1 else np.float64)
    np.testing.assert_allclose(features_of(other, "lab"), features_of(image, "lab"), atol=2e-3)


def test_neighbouring_hues_across_the_seam_are_neighbours():
    picture = np.array([[[255, 0, 4], [255, 4, 0], [0, 255, 0]]], np.uint8)
    almost_red, other_red, green = features_of(picture, "hsv")[0]
    assert np.linalg.norm(almost_red - other_red) < 12
    assert np.linalg.norm(almost_red - green) > 250


def test_hsv_cone_has_chroma_as_length_and_value_as_height():
    features = features_of(RGB, "hsv")
    high = RGB.max(axis=-1).astype(float)
    np.testing.assert_allclose(features[..., 2], high, atol=1e-3)
    np.testing.assert_allclose(
        np.hypot(features[..., 0], features[..., 1]), high - RGB.min(axis=-1), atol=1e-3
    )


def test_rgb_of_a_grey_image_is_the_grey_thrice():
    grey = RGB[..., 0]
    features = features_of(grey, "rgb", has_channels=False)
    np.testing.assert_allclose(features, np.repeat(grey[..., None], 3, -1), atol=1e-3)


def test_blur_is_five_by_five_for_the_classic_sigma():
    image = np.zeros((11, 11), np.uint8)
    image[5, 5] = 255
    blurred = features_of(image, "intensity", has_channels=False, blur_sigma_px=1.1)[..., 0]
    assert np.count_nonzero(blurred) == 25


def test_large_offsets_keep_their_precision():
    image = (33_000 + RNG.integers(0, 50, (5, 5))).astype(np.uint16)
    np.testing.assert_array_equal(features_of(image, has_channels=False)[..., 0], image)


@pytest.mark.parametrize("image", [RGB, np.asfortranarray(RGB), RGB.astype(">u2"), RGB[::-1, ::2]])
def test_memory_order_and_byte_order_do_not_matter(image):
    image = image.view()
    image.flags.writeable = False
    expected = features_of(np.ascontiguousarray(image.astype(np.float32)), "channels")
    np.testing.assert_array_equal(features_of(check_image(image, 2), "channels"), expected)


def test_channels_may_lie_on_any_axis():
    np.testing.assert_array_equal(check_image(np.moveaxis(RGB, -1, 0), 2, channel_axis=0), RGB)


@pytest.mark.parametrize(
    ("image", "kwargs", "message"),
    [
        (RGB.astype(complex), {}, "image must be an array of real numbers, not complex128"),
        (np.array([[None]]), {}, "not object"),
        (np.zeros((0, 3)), {}, r"image is empty: its shape is \(0, 3\)"),
        (RGB, {"channel_axis": 5}, "channel_axis 5 is not an axis"),
        (RGB, {"n_spatial": 3, "channel_axis": 0}, "seeds have as many axes as the image"),
    ],
)
def test_unusable_images(image, kwargs, message):
    with pytest.raises(SeededKMeansError, match=message):
        check_image(image, **kwargs)


def test_colour_spaces_need_colours():
    with pytest.raises(
        SeededKMeansError, match="color_space 'lab' needs 3 or 4 channels, but the image has 2 channels"
    ):
        features_of(RGB[..., :2], "lab")


def test_a_recipe_refuses_other_channels():
    recipe = resolve_recipe(RGB, has_channels=True, color_space="rgb")
    with pytest.raises(SeededKMeansError, match="model was made for 3 channels"):
        compute_features(RGB[..., 0], recipe)


@pytest.mark.parametrize(
    ("space", "shape"),
    [
        ("channels", (9, 11)),
        ("channels", (9, 11, 2)),
        ("rgb", (9, 11, 3)),
        ("hsv", (9, 11, 3)),
    ],
)
def test_colours_do_not_depend_on_the_pieces_they_are_made_by(monkeypatch, space, shape):
    image = np.random.default_rng(0).random(shape)
    recipe = FeatureRecipe(space, shape[2] if len(shape) > 2 else 0, 1.0)
    if space == "channels":
        recipe = with_lightness(recipe, image)
    whole = compute_features(image, recipe)
    monkeypatch.setattr(features, "_PIECE", 7)
    assert compute_features(image, recipe).tobytes() == whole.tobytes()
