"""Opening a picture of strokes gives seeds; anything else is left to others."""

import imageio.v3 as iio
import numpy as np
import pytest
from napari.layers import Labels
from npe2 import PluginManager

from napari_seeded_kmeans.gui.reader import get_reader


@pytest.fixture
def strokes(tmp_path):
    picture = np.zeros((20, 30, 3), np.uint8)
    picture[2:5] = (6, 0, 255)
    picture[10:13] = (255, 0, 0)
    path = tmp_path / "cat-Strokes.png"
    iio.imwrite(path, picture)
    return path


def test_a_stroke_picture_becomes_a_seeds_layer(strokes):
    reader = get_reader(str(strokes))
    ((data, keywords, kind),) = reader(str(strokes))
    assert kind == "labels"
    assert (data[3] == 1).all()
    assert (data[11] == 2).all()
    assert data.dtype == np.uint8
    assert Labels(data, **keywords).name == "cat-Strokes"


def test_what_is_no_stroke_picture_is_left_to_others(tmp_path):
    photo = tmp_path / "brush-strokes.png"
    iio.imwrite(photo, np.full((8, 8, 3), 90, np.uint8))
    broken = tmp_path / "strokes.png"
    broken.write_bytes(b"no picture")
    for path in (photo, broken, tmp_path / "missing-stroke.png", tmp_path):
        assert get_reader(str(path)) is None
    assert get_reader([str(photo), str(photo)]) is None


def test_napari_finds_the_reader_by_the_name_of_the_file(strokes, tmp_path):
    plugins = PluginManager()
    plugins.discover()

    def readers(name):
        found = plugins.iter_compatible_readers([str(tmp_path / name)])
        return {reader.plugin_name for reader in found}

    for name in ("cat-Strokes.png", "cat-stroke.PNG", "stroke.tif", "my strokes.jpeg"):
        assert "napari-seeded-kmeans" in readers(name), name
    for name in ("cat.png", "strokes.csv"):
        assert "napari-seeded-kmeans" not in readers(name), name
