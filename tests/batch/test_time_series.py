"""Time series in batches: done frame by frame, whether that was said now or in training."""

import csv

import numpy as np
import pytest

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.io.images import read_image, write_image

FRAMES = (np.inf, 1.0, 1.0)


@pytest.fixture(scope="module")
def film():
    """(t, y, x): a disc that jumps, and where it is."""
    y, x = np.mgrid[:48, :80]
    truth = np.stack([(y - 20) ** 2 + (x - 12 - 11 * frame) ** 2 < 8**2 for frame in range(6)])
    image = np.where(truth, 130, 40) + np.random.default_rng(0).normal(0, 8, truth.shape)
    return image.clip(0, 255).astype(np.uint8), truth


@pytest.fixture(scope="module")
def models(film):
    """One that learnt a series, and one that learnt its first frame."""
    seeds = np.zeros(film[0].shape, np.uint8)
    seeds[0, 20, 8:16], seeds[0, 40, 5:70] = 2, 1
    return {
        "series": nsk.segment(film[0], seeds, spacing=FRAMES).model,
        "frame": nsk.segment(film[0][0], seeds[0]).model,
    }


@pytest.fixture
def folder(film, tmp_path):
    write_image(film[0], tmp_path / "in" / "film.tif")
    write_image(film[0][3], tmp_path / "in" / "frame.tif")
    return tmp_path / "in"


def _rows(output):
    with (output / "measurements.csv").open() as file:
        return [row for row in csv.DictReader(file) if row["name"] == "foreground"]


@pytest.mark.parametrize("learnt", ["series", "frame"])
def test_a_series_and_a_frame_are_done_by_either_model(learnt, models, film, folder, tmp_path):
    list(nsk.segment_folder(models[learnt], folder, tmp_path / "out", jobs=1))
    labels = read_image(tmp_path / "out" / "film.tif")
    for found, true in zip(labels == 2, film[1], strict=True):
        assert (found & true).sum() > 0.95 * (found | true).sum()
    np.testing.assert_array_equal(read_image(tmp_path / "out" / "frame.tif"), labels[3])


@pytest.mark.parametrize(("learnt", "spacing"), [("series", None), ("frame", (np.inf, 0.5, 0.5))])
def test_objects_are_counted_frame_by_frame(learnt, spacing, models, film, folder, tmp_path):
    output = tmp_path / "out"
    list(nsk.segment_folder(models[learnt], folder / "film.tif", output, spacing=spacing))
    (row,) = _rows(output)
    n_pixels = int((read_image(output / "film.tif") == 2).sum())
    assert (int(row["objects"]), int(row["pixels"])) == (6, n_pixels)
    if spacing:
        assert float(row["size"]) == n_pixels / 4


def test_what_was_asked_for_goes_on_where_it_ended(models, folder, tmp_path):
    output = tmp_path / "out"
    list(nsk.segment_folder(models["frame"], folder / "film.tif", output, spacing=FRAMES))
    assert "Infinity" not in next(output.glob("*.jsonl")).read_text()
    again = nsk.segment_folder(models["frame"], folder / "film.tif", output, spacing=FRAMES, resume=True)
    assert [outcome.resumed for outcome in again] == [True]
