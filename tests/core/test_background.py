"""Background by the colours of the frame."""

import numpy as np
import pytest
from skimage.color import rgb2lab

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans import samples

RNG = np.random.default_rng(0)
TRUTH = np.zeros((80, 100), bool)
TRUTH[20:60, 30:70] = True


def picture(noise=6):
    """A red subject over green and blue."""
    image = np.empty((*TRUTH.shape, 3))
    image[:40], image[40:] = (40, 160, 60), (50, 70, 170)
    image[TRUTH] = (210, 40, 40)
    return np.clip(image + RNG.integers(-noise, noise + 1, image.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("color_space", ["lab", "rgb", "hsv"])
def test_what_has_not_the_colours_of_the_frame_is_subject(color_space):
    found = nsk.remove_background(picture(), color_space=color_space)
    np.testing.assert_array_equal(found.mask, TRUTH)
    np.testing.assert_array_equal(found.is_background, [True, True, False])
    np.testing.assert_allclose(found.frame_shares, [0.5, 0.5, 0], atol=0.01)
    assert found.border_share == pytest.approx(2 / 9)


def test_one_control_says_how_much_of_the_frame_makes_background():
    image = picture()
    image[:5, :60] = (210, 40, 40)  # The subject's colour has a sixth of the frame.
    assert nsk.remove_background(image, min_share=0).mask[0, 30]
    assert not nsk.remove_background(image, border_share=0.15, min_share=0).mask.any() or (
        nsk.remove_background(image, border_share=0.15).is_background.sum() == 2
    )


def test_some_cluster_is_always_background_and_some_never():
    image = picture()
    for border_share in (0, 1):
        found = nsk.remove_background(image, border_share=border_share)
        assert 0 < found.is_background.sum() < 3


def test_specks_and_holes_vanish():
    image = picture(noise=0)
    image[5:8, 5:8] = (210, 40, 40)
    image[30:33, 40:43] = (40, 160, 60)
    np.testing.assert_array_equal(nsk.remove_background(image).mask, TRUTH)
    rough = nsk.remove_background(image, min_share=0).mask
    assert rough[6, 6]
    assert not rough[31, 41]


def test_grey_images_and_stacks():
    stack = np.stack([picture()[..., 0]] * 4).astype(np.uint16) * 100
    found = nsk.remove_background(stack, n_clusters=2)
    np.testing.assert_array_equal(found.mask, np.stack([TRUTH] * 4))
    assert found.cut_out().shape == (4, 80, 100, 4)


def test_pixels_that_are_not_finite_are_background():
    image = picture().astype(float)
    image[40, 50] = np.nan
    assert not nsk.remove_background(image, min_share=0).mask[40, 50]


def test_the_cut_out_is_transparent_or_lies_on_a_colour():
    image = picture()
    found = nsk.remove_background(image)
    transparent, on_white = found.cut_out(), found.cut_out((255, 255, 250))
    np.testing.assert_array_equal(transparent[..., 3], np.where(TRUTH, 255, 0))
    np.testing.assert_array_equal(transparent[TRUTH, :3], image[TRUTH])
    assert on_white.shape == image.shape
    np.testing.assert_array_equal(on_white[0, 0], [255, 255, 250])
    np.testing.assert_array_equal(on_white[TRUTH], image[TRUTH])


def test_opacity_is_kept_and_lets_the_colour_through():
    image = np.concatenate([picture(), np.full((*TRUTH.shape, 1), 128, np.uint8)], axis=-1)
    found = nsk.remove_background(image)
    assert found.cut_out()[40, 50, 3] == 128
    on_black = found.cut_out((0, 0, 0))
    np.testing.assert_allclose(on_black[40, 50], image[40, 50, :3] * (128 / 255), atol=1)


@pytest.mark.parametrize(
    ("keywords", "sentence"),
    [
        ({"n_clusters": 1}, "n_clusters must be an integer from 2 to 256, not 1"),
        ({"border_share": 1.5}, "border_share must be a number from 0 to 1, not 1.5"),
        ({"min_share": -0.1}, "min_share must be a number from 0 to 1, not -0.1"),
        ({"color_space": "xyz"}, "color_space must be one of"),
    ],
)
def test_settings_out_of_range(keywords, sentence):
    with pytest.raises(nsk.SeededKMeansError, match=sentence):
        nsk.remove_background(picture(), **keywords)


@pytest.mark.parametrize("color", [(1, 2), (0, 0, 256), (0.5, 0, 0), "red"])
def test_a_colour_that_is_none(color):
    with pytest.raises(nsk.SeededKMeansError, match="color must be three integers from 0 to 255, not"):
        nsk.remove_background(picture()).cut_out(color)


def test_many_channels_cannot_be_cut_out():
    found = nsk.remove_background(RNG.normal(size=(20, 20, 6)), channel_axis=-1)
    with pytest.raises(nsk.SeededKMeansError, match="image has 6 channels; only grey or red, green, blue"):
        found.cut_out()


def test_pictures_too_large_to_go_pixel_by_pixel_give_the_same_mask(monkeypatch):
    noisy = picture(30)
    pixel_by_pixel = nsk.remove_background(noisy)
    monkeypatch.setattr("napari_seeded_kmeans.core.color_table._FEW_PIXELS", 0)
    counted = nsk.remove_background(noisy)
    np.testing.assert_array_equal(counted.mask, pixel_by_pixel.mask)
    np.testing.assert_array_equal(counted.clusters.labels, pixel_by_pixel.clusters.labels)
    for name in ("centers", "inertia", "colors", "shares"):
        found, expected = getattr(counted.clusters, name), getattr(pixel_by_pixel.clusters, name)
        np.testing.assert_allclose(found, expected, err_msg=name)


@pytest.mark.parametrize(("k", "most"), [(3, 1.01), (8, 1.05)])
def test_quick_clusters_are_nearly_as_tight_as_patient_ones(k, most):
    photo = samples.load("photo").image
    quick = nsk.remove_background(photo, n_clusters=k).clusters
    assert quick.inertia <= most * nsk.cluster_image(photo, k, color_space="lab").inertia
    lab = rgb2lab(photo)
    means = [lab[quick.labels == label].mean(axis=0) for label in range(k)]
    np.testing.assert_allclose(quick.centers, means, atol=1e-3)
    nearest = np.linalg.norm(lab[:, :, np.newaxis] - quick.centers, axis=-1).argmin(axis=-1)
    assert (nearest == quick.labels).mean() > 0.99
