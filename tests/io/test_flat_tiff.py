"""Labels come back from tiles as they were; a tile of one value is compressed once."""

import numpy as np
import pytest
from PIL import Image

from napari_seeded_kmeans.io import flat_tiff
from napari_seeded_kmeans.io.flat_tiff import write_flat
from napari_seeded_kmeans.io.seeds import read_labels

SHAPES = [
    (1, 1),
    (5, 3),
    (256, 256),
    (300, 517),
    (1, 40),
    (3, 40, 4),
    (2, 3, 300, 20),
    (4, 1, 1),
    (257, 16, 3),
    (2, 300, 1),
    (3, 2, 20, 1),
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.int64, ">u2"])
def test_labels_come_back(tmp_path, shape, dtype):
    labels = np.random.default_rng(0).integers(0, 100, shape).astype(dtype)
    write_flat(labels, tmp_path / "labels.tif")
    again = read_labels(tmp_path / "labels.tif")
    np.testing.assert_array_equal(again, labels)
    assert again.dtype == labels.dtype.newbyteorder("=")


def test_a_tile_of_one_value_is_compressed_once(tmp_path, monkeypatch):
    compress, compressed = flat_tiff._compress, []
    monkeypatch.setattr(flat_tiff, "_compress", lambda tile: compressed.append(tile) or compress(tile))
    labels = np.zeros((3, 700, 900), np.uint8)
    labels[1, 256:512, 256:512] = 2
    labels[2, 600:650, 800:850] = 1
    write_flat(labels, tmp_path / "labels.tif")
    np.testing.assert_array_equal(read_labels(tmp_path / "labels.tif"), labels)
    # All zeros, all twos, and the stroke.
    assert len(compressed) == 3


def test_other_programs_read_it(tmp_path):
    labels = np.zeros((300, 400), np.uint8)
    labels[100:120, 50:350] = 2
    write_flat(labels, tmp_path / "labels.tif")
    with Image.open(tmp_path / "labels.tif") as picture:
        np.testing.assert_array_equal(np.asarray(picture), labels)
