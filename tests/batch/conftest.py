"""A model and a folder of pictures of its kind."""

from pathlib import Path

import numpy as np
import pytest

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.io.images import write_image

SHAPE = (48, 64)


def truth():
    mask = np.zeros(SHAPE, bool)
    mask[12:36, 20:44] = True
    return mask


def picture(seed=0):
    """A bright block on a darker ground, in colour, with noise."""
    colors = np.where(truth()[..., None], (200, 120, 40), (40, 80, 160))
    return (colors + np.random.default_rng(seed).integers(-20, 20, (*SHAPE, 3))).astype(np.uint8)


def strokes():
    seeds = np.zeros(SHAPE, np.uint8)
    seeds[3:6, 4:60], seeds[20:28, 26:38] = 1, 2
    return seeds


@pytest.fixture(scope="session")
def model():
    return nsk.SeededKMeans(n_clusters=4).fit_many([(picture(), strokes())], names=["first.png"])


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return a folder with the pictures a.png to d.png."""
    for seed, name in enumerate("abcd"):
        write_image(picture(seed), tmp_path / "in" / f"{name}.png")
    return tmp_path / "in"


@pytest.fixture
def output(tmp_path) -> Path:
    return tmp_path / "out"


def contents(folder):
    """Return the bytes of every file below a folder, by name; the report, which tells the time, left out."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "report.html"
    }
