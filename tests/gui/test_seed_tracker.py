"""Whatever changes the seeds, the tracker's copy is the seeds, and its counts are those of the copy."""

import numpy as np
import pytest
from conftest import drag
from napari.layers import Labels
from qtpy.QtWidgets import QApplication

from napari_seeded_kmeans.core.seeds import painted_places
from napari_seeded_kmeans.gui.seed_tracker import SeedTracker


@pytest.fixture
def tracker(qapp):
    tracker = SeedTracker()
    yield tracker
    tracker.follow(None)


@pytest.fixture
def changes(tracker):
    heard = []
    tracker.painted.connect(heard.append)
    return heard


def check(tracker, array):
    """Let Qt come round once, then compare with what is there."""
    QApplication.processEvents()
    np.testing.assert_array_equal(tracker.snapshot(), array)
    np.testing.assert_array_equal(painted_places(tracker.snapshot()), np.flatnonzero(array))
    values, counts = np.unique(array[array != 0], return_counts=True)
    assert tracker.counts == dict(zip(values.tolist(), counts.tolist(), strict=True))


def paint(layer):
    layer.paint((4,) * layer.ndim, 2)


def fill(layer):
    layer.fill((0,) * layer.ndim, 3)


def polygon(layer):
    layer.paint_polygon([(1, 1), (1, 9), (9, 9)], 2)


def erase(layer):
    layer.paint((4,) * layer.ndim, 0)


def setitem(layer):
    layer.data_setitem(tuple(np.array([index]) for index in (2,) * layer.ndim), 5)


def in_place(layer):
    layer.data[..., 3:6, 7] = 4
    layer.refresh()


def hidden(layer):
    layer.visible = False
    paint(layer)


def brush_3d(layer):
    layer.n_edit_dimensions = layer.ndim
    layer.brush_size = 4
    paint(layer)


def replaced(layer):
    layer.data = np.roll(layer.data, 3)


def of_another_kind(layer):
    layer.data = np.full((5,) * layer.ndim, 2, np.uint16)


@pytest.mark.parametrize(
    "act", [paint, fill, polygon, erase, setitem, in_place, hidden, brush_3d, replaced, of_another_kind]
)
@pytest.mark.parametrize("kind", [((12, 14), np.uint8), ((6, 12, 14), np.int32)], ids=["2-D", "3-D"])
def test_everything_that_changes_seeds_is_seen(tracker, changes, act, kind):
    shape, dtype = kind
    if act is polygon and len(shape) == 3:
        pytest.skip("napari paints polygons in two dimensions")
    seeds = np.zeros(shape, dtype)
    seeds[..., 4, 3:7] = 1
    layer = Labels(seeds)
    tracker.follow(layer)
    before = layer.data.copy()
    act(layer)
    check(tracker, layer.data)
    assert len(changes) == 1, "one act is one change"
    if act is not of_another_kind:
        change = changes[0]
        np.testing.assert_array_equal(change.index, np.flatnonzero(before != layer.data))
        np.testing.assert_array_equal(change.old, before.ravel()[change.index])
        np.testing.assert_array_equal(change.new, layer.data.ravel()[change.index])


def test_undo_and_redo_are_seen(tracker, changes):
    layer = Labels(np.zeros((12, 14), np.uint8))
    tracker.follow(layer)
    for act in (lambda: paint(layer), layer.undo, layer.redo, layer.undo):
        act()
        check(tracker, layer.data)
    assert len(changes) == 4
    assert tracker.counts == {}


def test_a_plane_that_is_not_shown(tracker, changes):
    layer = Labels(np.zeros((6, 12, 14), np.uint8))
    tracker.follow(layer)
    layer.paint((5, 3, 3), 1)
    check(tracker, layer.data)
    assert len(changes) == 1


def test_what_changes_no_pixel_is_no_news(tracker, changes):
    layer = Labels(np.ones((12, 14), np.uint8))
    tracker.follow(layer)
    layer.visible = False
    layer.contour = 2
    layer.scale = (2, 2)
    QApplication.processEvents()
    assert not changes


def test_a_layer_that_is_let_go_is_not_heard(tracker, changes):
    layer = Labels(np.zeros((12, 14), np.uint8))
    tracker.follow(layer)
    paint(layer)
    tracker.follow(None)
    paint(layer)
    QApplication.processEvents()
    assert not changes
    assert tracker.counts == {}


def test_a_read_only_array_in_another_order_can_be_followed(tracker):
    array = np.asfortranarray(np.eye(6, dtype=np.uint8))
    array.flags.writeable = False
    tracker.follow(Labels(array))
    assert tracker.counts == {1: 6}


def test_a_stroke_of_the_mouse_is_one_change(window):
    tracker, changes = SeedTracker(), []
    tracker.painted.connect(changes.append)
    layer = window.add_labels(np.zeros((48, 64), np.uint8))
    layer.selected_label, layer.mode = 2, "paint"
    tracker.follow(layer)
    QApplication.processEvents()
    drag(window, layer, [(10, 6), (25, 8), (40, 30)])
    check(tracker, layer.data)
    assert len(changes) == 1
    layer.undo()
    check(tracker, np.zeros_like(layer.data))
    tracker.follow(None)


@pytest.mark.parametrize("shape", [(12, 14), (1100, 1000)])
def test_a_snapshot_is_shared_until_something_is_painted(tracker, shape):
    layer = Labels(np.zeros(shape, np.uint8))
    tracker.follow(layer)
    first = tracker.snapshot()
    assert tracker.snapshot() is first
    paint(layer)
    QApplication.processEvents()
    assert not first.any()
    second = tracker.snapshot()
    np.testing.assert_array_equal(second, layer.data)
    layer.undo()
    QApplication.processEvents()
    assert second.any()
    assert not tracker.snapshot().any()
    paint(layer)
    QApplication.processEvents()
    np.testing.assert_array_equal(tracker.snapshot(), layer.data)


def brush(layer, places):
    """Go on with a drag: napari tells of its steps, and of the whole of it when the button is let go."""
    layer.data[places] = 1
    layer.events.labels_update(data=layer.data[places], offset=(0, 0))


def test_a_brush_that_is_down_is_told_of_and_its_stroke_found_when_it_is_lifted(tracker, changes, qtbot):
    layer = Labels(np.zeros((12, 14), np.uint8))
    tracker.follow(layer)
    for row in (2, 3):
        with qtbot.waitSignal(tracker.brushed):
            brush(layer, np.s_[row : row + 1, 4:8])
    assert not changes
    assert tracker.counts == {}
    layer.events.paint(value=[])
    check(tracker, layer.data)
    assert [len(change.index) for change in changes] == [8]


def test_a_brush_tells_of_the_box_of_its_stroke_so_far(tracker, qtbot):
    layer, boxes = Labels(np.zeros((12, 14), np.uint8)), []
    tracker.follow(layer)
    tracker.brushed.connect(boxes.append)
    for stroke in ([(2, 4), (3, 6)], [(8, 1)]):
        for offset in stroke:
            with qtbot.waitSignal(tracker.brushed):
                layer.events.labels_update(data=np.ones((2, 3), np.uint8), offset=offset)
        layer.events.paint(value=[])
        qtbot.waitUntil(lambda: not tracker.is_waiting)
    assert boxes == [np.s_[2:4, 4:7], np.s_[2:5, 4:9], np.s_[8:10, 1:4]]


def test_a_brush_in_a_stack_tells_of_no_box(tracker, qtbot):
    tracker.follow(Labels(np.zeros((3, 12, 14), np.uint8)))
    with qtbot.waitSignal(tracker.brushed) as told:
        tracker.layer.events.labels_update(data=np.ones((2, 3), np.uint8), offset=(1, 1))
    assert told.args == [None]


def test_a_brush_that_rests_is_looked_at(tracker, changes, qtbot):
    layer = Labels(np.zeros((12, 14), np.uint8))
    tracker.follow(layer)
    brush(layer, np.s_[2:3, 4:8])
    qtbot.waitUntil(lambda: len(changes) == 1)
    assert tracker.counts == {1: 4}


def test_a_drag_that_was_told_of_ends_with_a_change_even_if_it_is_empty(tracker, changes, qtbot):
    layer = Labels(np.ones((12, 14), np.uint8))
    tracker.follow(layer)
    with qtbot.waitSignal(tracker.brushed):
        brush(layer, np.s_[2:3, 4:8])
    layer.events.paint(value=[])
    check(tracker, layer.data)
    assert [len(change.index) for change in changes] == [0]
