"""Which channels count: chosen in the window, reaches the result, is kept, and stands in the script."""

import subprocess
import sys

import dask.array as da
import numpy as np
import pytest
from conftest import paint_halves
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from napari_seeded_kmeans import cut_out, read_labels, segment
from napari_seeded_kmeans.gui.channel_button import ChannelButton
from napari_seeded_kmeans.session import Stage

# A dab on a smooth picture may have fewer colours than the clusters asked for.
pytestmark = pytest.mark.filterwarnings("ignore:Class .* distinct colours only")
PARAMS = {"texture": False, "n_clusters": 4}


@pytest.fixture
def channels(two_halves):
    """(c, y, x): the picture, noise, the picture upside down and much more noise."""
    rng = np.random.default_rng(1)
    noise = [rng.normal(100, sigma, two_halves.shape) for sigma in (5, 60)]
    stack = [two_halves, noise[0], 255 - two_halves[::-1], noise[1]]
    return np.stack(stack).clip(0, 255).astype(np.uint16)


@pytest.fixture
def seeds(viewer, dock, channels, settle):
    """The dock with a first result of four channels; gives the seeds."""
    viewer.add_image(channels, name="im", axis_labels=("c", "y", "x"))
    dock.params.set_value("auto", **PARAMS)
    seeds = dock.new_seeds()
    paint_halves(seeds)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    return seeds


def mask(viewer):
    return viewer.layers["im mask"].data


@pytest.mark.parametrize("chosen", [(0, 2), (0, 1, 2), (1, 2, 3), (0,), (0, 2, 3)])
def test_the_result_is_that_of_the_channels_that_count(chosen, viewer, dock, seeds, channels, settle):
    before = dock.result.scores.copy()
    dock.choice.choose_subset(chosen)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert dock.choice.seeds is seeds
    assert seeds.data.shape == (48, 64)
    wanted = segment(channels[list(chosen)], seeds.data, channel_axis=0, **PARAMS)
    np.testing.assert_array_equal(mask(viewer), wanted.labels)
    np.testing.assert_array_equal(dock.result.scores, wanted.scores)
    dock.choice.choose_subset(None)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(dock.result.scores, before)


@pytest.mark.parametrize("kind", ["between", "last", "dask"])
def test_channels_anywhere_and_lazy_ones(kind, viewer, dock, channels, settle):
    axis = {"between": 1, "last": 2, "dask": 0}[kind]
    data = np.moveaxis(channels, 0, axis)
    labels = ["y", "x"]
    labels.insert(axis, "c")
    image = da.from_array(data, chunks=16) if kind == "dask" else data
    viewer.add_image(image, name="im", axis_labels=labels, rgb=False)
    dock.params.set_value("auto", **PARAMS)
    dock.choice.choose_subset((0, 1, 3))
    seeds = dock.new_seeds()
    spatial = dock._inputs.source.to_spatial(seeds.data)
    spatial[10:40, 4:8], spatial[10:40, 56:60] = 1, 2
    seeds.refresh()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    wanted = segment(data.take([0, 1, 3], axis=axis), spatial, channel_axis=axis, **PARAMS)
    np.testing.assert_array_equal(dock.result.labels, wanted.labels)


def test_what_is_made_of_the_result_knows_of_no_other_channels(viewer, dock, seeds, channels, settle, qtbot):
    dock.choice.choose_subset((0, 2))
    settle(dock)
    dock.outputs.set_value(("mask", "clusters", "cut-out", "objects", "measurements"))
    qtbot.waitUntil(lambda: "im cut-out" in viewer.layers and "im clusters" in viewer.layers)
    qtbot.waitUntil(lambda: "im objects" in viewer.layers)
    columns = [name for name in viewer.layers["im objects"].features if name.startswith("mean")]
    assert columns == ["mean-0", "mean-2"]
    limits = tuple(viewer.layers["im"].contrast_limits)
    wanted = cut_out(channels[[0, 2]].mean(axis=0), dock.result.mask, contrast=limits)
    np.testing.assert_array_equal(viewer.layers["im cut-out"].data, wanted)
    dock.insight.palette_fold.set_open(True)
    dock.insight.why_fold.set_open(True)
    dock.insight._inspector.pin((20, 20))
    qtbot.waitUntil(lambda: "background" in dock.insight.panel.answer)


def test_not_live_waits_and_says_so(viewer, dock, seeds, settle):
    dock.run_bar.set_live(False)
    before = mask(viewer).copy()
    dock.choice.choose_subset((1,))
    assert settle(dock) is Stage.READY
    assert "press Segment" in dock.hint_line.text
    np.testing.assert_array_equal(mask(viewer), before)


def test_what_counts_is_remembered_for_every_image_and_axis(viewer, dock, seeds, channels):
    image = viewer.layers["im"]
    dock.choice.choose_subset((0, 2))
    other = viewer.add_image(channels + 1, name="other", axis_labels=("c", "y", "x"))
    dock.choice.choose_image(other)
    assert dock.choice.channels is None
    dock.choice.choose_image(image)
    assert dock.choice.channels == (0, 2)
    dock.choice.choose_channels(None)
    assert dock.choice.channels is None
    assert dock.choice._subset.isHidden()
    dock.choice.choose_channels(0)
    assert dock.choice.channels == (0, 2)
    image.data = channels[:2]
    assert dock.choice.channels is None


def test_one_channel_or_colours_leave_no_choice(viewer, dock, channels):
    viewer.add_image(channels[:1], axis_labels=("c", "y", "x"))
    assert dock.choice._subset.isHidden()
    dock.choice.choose_image(viewer.add_image(np.zeros((48, 64, 3), np.uint8), rgb=True))
    assert dock.choice._subset.isHidden()


def test_it_comes_back_with_the_session(viewer, dock, seeds, settle, tmp_path):
    dock.choice.choose_subset((0, 2))
    settle(dock)
    wanted = mask(viewer).copy()
    dock.save_session(tmp_path / "my.json")
    settle(dock)
    dock.choice.choose_subset(None)
    settle(dock)
    dock.open_session(tmp_path / "my.json")
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert dock.choice.channels == (0, 2)
    np.testing.assert_array_equal(mask(viewer), wanted)


def test_it_is_kept_by_itself(viewer, dock, seeds, kept, another, settle, qtbot):
    dock.choice.choose_subset((0, 2))
    settle(dock)
    dock.close_down()
    viewer.layers.remove(seeds)
    again = another()
    again.choice.choose_subset(None)
    qtbot.waitUntil(lambda: again.session.has_offer)
    again.restore()
    assert again.choice.channels == (0, 2)


@pytest.mark.parametrize("chosen", [(0, 2), (0, 1, 3)])
def test_the_script_leaves_out_the_same_channels(chosen, viewer, dock, seeds, settle, tmp_path):
    dock.choice.choose_subset(chosen)
    settle(dock)
    dock.export_script(tmp_path / "run.py")
    settle(dock)
    done = subprocess.run([sys.executable, tmp_path / "run.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(read_labels(tmp_path / "run.labels.tif"), mask(viewer))


@pytest.mark.parametrize(("axis", "name"), [(0, "axis 0 (4)"), (None, "none (space only)")])
def test_where_seeds_fit_by_other_channels_the_hint_names_them(axis, name, viewer, dock, channels):
    viewer.add_image(channels, name="im")
    dock.choice.choose_channels(axis)
    dock.new_seeds()
    dock.choice.choose_channels(None if axis == 0 else 0)
    assert dock.session.stage is Stage.NEEDS_MATCH
    assert f'choose "{name}" under Channels, or press New' in dock.hint_line.text
    assert name in [dock.choice._channels.itemText(index) for index in range(dock.choice._channels.count())]
    dock.choice.choose_channels(axis)
    assert dock.session.stage is Stage.NEEDS_STROKES


# ---- the button ----


@pytest.fixture
def button(qtbot):
    button = ChannelButton()
    qtbot.addWidget(button)
    button.offer(3, None)
    return button


def test_the_button_says_how_many_count_and_one_always_does(button, qtbot):
    assert (button.text(), button.value()) == ("all", None)
    actions = button.menu().actions()
    with qtbot.waitSignal(button.chosen):
        actions[1].trigger()
    assert (button.text(), button.value()) == ("2 of 3", (0, 2))
    actions[0].trigger()
    assert (button.text(), button.value()) == ("1 of 3", (2,))
    assert not actions[2].isEnabled()
    assert "At least one" in actions[2].toolTip()
    actions[0].trigger()
    assert actions[2].isEnabled()


def test_the_menu_stays_open_while_one_ticks_with_mouse_or_keys(button, qtbot):
    menu = button.menu()
    menu.popup(button.pos())
    qtbot.waitUntil(menu.isVisible)
    actions = menu.actions()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(actions[0]).center())
    assert button.value() == (1, 2)
    menu.setActiveAction(actions[1])
    QTest.keyClick(menu, Qt.Key.Key_Space)
    assert button.value() == (2,)
    menu.setActiveAction(actions[2])
    QTest.keyClick(menu, Qt.Key.Key_Space)
    assert button.value() == (2,)
    assert menu.isVisible()
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()


def test_what_is_not_offered_is_not_chosen(button):
    for channels in ((), (0, 3), (-1,)):
        button.set_value(channels)
        assert button.value() is None
    button.offer(2, (1,))
    assert button.value() == (1,)
