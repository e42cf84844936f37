"""Sample data: complete, small, honest, and segmentable with the default settings."""

import subprocess
import sys
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest
from npe2 import PluginManifest

from napari_seeded_kmeans import SeededKMeansError, samples, segment
from napari_seeded_kmeans.io.pictures import read_picture

# name, dtype, image shape, classes
SAMPLES = [
    ("photo", np.uint8, (400, 600, 3), {1, 2}),
    ("nuclei", np.uint16, (320, 320), {1, 2}),
    ("ct", np.int16, (288, 288), {1, 2, 3}),
    ("stack", np.uint8, (24, 128, 128), {1, 2}),
    ("tissue", np.uint8, (320, 320, 3), {1, 2, 3}),
]
ROOT = Path(__file__).parents[1]


def _iou(labels, truth, value):
    scored = truth != 0
    found, wanted = (labels == value) & scored, truth == value
    return (found & wanted).sum() / (found | wanted).sum()


def test_every_sample_is_specified_here():
    assert [name for name, *_ in SAMPLES] == list(samples.NAMES)


@pytest.mark.parametrize(("name", "dtype", "shape", "classes"), SAMPLES)
def test_a_sample_has_image_seeds_and_truth_of_one_shape(name, dtype, shape, classes):
    sample = samples.load(name)
    assert (sample.image.dtype, sample.image.shape) == (dtype, shape)
    spatial = shape if sample.channel_axis is None else shape[: sample.channel_axis]
    assert sample.seeds.shape == sample.truth.shape == spatial
    assert sample.seeds.dtype == sample.truth.dtype == np.uint8
    assert set(np.unique(sample.seeds)) == {0} | classes
    assert set(np.unique(sample.truth)) - {0} == classes
    if sample.spacing is not None:
        assert len(sample.spacing) == sample.seeds.ndim


@pytest.mark.parametrize("name", samples.NAMES)
def test_strokes_are_few_and_agree_with_the_truth_as_peoples_do(name):
    sample = samples.load(name)
    painted = sample.seeds != 0
    assert painted.mean() < 0.06
    assert (sample.seeds == sample.truth)[painted].mean() > 0.98


def test_the_ct_has_padding_that_no_scanner_measured():
    assert samples.load("ct").image.min() == -2000


# Two classes: the share of the foreground; three: every class.
@pytest.mark.parametrize(("name", "least"), [("nuclei", 0.85), ("ct", 0.9), ("stack", 0.8), ("tissue", 0.8)])
def test_the_default_settings_segment_a_sample(name, least):
    sample = samples.load(name)
    labels = segment(sample.image, sample.seeds, spacing=sample.spacing).labels
    for value in set(np.unique(sample.truth)) - {0}:
        assert _iou(labels, sample.truth, value) > least


@pytest.mark.parametrize(
    "settings", [{"fill_holes": True}, {"fill_holes": True, "spread": "strokes"}, {"preset": "classic"}]
)
def test_the_cup_is_found_once_its_holes_are_filled(settings):
    sample = samples.load("photo")
    labels = segment(sample.image, sample.seeds, **settings).labels
    assert _iou(labels, sample.truth, 2) > 0.9


@pytest.mark.parametrize("name", ["nuclei", "ct", "stack"])
def test_measured_images_state_the_size_of_their_pixels(name):
    with as_file(files("napari_seeded_kmeans") / "sample_data") as folder:
        found = read_picture(folder / f"{name}.tif").geometry
    sample = samples.load(name)
    assert found.spacing == sample.spacing
    assert found.unit == {"um": "µm"}.get(sample.unit, sample.unit)


def test_an_unknown_name_is_refused():
    with pytest.raises(SeededKMeansError, match=r"name must be one of photo, .*, not 'cat'"):
        samples.load("cat")


def test_loaded_arrays_are_the_callers_own():
    samples.load("nuclei").seeds[:] = 9
    assert samples.load("nuclei").seeds.max() == 2


@pytest.mark.parametrize("name", samples.NAMES)
def test_napari_gets_image_hidden_truth_and_seeds_on_top(name):
    image, truth, seeds = getattr(samples, name)()
    assert [layer[2] for layer in (image, truth, seeds)] == ["image", "labels", "labels"]
    assert [layer[1]["name"] for layer in (image, truth, seeds)] == [name, f"{name} truth", f"{name} seeds"]
    assert truth[1]["visible"] is False
    assert seeds[1]["colormap"][2] == "#e69f00"
    assert (
        image[1].get("scale") == truth[1].get("scale") == seeds[1].get("scale") == samples.load(name).spacing
    )


@pytest.mark.parametrize("name", samples.NAMES)
def test_napari_accepts_the_layers(name):
    layers = pytest.importorskip("napari.layers")
    for data, attributes, kind in getattr(samples, name)():
        layer = layers.Layer.create(data, attributes, kind)
        assert layer.ndim == samples.load(name).seeds.ndim


def test_the_manifest_offers_every_sample():
    manifest = PluginManifest.from_file(files("napari_seeded_kmeans") / "napari.yaml")
    commands = {command.id: command.python_name for command in manifest.contributions.commands}
    offered = {sample.key: commands[sample.command] for sample in manifest.contributions.sample_data}
    assert offered == {name: f"napari_seeded_kmeans.samples:{name}" for name in samples.NAMES}


def test_all_samples_together_are_small():
    folder = files("napari_seeded_kmeans") / "sample_data"
    assert sum(len(file.read_bytes()) for file in folder.iterdir()) < 1_500_000


def test_samples_need_no_napari():
    code = "import sys; from napari_seeded_kmeans import samples; samples.photo(); sys.exit('napari' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.skipif(not (ROOT / "docs" / "make_sample_data.py").exists(), reason="not in a checkout")
def test_the_strokes_in_the_repository_are_those_of_the_script(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    script = pytest.importorskip("make_sample_data")
    sample = samples.load("photo")
    assert np.array_equal(script.paint(sample.seeds.shape, script.PHOTO_STROKES, 5), sample.seeds)
