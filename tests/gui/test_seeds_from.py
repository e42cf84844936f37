"""Shapes and masks become seeds layers."""

import numpy as np
import pytest

from napari_seeded_kmeans.gui.seeds_from import labels_to_seeds, shapes_to_seeds

IMAGE = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
SQUARE = np.array([[5, 5], [5, 15], [15, 15], [15, 5]])


@pytest.fixture
def said(monkeypatch):
    messages = []
    monkeypatch.setattr("napari_seeded_kmeans.gui.seeds_from.show_info", messages.append)
    return messages


def test_each_shapes_layer_is_a_class(viewer):
    viewer.add_image(IMAGE, name="photo", rgb=True, scale=(2, 2))
    viewer.add_shapes([SQUARE], shape_type="polygon", name="background shapes")
    viewer.add_shapes([SQUARE + 20], shape_type="polygon", name="Shapes")
    viewer.add_shapes([SQUARE + np.array([0, 30])], shape_type="polygon", name="vessels 3")
    hidden = viewer.add_shapes([SQUARE + np.array([20, 0])], shape_type="polygon")
    hidden.visible = False
    seeds = shapes_to_seeds(viewer)
    assert seeds.name == "photo seeds"
    assert (seeds.data[10, 10], seeds.data[30, 30], seeds.data[10, 40], seeds.data[30, 10]) == (1, 2, 3, 0)
    np.testing.assert_array_equal(seeds.scale, (2, 2))


def test_a_column_gives_each_shape_its_class(viewer):
    viewer.add_image(IMAGE, rgb=True)
    viewer.add_shapes([SQUARE, SQUARE + 20], shape_type="polygon", features={"class": [4, 1]})
    seeds = shapes_to_seeds(viewer).data
    assert (seeds[10, 10], seeds[30, 30]) == (4, 1)


def test_a_path_is_a_stroke(viewer):
    viewer.add_image(IMAGE, rgb=True)
    viewer.add_shapes([[[10, 5], [10, 50]]], shape_type="path", edge_width=3)
    seeds = shapes_to_seeds(viewer).data
    assert (seeds[10, 8:48] == 2).all()
    assert 0.02 < (seeds != 0).mean() < 0.15


def test_shapes_of_a_plane_go_on_every_plane(viewer):
    viewer.add_image(IMAGE[..., 0] * np.ones((5, 1, 1), np.uint8))
    viewer.add_shapes([SQUARE], shape_type="polygon")
    assert (shapes_to_seeds(viewer).data[:, 10, 10] == 2).all()


def test_a_mask_becomes_seeds(viewer):
    mask = np.zeros((40, 60), np.uint8)
    mask[10:30, 20:40] = 255
    viewer.add_image(IMAGE, name="photo", rgb=True)
    viewer.add_labels(mask, name="old")
    seeds = labels_to_seeds(viewer).data
    assert (seeds[20, 30], seeds[10, 20], seeds[2, 2]) == (2, 0, 1)


def test_what_is_missing_is_said(viewer, said):
    assert shapes_to_seeds(viewer) is None
    viewer.add_image(IMAGE, rgb=True)
    assert shapes_to_seeds(viewer) is None
    assert labels_to_seeds(viewer) is None
    viewer.add_labels(np.ones((4, 4), int), name="small")
    assert labels_to_seeds(viewer) is None
    viewer.add_shapes([SQUARE], shape_type="polygon", features={"class": ["x"]})
    assert shapes_to_seeds(viewer) is None
    assert [message.split()[0] for message in said] == ["Open", "Draw", "Select", "small", "Shapes"]
