"""Outlines lie halfway between the colours on either side of them."""

import numpy as np
import pytest
from scipy import ndimage

from napari_seeded_kmeans import segment
from napari_seeded_kmeans.core.outline import settle_outline
from napari_seeded_kmeans.core.scene import Scene

# A ramp four pixels wide from one colour to another: halfway between columns 10 and 11.
RAMP = np.repeat([0, 20, 40, 60, 80, 100], [9, 1, 1, 1, 1, 9])[np.newaxis].repeat(20, axis=0)


def settled(labels, colors, *, fixed=None, spacing=None, n_classes=2):
    fixed = np.zeros(labels.shape, bool) if fixed is None else fixed
    scene = Scene(np.asarray(colors, np.float32)[np.newaxis], spacing)
    return settle_outline(labels.astype(np.int32), scene, fixed, n_classes)


@pytest.mark.parametrize("shift", [-1, 0, 1, 2])
@pytest.mark.parametrize("height", [1, 0.2, -1])
def test_an_outline_goes_to_the_middle_of_a_ramp(shift, height):
    labels = np.broadcast_to(np.arange(22) >= 11 + shift, RAMP.shape)
    assert (settled(labels, height * RAMP) == (np.arange(22) >= 11)).all()


def test_nothing_far_from_an_outline_changes():
    labels = np.broadcast_to(np.arange(22) >= 16, RAMP.shape)
    assert (settled(labels, RAMP)[:, :14] == 0).all()
    assert (settled(labels, RAMP)[:, 18:] == 1).all()


def test_painted_pixels_stay():
    labels = np.broadcast_to(np.arange(22) >= 9, RAMP.shape)
    fixed = np.zeros(RAMP.shape, bool)
    fixed[5, 9] = True
    found = settled(labels, RAMP, fixed=fixed)
    assert found[5, 9] == 1
    assert found[6, 9] == 0


def test_a_thin_thing_stays_as_it_is():
    labels = np.zeros((40, 40), int)
    labels[:, 18:22] = 1
    colors = ndimage.gaussian_filter(100.0 * labels, 3) + np.random.default_rng(0).normal(0, 9, labels.shape)
    assert np.array_equal(settled(labels, colors), labels)


def test_an_edge_no_higher_than_the_noise_stays():
    labels = np.broadcast_to(np.arange(22) >= 11, RAMP.shape)
    noise = np.random.default_rng(0).normal(0, 150, RAMP.shape)
    assert np.array_equal(settled(labels, RAMP + noise), labels)


def test_one_class_has_no_outline():
    assert (settled(np.zeros(RAMP.shape), RAMP, n_classes=1) == 0).all()


def test_every_class_has_an_inside_of_its_own():
    labels = np.repeat([0, 1, 2], 20)[np.newaxis].repeat(20, axis=0)
    colors = ndimage.gaussian_filter1d(np.array([0.0, 40, 200])[labels], 1.5, axis=1)
    wide = labels.copy()
    wide[:, 18:20], wide[:, 38:40] = 1, 2
    assert np.array_equal(settled(wide, colors, n_classes=3), labels)


def test_a_volume_is_looked_at_as_far_in_all_directions():
    labels = np.zeros((6, 24, 24), int)
    labels[1:5, 6:18, 6:18] = 1
    colors = 100.0 * ndimage.gaussian_filter(labels.astype(float), (0, 1.5, 1.5))
    wide = ndimage.binary_dilation(labels, np.ones((1, 3, 3)))
    found = settled(wide, colors, spacing=(8.0, 1.0, 1.0))
    assert (found == labels).mean() > 0.99


def test_dim_and_bright_nuclei_are_both_as_wide_as_they_are():
    y, x = np.mgrid[:120, :120]
    truth, image = np.zeros((120, 120), bool), np.zeros((120, 120))
    seeds = np.zeros((120, 120), np.uint8)
    seeds[60, 5:115] = seeds[5:115, 60] = 1
    for row, column, brightness in ((30, 30, 200), (30, 90, 60), (90, 30, 60), (90, 90, 200)):
        disc = (y - row) ** 2 + (x - column) ** 2 <= 14**2
        truth |= disc
        image[disc] = brightness
        seeds[row, column - 4 : column + 5] = 2
    image = ndimage.gaussian_filter(image, 2) + 20 + np.random.default_rng(0).normal(0, 1, image.shape)

    def iou(**settings):
        found = segment(image, seeds, color_space="intensity", **settings).mask
        return (found & truth).sum() / (found | truth).sum()

    assert iou() > 0.95
    assert iou(settle_outline=False) < 0.9
