"""What a run writes: labels that come back, tables, a page that needs nothing else."""

import csv
import json
import re

import numpy as np
import pytest
import tifffile

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.batch.compare import evaluate_folder
from napari_seeded_kmeans.batch.run import segment_folder
from napari_seeded_kmeans.io.images import read_image, write_image
from napari_seeded_kmeans.io.seeds import read_labels, write_seeds

from .conftest import picture, strokes, truth


def gray(seed=0, dtype=np.uint16):
    return picture(seed)[..., 0] * dtype(100 if dtype is np.uint16 else 1)


@pytest.fixture(scope="module")
def gray_model():
    return nsk.SeededKMeans(n_clusters=4).fit_many([(gray(), strokes())])


def table(output):
    with (output / "measurements.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_labels_are_those_of_predict(model, folder, output):
    list(segment_folder(model, folder, output, jobs=1))
    for seed, name in enumerate("abcd"):
        labels = read_labels(output / f"{name}.png")
        assert labels.dtype == np.uint8
        np.testing.assert_array_equal(labels, model.predict(picture(seed)))


def test_view_and_scores_on_request(model, folder, output):
    (outcome,) = segment_folder(model, folder / "a.png", output, view=True, scores=True)
    assert outcome.outputs == {
        "labels": "a.png", "view": "views/a.png", "scores": "scores/a.tif", "thumbnail": "thumbnails/a.jpg",
    }  # fmt: skip
    labels, view = read_labels(output / "a.png"), read_image(output / "views" / "a.png")
    assert {tuple(color) for color in view[labels == 2].tolist()} == {(0xE6, 0x9F, 0x00)}
    scores = read_image(output / "scores" / "a.tif")
    assert scores.shape == (2, *labels.shape)
    np.testing.assert_allclose(scores.sum(axis=0), 1, atol=1e-5)


def test_measurements_and_scores(model, folder, output, tmp_path):
    for name in "abcd":
        write_image(truth(), tmp_path / "truth" / f"{name}.tif")
    outcomes = list(segment_folder(model, folder, output, truth=tmp_path / "truth", jobs=1))
    rows = table(output)
    assert len(rows) == 8
    assert [row["name"] for row in rows[:2]] == ["background", "foreground"]
    labels = read_labels(output / "a.png")
    assert int(rows[1]["pixels"]) == (labels == 2).sum()
    assert float(rows[1]["share"]) == (labels == 2).mean()
    assert float(rows[1]["iou"]) == outcomes[0].scores["iou"] == nsk.evaluate(labels == 2, truth()).iou
    assert rows[0]["iou"] == ""


def test_sizes_come_from_the_file_and_go_on_into_the_labels(gray_model, output, tmp_path):
    stack = np.stack([gray(seed) for seed in range(3)])
    tifffile.imwrite(
        tmp_path / "s.ome.tif",
        stack,
        ome=True,
        metadata={"axes": "ZYX", "PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5, "PhysicalSizeZ": 2.0},
    )
    (outcome,) = segment_folder(gray_model, tmp_path / "s.ome.tif", output)
    assert outcome.outputs["labels"] == "s.ome.tif"
    assert outcome.unit == "µm"
    assert outcome.classes[2].size == outcome.classes[2].n_pixels * 0.5
    with tifffile.TiffFile(output / "s.ome.tif") as tiff:
        assert tiff.series[0].axes == "ZYX"
        assert 'PhysicalSizeZ="2.0"' in tiff.ome_metadata
    # A model of single planes does a stack plane by plane.
    np.testing.assert_array_equal(read_labels(output / "s.ome.tif")[1], gray_model.predict(stack[1]))
    assert table(output)[0]["unit"] == "µm³"


def test_a_plane_for_a_model_of_volumes_is_refused(output, tmp_path):
    volume, seeds = np.stack([gray(seed) for seed in range(3)]), np.stack([strokes()] * 3)
    model = nsk.SeededKMeans(n_clusters=4).fit_many([(volume, seeds)])
    write_image(gray(), tmp_path / "x.tif")
    (outcome,) = segment_folder(model, tmp_path / "x.tif", output)
    assert outcome.problem == "image has 2 axes, and the model was trained on images of 3."


def test_channels_where_the_file_says(output, tmp_path):
    image = np.stack([gray(0), gray(1)])
    model = nsk.SeededKMeans(n_clusters=4).fit_many([(image, strokes())], channel_axis=0)
    (tmp_path / "in").mkdir()
    tifffile.imwrite(tmp_path / "in" / "c.ome.tif", image, ome=True, metadata={"axes": "CYX"})
    np.save(tmp_path / "in" / "d.npy", image)
    outcomes = list(segment_folder(model, tmp_path / "in", output))
    assert [outcome.shape for outcome in outcomes] == [strokes().shape] * 2
    np.testing.assert_array_equal(read_labels(output / "d.png"), model.predict(image, channel_axis=0))


@pytest.mark.parametrize("suffix", [".png", ".tif", ".npy"])
def test_other_formats_in_labels_out(gray_model, output, tmp_path, suffix):
    image = gray(1)
    if suffix == ".npy":
        np.save(tmp_path / "x.npy", image)
    else:
        write_image(image, tmp_path / f"x{suffix}")
    (outcome,) = segment_folder(gray_model, tmp_path / f"x{suffix}", output)
    assert outcome.status == "done"
    np.testing.assert_array_equal(read_labels(output / outcome.outputs["labels"]), gray_model.predict(image))


def test_a_grey_picture_saved_in_colours_is_grey(output, tmp_path):
    image = gray(0, np.uint8)
    model = nsk.SeededKMeans(n_clusters=4).fit_many([(image, strokes())])
    write_image(np.stack([image] * 3, axis=-1), tmp_path / "x.png")
    write_image(picture(), tmp_path / "y.png")
    outcomes = list(segment_folder(model, [tmp_path / "x.png", tmp_path / "y.png"], output, jobs=1))
    np.testing.assert_array_equal(read_labels(output / "x.png"), model.predict(image))
    assert "has colours" in outcomes[1].problem


def test_three_classes_against_either_way_of_counting(output, tmp_path):
    image, seeds = gray(0, np.uint8), strokes()
    image[40:46, 5:60], seeds[42:44, 10:50] = np.arange(200, 255), 3
    model = nsk.SeededKMeans(n_clusters=4).fit_many([(image, seeds)])
    write_image(image, tmp_path / "x.png")
    found = model.predict(image)
    write_seeds(found, tmp_path / "same" / "x.png")
    write_seeds(np.where(found == 1, 0, found), tmp_path / "zero" / "x.png")
    write_seeds(found - 1, tmp_path / "shifted" / "x.png")

    def score(name, **options):
        (outcome,) = segment_folder(model, tmp_path / "x.png", output, truth=tmp_path / name, **options)
        return outcome.scores["iou"] if outcome.scores else outcome.problem

    assert score("same") == score("zero") == score("shifted", truth_from_zero=True) == 1
    assert "truth_from_zero" in score("shifted")


def test_drift_is_flagged_everywhere(model, folder, output):
    write_image(255 - picture(3), folder / "d.png")
    outcomes = {outcome.path.name: outcome for outcome in segment_folder(model, folder, output, jobs=1)}
    assert [name for name, outcome in outcomes.items() if outcome.drift_warning] == ["d.png"]
    assert "times as far from the palette" in table(output)[-1]["drift"]
    assert "1</b>unlike the training images" in (output / "report.html").read_text()
    row = json.loads((output / "manifest.jsonl").read_text().splitlines()[-1])
    assert row["drift"]["warning"]


def test_the_report_needs_no_network_and_no_other_file(model, folder, output):
    list(segment_folder(model, folder, output, jobs=1))
    page = (output / "report.html").read_text()
    assert page.count('src="data:image/jpeg;base64,') == 4
    assert not re.search(r"""(src|href|url)\s*[=(]\s*["']?(?!data:)[\w./]""", page)
    assert "default-src 'none'" in page
    assert "first.png" in page


def test_a_class_name_cannot_become_part_of_the_page(folder, output):
    model = nsk.SeededKMeans(n_clusters=4).fit(picture(), strokes())
    model.names[2] = "<script>alert(1)</script>"
    list(segment_folder(model, folder, output, jobs=1))
    assert "<script>alert" not in (output / "report.html").read_text()


def test_globs_keep_their_folders(model, folder, output):
    (folder / "e").mkdir()
    write_image(picture(5), folder / "e" / "a.png")
    outcomes = list(segment_folder(model, str(folder / "**" / "a.png"), output, jobs=1))
    assert sorted(outcome.outputs["labels"] for outcome in outcomes) == ["a.png", "e/a.png"]
    assert (output / "e" / "a.png").is_file()


def test_folders_are_compared_by_name(model, folder, output, tmp_path):
    list(segment_folder(model, folder, output, jobs=1))
    for name in "abx":
        write_image(truth(), tmp_path / "truth" / f"{name}.tif")
    found = {
        comparison.path.name: comparison
        for comparison in evaluate_folder(output, tmp_path / "truth", masks=True)
    }
    assert {name for name, comparison in found.items() if comparison.scores} == {"a.png", "b.png"}
    assert "no truth named c.*" in found["c.png"].problem
    assert "no prediction named x.*" in found["x.tif"].problem
    assert found["a.png"].scores.iou == nsk.evaluate(read_labels(output / "a.png") == 2, truth()).iou
    with pytest.raises(nsk.SeededKMeansError, match="is not a folder"):
        next(evaluate_folder(output / "a.png", tmp_path))


def test_a_value_to_ignore_after_the_last_class_is_not_one_of_them(output, tmp_path):
    image, seeds = gray(0, np.uint8), strokes()
    image[40:46, 5:60], seeds[42:44, 10:50] = np.arange(200, 255), 3
    model = nsk.SeededKMeans(n_clusters=4).fit_many([(image, seeds)])
    write_image(image, tmp_path / "x.png")
    truth = model.predict(image) - 1
    truth[0, :8] = 3
    write_seeds(truth, tmp_path / "truth" / "x.png")
    options = {"truth": tmp_path / "truth", "truth_from_zero": True, "ignore": 3}
    (outcome,) = segment_folder(model, tmp_path / "x.png", output, **options)
    assert "3" in outcome.scores["per_class"]
    assert outcome.scores["iou"] == 1


def test_a_grey_picture_saved_in_colours_may_have_a_pixel_size(output, tmp_path):
    image = gray(0, np.uint8)
    model = nsk.SeededKMeans().fit_many([(image, strokes())])
    pixel = {"resolution": (20_000, 20_000), "resolutionunit": "CENTIMETER"}
    tifffile.imwrite(tmp_path / "x.tif", np.stack([image] * 3, axis=-1), photometric="rgb", **pixel)
    (outcome,) = segment_folder(model, tmp_path / "x.tif", output, jobs=1)
    assert outcome.problem == ""
    assert outcome.unit == "µm"
    assert outcome.classes[2].size == pytest.approx(0.25 * outcome.classes[2].n_pixels)


def test_time_is_no_part_of_a_size(output, tmp_path):
    image = gray(0, np.uint8)
    model = nsk.SeededKMeans(n_clusters=4).fit_many([(image, strokes())])
    movie = np.stack([image] * 3)
    tifffile.imwrite(
        tmp_path / "x.tif", movie, imagej=True, resolution=(2, 2), metadata={"axes": "TYX", "unit": "um"}
    )
    (outcome,) = segment_folder(model, tmp_path / "x.tif", output, jobs=1)
    assert outcome.classes[2].size == pytest.approx(0.25 * outcome.classes[2].n_pixels)
    assert "µm²" in (output / "measurements.csv").read_text("utf-8")
    assert "µm³" not in (output / "measurements.csv").read_text("utf-8")


def test_predictions_may_lie_within_the_truth(tmp_path):
    mask = np.eye(8, dtype=np.uint8)
    for name in ("t/a.png", "t/pred/a.png"):
        write_seeds(mask, tmp_path / name)
    for prediction, true in (("t/pred", "t"), ("t", "t/pred"), ("t", "t")):
        (found,) = evaluate_folder(tmp_path / prediction, tmp_path / true)
        assert found.scores.iou == 1
