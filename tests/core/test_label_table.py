"""Prediction by look-up: what prediction pixel by pixel gives, image after image."""

import numpy as np
import pytest

from napari_seeded_kmeans import SeededKMeans
from napari_seeded_kmeans.core import model as core
from napari_seeded_kmeans.core.errors import CancelledError
from napari_seeded_kmeans.core.label_table import LabelTable

BY_COLORS = {"texture": False, "coherence": 0}


def picture(seed, shape=(300, 260, 3), dtype=np.uint8):
    """Return two colours with noise, and a stroke on each."""
    rng = np.random.default_rng(seed)
    top = 255 if dtype == np.uint8 else 40_000
    left = np.linspace(0, 1, shape[1]) < 0.5
    if len(shape) == 3:
        left = left[:, np.newaxis]
    image = np.clip(np.where(left, 0.35, 0.6) * top + rng.normal(0, 0.09 * top, shape), 0, top).astype(dtype)
    seeds = np.zeros(shape[:2], np.uint8)
    seeds[40:80, 20:60], seeds[40:80, -60:-20] = 1, 2
    return image, seeds


def fitted(image, seeds, **params):
    return SeededKMeans(**{**BY_COLORS, **params}).fit(image, seeds).model_


@pytest.mark.parametrize(
    ("shape", "dtype", "params"),
    [
        ((300, 260, 3), np.uint8, {}),
        ((300, 260, 3), np.uint8, {"color_space": "rgb", "cluster_weights": "share"}),
        ((300, 260, 3), np.uint8, {"color_space": "hsv", "min_size_px": 0}),
        ((300, 260), np.uint8, {}),
        ((300, 260), np.uint16, {"close_px": 3, "open_px": 3}),
    ],
)
def test_labels_are_those_of_the_full_prediction(shape, dtype, params):
    image, seeds = picture(0, shape, dtype)
    model = fitted(image, seeds, **params)
    table = LabelTable(model)
    for seed in range(3):
        other, _ = picture(seed, shape, dtype)
        assert table.takes(other)
        np.testing.assert_array_equal(table.predict(other), core.predict(model, other).labels)


def test_with_three_classes_removed_pixels_go_to_the_next_best():
    image, seeds = picture(1)
    image[180:280, 80:180] //= 3
    seeds[200:240, 100:160] = 7
    model = fitted(image, seeds, min_size_px=50)
    labels = LabelTable(model).predict(image)
    np.testing.assert_array_equal(labels, core.predict(model, image).labels)
    assert labels.dtype == np.uint8
    assert set(np.unique(labels)) == {1, 2, 7}


def test_class_values_come_back_whatever_they_are():
    image, seeds = picture(2)
    seeds = np.where(seeds == 2, 70_000, -np.sign(seeds.astype(int)))
    assert set(np.unique(LabelTable(fitted(image, seeds)).predict(image))) == {-1, 70_000}


@pytest.mark.parametrize(
    "params", [{"texture": True}, {"coherence": 1}, {"blur_sigma_px": 1}, {"smooth_px": 2}]
)
def test_models_that_look_around_are_not_for_a_table(params):
    image, seeds = picture(0)
    assert not LabelTable(fitted(image, seeds, **params)).takes(image)


def test_images_of_many_values_or_other_channels_are_not_for_a_table():
    image, seeds = picture(0)
    table = LabelTable(fitted(image, seeds))
    for other in (image.astype(np.uint16), image.astype(np.float32), image[..., 0], image[..., [0, 1, 2, 0]]):
        assert not table.takes(other)


def test_what_was_cancelled_can_be_asked_again():
    image, seeds = picture(0)
    table = LabelTable(fitted(image, seeds))
    with pytest.raises(CancelledError):
        table.predict(image, cancel=lambda: True)
    np.testing.assert_array_equal(table.predict(image), core.predict(table.model, image).labels)


def test_an_image_in_any_memory_order_gives_the_same():
    image, seeds = picture(0)
    table = LabelTable(fitted(image, seeds))
    expected = table.predict(image)
    image.flags.writeable = False
    np.testing.assert_array_equal(table.predict(np.asfortranarray(image)), expected)
    np.testing.assert_array_equal(table.predict(image[::-1])[::-1], expected)
