"""Touching objects are told apart by their necks, at every size; what is measured has the unit of the pixels."""

import numpy as np
import pytest
from skimage.draw import disk

from napari_seeded_kmeans import SeededKMeansError, measure_objects, split_touching


def discs(shape, *circles, value=2):
    labels = np.ones(shape, np.uint8)
    for y, x, radius in circles:
        labels[disk((y, x), radius, shape=shape)] = value
    return labels


@pytest.mark.parametrize("scale", [1, 3])
def test_two_touching_discs_are_two_objects_at_every_size(scale):
    labels = discs((40 * scale, 60 * scale), *[(20 * scale, x * scale, 11 * scale) for x in (20, 39)])
    objects = split_touching(labels)
    assert objects.max() == 2
    assert objects[20 * scale, 20 * scale] != objects[20 * scale, 39 * scale]
    np.testing.assert_array_equal(objects > 0, labels == 2)


def test_one_disc_of_any_size_and_a_bar_stay_whole():
    assert split_touching(discs((60, 60), (30, 30, 25))).max() == 1
    assert split_touching(discs((20, 20), (10, 10, 2))).max() == 1
    bar = np.zeros((20, 80), bool)
    bar[8:13, 5:75] = True
    assert split_touching(bar).max() == 1


def test_the_neck_decides():
    labels = discs((40, 60), (20, 22, 11), (20, 37, 11))
    assert split_touching(labels, neck=0.75).max() == 1
    assert split_touching(labels, neck=0.9).max() == 2
    assert split_touching(discs((40, 60), (20, 20, 11), (20, 39, 11)), neck=0).max() == 1


def test_classes_are_never_joined_and_background_is_no_object():
    labels = discs((30, 60), (15, 20, 9))
    labels[disk((15, 37), 9, shape=labels.shape)] = 5
    objects = split_touching(labels)
    assert sorted(np.unique(objects[labels == 2])) == [1]
    assert sorted(np.unique(objects[labels == 5])) == [2]
    assert not objects[labels == 1].any()
    assert not split_touching(np.ones((4, 4), np.uint8)).any()
    assert split_touching(np.ones((4, 4), bool)).max() == 1


def test_spacing_makes_flat_things_round():
    """Two balls that touch along z, in a stack whose planes are four times as far apart as its pixels."""
    z, y, x = np.mgrid[:14, :24, :24]
    labels = np.ones(z.shape, np.uint8)
    for centre in (3.5, 8.5):
        labels[((z - centre) * 4) ** 2 + (y - 12) ** 2 + (x - 12) ** 2 <= 11**2] = 2
    assert split_touching(labels, spacing=(4, 1, 1)).max() == 2


def test_measures_have_the_unit_of_the_pixels():
    labels = np.ones((10, 20), np.uint8)
    labels[2:4, 3:6], labels[5:9, 10:12] = 2, 3
    image = np.where(labels == 2, 7.0, 1.0)
    table = measure_objects(split_touching(labels), labels, image, spacing=(2, 0.5))
    assert table["index"].tolist() == [1, 2]
    assert table["class"].tolist() == [2, 3]
    assert table["pixels"].tolist() == [6, 8]
    assert table["size"].tolist() == [6, 8]
    assert (table["centroid-0"][0], table["centroid-1"][0]) == (2.5 * 2, 4 * 0.5)
    assert table["mean"].tolist() == [7, 1]
    colours = measure_objects(split_touching(labels), labels, np.stack([image, image + 1], axis=-1))
    assert colours["mean-1"].tolist() == [8, 2]


def test_nothing_gives_an_empty_table():
    table = measure_objects(np.zeros((4, 5), int), np.zeros((4, 5), int))
    assert all(len(column) == 0 for column in table.values())
    assert {"index", "class", "pixels", "size"} <= set(table)


@pytest.mark.parametrize(
    ("labels", "keywords", "words"),
    [
        (np.zeros((3, 3)), {}, "labels must be integers"),
        (np.zeros((3, 3), int), {"neck": 1.5}, "neck must be"),
    ],
)
def test_what_cannot_be_split_is_said(labels, keywords, words):
    with pytest.raises(SeededKMeansError, match=words):
        split_touching(labels, **keywords)
