"""What is seen is labelled first, the rest follows; cancelling and newer strokes leave nothing behind."""

from threading import Event

import dask.array as da
import numpy as np
import pytest
from conftest import paint_halves

from napari_seeded_kmeans import segment
from napari_seeded_kmeans.core import threads
from napari_seeded_kmeans.core.errors import CancelledError
from napari_seeded_kmeans.core.patch import Patch
from napari_seeded_kmeans.core.workspace import Workspace
from napari_seeded_kmeans.gui import follower, job, updates
from napari_seeded_kmeans.gui.glimpses import Glimpse, Preview
from napari_seeded_kmeans.gui.segmenter import Fitted
from napari_seeded_kmeans.session import Stage

pytestmark = pytest.mark.filterwarnings("ignore:Class .* distinct colours only")


@pytest.fixture
def gate(monkeypatch):
    """Lets every job fit and preview, but go no further before it is opened; counts those that did."""

    class Gate:
        def __init__(self) -> None:
            self.opened, self.n_finished = Event(), 0

        def __call__(self, image, seeds, *, on_fit, cancel, **keywords):
            def fitted(*given):
                on_fit(*given)
                while not self.opened.wait(0.001):
                    threads.stop_if(cancel)

            result = segment(image, seeds, on_fit=fitted, cancel=cancel, **keywords)
            self.n_finished += 1
            return result

    gate = Gate()
    monkeypatch.setattr(job, "segment", gate)
    yield gate
    gate.opened.set()


def patch_of(mask):
    """Return a mask as it comes from the worker."""
    return Patch(mask, tuple(slice(0, length, 1) for length in mask.shape))


@pytest.fixture
def shown(viewer, dock, two_halves):
    """Masks as they are shown, one after the other; the seeds are painted."""
    masks = []
    image = viewer.add_image(two_halves, name="halves")
    dock._updates.previewed.connect(
        lambda _seen: masks.append(viewer.layers[f"{image.name} mask"].data.copy())
    )
    seeds = dock.new_seeds()
    paint_halves(seeds)
    return masks


def test_a_preview_is_shown_before_the_result(viewer, dock, shown, gate, qtbot, settle, two_halves):
    qtbot.waitUntil(lambda: len(shown) == 1, timeout=60_000)
    mask = viewer.layers["halves mask"]
    np.testing.assert_array_equal(mask.data, shown[0])
    assert ((mask.data == 2) == (two_halves > 120)).mean() > 0.95
    assert dock.session.running
    gate.opened.set()
    assert settle(dock) is Stage.DONE
    assert viewer.layers["halves mask"] is mask
    np.testing.assert_array_equal(mask.data, segment(two_halves, dock._seeds.snapshot()).labels)


def test_a_newer_stroke_takes_the_place_of_what_was_previewed(viewer, dock, shown, gate, qtbot, settle):
    seeds = viewer.layers["halves seeds"]
    qtbot.waitUntil(lambda: len(shown) == 1, timeout=60_000)
    seeds.data_setitem((np.array([2, 3]), np.array([20, 20])), 1)
    qtbot.waitUntil(lambda: len(shown) == 2, timeout=60_000)
    gate.opened.set()
    assert settle(dock) is Stage.DONE
    assert gate.n_finished == 1
    result = dock.result
    assert result.labels.tobytes() == segment(viewer.layers["halves"].data, seeds.data).labels.tobytes()


def see(dock, fitted, labels):
    """Have labels arrive that were on their way to the window."""
    ticket = fitted.ticket
    seen = Preview(ticket.source, patch_of(labels), fitted.seeds)
    dock._updates._glimpses.arrived.emit(Glimpse(ticket, seen))


def test_what_is_worked_out_fast_is_drawn_together_with_the_stroke(
    viewer, dock, shown, gate, qtbot, settle, monkeypatch
):
    qtbot.waitUntil(lambda: len(shown) == 1, timeout=60_000)
    gate.opened.set()
    assert settle(dock) is Stage.DONE
    # However slow this machine is at the moment.
    monkeypatch.setattr(updates, "_SOON_S", 60)
    dock._drawing._timer.setInterval(60_000)
    held = []
    dock._updates.previewed.connect(lambda _seen: held.append(dock._drawing.is_held))
    seeds = viewer.layers["halves seeds"]
    seeds.data[10:40, 36:50] = 1
    seeds.refresh()
    dock._seeds.look()
    assert dock._drawing.is_held
    assert settle(dock) is Stage.DONE
    assert len(shown) == 2, "and not once more"
    assert held == [True]
    assert not dock._drawing.is_held


def test_after_cancel_no_preview_arrives(viewer, dock, shown, gate, qtbot):
    qtbot.waitUntil(lambda: len(shown) == 1, timeout=60_000)
    fitted = dock._updates._segmenter.fitted
    dock.cancel()
    see(dock, fitted, shown[0])
    gate.opened.set()
    qtbot.waitUntil(lambda: dock._updates._runner._running is None)
    assert len(shown) == 1
    assert gate.n_finished == 0


@pytest.fixture
def ahead(viewer, dock, shown, gate, qtbot, settle):
    """Masks as they are shown: of a result, and of a newer stroke whose result does not come."""
    qtbot.waitUntil(lambda: len(shown) == 1, timeout=60_000)
    gate.opened.set()
    assert settle(dock) is Stage.DONE
    gate.opened.clear()
    seeds = viewer.layers["halves seeds"]
    seeds.data_setitem(tuple(np.mgrid[10:40, 36:50].reshape(2, -1)), 1)
    qtbot.waitUntil(lambda: len(shown) == 2, timeout=60_000)
    return shown


def test_a_preview_stays_when_something_of_the_result_before_comes_late(
    viewer, dock, ahead, gate, qtbot, settle
):
    assert not np.array_equal(ahead[1], dock.result.labels)
    dock.outputs.set_value(("mask", "uncertainty"))
    qtbot.waitUntil(lambda: "halves uncertainty" in viewer.layers)
    np.testing.assert_array_equal(viewer.layers["halves mask"].data, ahead[1])
    gate.opened.set()
    assert settle(dock) is Stage.DONE
    np.testing.assert_array_equal(viewer.layers["halves mask"].data, dock.result.labels)


@pytest.mark.parametrize("how", ["box", "by hand"])
def test_a_mask_removed_after_cancel_comes_back_with_the_box(how, viewer, dock, ahead, qtbot):
    dock.cancel()
    if how == "by hand":
        viewer.layers.remove("halves mask")
    dock.outputs.set_value(("uncertainty",))
    assert "halves mask" not in viewer.layers
    dock.outputs.set_value(("mask", "uncertainty"))
    qtbot.waitUntil(lambda: "halves mask" in viewer.layers)
    np.testing.assert_array_equal(viewer.layers["halves mask"].data, dock.result.labels)


def test_looking_elsewhere_previews_that_part(dock, shown, gate, qtbot, settle):
    qtbot.waitUntil(lambda: len(shown) == 1, timeout=60_000)
    dock._updates.look((slice(0, 20), slice(30, 60)))
    qtbot.waitUntil(lambda: len(shown) == 2, timeout=60_000)
    changed = shown[0] != shown[1]
    changed[:20, 30:60] = False
    assert not changed.any()
    gate.opened.set()
    assert settle(dock) is Stage.DONE
    # The result is there: nothing to be previewed.
    dock._updates.look((slice(5, 20), slice(30, 60)))
    assert dock._updates._glancer._running is None


def test_previews_go_on_from_what_is_known_and_forget_it_when_the_image_changes(
    viewer, dock, two_halves, settle
):
    viewer.add_image(two_halves, name="halves")
    seeds = dock.new_seeds()
    paint_halves(seeds)
    assert settle(dock) is Stage.DONE
    kept = dock._updates._segmenter._shelf._workspace
    seeds.data_setitem((np.array([2]), np.array([20])), 1)
    settle(dock)
    assert dock._updates._segmenter._shelf._workspace is kept
    viewer.layers["halves"].data[:] = 255 - two_halves
    dock.segment()
    settle(dock)
    again = segment(255 - two_halves, seeds.data)
    np.testing.assert_array_equal(viewer.layers["halves mask"].data, again.labels)


@pytest.mark.parametrize("load", [np.array, da.from_array])
def test_what_was_worked_out_ahead_of_a_second_image_is_of_use(load, viewer, dock, two_halves, qtbot, settle):
    viewer.add_image(two_halves, name="halves")
    paint_halves(dock.new_seeds())
    assert settle(dock) is Stage.DONE
    first = dock._updates._segmenter._shelf._workspace
    dock.choice.choose_image(viewer.add_image(load(255 - two_halves), name="second"))
    seeds = dock.new_seeds()
    seeds.paint((10, 10), 1)
    qtbot.waitUntil(lambda: dock._updates._segmenter._shelf._workspace not in (None, first))
    qtbot.waitUntil(lambda: not dock._updates._glancer.is_working)
    ahead = dock._updates._segmenter._shelf._workspace
    seeds.paint((10, 50), 2)
    assert settle(dock) is Stage.DONE
    assert dock._updates._segmenter._shelf._workspace is ahead
    expected = segment(255 - two_halves, seeds.data)
    np.testing.assert_array_equal(viewer.layers["second mask"].data, expected.labels)


@pytest.mark.parametrize("given", [np.asarray, np.ndarray.view])
def test_pixels_that_changed_in_place_are_followed_once_the_layer_says_so(
    given, viewer, dock, two_halves, settle
):
    image = viewer.add_image(two_halves.copy(), name="halves")
    seeds = dock.new_seeds()
    paint_halves(seeds)
    assert settle(dock) is Stage.DONE
    image.data[:] = 255 - two_halves.T.reshape(two_halves.shape)
    image.data = given(image.data)
    settle(dock)
    expected = segment(image.data, seeds.data)
    np.testing.assert_array_equal(viewer.layers["halves mask"].data, expected.labels)


def test_of_a_stack_the_current_slice_comes_first(viewer, dock, two_halves, gate, qtbot, settle):
    stack = np.stack([two_halves] * 5)
    viewer.add_image(stack, name="stack")
    seeds = dock.new_seeds()
    viewer.dims.set_current_step(0, 3)
    masks = []
    dock._updates.previewed.connect(lambda _seen: masks.append(viewer.layers["stack mask"].data.copy()))
    seeds.data[3, 10:40, 4:8] = 1
    seeds.data[3, 10:40, 56:60] = 2
    seeds.refresh()
    qtbot.waitUntil(lambda: len(masks) == 1, timeout=60_000)
    assert (masks[0][[0, 1, 2, 4]] == 0).all()
    assert (masks[0][3] != 0).all()
    viewer.dims.set_current_step(0, 1)
    qtbot.waitUntil(lambda: len(masks) == 2, timeout=60_000)
    assert (masks[1][1] != 0).all()
    np.testing.assert_array_equal(masks[1][3], masks[0][3])
    gate.opened.set()
    assert settle(dock) is Stage.DONE


def brush(seeds, places, value):
    """Go on with a drag, of which napari tells step by step."""
    seeds.data[places] = value
    seeds.events.labels_update(data=seeds.data[places], offset=(0, 0))


def test_the_mask_follows_a_brush_that_is_still_down(viewer, dock, shown, gate, qtbot, settle, two_halves):
    seeds = viewer.layers["halves seeds"]
    qtbot.waitUntil(lambda: len(shown) == 1, timeout=60_000)
    gate.opened.set()
    settle(dock)
    brush(seeds, np.s_[10:40, 36:44], 1)
    qtbot.waitUntil(lambda: len(shown) == 2, timeout=60_000)
    assert (shown[1][12:38, 38:42] == 1).all()
    assert not dock.session.running, "no result is worked out before the brush is lifted"
    assert gate.n_finished == 1
    seeds.refresh()
    assert settle(dock) is Stage.DONE
    assert len(shown) == 2, "what is shown already is not shown again"
    result = segment(two_halves, seeds.data)
    assert dock.result.labels.tobytes() == result.labels.tobytes()


def test_a_brush_gives_up_what_is_behind_it(viewer, dock, shown, gate, qtbot, settle):
    seeds = viewer.layers["halves seeds"]
    qtbot.waitUntil(lambda: len(shown) == 1, timeout=60_000)
    assert dock.session.running
    brush(seeds, np.s_[10:40, 36:44], 1)
    qtbot.waitUntil(lambda: len(shown) == 2, timeout=60_000)
    assert not dock.session.running
    brush(seeds, np.s_[10:40, 44:52], 1)
    seeds.refresh()
    gate.opened.set()
    assert settle(dock) is Stage.DONE
    assert gate.n_finished == 1
    assert len(shown) >= 3, "the rest of the stroke was not seen before"


def test_a_brush_that_gives_up_what_runs_leaves_the_hint_and_the_advice(
    viewer, dock, shown, gate, qtbot, settle
):
    seeds = viewer.layers["halves seeds"]
    gate.opened.set()
    assert settle(dock) is Stage.DONE
    gate.opened.clear()
    hint = dock.hint_line.text
    seeds.data_setitem((np.array([2, 3]), np.array([20, 20])), 1)
    dock._seeds.look()
    assert dock.session.running
    with qtbot.waitSignal(dock._seeds.brushed):
        brush(seeds, np.s_[10:40, 36:44], 1)
    assert not dock.session.running
    assert dock.hint_line.text == hint
    assert dock.hint_line.next_button.isVisible()
    gate.opened.set()
    seeds.refresh()
    assert settle(dock) is Stage.DONE


def test_a_draft_of_half_a_stroke_is_not_shown_after_all_of_it(viewer, dock, shown, gate, qtbot):
    seeds = viewer.layers["halves seeds"]
    qtbot.waitUntil(lambda: len(shown) == 1, timeout=60_000)
    brush(seeds, np.s_[10:40, 36:44], 1)
    qtbot.waitUntil(lambda: len(shown) == 2, timeout=60_000)
    half = Fitted(dock._updates._draft.ticket, *[None] * 4)
    seeds.data[10:40, 44:52] = 1
    seeds.refresh()
    qtbot.waitUntil(lambda: len(shown) == 3, timeout=60_000)
    see(dock, half, shown[1])
    assert len(shown) == 3


def test_of_a_large_view_only_the_features_of_a_stroke_are_worked_out_before_it_is_done(
    viewer, dock, shown, gate, qtbot, settle, monkeypatch
):
    gate.opened.set()
    settle(dock)
    n_shown = len(shown)
    monkeypatch.setattr(follower, "_MOST_DRAFTED", 0)
    known = []
    get_ahead = Workspace.get_ahead
    monkeypatch.setattr(
        Workspace,
        "get_ahead",
        lambda self, places: get_ahead(self, places) or known.append(places),
    )
    seeds = viewer.layers["halves seeds"]
    seeds.data[10:40, 36:44] = 1
    seeds.events.labels_update(data=seeds.data[10:40, 36:44], offset=(10, 36))
    qtbot.waitUntil(lambda: len(known) == 1, timeout=60_000)
    painted = np.zeros(seeds.data.shape, bool)
    painted[10:40, 36:44] = True
    np.testing.assert_array_equal(known[0], np.flatnonzero(painted))
    assert len(shown) == n_shown


def test_a_brush_leaves_a_mask_alone_that_does_not_follow(viewer, dock, shown, gate, qtbot, settle):
    gate.opened.set()
    settle(dock)
    dock.run_bar.set_live(False)
    n_shown = len(shown)
    with qtbot.waitSignal(dock._seeds.brushed):
        brush(viewer.layers["halves seeds"], np.s_[10:40, 36:44], 1)
    assert dock._updates._drafter._running is None
    assert len(shown) == n_shown


def test_zooming_and_rolling_have_what_is_seen_then_labelled_first(
    window, docked, two_halves, gate, qtbot, settle
):
    image = window.add_image(np.stack([two_halves] * 6), name="stack")
    seeds = docked.new_seeds()
    masks = []
    docked._updates.previewed.connect(lambda _seen: masks.append(window.layers["stack mask"].data.copy()))
    window.dims.set_current_step(0, 0)
    getattr(window, "scene", window).camera.zoom *= 8
    getattr(window, "scene", window).camera.center = (0, 24, 32)
    # Once it is drawn.
    qtbot.waitUntil(lambda: image.corner_pixels[0, 1] > 5)
    seeds.data[0, 10:40, 4:8] = 1
    seeds.data[0, 10:40, 56:60] = 2
    seeds.refresh()
    qtbot.waitUntil(lambda: bool(masks), timeout=20_000)
    assert (masks[0][0, 23:26, 31:34] != 0).all()
    assert (masks[0][0, :5] == 0).all(), "what is not seen waits"
    window.reset_view()
    qtbot.waitUntil(lambda: (masks[-1][0] != 0).all(), timeout=60_000)
    assert (masks[-1][1:] == 0).all()
    window.dims.roll()
    qtbot.waitUntil(lambda: (masks[-1] != 0).any(axis=(1, 2)).all(), timeout=60_000)
    assert docked.session.running
    gate.opened.set()
    assert settle(docked) is Stage.DONE
    np.testing.assert_array_equal(window.layers["stack mask"].data, docked.result.labels)


def test_cancel_is_asked_between_tiles():
    # Nothing waits for a whole stage: work stops at the first tile after the answer is yes.
    image = np.random.default_rng(0).integers(0, 255, (300, 1100)).astype(np.uint8)
    seeds = np.zeros(image.shape, np.uint8)
    seeds[:, :20], seeds[:, -20:] = 1, 2
    answers = []

    def cancel():
        answers.append(1)
        return len(answers) > n_asked

    n_asked = 10_000
    segment(image, seeds, cancel=cancel)
    total = len(answers)
    assert total > 20
    for n_asked in range(0, total, 7):
        answers.clear()
        with pytest.raises(CancelledError):
            segment(image, seeds, cancel=cancel)
        # One answer for every thread that was in a tile.
        assert len(answers) <= n_asked + 1 + threads.get_num_threads()
