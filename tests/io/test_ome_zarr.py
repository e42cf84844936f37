"""OME-Zarr images are read, labels are written where viewers look for them."""

import json

import numpy as np
import pytest

from napari_seeded_kmeans.core.errors import SeededKMeansError
from napari_seeded_kmeans.io.geometry import Geometry
from napari_seeded_kmeans.io.ome_zarr import is_zarr, read_zarr, write_zarr_labels
from napari_seeded_kmeans.io.pictures import read_label_picture, read_picture, write_labels

zarr = pytest.importorskip("zarr")
LABELS = np.random.default_rng(0).integers(0, 3, (4, 20, 30)).astype(np.uint8)


def make_image(path, version):
    """A (c, y, x) image of two levels, as other programs write it."""
    group = zarr.open_group(str(path), mode="w", zarr_format=2 if version == "0.4" else 3)
    for level in range(2):
        data = np.full((2, 16 >> level, 12 >> level), level, np.uint16)
        group.create_array(str(level), shape=data.shape, dtype=data.dtype)[...] = data
    image = {
        "axes": [{"name": "c", "type": "channel"}, *({"name": name, "type": "space", "unit": "micrometer"} for name in "yx")],
        "datasets": [
            {"path": str(level), "coordinateTransformations": [{"type": "scale", "scale": [1, 0.5 * 2**level, 0.5 * 2**level]}]}
            for level in range(2)
        ],
    }  # fmt: skip
    group.attrs.update(
        {"multiscales": [image]} if version == "0.4" else {"ome": {"version": "0.5", "multiscales": [image]}}
    )


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_the_finest_level_is_read(tmp_path, version):
    make_image(tmp_path / "a.zarr", version)
    values, geometry = read_picture(tmp_path / "a.zarr")
    assert values.shape == (2, 16, 12)
    assert not values.any()
    assert geometry == Geometry("CYX", (1.0, 0.5, 0.5), "µm")


def test_a_bare_array_is_read(tmp_path):
    zarr.create_array(str(tmp_path / "a.zarr"), shape=LABELS.shape, dtype=LABELS.dtype)[...] = LABELS
    values, geometry = read_zarr(tmp_path / "a.zarr")
    np.testing.assert_array_equal(values, LABELS)
    assert geometry == Geometry()


def test_labels_come_back(tmp_path):
    geometry = Geometry("ZYX", (2.0, 0.5, 0.5), "µm")
    for _ in range(2):  # the second replaces the first
        write_labels(LABELS, tmp_path / "l.zarr", geometry, {1: "#56b4e9", 2: "#e69f00"})
    np.testing.assert_array_equal(read_label_picture(tmp_path / "l.zarr"), LABELS)
    assert read_zarr(tmp_path / "l.zarr")[1] == geometry
    attributes = json.loads((tmp_path / "l.zarr" / ".zattrs").read_text())
    assert attributes["image-label"]["colors"][1] == {"label-value": 2, "rgba": [230, 159, 0, 255]}


def test_labels_beside_an_image_are_listed_there(tmp_path):
    make_image(tmp_path / "a.zarr", "0.4")
    write_zarr_labels(LABELS, tmp_path / "a.zarr" / "labels" / "cells")
    write_zarr_labels(LABELS, tmp_path / "a.zarr" / "labels" / "axons")
    assert json.loads((tmp_path / "a.zarr" / "labels" / ".zattrs").read_text())["labels"] == [
        "axons",
        "cells",
    ]
    assert read_picture(tmp_path / "a.zarr").values.shape == (2, 16, 12)


def test_what_is_no_image_is_refused(tmp_path):
    zarr.open_group(str(tmp_path / "g.zarr"), mode="w")
    with pytest.raises(SeededKMeansError, match="no OME-Zarr image"):
        read_zarr(tmp_path / "g.zarr")
    (tmp_path / "d.zarr").mkdir()
    (tmp_path / "d.zarr" / ".zarray").write_text("{not json")
    assert is_zarr(tmp_path / "d.zarr")
    with pytest.raises(SeededKMeansError, match="no readable Zarr"):
        read_zarr(tmp_path / "d.zarr")
    (tmp_path / "folder").mkdir()
    with pytest.raises(SeededKMeansError, match="and no Zarr"):
        write_zarr_labels(LABELS, tmp_path / "folder")
    write_labels(LABELS, tmp_path / "l.zarr")
    zarr.create_array(str(tmp_path / "f.zarr"), shape=(4, 4), dtype=float)[...] = 1.5
    with pytest.raises(SeededKMeansError, match="labels must be integers"):
        read_label_picture(tmp_path / "f.zarr")


def test_a_store_is_complete_or_not_there(tmp_path, monkeypatch):
    path = tmp_path / "labels.zarr"
    write_zarr_labels(LABELS, path)

    def fail(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("napari_seeded_kmeans.io.ome_zarr._label_attributes", fail)
    with pytest.raises(SeededKMeansError, match="no space left"):
        write_zarr_labels(LABELS + 1, path)
    np.testing.assert_array_equal(read_zarr(path)[0], LABELS)
    assert [entry.name for entry in tmp_path.iterdir()] == ["labels.zarr"]
