"""Every kind of output is a checkbox: made in the background, kept up to date, gone when it is not wanted."""

import csv

import numpy as np
import pytest
from conftest import paint_halves
from napari.layers import Image, Labels
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QCheckBox

from napari_seeded_kmeans import cut_out, split_touching
from napari_seeded_kmeans.session import Stage

pytestmark = pytest.mark.filterwarnings("ignore:Class .* distinct colours only")


@pytest.fixture
def blobs():
    """(y, x, 3) picture, dark with two bright pieces on the right."""
    picture = np.random.default_rng(0).normal(60, 3, (48, 64, 3))
    picture[8:20, 40:60] += 120
    picture[28:42, 44:58] += 120
    return picture.astype(np.uint8)


@pytest.fixture
def seeds(viewer, dock, blobs, settle):
    viewer.add_image(blobs, name="blobs", scale=(2, 0.5))
    dock.params.set_value("classic", n_clusters=4, min_size_px=0)
    seeds = dock.new_seeds()
    seeds.data[10:40, 4:8] = 1
    seeds.data[12:16, 44:56] = seeds.data[32:38, 48:54] = 2
    seeds.refresh()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    return seeds


def wait_for(qtbot, viewer, *names):
    qtbot.waitUntil(lambda: {f"blobs {name}" for name in names} <= {layer.name for layer in viewer.layers})


def test_ticking_a_box_with_the_mouse_brings_its_layer(viewer, dock, seeds, qtbot):
    box = dock.outputs.findChild(QCheckBox, "clusters")
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    wait_for(qtbot, viewer, "clusters")
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    assert "blobs clusters" not in viewer.layers


def test_new_layers_come_one_by_one(viewer, dock, seeds, qtbot):
    dock.outputs.set_value(("mask",))
    before, counts = len(viewer.layers), []
    dock._extras.arrived.connect(lambda _answer: counts.append(len(viewer.layers)))
    dock.outputs.set_value(("mask", "scores"))
    qtbot.waitUntil(lambda: bool(counts))
    assert counts == [before + 1]
    wait_for(qtbot, viewer, "score background", "score foreground")
    names = [layer.name for layer in viewer.layers]
    assert names == ["blobs", "blobs score foreground", "blobs score background", "blobs mask", "blobs seeds"]


def test_scores_are_called_as_their_class_is_unless_somebody_calls_them_otherwise(
    viewer, dock, seeds, settle, qtbot
):
    dock.outputs.set_value(("mask", "scores"))
    wait_for(qtbot, viewer, "score background", "score foreground")
    first, second = (viewer.layers[f"blobs score {name}"] for name in ("background", "foreground"))
    first.name = "mine"
    dock.classes.rename(1, "ground")
    dock.classes.rename(2, "nuclei")
    assert (first.name, second.name) == ("mine", "blobs score nuclei")
    assert second.data is not first.data
    assert viewer.layers["blobs mask"].name == "blobs mask"


def test_all_kinds_lie_over_the_image_and_say_what_they_are(viewer, dock, seeds, blobs, qtbot):
    dock.outputs.set_value(("mask", "scores", "uncertainty", "clusters", "cut-out", "objects"))
    wait_for(
        qtbot, viewer, "objects", "clusters", "cut-out", "uncertainty", "score background", "score foreground"
    )
    assert [layer.name for layer in viewer.layers][-3:] == ["blobs mask", "blobs objects", "blobs seeds"]
    assert all(layer.scale.tolist() == [2, 0.5] for layer in viewer.layers)
    mask = viewer.layers["blobs mask"].data
    picture = viewer.layers["blobs cut-out"]
    assert isinstance(picture, Image)
    assert picture.rgb
    np.testing.assert_array_equal(picture.data, cut_out(blobs, mask == 2))
    objects = viewer.layers["blobs objects"]
    assert isinstance(objects, Labels)
    np.testing.assert_array_equal(objects.data, split_touching(mask, spacing=(2, 0.5)))


def pictures_seen(viewer):
    """Return which layers are seen that cover the image, without the image's name."""
    ends = ("score background", "score foreground", "uncertainty", "clusters", "cut-out")
    return [end for end in ends if f"blobs {end}" in viewer.layers and viewer.layers[f"blobs {end}"].visible]


def test_the_picture_that_was_ticked_last_is_seen(viewer, dock, seeds, settle, qtbot):
    def click_on(kind, *names):
        qtbot.mouseClick(dock.outputs.findChild(QCheckBox, kind), Qt.MouseButton.LeftButton)
        wait_for(qtbot, viewer, *names)

    click_on("scores", "score background", "score foreground")
    assert pictures_seen(viewer) == ["score foreground"], "of both, one"
    click_on("uncertainty", "uncertainty")
    assert pictures_seen(viewer) == ["uncertainty"]
    click_on("clusters", "clusters")
    assert pictures_seen(viewer) == ["clusters"]
    assert all(viewer.layers[f"blobs {name}"].visible for name in ("mask", "seeds"))
    seeds.data[30:40, 46:58] = 1
    seeds.refresh()
    settle(dock)
    assert pictures_seen(viewer) == ["clusters"], "a result opens and closes no eye"
    click_on("clusters")
    assert pictures_seen(viewer) == ["uncertainty"], "what was hidden for it is seen again"
    click_on("uncertainty")
    assert pictures_seen(viewer) == ["score foreground"]
    click_on("scores")
    assert pictures_seen(viewer) == []


def test_an_eye_that_a_person_opened_or_closed_stays_so(viewer, dock, seeds, qtbot):
    dock.outputs.set_value(("mask", "scores"))
    wait_for(qtbot, viewer, "score background", "score foreground")
    viewer.layers["blobs score background"].visible = True
    dock.outputs.set_value(("mask", "scores", "uncertainty"))
    wait_for(qtbot, viewer, "uncertainty")
    assert pictures_seen(viewer) == ["score background", "uncertainty"]
    viewer.layers["blobs uncertainty"].visible = False
    dock.outputs.set_value(("mask", "scores", "uncertainty", "cut-out"))
    wait_for(qtbot, viewer, "cut-out")
    assert pictures_seen(viewer) == ["score background", "cut-out"]
    dock.outputs.set_value(("mask", "scores", "uncertainty"))
    assert pictures_seen(viewer) == ["score background"], "it was closed before the cut-out came"
    dock.outputs.set_value(("mask", "scores"))
    assert pictures_seen(viewer) == ["score background", "score foreground"], (
        "that was hidden for the uncertainty"
    )


def test_every_cluster_is_drawn_in_its_own_colour(viewer, dock, seeds, blobs, qtbot):
    dock.outputs.set_value(("mask", "clusters"))
    wait_for(qtbot, viewer, "clusters")
    clusters = viewer.layers["blobs clusters"]
    for place in ((30, 10), (12, 50)):
        drawn = 255 * np.asarray(clusters.get_color(clusters.data[place]))[:3]
        assert np.abs(drawn - blobs[place]).max() < 12


def test_objects_are_measured_in_the_units_of_the_image(viewer, dock, seeds, qtbot):
    dock.classes.rename(2, "things")
    qtbot.mouseClick(dock.outputs.findChild(QCheckBox, "measurements"), Qt.MouseButton.LeftButton)
    assert dock.outputs.value() == ("mask", "objects", "measurements")
    wait_for(qtbot, viewer, "objects")
    layer = viewer.layers["blobs objects"]
    assert layer.data.max() == 2
    qtbot.waitUntil(lambda: len(layer.features) == 2)
    rows = layer.features.set_index("index")
    assert rows["class"].tolist() == ["things", "things"]
    assert rows.loc[1, "pixels"] == (layer.data == 1).sum()
    assert rows.loc[1, "size"] == rows.loc[1, "pixels"] * 2 * 0.5
    assert rows.loc[1, "mean-0"] > 150


def test_measuring_and_objects_go_together(viewer, dock, seeds, qtbot):
    dock.outputs.set_value(("objects",))
    wait_for(qtbot, viewer, "objects")
    layer = viewer.layers["blobs objects"]
    assert layer.features.empty
    boxes = [dock.outputs.findChild(QCheckBox, name) for name in ("measurements", "objects")]
    qtbot.mouseClick(boxes[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(layer.features) == 2)
    qtbot.mouseClick(boxes[0], Qt.MouseButton.LeftButton)
    assert layer.features.empty
    qtbot.mouseClick(boxes[0], Qt.MouseButton.LeftButton)
    assert len(layer.features) == 2, "nothing is measured twice"
    qtbot.mouseClick(boxes[1], Qt.MouseButton.LeftButton)
    assert not any(box.isChecked() for box in boxes)
    assert layer not in viewer.layers


def test_the_next_stroke_is_followed_in_the_same_layers(viewer, dock, seeds, settle, qtbot):
    dock.outputs.set_value(("mask", "objects", "measurements", "cut-out"))
    wait_for(qtbot, viewer, "objects", "cut-out")
    before = list(viewer.layers)
    seeds.data[30:40, 46:58] = 1
    seeds.refresh()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert list(viewer.layers) == before, "the last good ones stay until the new ones are there"
    mask, objects = viewer.layers["blobs mask"], viewer.layers["blobs objects"]
    wanted = split_touching(mask.data, spacing=(2, 0.5))
    qtbot.waitUntil(lambda: np.array_equal(objects.data, wanted))
    assert len(objects.features) == objects.data.max()


@pytest.mark.parametrize("kind", ["mask", "objects", "clusters"])
def test_what_a_person_corrects_in_a_layer_stays_until_the_next_result(
    kind, viewer, dock, seeds, settle, qtbot
):
    seeds.data = seeds.data.astype(np.int32)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    dock.outputs.set_value(("mask", "objects", "clusters"))
    wait_for(qtbot, viewer, "mask", "objects", "clusters")
    layer = viewer.layers[f"blobs {kind}"]
    assert layer.data.dtype == np.uint8, "drawn fast"
    layer.data[20:24] = 5
    layer.refresh()
    dock.classes.rename(2, "things")
    dock.insight.palette_fold.set_open(True)
    dock.outputs.set_value(("mask", "objects", "clusters", "cut-out"))
    wait_for(qtbot, viewer, "cut-out")
    assert (layer.data[20:24] == 5).all()
    assert dock.result.labels.dtype == np.int32
    assert viewer.layers["blobs mask"].features["class"].tolist() == ["background", "things"]


def test_measurements_come_as_a_file_without_ticking_anything(viewer, dock, seeds, settle, tmp_path):
    assert dock.file_bar.export_table_action.isEnabled()
    dock.export_measurements(tmp_path / "out.csv")
    settle(dock)
    assert dock.hint_line.text == f"Saved out.csv in the folder {tmp_path.name}."
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["class"] for row in rows] == ["foreground", "foreground"]
    mask = viewer.layers["blobs mask"].data
    assert sum(int(row["pixels"]) for row in rows) == (mask == 2).sum()


@pytest.mark.parametrize("limits", [None, (1000, 4500)])
def test_a_cut_out_has_the_contrast_in_which_the_image_is_seen(
    limits, viewer, dock, two_halves, settle, qtbot
):
    deep = two_halves.astype(np.uint16) * 20
    deep[3, 3] = 65535
    image = viewer.add_image(deep, name="blobs", contrast_limits=limits)
    dock.params.set_value("classic", n_clusters=4)
    paint_halves(dock.new_seeds())
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    dock.outputs.set_value(("mask", "cut-out"))
    wait_for(qtbot, viewer, "cut-out")
    low, high = image.contrast_limits
    wanted = np.rint(np.clip((deep[20, 50] - low) / (high - low), 0, 1) * 255)
    np.testing.assert_array_equal(viewer.layers["blobs cut-out"].data[20, 50], wanted)


def test_without_a_result_there_is_nothing_to_measure(viewer, dock, blobs):
    viewer.add_image(blobs)
    dock.new_seeds()
    assert not dock.file_bar.export_table_action.isEnabled()
    assert "no result yet" in dock.file_bar.export_table_action.toolTip()


@pytest.mark.parametrize("kind", ["stack", "channels first", "dask"])
def test_extras_of_other_kinds_of_image(kind, viewer, dock, two_halves, settle, qtbot):
    da = pytest.importorskip("dask.array")
    data = {
        "stack": np.stack([two_halves] * 3),
        "channels first": np.stack([two_halves] * 5),
        "dask": da.from_array(two_halves, chunks=16),
    }[kind]
    labels = ("c", "y", "x") if kind == "channels first" else None
    viewer.add_image(data, name="blobs", **({"axis_labels": labels} if labels else {}))
    dock.params.set_value("auto", texture=False)
    paint_halves(dock.new_seeds())
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    dock.outputs.set_value(("mask", "objects", "clusters", "cut-out"))
    wait_for(qtbot, viewer, "objects", "clusters", "cut-out")
    shape = viewer.layers["blobs mask"].data.shape
    assert viewer.layers["blobs cut-out"].data.shape == (*shape, 3)
    assert viewer.layers["blobs objects"].data.max() == 1
