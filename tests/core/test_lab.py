"""L*a*b* of bytes: scikit-image's values, and the same bits for a colour wherever it stands."""

import numpy as np
from skimage.color import rgb2lab

from napari_seeded_kmeans.core.lab import bytes_to_lab


def test_every_byte_in_every_channel_has_scikit_images_values():
    levels = np.array([0, 1, 5, 10, 11, 60, 128, 254, 255], np.uint8)
    ramp = np.arange(256, dtype=np.uint8)
    image = np.stack(np.meshgrid(ramp, levels, levels), axis=-1)
    np.testing.assert_allclose(bytes_to_lab(image), rgb2lab(image), atol=1e-3)
    np.testing.assert_allclose(bytes_to_lab(image[..., ::-1]), rgb2lab(image[..., ::-1]), atol=1e-3)


def test_black_white_and_grey_are_neutral():
    lab = bytes_to_lab(np.array([[0, 0, 0], [128, 128, 128], [255, 255, 255]], np.uint8))
    np.testing.assert_allclose(lab[:, 0], [0, 53.585, 100], atol=1e-3)
    np.testing.assert_allclose(lab[:, 1:], 0, atol=0.01)


def test_a_colour_has_the_same_bits_wherever_it_stands():
    image = np.random.default_rng(0).integers(0, 256, (300, 517, 4), dtype=np.uint8)
    lab = bytes_to_lab(image)
    assert (bytes_to_lab(image[7:200, 33:301]) == lab[7:200, 33:301]).all()
    colors, inverse = np.unique(image[..., :3].reshape(-1, 3), axis=0, return_inverse=True)
    assert (bytes_to_lab(colors)[inverse.ravel()] == lab.reshape(-1, 3)).all()
