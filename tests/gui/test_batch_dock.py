"""The dock Batch: train on open layers, work through a folder, see what became of each file."""

import inspect
import json

import numpy as np
import pytest

from napari_seeded_kmeans.batch.run import segment_folder
from napari_seeded_kmeans.gui.batch_dock import Batch
from napari_seeded_kmeans.gui.training_pairs import training_pairs
from napari_seeded_kmeans.io.images import write_image

SHAPE = (40, 60)
TRUTH = np.zeros(SHAPE, bool)
TRUTH[10:30, 20:40] = True
SEEDS = np.zeros(SHAPE, np.uint8)
SEEDS[3:6, 5:55], SEEDS[16:24, 26:34] = 1, 2


def picture(seed=0):
    colors = np.where(TRUTH[..., None], (200, 120, 40), (40, 80, 160))
    return (colors + np.random.default_rng(seed).integers(-20, 20, (*SHAPE, 3))).astype(np.uint8)


@pytest.fixture
def dock(viewer, qtbot):
    dock = Batch(viewer)
    qtbot.addWidget(dock)
    dock.show()
    yield dock
    dock.close_down()


@pytest.fixture
def folder(tmp_path):
    for seed in range(3):
        write_image(picture(seed), tmp_path / "in" / f"{seed}.png")
        write_image(TRUTH, tmp_path / "truth" / f"{seed}.png")
    write_image(255 - picture(3), tmp_path / "in" / "odd.png")
    write_image(TRUTH, tmp_path / "truth" / "odd.png")
    (tmp_path / "in" / "empty.png").write_bytes(b"")
    return tmp_path


def settle(qtbot, dock):
    qtbot.waitUntil(lambda: not dock.is_running, timeout=60_000)


def train(dock, viewer, qtbot):
    viewer.add_image(picture(), name="first", rgb=True)
    viewer.add_labels(SEEDS, name="first seeds")
    dock.train_button.click()
    settle(qtbot, dock)


def test_the_hint_leads_from_step_to_step(dock, viewer, folder, qtbot):
    assert dock.hint_line.text.startswith("Train on the open images")
    assert not dock.train_button.isEnabled()
    train(dock, viewer, qtbot)
    assert dock.model.training_.images[0].name == "first"
    assert dock.hint_line.text == "Choose the folder of images."
    dock.images_button.set_value(folder / "in")
    assert dock.hint_line.text == "Choose the folder to write to."
    assert not dock.run_bar.segment_button.isEnabled()
    dock.results_button.set_value(folder / "out")
    assert dock.run_bar.segment_button.isEnabled()


def test_a_folder_from_train_to_report(dock, viewer, folder, qtbot):
    train(dock, viewer, qtbot)
    dock.images_button.set_value(folder / "in")
    dock.results_button.set_value(folder / "out")
    dock.truth_button.set_value(folder / "truth")
    dock.run_bar.segment_button.click()
    settle(qtbot, dock)
    states = {dock.table.item(row, 0).text(): dock.table.item(row, 1).text() for row in range(5)}
    assert states == {
        "0.png": "done", "1.png": "done", "2.png": "done", "empty.png": "failed", "odd.png": "unlike training",
    }  # fmt: skip
    assert "the file is empty" in dock.table.item(3, 0).toolTip()
    assert "4 of 5 done, 1 with problems, 1 unlike the training images" in dock.hint_line.text
    assert (folder / "out" / "report.html").exists()
    assert dock.report_button.isVisible()
    assert len(viewer.layers) == 2

    dock.keep("resume")
    dock.segment()
    settle(qtbot, dock)
    assert [outcome.resumed for outcome in dock.outcomes].count(True) == 4


def test_wrong_use_is_said_in_the_hint_line(dock, viewer, folder, qtbot):
    train(dock, viewer, qtbot)
    dock.images_button.set_value(folder / "in")
    dock.results_button.set_value(folder / "in")
    dock.segment()
    settle(qtbot, dock)
    assert "is an input folder" in dock.hint_line.text


def test_settings_and_options_reach_model_and_run(dock, viewer, folder, qtbot):
    dock.params.set_value("auto", texture=False, coherence=0.0, n_clusters=3)
    train(dock, viewer, qtbot)
    assert dock.model.params.n_clusters == 3
    assert not dock.model.params.texture
    (folder / "in" / "empty.png").unlink()
    truth = TRUTH * np.uint8(2)
    truth[:2] = 9
    for name in ("0", "1", "2", "odd"):
        write_image(truth, folder / "truth" / f"{name}.png")
    dock.images_button.set_value(folder / "in")
    dock.results_button.set_value(folder / "out")
    dock.truth_button.set_value(folder / "truth")
    dock.options.set_value(view=True, jobs=2, ignore=9, tolerance=1.0)
    dock.segment()
    settle(qtbot, dock)
    header = json.loads((folder / "out" / "manifest.jsonl").read_text().splitlines()[0])
    assert header["settings"]["ignore"] == 9
    assert header["settings"]["tolerance"] == 1.0
    assert (folder / "out" / "views" / "0.png").exists()
    assert "4 of 4 done" in dock.hint_line.text


def test_options_are_what_segment_folder_takes_and_come_back(dock):
    default = dock.options.value()
    assert default.keys() <= inspect.signature(segment_folder).parameters.keys()
    for name, value in default.items():
        expected = inspect.signature(segment_folder).parameters[name].default
        assert value == expected, name
    other = {"view": True, "scores": True, "resume": True, "jobs": 3, "ignore": 255, "tolerance": 4.0,
             "truth_from_zero": True}  # fmt: skip
    dock.options.set_value(**other)
    assert dock.options.value() == other


def test_cancel_says_what_is_kept(dock, viewer, folder, qtbot):
    train(dock, viewer, qtbot)
    dock.images_button.set_value(folder / "in")
    dock.results_button.set_value(folder / "out")
    dock.segment()
    dock.cancel()
    assert not dock.is_running
    assert dock.hint_line.text.startswith("Stopped. What is done is kept")


def test_a_model_is_saved_and_opened(dock, viewer, folder, qtbot):
    train(dock, viewer, qtbot)
    model = dock.model
    dock.save_model(folder / "model.json")
    settle(qtbot, dock)
    dock.open_model(folder / "model.json")
    settle(qtbot, dock)
    assert dock.model is not model
    assert dock.model.to_dict() == model.to_dict()
    dock.open_model(folder / "in" / "0.png")
    settle(qtbot, dock)
    assert "is not a model" in dock.hint_line.text


def test_seeds_go_with_the_image_they_are_named_after(viewer):
    viewer.add_image(picture(0)[..., 0], name="a")
    viewer.add_image(picture(1)[..., 0], name="b")
    viewer.add_labels(SEEDS, name="a seeds")
    viewer.add_labels(SEEDS, name="some seeds")
    viewer.add_labels(SEEDS, name="b mask")
    assert [pair.name for pair in training_pairs(viewer.layers)] == ["a"]
    del viewer.layers["a"]
    assert [pair.name for pair in training_pairs(viewer.layers)] == ["b"]
