"""The dock as a whole, in a real window: every wrong state says what to do, every kind of image works."""

from threading import Event

import dask.array as da
import numpy as np
import pytest
from conftest import PLUGIN, paint_halves
from napari.utils import progress
from napari.utils.notifications import notification_manager
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QAbstractSpinBox, QApplication, QDockWidget, QStyle, QStyleOptionFrame

from napari_seeded_kmeans import segment
from napari_seeded_kmeans.core.errors import CancelledError, SeededKMeansError
from napari_seeded_kmeans.gui import job
from napari_seeded_kmeans.gui.fold import Fold
from napari_seeded_kmeans.session import Stage


@pytest.fixture
def ready(viewer, dock, two_halves, settle):
    """The dock with an image and painted seeds, and not live; gives the image."""
    image = viewer.add_image(two_halves, name="halves")
    dock.run_bar.set_live(False)
    paint_halves(dock.new_seeds())
    assert settle(dock) is Stage.READY
    return image


@pytest.fixture
def slow(monkeypatch):
    """Make segmenting last until it is cancelled or `may_end` is set."""

    class Slow:
        started, may_end = Event(), Event()

        def __call__(self, *args, cancel, progress, **keywords):
            self.started.set()
            progress(1, 10)
            while not self.may_end.wait(0.001):
                if cancel():
                    raise CancelledError
            return segment(*args, cancel=cancel, progress=progress, **keywords)

    slow = Slow()
    slow.started, slow.may_end = Event(), Event()
    monkeypatch.setattr(job, "segment", slow)
    yield slow
    slow.may_end.set()


# ---- wrong states ----


def test_with_nothing_open_it_says_so_and_every_dead_button_says_why(dock):
    assert "Open an image" in dock.hint_line.text
    for button in (
        dock.run_bar.segment_button,
        dock.choice.new_button,
        dock.file_bar.import_button,
        dock.file_bar.export_button,
    ):
        assert not button.isEnabled()
        assert len(button.toolTip()) > 20
    assert dock.new_seeds() is None


def test_an_image_without_seeds_asks_for_new(viewer, dock, two_halves):
    viewer.add_image(two_halves)
    assert "Press New" in dock.hint_line.text
    assert dock.hint_line.text in dock.run_bar.segment_button.toolTip()


def test_new_has_the_masks_layer_ready_too_and_leaves_one_that_is_there_alone(
    viewer, dock, two_halves, settle
):
    viewer.add_image(two_halves, name="halves", scale=(2, 1))
    seeds = dock.new_seeds()
    assert [layer.name for layer in viewer.layers] == ["halves", "halves mask", "halves seeds"]
    mask = viewer.layers["halves mask"]
    assert not mask.data.any()
    np.testing.assert_array_equal(mask.scale, (2, 1))
    assert viewer.layers.selection.active is seeds
    paint_halves(seeds)
    settle(dock)
    assert viewer.layers["halves mask"] is mask
    shown = mask.data.copy()
    assert shown.any()
    dock.new_seeds()
    np.testing.assert_array_equal(mask.data, shown)
    viewer.layers.remove(mask)
    dock.outputs.set_value(("uncertainty",))
    dock.new_seeds()
    assert "halves mask" not in viewer.layers


def test_painting_leads_from_hint_to_hint(viewer, dock, two_halves, settle):
    viewer.add_image(two_halves)
    dock.run_bar.set_live(False)
    seeds = dock.new_seeds()
    assert "key 1" in dock.hint_line.text
    seeds.paint((10, 10), 1)
    settle(dock)
    assert "Only class 1" in dock.hint_line.text
    seeds.paint((10, 50), 2)
    settle(dock)
    assert "press Segment" in dock.hint_line.text
    seeds.undo()
    settle(dock)
    assert "Only class 1" in dock.hint_line.text


def test_seeds_of_another_shape_are_refused_with_both_shapes(viewer, dock, two_halves):
    viewer.add_image(two_halves)
    dock.choice.choose_seeds(viewer.add_labels(np.zeros((5, 6), np.uint8)))
    assert "5 x 6 pixels but the image is 48 x 64 pixels" in dock.hint_line.text
    assert dock.session.is_error


def test_no_output_wanted(dock, ready):
    dock.outputs.set_value(())
    assert "at least one output" in dock.hint_line.text
    assert not dock.run_bar.segment_button.isEnabled()


def test_an_error_of_ours_is_a_sentence_and_goes_with_its_cause(dock, ready, settle, monkeypatch):
    def refuse(*args, **keywords):
        raise SeededKMeansError("image has no finite pixel.")

    monkeypatch.setattr(job, "segment", refuse)
    dock.segment()
    settle(dock)
    assert dock.hint_line.text == "image has no finite pixel."
    dock.choice.seeds.paint((10, 10), 1)
    settle(dock)
    assert not dock.session.is_error


def test_a_bug_is_told_and_leaves_its_traceback(dock, ready, settle, monkeypatch):
    def stumble(*args, **keywords):
        raise ZeroDivisionError("oops")

    heard = []
    monkeypatch.setattr(notification_manager, "receive_error", lambda *error: heard.append(error))
    monkeypatch.setattr(job, "segment", stumble)
    dock.segment()
    settle(dock)
    assert "oops" in dock.hint_line.text
    assert heard[0][0] is ZeroDivisionError
    assert heard[0][2] is not None


def test_nan_takes_no_part(viewer, dock, two_halves, settle):
    picture = two_halves.astype(np.float32)
    picture[0, :5] = np.nan
    viewer.add_image(picture, name="holes", contrast_limits=(0, 255))
    paint_halves(dock.new_seeds())
    settle(dock)
    dock.segment()
    settle(dock)
    assert not viewer.layers["holes mask"].data[0, :5].any()


# ---- layers come and go ----


def test_the_seeds_that_fit_are_taken_and_truth_is_not(viewer, dock, two_halves):
    viewer.add_labels(np.ones((48, 64), np.uint8), name="truth", visible=False)
    viewer.add_labels(np.zeros((48, 64), np.uint8), name="strokes")
    viewer.add_labels(np.zeros((48, 64), np.uint8), name="cells")
    viewer.add_image(two_halves)
    assert dock.choice.seeds is viewer.layers["strokes"]


def test_numbered_objects_and_measured_ones_are_left_alone_until_they_are_chosen(viewer, dock, two_halves):
    numbered = viewer.add_labels(np.arange(48 * 64).reshape(48, 64) // 256, name="numbered")
    table = {"index": [1, 2], "area": [5.0, 7.0]}
    measured = viewer.add_labels(np.eye(48, 64, dtype=int), name="measured", features=table)
    colors = numbered.colormap, measured.colormap
    viewer.add_image(two_halves)
    assert dock.choice.seeds is None
    assert (numbered.colormap, measured.colormap) == colors
    assert {name: list(column) for name, column in measured.features.items()} == table
    dock.choice.choose_seeds(measured)
    dock.classes.rename(2, "nuclei")
    named = {**table, "class": ["background", "nuclei"]}
    assert {name: list(column) for name, column in measured.features.items()} == named


@pytest.mark.parametrize("n_values", [1, 3, 10])
def test_labels_by_any_name_are_taken_if_they_may_be_strokes(n_values, viewer, dock, two_halves):
    mine = viewer.add_labels(np.arange(48 * 64).reshape(48, 64) % n_values, name="Labels")
    viewer.add_labels(np.arange(48 * 64).reshape(48, 64) % 11, name="objects")
    viewer.add_image(two_halves)
    assert dock.choice.seeds is mine


def test_one_class_of_thin_strokes_may_be_seeds(viewer, dock, two_halves):
    mine = viewer.add_labels(np.eye(48, 64, dtype=np.uint8), name="Labels")
    viewer.add_image(two_halves)
    assert dock.choice.seeds is mine


@pytest.mark.parametrize(
    ("name", "share"), [("Labels", 0.4), ("ROI", 0.4), ("roi-2", 0), ("cell mask", 0.05), ("My region", 1)]
)
def test_a_region_is_no_seeds_but_offered_to_segment_within(name, share, viewer, dock, two_halves):
    array = np.zeros((48, 64), np.uint8)
    array[: round(48 * share)] = 1
    region = viewer.add_labels(array, name=name)
    viewer.add_image(two_halves, name="halves")
    assert dock.choice.seeds is None
    assert offered(dock)["region"] == ["whole image", name]
    dock.new_seeds()
    assert region.visible
    assert offered(dock)["region"] == ["whole image", name]


def test_new_hides_seeds_but_not_what_was_taken_for_seeds(viewer, dock, two_halves):
    viewer.add_image(two_halves)
    region = viewer.add_labels(np.ones((48, 64), np.uint8), name="field")
    dock.choice.choose_seeds(region)
    first = dock.new_seeds()
    first.name = "mine"
    dock.new_seeds()
    assert region.visible
    assert not first.visible


def test_seeds_of_one_image_are_not_taken_for_another(viewer, dock, ready, two_halves):
    first = dock.choice.seeds
    other = viewer.add_image(two_halves[::-1], name="other")
    dock.choice.choose_image(other)
    assert dock.choice.seeds is None
    assert dock.session.stage is Stage.NEEDS_SEEDS
    dock.choice.choose_image(ready)
    assert dock.choice.seeds is first


def test_results_are_offered_neither_as_image_nor_as_seeds(viewer, dock, ready, settle, qtbot):
    dock.outputs.set_value(("mask", "scores", "uncertainty"))
    dock.segment()
    settle(dock)
    qtbot.waitUntil(lambda: len(viewer.layers) == 6)
    assert dock._pairing.images() == [ready]
    assert dock._pairing.seeds() == [dock.choice.seeds]
    assert offered(dock) == {"image": ["halves"], "region": ["whole image"], "seeds": ["halves seeds"]}


def offered(dock):
    """Return the names in every list of layers."""
    combos = {kind: getattr(dock.choice, f"_{kind}") for kind in ("image", "region", "seeds")}
    return {kind: [combo.itemText(i) for i in range(combo.count())] for kind, combo in combos.items()}


def test_renaming_shows_and_chooses_nothing_else(viewer, dock, ready):
    ready.name = "renamed"
    assert dock.choice.image is ready
    assert dock.choice._image.currentText() == "renamed"


def test_removing_image_and_seeds_leads_back(viewer, dock, ready):
    viewer.layers.remove(dock.choice.seeds)
    assert dock.session.stage is Stage.NEEDS_SEEDS
    viewer.layers.remove(ready)
    assert dock.session.stage is Stage.NEEDS_IMAGE


def test_the_keys_go_back_to_napari_when_other_seeds_are_chosen(viewer, dock, ready):
    first = dock.choice.seeds
    second = dock.new_seeds()
    assert not first.keymap
    assert len(second.keymap) == 12


# ---- running ----


def test_the_next_run_updates_the_same_layer(viewer, dock, ready, settle):
    dock.segment()
    settle(dock)
    mask = viewer.layers["halves mask"]
    before = mask.data.copy()
    mask.name = "my mask"
    dock.choice.seeds.data[:, :4] = 2
    dock.choice.seeds.refresh()
    settle(dock)
    dock.segment()
    settle(dock)
    assert [layer.name for layer in viewer.layers] == ["halves", "my mask", "halves seeds"]
    assert viewer.layers["my mask"] is mask
    assert (mask.data != before).any()


def test_ticking_an_output_shows_it_without_another_run(viewer, dock, ready, settle, qtbot):
    dock.segment()
    settle(dock)
    dock.outputs.set_value(("mask", "uncertainty"))
    qtbot.waitUntil(lambda: "halves uncertainty" in viewer.layers)
    dock.outputs.set_value(("mask",))
    assert "halves uncertainty" not in viewer.layers


def test_the_settings_reach_the_core(viewer, dock, ready, settle, two_halves):
    dock.params.set_value("classic", n_clusters=2, min_size_px=0)
    dock.segment()
    settle(dock)
    expected = segment(two_halves, dock.choice.seeds.data, preset="classic", n_clusters=2, min_size_px=0)
    np.testing.assert_array_equal(viewer.layers["halves mask"].data, expected.labels)


def test_progress_and_cancel_show_only_while_it_runs(viewer, dock, ready, slow, settle, qtbot):
    assert not dock.run_bar.cancel_button.isVisible()
    dock.segment()
    qtbot.waitUntil(lambda: dock.run_bar._progress.value() == 1)
    qtbot.waitUntil(dock.run_bar.cancel_button.isVisible)
    assert "Working" in dock.hint_line.text
    qtbot.waitUntil(
        lambda: any(bar.desc.startswith("Seeded segmentation") for bar in progress._all_instances)
    )
    qtbot.mouseClick(dock.run_bar.cancel_button, Qt.MouseButton.LeftButton)
    assert dock.session.stage is Stage.READY
    assert not dock.run_bar.cancel_button.isVisible()
    assert not any(bar.desc.startswith("Seeded segmentation") for bar in progress._all_instances)
    dock._updates._runner._thread.join(5)
    qtbot.waitUntil(lambda: dock._updates._runner._running is None)
    assert not viewer.layers["halves mask"].data.any(), "a cancelled run changes nothing"


def test_strokes_painted_without_outputs_are_followed_once_there_is_one(dock, ready, settle):
    dock.run_bar.set_live(True)
    assert settle(dock) is Stage.DONE
    before = dock.result
    dock.outputs.set_value(())
    seeds = dock._seeds.layer
    seeds.data[20:24, 36:50] = 1
    seeds.refresh()
    assert settle(dock) is Stage.NEEDS_OUTPUT
    dock.outputs.set_value(("mask",))
    assert settle(dock) is Stage.DONE
    assert dock.result is not before


def test_a_stroke_is_told_of_once(dock, ready, settle):
    dock.run_bar.set_live(True)
    assert settle(dock) is Stage.DONE
    told = []
    dock.session.changed.connect(lambda: told.append(bool(dock.session.running)))
    seeds = dock._seeds.layer
    seeds.data[20:24, 36:50] = 1
    seeds.refresh()
    dock._seeds.look()
    assert told == [True]
    assert settle(dock) is Stage.DONE


def test_once_something_is_seen_there_is_more_patience(dock, ready, slow):
    dock.segment()
    timer = dock._front._slow_timer
    patience = timer.interval()
    dock._front.note_seen()
    assert timer.isActive()
    assert timer.interval() > patience
    dock.cancel()
    dock._front.note_seen()
    assert not timer.isActive(), "nothing is waited for any more"


def test_steps_of_progress_are_shown_few_at_a_time(dock, ready, slow, qtbot):
    dock.segment()
    qtbot.waitUntil(lambda: dock.run_bar._progress.value() == 1)
    shown = []
    dock.run_bar._progress.valueChanged.connect(shown.append)
    for done in range(1, 10):
        dock._updates.progressed.emit(done, 9)
    qtbot.waitUntil(lambda: bool(shown))
    assert shown == [9]
    dock._updates.progressed.emit(1, 9)
    dock.cancel()
    assert not dock._front._step_timer.isActive(), "what was given up has no progress"


@pytest.mark.parametrize("worker", ["_extras", "_records", "glance"])
def test_what_goes_wrong_beside_an_update_leaves_it_and_its_cancel(worker, dock, ready, slow, settle):
    dock.segment()
    assert slow.started.wait(5)
    dock.session.show_slow()
    failed = dock._updates._glancer.failed if worker == "glance" else getattr(dock, worker).failed
    failed.emit(SeededKMeansError("The disk is full."))
    assert dock.session.running
    assert dock.run_bar.cancel_button.isVisible()
    assert dock.hint_line.text == "The disk is full."
    slow.may_end.set()
    assert settle(dock) is Stage.DONE
    assert dock.hint_line.text == "The disk is full."


def test_after_cancel_one_can_go_again(viewer, dock, ready, slow, settle):
    dock.segment()
    assert slow.started.wait(5)
    dock.cancel()
    slow.may_end.set()
    dock.segment()
    assert settle(dock) is Stage.DONE


@pytest.mark.parametrize("what", ["image", "seeds", "data"])
def test_what_is_removed_or_replaced_meanwhile(what, viewer, dock, ready, slow, settle):
    dock.segment()
    assert slow.started.wait(5)
    if what == "data":
        ready.data = ready.data[:, ::-1].copy()
    else:
        viewer.layers.remove(ready if what == "image" else dock.choice.seeds)
    slow.may_end.set()
    settle(dock)
    hint = {"image": "Open an image", "seeds": "Press New", "data": "press Segment again"}[what]
    assert hint in dock.hint_line.text
    assert not viewer.layers["halves mask"].data.any()


def test_painting_goes_on_while_it_runs_and_does_not_reach_the_job(viewer, dock, ready, slow, settle):
    snapshot = dock.choice.seeds.data.copy()
    dock.segment()
    assert slow.started.wait(5)
    dock.choice.seeds.data[:] = 1
    dock.choice.seeds.refresh()
    slow.may_end.set()
    settle(dock)
    np.testing.assert_array_equal(viewer.layers["halves mask"].data, segment(ready.data, snapshot).labels)


def test_closing_the_dock_stops_the_work_and_lets_go(window, docked, two_halves, slow):
    image = window.add_image(two_halves)
    seeds = docked.new_seeds()
    paint_halves(seeds)
    docked.segment()
    assert slow.started.wait(5)
    thread = docked._updates._runner._thread
    window.window.remove_dock_widget(docked)
    assert not thread.is_alive()
    assert not seeds.keymap
    window.layers.remove(image)
    seeds.paint((3, 3), 1)


def test_closing_the_viewer_while_it_runs(window, docked, two_halves, slow):
    window.add_image(two_halves)
    paint_halves(docked.new_seeds())
    docked.segment()
    assert slow.started.wait(5)
    runner = docked._updates._runner
    window.close()
    runner.close()
    assert not runner._thread.is_alive()


def test_it_may_be_open_twice(window, docked, two_halves):
    again = window.window.add_plugin_dock_widget(PLUGIN, "Seeded segmentation")[1]
    image = window.add_image(two_halves)
    assert docked.choice.image is image
    assert again.choice.image is image


# ---- kinds of image ----


def shaped(kind, picture):
    """Return (data, layer keywords, expected shape of mask layer) of one kind of image."""
    stack = np.stack([picture] * 3 + [picture] * 3)
    channels = np.stack([picture, 255 - picture, picture // 2])
    return {
        "rgb": (np.moveaxis(channels, 0, -1), {"rgb": True}, (48, 64)),
        "channels first": (channels, {"rgb": False}, (48, 64)),
        "multiscale": ([picture, picture[::2, ::2]], {"multiscale": True}, (48, 64)),
        "dask": (da.from_array(picture, chunks=16), {}, (48, 64)),
        "stack": (stack, {"scale": (5, 1, 1)}, (6, 48, 64)),
        "channels between": (
            np.stack([channels] * 6),
            {"axis_labels": ("z", "c", "y", "x"), "rgb": False},
            (6, 1, 48, 64),
        ),
        "uint16": (picture.astype(np.uint16) * 200, {}, (48, 64)),
        "float": (picture / 255, {}, (48, 64)),
        "read-only": (np.broadcast_to(picture, picture.shape), {}, (48, 64)),
    }[kind]


@pytest.mark.parametrize(
    "kind",
    [
        "rgb",
        "channels first",
        "multiscale",
        "dask",
        "stack",
        "channels between",
        "uint16",
        "float",
        "read-only",
    ],
)
def test_every_kind_of_image_is_segmented_where_it_lies(kind, viewer, dock, two_halves, settle):
    data, keywords, shape = shaped(kind, two_halves)
    image = viewer.add_image(data, name="image", **keywords)
    seeds = dock.new_seeds()
    assert seeds.data.shape == shape
    paint_halves(seeds)
    settle(dock)
    dock.segment()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    mask = viewer.layers["image mask"]
    assert mask.data.shape == shape
    assert (mask.data[..., :32] == 1).mean() > 0.98
    assert (mask.data[..., 32:] == 2).mean() > 0.98
    # Image and mask agree about where the last pixel is.
    last = mask.data_to_world(np.array(shape) - 1)[-2:]
    np.testing.assert_allclose(image.data_to_world((0,) * (image.ndim - 2) + (47, 63))[-2:], last)


def test_the_channel_choice_shows_only_when_there_is_one(viewer, dock, two_halves):
    viewer.add_image(two_halves, name="grey")
    assert dock.choice._channels.isHidden()
    dock.choice.choose_image(viewer.add_image(np.zeros((3, 48, 64)), name="three"))
    assert not dock.choice._channels.isHidden()
    assert dock.choice.channel_axis == 0
    dock.choice.choose_channels(None)
    assert dock.new_seeds().data.shape == (3, 48, 64)


def test_the_channels_chosen_for_an_image_are_remembered(viewer, dock, two_halves):
    stack = viewer.add_image(np.zeros((3, 48, 64)), name="stack")
    dock.choice.choose_channels(None)
    seeds = dock.new_seeds()
    dock.choice.choose_image(viewer.add_image(np.ones((3, 48, 64)), name="colours"))
    assert dock.choice.channel_axis == 0
    dock.choice.choose_image(stack)
    assert (dock.choice.channel_axis, dock.choice.seeds) == (None, seeds)
    stack.data = np.ones((3, 48, 64))
    assert dock.choice.channel_axis is None
    dock.choice.choose_channels(0)
    dock.choice.choose_image(viewer.layers["colours"])
    dock.choice.choose_image(stack)
    assert dock.choice.channel_axis == 0


def test_channels_that_an_image_has_no_more_are_guessed_again(viewer, dock):
    image = viewer.add_image(np.zeros((5, 48, 64)))
    dock.choice.choose_channels(1)
    image.data = np.zeros((5, 148, 4))
    assert dock.choice.channel_axis == 2


# ---- files ----


def test_seeds_come_back_as_they_were(viewer, dock, ready, settle, tmp_path):
    path = tmp_path / "seeds.png"
    before = dock.choice.seeds.data.copy()
    dock.export_seeds(path)
    settle(dock)
    assert "seeds.png" in dock.hint_line.text
    viewer.layers.remove(dock.choice.seeds)
    dock.import_seeds(path)
    assert settle(dock) is Stage.READY
    np.testing.assert_array_equal(dock.choice.seeds.data, before)


def test_a_file_of_another_size_or_none_at_all_is_refused(viewer, dock, ready, settle, tmp_path):
    path = tmp_path / "seeds.png"
    dock.export_seeds(path)
    settle(dock)
    dock.choice.choose_image(viewer.add_image(np.zeros((10, 20)), name="small"))
    dock.import_seeds(path)
    settle(dock)
    assert "48 x 64 pixels but the image is 10 x 20 pixels" in dock.hint_line.text
    dock.import_seeds(tmp_path / "missing.png")
    settle(dock)
    assert "missing.png" in dock.hint_line.text
    assert "small seeds" not in viewer.layers


def test_the_five_things_one_needs_are_seen_without_scrolling(window, docked):
    docked.new_seeds()
    window.window._qt_window.resize(1920, 1080 - 40)
    QApplication.processEvents()
    for view in (docked.choice, docked.class_list, docked.run_bar, docked.hint_line, docked.params):
        assert view.visibleRegion().boundingRect().height() == view.height(), view


def test_tab_goes_from_control_to_control_from_top_to_bottom(window, docked, two_halves):
    window.add_image(two_halves)
    paint_halves(docked.new_seeds())
    QApplication.processEvents()
    controls = [
        docked.choice._image,
        docked.choice.new_button,
        docked.file_bar.import_button,
        docked.class_list.tree,
        docked.class_list.add_button,
        docked.run_bar.live_box,
        docked.run_bar.segment_button,
        docked.outputs._boxes["mask"],
        docked.insight.palette_fold.heading,
        docked.insight.why_fold.heading,
    ]
    order, reached = [controls[0]], controls[0].nextInFocusChain()
    while reached is not controls[0]:
        if reached.focusPolicy() & Qt.FocusPolicy.TabFocus and docked.isAncestorOf(reached):
            order.append(reached)
        reached = reached.nextInFocusChain()
    assert [one for one in order if one in controls] == controls


def test_300_px_are_wide_enough_for_everything_that_shows_at_first(window, docked):
    window.add_image(np.zeros((4, 8, 8)), name="a name that is much longer than any dock is wide " * 3)
    docked.insight.palette_fold.set_open(True)
    docked.run_bar.show_running(True)
    assert not docked.choice._channels.isHidden()
    bar = docked.verticalScrollBar().sizeHint().width()
    assert docked.widget().minimumSizeHint().width() + bar <= 290


def test_no_number_is_cut_in_a_dock_of_300_px(window, docked, qtbot):
    more = next(fold for fold in docked.params.findChildren(Fold) if fold.isVisible())
    more.set_open(True)
    main = window.window._qt_window
    frame = next(frame for frame in main.findChildren(QDockWidget) if frame.isAncestorOf(docked))
    main.resizeDocks([frame], [300], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: docked.width() <= 310)
    lines = [box.lineEdit() for box in docked.params.findChildren(QAbstractSpinBox)]
    assert len(lines) > 5
    for line in lines:
        option = QStyleOptionFrame()
        option.initFrom(line)
        room = line.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, line).width()
        assert room >= line.fontMetrics().horizontalAdvance(line.text()), line.text()
