"""Which array, which channels, which place in the world."""

import dask.array as da
import numpy as np
import pytest
from napari.layers import Image, Labels

from napari_seeded_kmeans.gui.source import Source, channel_choices, guess_channel_axis

CASES = [
    # name, data shape, layer keywords, channel axis of the data, spatial shape
    ("grey", (20, 30), {}, None, (20, 30)),
    ("rgb", (20, 30, 3), {"rgb": True}, 2, (20, 30)),
    ("rgba", (20, 30, 4), {"rgb": True}, 2, (20, 30)),
    ("stack", (8, 20, 30), {}, None, (8, 20, 30)),
    ("few first", (3, 20, 30), {"rgb": False}, 0, (20, 30)),
    ("few last", (20, 30, 2), {"rgb": False}, 2, (20, 30)),
    ("rgb stack", (8, 20, 30, 3), {"rgb": True}, 3, (8, 20, 30)),
    ("labelled", (8, 5, 20, 30), {"axis_labels": ("z", "C", "y", "x")}, 1, (8, 20, 30)),
    ("spectrum", (200, 20, 30), {"axis_labels": ("channel", "y", "x")}, 0, (20, 30)),
    ("one channel", (1, 20, 30), {"axis_labels": ("c", "y", "x")}, 0, (20, 30)),
    ("three times", (3, 20, 30), {"axis_labels": ("t", "y", "x")}, None, (3, 20, 30)),
    ("three planes", (3, 20, 30), {"axis_labels": ("Z", "y", "x")}, None, (3, 20, 30)),
    ("two frames", (2, 20, 30), {"axis_labels": ("frame", "y", "x")}, None, (2, 20, 30)),
    ("narrow", (20, 30, 4), {"axis_labels": ("z", "y", "x"), "rgb": False}, None, (20, 30, 4)),
    ("times of channels", (2, 3, 20, 30), {"axis_labels": ("t", "c", "y", "x")}, 1, (2, 20, 30)),
    ("nothing said", (2, 20, 30), {"axis_labels": ("a", "y", "x")}, 0, (20, 30)),
]


@pytest.mark.parametrize(
    ("shape", "keywords", "axis", "spatial"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_channels_are_found_and_the_rest_is_space(shape, keywords, axis, spatial):
    image = Image(np.zeros(shape, np.uint8), **keywords)
    source = Source(image, guess_channel_axis(image))
    assert source.data_channel_axis == axis
    assert source.shape == spatial
    assert len(source.spacing) == len(spatial)


def test_rgb_leaves_no_choice_and_a_long_axis_is_never_channels():
    assert channel_choices(Image(np.zeros((20, 30, 3), np.uint8), rgb=True)) == ()
    assert channel_choices(Image(np.zeros((5, 200, 300)))) == (0,)
    assert channel_choices(Image(np.zeros((20, 30)))) == ()


def test_multiscale_is_its_finest_level_and_dask_stays_lazy():
    levels = [da.zeros((64, 64)), da.zeros((32, 32))]
    source = Source(Image(levels, multiscale=True))
    assert source.shape == (64, 64)
    assert isinstance(source.data, da.Array)


PLACES = [
    ("same axes", (8, 20, 30), None),
    ("channels first", (4, 8, 20, 30), 0),
    ("channels between", (8, 4, 20, 30), 1),
    ("channels last", (8, 20, 30, 4), 3),
]


@pytest.mark.parametrize(("shape", "axis"), [case[1:] for case in PLACES], ids=[case[0] for case in PLACES])
def test_seeds_lie_exactly_over_the_image_in_every_channel(shape, axis):
    scale = np.arange(2.0, 2 + len(shape))
    image = Image(
        np.zeros(shape, np.uint8), rgb=False, scale=scale, translate=scale * 10, units=["um"] * len(shape)
    )
    source = Source(image, axis)
    seeds = Labels(source.to_layer(np.zeros(source.shape, np.uint8)), **source.placement)
    assert source.to_spatial(seeds.data).shape == source.shape
    assert source.spacing == tuple(np.delete(scale, [] if axis is None else axis))
    assert str(seeds.units[-1]) == str(image.units[-1])
    for corner in (np.zeros(len(shape), int), np.array(shape) - 1):
        world = image.data_to_world(corner)[-seeds.ndim :]
        index = np.rint(seeds.world_to_data(world)).astype(int)
        expected = corner if seeds.ndim == image.ndim else corner[1:]
        if axis:
            expected = np.where(np.arange(len(shape)) == axis, 0, corner)
        np.testing.assert_array_equal(index, expected)


def test_rotation_shear_and_affine_are_kept():
    affine = np.array([[1, 0.1, 5], [0, 1, 7], [0, 0, 1]])
    image = Image(np.zeros((20, 30)), rotate=30, shear=[0.3], affine=affine, scale=(2, 3))
    seeds = Labels(np.zeros((20, 30), np.uint8), **Source(image).placement)
    for point in ((0, 0), (19, 29), (3, 17)):
        np.testing.assert_allclose(seeds.data_to_world(point), image.data_to_world(point))
