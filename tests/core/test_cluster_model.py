"""Clusters of an image as a model: the clusters again on that image, the nearest cluster on others."""

import numpy as np
import pytest

import napari_seeded_kmeans as nsk

RNG = np.random.default_rng(0)


def scene(shape=(90, 120), dtype=np.uint8, n_channels=3):
    """Return bands of four colours with noise."""
    top = 255 if dtype == np.uint8 else 1000
    levels = RNG.random((4, max(n_channels, 1))) * top
    bands = levels[(np.arange(shape[1]) * 4 // shape[1])]
    image = np.broadcast_to(bands, (*shape, bands.shape[1])) + RNG.normal(
        0, top / 40, (*shape, bands.shape[1])
    )
    image = np.clip(image, 0, top).astype(dtype)
    return image if n_channels else image[..., 0]


@pytest.mark.parametrize("color_space", ["rgb", "hsv", "lab", "intensity"])
def test_on_its_own_image_it_predicts_the_clusters(color_space):
    image = scene()
    found = nsk.cluster_image(image, 5, color_space=color_space)
    model = nsk.SeededKMeans.from_clusters(found)
    assert model.classes == (1, 2, 3, 4, 5)
    assert (model.predict(image) == found.labels + 1).mean() > 0.999


@pytest.mark.parametrize(
    ("n_channels", "dtype"), [(0, np.uint8), (0, np.float32), (0, np.int16), (4, np.uint8), (2, np.uint16)]
)
def test_other_kinds_of_images(n_channels, dtype):
    image = scene(dtype=dtype, n_channels=n_channels)
    found = nsk.cluster_image(image, 4, channel_axis=-1 if n_channels == 2 else None)
    model = nsk.SeededKMeans.from_clusters(found)
    assert (model.predict(image) == found.labels + 1).mean() > 0.999


def test_clusters_may_share_a_class_or_be_left_out():
    found = nsk.cluster_image(scene(), 4)
    model = nsk.SeededKMeans.from_clusters(found, [1, 2, 2, 0])
    assert model.classes == (1, 2)
    labels = model.predict(found.table.image)
    assert (labels[found.labels == 0] == 1).all()
    assert (labels[np.isin(found.labels, [1, 2])] == 2).all()
    assert model.model_.palette.shares[1:].sum() == pytest.approx(1)


def test_settings_can_be_given():
    found = nsk.cluster_image(scene(), 4)
    assert nsk.SeededKMeans.from_clusters(found, min_size_px=50).params.min_size_px == 50


def test_it_is_a_model_like_others(tmp_path):
    image = scene()
    model = nsk.SeededKMeans.from_clusters(nsk.cluster_image(image, 4, color_space="lab"))
    model.save(tmp_path / "model.json")
    again = nsk.SeededKMeans.load(tmp_path / "model.json")
    np.testing.assert_array_equal(again.predict(image), model.predict(image))
    nsk.write_image(image, tmp_path / "a.png")
    (outcome,) = nsk.segment_folder(again, tmp_path / "a.png", tmp_path / "out")
    assert outcome.status == "done"
    assert not outcome.drift_warning


@pytest.mark.parametrize(
    ("classes", "message"),
    [([1, 2], "classes must be 4 integers"), ([1, 1, 0, 0], "at least two classes, not \\[1\\]")],
)
def test_unusable_classes_are_named(classes, message):
    with pytest.raises(nsk.SeededKMeansError, match=message):
        nsk.SeededKMeans.from_clusters(nsk.cluster_image(scene(), 4), classes)


def test_the_mean_of_channels_makes_no_model():
    found = nsk.cluster_image(scene(n_channels=2), 4, channel_axis=-1, color_space="intensity")
    with pytest.raises(nsk.SeededKMeansError, match="make no model"):
        nsk.SeededKMeans.from_clusters(found)
