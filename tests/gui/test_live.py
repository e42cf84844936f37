"""The mask follows the brush: every stroke, erasing, undo, setting; and nothing stale is ever shown."""

import sys
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from conftest import LONG_MS, drag, paint_halves
from qtpy.QtCore import QCoreApplication, QEvent, Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_seeded_kmeans import segment
from napari_seeded_kmeans.gui import job
from napari_seeded_kmeans.session import Stage

# A dab on a smooth picture may have fewer colours than the clusters asked for; that it is said is tested elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore:Class .* distinct colours only")


@pytest.fixture
def live(viewer, dock, two_halves, settle):
    """The dock with a first result, by the preset that is quickest; gives the seeds."""
    dock.params.set_value("classic", n_clusters=4)
    viewer.add_image(two_halves, name="halves")
    seeds = dock.new_seeds()
    paint_halves(seeds)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    return seeds


@pytest.fixture
def jobs(monkeypatch):
    """The seeds of every job, each of which waits until it may go on."""

    class Jobs(list):
        may_go_on = Event()

        def __call__(self, image, seeds, **keywords):
            self.append(seeds)
            assert self.may_go_on.wait(20)
            return segment(image, seeds, **keywords)

    jobs = Jobs()
    jobs.may_go_on = Event()
    monkeypatch.setattr(job, "segment", jobs)
    yield jobs
    jobs.may_go_on.set()


def mask(viewer):
    return viewer.layers["halves mask"].data


def expected(viewer, seeds, **params):
    return segment(
        viewer.layers["halves"].data, seeds.data, **{"preset": "classic", "n_clusters": 4, **params}
    )


def test_the_mask_is_there_once_two_classes_are_painted(viewer, dock, two_halves, settle):
    viewer.add_image(two_halves, name="halves")
    dock.params.set_value("classic", n_clusters=4)
    seeds = dock.new_seeds()
    seeds.paint((10, 10), 1)
    assert settle(dock) is Stage.NEEDS_STROKES
    seeds.paint((10, 50), 2)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(mask(viewer), expected(viewer, seeds).labels)


def test_strokes_that_were_there_before_start_nothing(viewer, dock, two_halves, settle):
    seeds = np.zeros((48, 64), np.uint8)
    seeds[:, 0], seeds[:, -1] = 1, 2
    viewer.add_image(two_halves)
    viewer.add_labels(seeds, name="strokes")
    assert settle(dock) is Stage.READY


@pytest.mark.parametrize("act", ["paint", "erase", "fill", "polygon", "in place"])
def test_every_change_is_followed_and_undo_is_exact(act, viewer, dock, live, settle):
    before = dock.result
    shown = mask(viewer).copy()
    {
        "paint": lambda: live.paint((20, 20), 2),
        "erase": lambda: live.paint((12, 5), 0),
        "fill": lambda: live.fill((0, 0), 2),
        "polygon": lambda: live.paint_polygon([(1, 20), (9, 20), (9, 40)], 3),
        "in place": lambda: live.data_setitem(np.nonzero(live.data == 1), 2) or live.paint((3, 3), 1),
    }[act]()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(mask(viewer), expected(viewer, live).labels)
    after = mask(viewer).copy()
    while live._undo_history and not (live.data == paint_like(live)).all():
        live.undo()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    again = dock.result
    for name in ("labels", "scores", "uncertainty"):
        assert getattr(again, name).tobytes() == getattr(before, name).tobytes(), name
    np.testing.assert_array_equal(mask(viewer), shown)
    while live._redo_history:
        live.redo()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(mask(viewer), after)


def test_without_strokes_everything_is_as_before_the_first_result(viewer, dock, live, settle):
    dock.outputs.set_value(("mask", "uncertainty"))
    before, shown = dock.result, mask(viewer).copy()
    strokes = live.data == 2
    live.data_setitem(np.nonzero(strokes), 0)
    assert settle(dock) is Stage.NEEDS_STROKES
    assert not mask(viewer).any()
    assert [layer.name for layer in viewer.layers] == ["halves", "halves mask", "halves seeds"]
    assert dock.result is None
    assert [row.share for row in dock.class_list.rows] == [None, None]
    assert "Only class 1 is painted" in dock.hint_line.text
    live.undo()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert dock.result.labels.tobytes() == before.labels.tobytes()
    np.testing.assert_array_equal(mask(viewer), shown)


def test_a_result_of_strokes_that_are_gone_is_not_shown(viewer, dock, live, settle, jobs):
    live.paint((20, 20), 2)
    dock._seeds.look()
    live.data_setitem(np.nonzero(live.data == 2), 0)
    dock._seeds.look()
    assert dock.session.stage is Stage.NEEDS_STROKES
    jobs.may_go_on.set()
    dock._updates._runner._thread.join(20)
    QCoreApplication.processEvents()
    assert dock.result is None
    assert not mask(viewer).any()
    assert "Only class 1 is painted" in dock.hint_line.text


def test_a_class_that_is_ignored_for_a_moment_brings_the_mask_back(viewer, dock, live, settle):
    shown = mask(viewer).copy()
    dock.classes.set_ignored(2, True)
    assert settle(dock) is Stage.NEEDS_STROKES
    assert not mask(viewer).any()
    dock.classes.set_ignored(2, False)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(mask(viewer), shown)


def test_deleting_a_class_that_is_ignored_teaches_its_strokes_at_no_time(
    viewer, dock, live, settle, qtbot, jobs
):
    jobs.may_go_on.set()
    live.data_setitem(tuple(np.mgrid[15:30, 20:24].reshape(2, -1)), 3)
    qtbot.waitUntil(lambda: 3 in dock.classes.legend.values)
    dock.classes.set_ignored(3, True)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    jobs.clear()
    dock.classes.delete(3)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert [np.unique(seeds).tolist() for seeds in jobs] == [[0, 1, 2]]
    np.testing.assert_array_equal(mask(viewer), expected(viewer, live).labels)


def paint_like(seeds):
    array = np.zeros_like(seeds.data)
    array[10:40, 4:8], array[10:40, 56:60] = 1, 2
    return array


def test_a_setting_is_followed(viewer, dock, live, settle):
    dock.params.set_value("classic", n_clusters=2, min_size_px=0)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    wanted = expected(viewer, live, n_clusters=2, min_size_px=0)
    np.testing.assert_array_equal(mask(viewer), wanted.labels)


def test_new_pixels_are_followed(viewer, dock, live, settle):
    viewer.layers["halves"].data = viewer.layers["halves"].data[:, ::-1].copy()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(mask(viewer), expected(viewer, live).labels)


def test_of_pixels_that_are_gone_nothing_is_said_any_more(viewer, dock, live, settle):
    dock.run_bar.set_live(False)
    dock.insight.palette_fold.set_open(True)
    assert dock.insight.table.isVisible()
    image = viewer.layers["halves"]
    image.data = image.data[:, ::-1].copy()
    assert dock.session.stage is Stage.READY
    assert "press Segment" in dock.hint_line.text
    assert not dock.session.has_advice
    assert dock.result is None
    assert dock.insight._last is None
    dock.run_bar.set_live(True)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(mask(viewer), expected(viewer, live).labels)


def test_not_live_waits_for_the_button_and_live_again_catches_up(viewer, dock, live, settle):
    dock.run_bar.set_live(False)
    before = mask(viewer).copy()
    live.paint((20, 20), 2)
    assert settle(dock) is Stage.READY
    np.testing.assert_array_equal(mask(viewer), before)
    dock.run_bar.set_live(True)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(mask(viewer), expected(viewer, live).labels)


def test_of_many_strokes_the_first_and_the_newest_are_worked_on(viewer, dock, live, settle, jobs):
    for row in range(12, 20):
        live.paint((row, 20), 1)
        QCoreApplication.processEvents()
    jobs.may_go_on.set()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert len(jobs) == 2, "those between were replaced while they waited"
    np.testing.assert_array_equal(jobs[1], live.data)
    np.testing.assert_array_equal(mask(viewer), expected(viewer, live).labels)


def test_segment_with_something_painted_is_one_job(dock, live, settle, jobs):
    live.paint((20, 20), 1)
    dock.segment()
    jobs.may_go_on.set()
    settle(dock)
    assert len(jobs) == 1


def test_other_seeds_than_those_worked_on_drop_the_result(viewer, dock, live, settle, jobs):
    before = mask(viewer).copy()
    live.paint((20, 20), 2)
    QCoreApplication.processEvents()
    dock.new_seeds()
    jobs.may_go_on.set()
    settle(dock)
    np.testing.assert_array_equal(mask(viewer), before)
    assert "key 1" in dock.hint_line.text


@pytest.mark.parametrize("change", ["rename", "reorder", "roll", "hide"])
def test_what_does_not_touch_the_pixels_does_not_disturb(change, viewer, dock, live, settle, jobs):
    live.paint((20, 20), 2)
    QCoreApplication.processEvents()
    {
        "rename": lambda: setattr(viewer.layers["halves"], "name", "other"),
        "reorder": lambda: viewer.layers.move(0, 3),
        "roll": viewer.dims.roll,
        "hide": lambda: setattr(live, "visible", False),
    }[change]()
    jobs.may_go_on.set()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    shown = next(layer for layer in viewer.layers if layer.name == "halves mask")
    np.testing.assert_array_equal(
        shown.data, segment(dock.choice.image.data, live.data, preset="classic", n_clusters=4).labels
    )


def test_an_image_scaled_meanwhile_gets_no_result_of_before(viewer, dock, live, settle, jobs):
    # However slow the machine is, the image has not come to rest yet.
    dock._inputs._move_timer.setInterval(LONG_MS)
    before = mask(viewer).copy()
    live.paint((20, 20), 2)
    QCoreApplication.processEvents()
    viewer.layers["halves"].scale = (2, 1)
    jobs.may_go_on.set()
    settle(dock)
    np.testing.assert_array_equal(mask(viewer), before)
    assert "scaled since" in dock.hint_line.text


@pytest.mark.parametrize("change", ["choose", "remove", "remove with its mask"])
def test_another_image_than_the_one_worked_on_gets_no_result(change, viewer, dock, live, settle, jobs):
    layer = viewer.layers["halves mask"]
    before = layer.data.copy()
    other = viewer.add_image(viewer.layers["halves"].data[:, ::-1].copy(), name="other")
    live.data[:, 32:50] = 1
    live.refresh()
    QCoreApplication.processEvents()
    assert dock.session.stage is Stage.RUNNING
    if change == "choose":
        dock.choice.choose_image(other)
    else:
        viewer.layers.remove("halves")
    if change == "remove with its mask":
        viewer.layers.remove(layer)
    jobs.may_go_on.set()
    assert settle(dock) is (Stage.NEEDS_SEEDS if change == "choose" else Stage.READY)
    dock._updates._runner._thread.join(20)
    QCoreApplication.processEvents()
    np.testing.assert_array_equal(layer.data, before)
    assert "other mask" not in viewer.layers
    assert dock.choice.image is other
    assert dock.result is None


@pytest.mark.parametrize("is_first", [False, True])
def test_what_cannot_be_segmented_any_more_is_given_up_and_the_hint_says_why(
    is_first, viewer, dock, live, settle, jobs
):
    if is_first:
        dock.choice.choose_seeds(viewer.add_labels(live.data.copy(), name="other seeds"))
        seeds = dock.choice.seeds
    else:
        seeds = live
    seeds.data[:, 32:50] = 1
    seeds.refresh()
    dock._seeds.look()
    assert dock.session.stage is Stage.RUNNING
    before = dock.result
    nothing = viewer.add_shapes(name="nothing")
    dock.choice.choose_region(nothing)
    assert dock.session.stage is Stage.NEEDS_REGION
    jobs.may_go_on.set()
    dock._updates._runner._thread.join(20)
    QCoreApplication.processEvents()
    assert dock.result is before
    assert "nothing" in dock.hint_line.text
    dock.choice.choose_region(None)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(mask(viewer), expected(viewer, seeds).labels)


def test_strokes_of_the_mouse_are_unlearnt_by_the_keys(window, docked, two_halves, settle):
    window.add_image(two_halves, name="halves")
    seeds = docked.new_seeds()
    drag(window, seeds, [(10, 6), (40, 6)])
    seeds.selected_label = 2
    drag(window, seeds, [(10, 56), (40, 56)])
    assert settle(docked) is Stage.DONE, docked.hint_line.text
    results = [docked.result]
    for row in (14, 22, 30):
        drag(window, seeds, [(row, 24), (row, 40)])
        assert settle(docked) is Stage.DONE, docked.hint_line.text
        results.append(docked.result)
    canvas = window.window._qt_viewer.canvas.native
    for before in results[-2::-1]:
        QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert settle(docked) is Stage.DONE, docked.hint_line.text
        for name in ("labels", "scores", "uncertainty", "strangeness"):
            assert getattr(docked.result, name).tobytes() == getattr(before, name).tobytes(), name
    np.testing.assert_array_equal(mask(window), results[0].labels)


def test_nothing_is_computed_in_the_windows_thread(viewer, dock, two_halves, settle, qtbot):
    entered = set()

    def note(frame, event, _argument):
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.parent.name == "core":
            entered.add(f"{path.stem}.{frame.f_code.co_name}")

    dock.insight.palette_fold.set_open(True)
    dock.insight.why_fold.set_open(True)
    dock.outputs.set_value(
        ("mask", "scores", "uncertainty", "clusters", "objects", "cut-out", "measurements")
    )
    sys.setprofile(note)
    try:
        viewer.add_image(two_halves, name="halves")
        seeds = dock.new_seeds()
        paint_halves(seeds)
        assert settle(dock) is Stage.DONE, dock.hint_line.text
        qtbot.waitUntil(lambda: "halves objects" in viewer.layers, timeout=20_000)
        dock.clusters.delete([0])
        seeds.paint((20, 20), 2)
        assert settle(dock) is Stage.DONE, dock.hint_line.text
        qtbot.waitUntil(lambda: "cannot be told" in dock._front.choices_line.text(), timeout=20_000)
    finally:
        sys.setprofile(None)
    work = "threads kmeans lloyd features texture workspace evidence looks coherence grid left_out preview"
    assert "legend.name_of" in entered, "what is small may be asked"
    # An estimate that came before the edit is put into words.
    words = {"left_out.in_words", "left_out.<genexpr>"}
    assert not {name for name in entered - words if name.split(".")[0] in work.split()}


def key(viewer, kind, key):
    canvas = viewer.window._qt_viewer.canvas.native
    QApplication.sendEvent(canvas, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier))
    QApplication.processEvents()


def test_keys_hold_segment_and_cancel(window, docked, two_halves, settle, jobs):
    window.add_image(two_halves, name="halves")
    docked.params.set_value("classic", n_clusters=4)
    seeds = docked.new_seeds()
    QApplication.processEvents()
    key(window, QEvent.Type.KeyPress, Qt.Key.Key_H)
    drag(window, seeds, [(10, 6), (40, 6)])
    seeds.selected_label = 2
    drag(window, seeds, [(10, 56), (40, 56)])
    assert docked.session.stage is Stage.READY
    assert not jobs, "strokes gather while H is down"
    assert "let go of the key H" in docked.hint_line.text
    key(window, QEvent.Type.KeyRelease, Qt.Key.Key_H)
    assert docked.session.stage is Stage.RUNNING
    key(window, QEvent.Type.KeyPress, Qt.Key.Key_C)
    key(window, QEvent.Type.KeyRelease, Qt.Key.Key_C)
    assert docked.session.stage is Stage.READY
    key(window, QEvent.Type.KeyPress, Qt.Key.Key_S)
    assert docked.session.stage is Stage.RUNNING
    jobs.may_go_on.set()
    assert settle(docked) is Stage.DONE
    assert [len(jobs), "halves mask" in window.layers] == [2, True]


def test_h_is_let_go_when_another_program_comes_to_the_front(window, docked, two_halves, settle, jobs):
    window.add_image(two_halves, name="halves")
    docked.params.set_value("classic", n_clusters=4)
    seeds = docked.new_seeds()
    QApplication.processEvents()
    key(window, QEvent.Type.KeyPress, Qt.Key.Key_H)
    paint_halves(seeds)
    docked._seeds.look()
    assert "let go of the key H" in docked.hint_line.text
    # The other program hears of the key that is let go.
    changed = QApplication.instance().applicationStateChanged
    changed.emit(Qt.ApplicationState.ApplicationInactive)
    assert docked.session.stage is Stage.RUNNING
    changed.emit(Qt.ApplicationState.ApplicationActive)
    jobs.may_go_on.set()
    assert settle(docked) is Stage.DONE, docked.hint_line.text
    key(window, QEvent.Type.KeyPress, Qt.Key.Key_H)
    seeds.paint((20, 20), 1)
    docked._seeds.look()
    assert "let go of the key H" in docked.hint_line.text
    key(window, QEvent.Type.KeyRelease, Qt.Key.Key_H)
    assert settle(docked) is Stage.DONE, docked.hint_line.text
    assert len(jobs) == 2


def test_back_on_an_earlier_image_its_result_is_there_again(viewer, dock, live, two_halves, settle):
    image, before = viewer.layers["halves"], mask(viewer).copy()
    other = viewer.add_image(two_halves[::-1, ::-1].copy(), name="other")
    dock.choice.choose_image(other)
    seeds = dock.new_seeds()
    settle(dock)
    assert dock.result is None, "nobody has painted there"
    paint_halves(seeds)
    assert settle(dock) is Stage.DONE
    dock.choice.choose_image(image)
    assert dock.choice.seeds is live
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(dock.result.labels, before)
    assert all(row.share is not None for row in dock.class_list.rows)
    np.testing.assert_array_equal(mask(viewer), before)


def test_the_mask_follows_the_other_strokes_of_an_image(viewer, dock, live, settle):
    other = dock.new_seeds()
    other.data[10:40, 4:8], other.data[10:40, 20:24] = 1, 2
    other.refresh()
    assert settle(dock) is Stage.DONE
    assert not np.array_equal(mask(viewer), expected(viewer, live).labels)
    dock.choice.choose_seeds(live)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(mask(viewer), expected(viewer, live).labels)


def test_without_live_choosing_an_earlier_image_starts_nothing(viewer, dock, live, two_halves, settle):
    image = viewer.layers["halves"]
    dock.run_bar.set_live(False)
    dock.choice.choose_image(viewer.add_image(two_halves.T, name="other"))
    dock.choice.choose_image(image)
    assert settle(dock) is Stage.READY
    assert dock.result is None
