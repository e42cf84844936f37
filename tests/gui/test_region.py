"""A region of interest and a class to ignore: in the window, kept, and in the script."""

import subprocess
import sys

import numpy as np
import pytest
from conftest import LONG_MS, paint_halves
from napari.layers import Labels, Shapes
from qtpy.QtCore import QCoreApplication, Qt

from napari_seeded_kmeans import read_labels, segment
from napari_seeded_kmeans.gui.region import region_of
from napari_seeded_kmeans.gui.source import Source
from napari_seeded_kmeans.session import Stage

pytestmark = pytest.mark.filterwarnings("ignore:Class .* distinct colours only")
PARAMS = {"texture": False, "coherence": 0.0, "n_clusters": 3}
BOX = np.array([[5, 2], [5, 61], [43, 61], [43, 2]])


@pytest.fixture
def seeds(viewer, dock, two_halves, settle):
    viewer.add_image(two_halves, name="halves", scale=(2, 0.5), translate=(10, 20))
    dock.params.set_value("auto", **PARAMS)
    seeds = dock.new_seeds()
    paint_halves(seeds)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    return seeds


def add_box(viewer, **keywords):
    return viewer.add_shapes([BOX], shape_type="rectangle", name="box", **keywords)


def mask(viewer):
    return viewer.layers["halves mask"].data


def test_shapes_are_followed_when_they_are_chosen_and_changed(viewer, dock, seeds, settle):
    assert mask(viewer).all()
    shapes = add_box(viewer, scale=(2, 0.5), translate=(10, 20))
    dock.choice.choose_region(shapes)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    inside = np.zeros((48, 64), bool)
    inside[5:44, 2:62] = True
    np.testing.assert_array_equal(mask(viewer) != 0, inside)
    wanted = segment(viewer.layers["halves"].data, seeds.data, region=inside, spacing=(2, 0.5), **PARAMS)
    np.testing.assert_array_equal(mask(viewer), wanted.labels)
    shapes.add_ellipses([[[0, 0], [0, 10], [4, 10], [4, 0]]])
    settle_region(dock, settle)
    assert mask(viewer)[2, 5]
    dock.choice.choose_region(None)
    settle(dock)
    assert mask(viewer).all()


def settle_region(dock, settle):
    dock._inputs._look_at_region()
    return settle(dock)


def test_labels_are_followed_as_they_are_painted(viewer, dock, seeds, settle, qtbot):
    region = viewer.add_labels(
        np.zeros((48, 64), np.uint8), name="field", **Source(dock.choice.image).placement
    )
    assert dock.choice.seeds is seeds
    dock.choice.choose_region(region)
    assert "Nothing is painted in field" in dock.hint_line.text
    assert dock.session.is_error
    assert not dock.run_bar.segment_button.isEnabled()
    region.data_setitem(np.nonzero(np.ones((48, 64))), 1)
    qtbot.waitUntil(lambda: not dock.session.is_error)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    region.data_setitem((np.arange(5),) * 2, 0)
    qtbot.waitUntil(lambda: not mask(viewer)[3, 3])
    assert dock.choice.seeds is seeds


def test_clusters_and_their_shares_are_those_of_the_region(viewer, dock, seeds, settle, qtbot):
    shapes = add_box(viewer, scale=(2, 0.5), translate=(10, 20))
    dock.choice.choose_region(shapes)
    dock.outputs.set_value(("mask", "clusters"))
    dock.insight.palette_fold.set_open(True)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    # Those of the whole image may be there before.
    qtbot.waitUntil(lambda: "clusters" in dock._extras.of(dock._results.last.answer))
    qtbot.waitUntil(lambda: "halves clusters" in viewer.layers)
    # Those of the whole image may come first.
    qtbot.waitUntil(lambda: np.array_equal(viewer.layers["halves clusters"].data != 0, mask(viewer) != 0))
    clusters = viewer.layers["halves clusters"].data
    qtbot.waitUntil(lambda: sum(row.share for row in dock.insight.table.rows) == pytest.approx(1))
    rows = {row.number: row.share for row in dock.insight.table.rows}
    assert sum(rows.values()) == pytest.approx(1)
    n_inside = np.count_nonzero(clusters)
    for number, share in rows.items():
        assert share == pytest.approx(np.count_nonzero(clusters == number + 1) / n_inside)
    tree = dock.insight.table.tree
    tree.selectAll()
    np.testing.assert_array_equal(viewer.layers["halves highlight"].data != 0, mask(viewer) != 0)


def test_labels_of_another_size_are_refused_with_both_sizes(viewer, dock, seeds):
    dock.choice.choose_region(viewer.add_labels(np.ones((5, 6), np.uint8), name="small"))
    assert "region small is 5 x 6 pixels but the image is 48 x 64 pixels" in dock.hint_line.text


def test_a_region_that_is_removed_means_the_whole_image(viewer, dock, seeds, settle):
    shapes = add_box(viewer, scale=(2, 0.5), translate=(10, 20))
    dock.choice.choose_region(shapes)
    settle(dock)
    viewer.layers.remove(shapes)
    settle(dock)
    assert dock.choice.region is None
    assert mask(viewer).all()


def test_shapes_lie_where_they_are_seen_whatever_their_own_scale(viewer, two_halves):
    source = Source(viewer.add_image(two_halves, scale=(2, 0.5), translate=(10, 20)))
    corners = source.layer.data_to_world
    in_world = Shapes([np.array([corners(corner) for corner in BOX])], shape_type="rectangle")
    on_image = Shapes([BOX], shape_type="rectangle", scale=(2, 0.5), translate=(10, 20))
    np.testing.assert_array_equal(region_of(in_world, source), region_of(on_image, source))
    assert region_of(on_image, source)[5, 2]
    assert not region_of(on_image, source)[4, 2]


def test_shapes_of_one_plane_hold_for_a_stack_and_labels_for_channels(viewer, two_halves):
    stack = Source(viewer.add_image(np.stack([two_halves] * 3)))
    assert region_of(Shapes([BOX], shape_type="polygon"), stack)[:, 6, 6].all()
    rgb = Source(viewer.add_image(np.stack([two_halves] * 3, axis=-1), rgb=True))
    assert region_of(Labels(np.eye(48, 64, dtype=np.uint8)), rgb).sum() == 48
    channels = Source(viewer.add_image(np.stack([two_halves] * 3)), channel_axis=0)
    assert region_of(Shapes([BOX], shape_type="polygon"), channels)[6, 6]


@pytest.mark.parametrize("kind", ["rectangle", "polygon", "ellipse", "line", "path"])
@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_shapes_of_every_kind_mean_what_napari_draws(kind, scale, viewer, two_halves):
    corners = scale * np.array([[5.3, 2], [11.5, 21.6], [31.2, 14], [25, -5.6]])
    shape = corners[:2] if kind == "line" else corners
    layer = Shapes([shape], shape_type=kind)
    found = region_of(layer, Source(viewer.add_image(two_halves)))
    np.testing.assert_array_equal(found, layer.to_masks(two_halves.shape)[0])
    stack = region_of(
        Shapes([np.insert(shape, 0, 2, axis=1)], shape_type=kind),
        Source(viewer.add_image(np.stack([two_halves] * 4))),
    )
    np.testing.assert_array_equal(stack[2], found)
    assert not stack[[0, 1, 3]].any()


@pytest.mark.parametrize("kind", ["rectangle", "polygon", "ellipse", "line", "path"])
def test_shapes_drawn_in_another_plane_of_a_stack_lie_in_that_plane(kind, viewer):
    shape = BOX[:2] if kind == "line" else np.array([[2, 4], [2, 20], [15, 26], [15, 10]])
    plane = Shapes([shape], shape_type=kind).to_masks((16, 30))[0]
    for axis in range(3):
        layer = Shapes([np.insert(shape, axis, 7, axis=1)], shape_type=kind)
        size = np.insert([16, 30], axis, 9)
        found = region_of(layer, Source(viewer.add_image(np.zeros(size))))
        np.testing.assert_array_equal(found.take(7, axis), plane)
        assert found.sum() == plane.sum()


def test_shapes_beside_the_image_take_no_part(viewer, two_halves):
    source = Source(viewer.add_image(np.stack([two_halves] * 4)))
    layer = Shapes([np.insert(BOX, 0, plane, axis=1) for plane in (-1, 1, 4)], shape_type="polygon")
    assert region_of(layer, source).any(axis=(1, 2)).tolist() == [False, True, False, False]


def test_a_region_is_looked_at_once_the_drag_rests(viewer, dock, seeds, settle, qtbot):
    shapes = add_box(viewer, scale=(2, 0.5), translate=(10, 20))
    dock.choice.choose_region(shapes)
    settle(dock)
    # However slow the machine is, the drag has not rested yet.
    rest = dock._inputs._timer
    interval = rest.interval()
    rest.setInterval(LONG_MS)
    before = dock._inputs.region.copy()
    for last in (40, 30, 20):
        shapes.data = [np.minimum(BOX, [last, 64])]
        QCoreApplication.processEvents()
        np.testing.assert_array_equal(dock._inputs.region, before)
    assert rest.isActive()
    rest.start(interval)
    qtbot.waitUntil(lambda: not dock._inputs.region[21:].any())
    settle(dock)
    assert not mask(viewer)[21:].any()


def test_a_region_there_is_no_memory_for_is_a_problem_and_not_the_whole_image(
    viewer, dock, seeds, settle, monkeypatch
):
    def fail(*_):
        raise MemoryError

    shapes = add_box(viewer, scale=(2, 0.5), translate=(10, 20))
    monkeypatch.setattr("napari_seeded_kmeans.gui.inputs.region_of", fail)
    dock.choice.choose_region(shapes)
    assert dock.session.is_error
    assert "memory" in dock.hint_line.text
    assert not dock.session.can_segment
    monkeypatch.undo()
    settle_region(dock, settle)
    assert not mask(viewer)[0, 0]


def test_ignored_strokes_get_no_label_and_teach_nothing(viewer, dock, seeds, settle, qtbot):
    before = mask(viewer).copy()
    seeds.data[15:30, 20:24] = 3
    seeds.refresh()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    qtbot.waitUntil(lambda: len(dock.class_list.rows) == 3)
    dock.class_list.tree.setCurrentItem(dock.class_list.tree.topLevelItem(2))
    qtbot.mouseClick(dock.class_list.ignore_button, Qt.MouseButton.LeftButton)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert dock.class_list.rows[2].is_ignored
    np.testing.assert_array_equal(mask(viewer) == 0, seeds.data == 3)
    assert (mask(viewer) == before)[seeds.data != 3].all()
    qtbot.mouseClick(dock.class_list.ignore_button, Qt.MouseButton.LeftButton)
    settle(dock)
    assert (mask(viewer) == 3).any()


def test_an_ignored_class_is_none_of_the_two_that_are_needed(viewer, dock, two_halves, settle):
    viewer.add_image(two_halves)
    seeds = dock.new_seeds()
    dock.classes.set_ignored(2, True)
    paint_halves(seeds)
    settle(dock)
    assert "class 2 teach nothing" in dock.hint_line.text


def test_both_are_saved_opened_and_exported(viewer, dock, seeds, settle, qtbot, tmp_path):
    seeds.data[15:30, 20:24] = 3
    seeds.refresh()
    settle(dock)
    qtbot.waitUntil(lambda: len(dock.class_list.rows) == 3)
    dock.classes.set_ignored(3, True)
    shapes = add_box(viewer, scale=(2, 0.5), translate=(10, 20))
    dock.choice.choose_region(shapes)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    wanted = mask(viewer).copy()
    dock.save_session(tmp_path / "my.json")
    settle(dock)
    dock.export_script(tmp_path / "run.py")
    settle(dock)
    viewer.layers.remove(shapes)
    viewer.layers.remove(seeds)
    dock.open_session(tmp_path / "my.json")
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert dock.choice.region is viewer.layers["halves region"]
    np.testing.assert_array_equal(mask(viewer), wanted)
    done = subprocess.run([sys.executable, tmp_path / "run.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(read_labels(tmp_path / "run.labels.tif"), wanted)
