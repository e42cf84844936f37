"""Why this pixel, which strokes contradict each other, and where to paint next: in words, and in the view."""

import numpy as np
import pytest
from conftest import LONG_MS, click, drag, hover, paint_halves
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDockWidget

from napari_seeded_kmeans.core.legend import Legend
from napari_seeded_kmeans.gui.highlight import ring
from napari_seeded_kmeans.gui.source import Source
from napari_seeded_kmeans.gui.view import look_at, seen_axes
from napari_seeded_kmeans.gui.why_words import NearRow, Question, conflict, why
from napari_seeded_kmeans.session import Stage

pytestmark = pytest.mark.filterwarnings("ignore:Class .* distinct colours only")
PARAMS = {"texture": False, "n_clusters": 4}


def prepare(viewer, dock, picture, settle):
    viewer.add_image(picture, name="halves")
    dock.params.set_value("auto", **PARAMS)
    seeds = dock.new_seeds()
    paint_halves(seeds)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    return seeds


@pytest.fixture
def seeds(viewer, dock, two_halves, settle):
    return prepare(viewer, dock, two_halves, settle)


def ask(dock, position, qtbot):
    dock.insight.why_fold.set_open(True)
    dock.insight._inspector.pin(position)
    qtbot.waitUntil(lambda: str(position[-1]) in dock.insight.panel.answer)
    qtbot.waitUntil(lambda: "painted px" in dock.insight.panel.answer)


# ---- in words ----


def test_an_answer_says_class_look_and_nearest_colours():
    near = [NearRow("#102030", 2, 0.4, 12), NearRow("#405060", 1, 3.0, None)]
    text = why(Question((3, 4), 2, 0, {1: 0.2, 2: 0.8}, 0.4, near), Legend().renamed(2, "a<b"))
    assert "Pixel (3, 4) is <b>a&lt;b</b>." in text
    assert "<b>a&lt;b</b> 80%, <b>background</b> 20%" in text
    assert "#102030" in text
    assert "at 0.4, 12 painted px behind it" in text
    assert "surroundings" not in text
    assert "unlike" not in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"label": 1}, "Its surroundings decided otherwise"),
        ({"label": 1, "painted": 1}, "It was painted as <b>background</b>"),
        ({"strangeness": 9.0}, "unlike anything you painted"),
        ({"label": 0}, "has no label"),
    ],
)
def test_what_is_special_about_a_pixel_is_said(change, words):
    question = Question((3, 4), 2, 0, {1: 0.2, 2: 0.8}, 0.4, [])._replace(**change)
    assert words in why(question, Legend())


def test_a_conflict_names_both_classes_and_which_it_is():
    rows = NearRow("#102030", 1, 0, 5), NearRow("#102031", 2, 0, 6)
    assert "Conflict: <span" in conflict(*rows, 1, 1, Legend())
    assert "<b>background</b> and" in conflict(*rows, 1, 1, Legend())
    assert "Conflict 2 of 10: <span" in conflict(*rows, 2, 10, Legend())


# ---- in the dock ----


def test_without_a_result_there_is_nothing_to_ask(viewer, dock, two_halves):
    viewer.add_image(two_halves)
    dock.insight.why_fold.set_open(True)
    assert not dock.insight.panel.pin_button.isEnabled()
    assert "no result" in dock.insight.panel.pin_button.toolTip()
    assert dock.hint_line.next_button.isHidden()


def test_a_click_answers_and_does_not_paint(window, docked, two_halves, settle, qtbot):
    seeds = prepare(window, docked, two_halves, settle)
    painted = seeds.data.copy()
    docked.insight.why_fold.set_open(True)
    qtbot.mouseClick(docked.insight.panel.pin_button, Qt.MouseButton.LeftButton)
    for place, name in (((20, 50), "foreground"), ((20, 20), "background")):
        click(window, seeds, place)
        qtbot.waitUntil(lambda place=place: f"({place[0]}, {place[1]})" in docked.insight.panel.answer)
        assert f"is <b>{name}</b>" in docked.insight.panel.answer
    np.testing.assert_array_equal(seeds.data, painted)
    docked.insight.why_fold.set_open(False)
    assert str(seeds.mode) == "paint"
    click(window, seeds, (20, 20))
    assert seeds.data[20, 20], "the brush is in hand again"


def test_a_hand_may_tremble_in_a_click_and_a_drag_asks_nothing(window, docked, two_halves, settle, qtbot):
    seeds = prepare(window, docked, two_halves, settle)
    docked.insight.why_fold.set_open(True)
    qtbot.mouseClick(docked.insight.panel.pin_button, Qt.MouseButton.LeftButton)
    pixel = 1 / getattr(window, "scene", window).camera.zoom
    drag(window, seeds, [(20, 50), (20 + 2 * pixel, 50), (20 + pixel, 50 + 3 * pixel)])
    qtbot.waitUntil(lambda: "(20, 50)" in docked.insight.panel.answer)
    drag(window, seeds, [(30, 40), (30, 40 + 30 * pixel), (30, 40)])
    assert docked.insight._inspector._position == (20, 50)


def test_the_answer_follows_the_pointer_that_rests_until_a_pixel_is_pinned(
    window, docked, two_halves, settle, qtbot
):
    seeds = prepare(window, docked, two_halves, settle)
    panel, painted = docked.insight.panel, seeds.data.copy()
    hover(window, seeds, (20, 50))
    assert not docked.insight._hover.is_waiting, "nobody sees the answer"
    docked.insight.why_fold.set_open(True)
    assert "Rest the pointer" in panel.answer
    for x in (40, 44, 48):
        hover(window, seeds, (20, x))
    qtbot.waitUntil(lambda: "(20, 48)" in panel.answer)
    assert "is <b>foreground</b>" in panel.answer
    assert panel.strokes_button.isVisible()
    qtbot.mouseClick(panel.pin_button, Qt.MouseButton.LeftButton)
    click(window, seeds, (30, 12))
    qtbot.waitUntil(lambda: "(30, 12)" in panel.answer)
    hover(window, seeds, (20, 48))
    qtbot.waitUntil(lambda: not docked.insight._hover.is_waiting)
    assert "(30, 12)" in panel.answer
    qtbot.mouseClick(panel.pin_button, Qt.MouseButton.LeftButton)
    hover(window, seeds, (20, 47))
    qtbot.waitUntil(lambda: "(20, 47)" in panel.answer)
    np.testing.assert_array_equal(seeds.data, painted)


def test_in_a_stack_the_pointer_asks_about_the_slice_that_is_seen(window, docked, two_halves, settle, qtbot):
    window.add_image(np.stack([two_halves] * 5), name="halves", scale=(4, 1, 1))
    docked.params.set_value("auto", **PARAMS)
    seeds = docked.new_seeds()
    paint_halves(seeds)
    assert settle(docked) is Stage.DONE, docked.hint_line.text
    docked.insight.why_fold.set_open(True)
    window.dims.set_current_step(0, 2)
    hover(window, seeds, (20, 48))
    qtbot.waitUntil(lambda: "(2, 20, 48)" in docked.insight.panel.answer)
    window.dims.ndisplay = 3
    hover(window, seeds, (20, 44))
    assert not docked.insight._hover.is_waiting


def test_in_3d_no_click_asks_and_the_buttons_say_why(window, docked, two_halves, settle, qtbot):
    window.add_image(np.stack([two_halves] * 5), name="halves")
    docked.params.set_value("auto", **PARAMS)
    seeds = docked.new_seeds()
    paint_halves(seeds)
    assert settle(docked) is Stage.DONE, docked.hint_line.text
    for fold in (docked.insight.palette_fold, docked.insight.why_fold):
        fold.set_open(True)
    buttons = docked.insight.table.pick_button, docked.insight.panel.pin_button
    qtbot.waitUntil(lambda: all(button.isEnabled() for button in buttons))
    buttons[0].setChecked(True)
    window.dims.ndisplay = 3
    for button in buttons:
        assert not button.isEnabled()
        assert not button.isChecked()
        assert "change to 2-D" in button.toolTip()
    assert docked.insight._pointer._on_press not in window.mouse_drag_callbacks
    window.dims.ndisplay = 2
    for button in buttons:
        assert button.isEnabled()
        assert "click" in button.toolTip()
        assert "2-D" not in button.toolTip()


def test_pointing_asks_nothing_while_one_paints_or_leaves(window, docked, two_halves, settle, qtbot):
    seeds = prepare(window, docked, two_halves, settle)
    docked.insight.why_fold.set_open(True)
    # However slow the machine is, the pointer has not rested yet.
    docked.insight._hover._timer.setInterval(LONG_MS)
    hover(window, seeds, (20, 48))
    assert docked.insight._hover.is_waiting
    window.mouse_over_canvas = True
    window.mouse_over_canvas = False
    assert not docked.insight._hover.is_waiting
    hover(window, seeds, (4, 40))
    drag(window, seeds, [(4, 44), (4, 46), (4, 48)])
    assert not docked.insight._hover.is_waiting
    assert settle(docked) is Stage.DONE, docked.hint_line.text
    assert "(4, 48)" not in docked.insight.panel.answer
    docked.insight.why_fold.set_open(False)
    assert not window.mouse_move_callbacks


def test_a_panel_that_was_hidden_follows_the_pointer_again_when_it_is_shown(
    window, docked, two_halves, settle, qtbot
):
    seeds = prepare(window, docked, two_halves, settle)
    docked.insight.why_fold.set_open(True)
    frames = window.window._qt_window.findChildren(QDockWidget)
    frame = next(frame for frame in frames if frame.isAncestorOf(docked))
    frame.hide()
    seeds.paint((20, 30), 1)
    assert settle(docked) is Stage.DONE, docked.hint_line.text
    frame.show()
    hover(window, seeds, (20, 48))
    qtbot.waitUntil(lambda: "(20, 48)" in docked.insight.panel.answer)


def test_a_pixel_without_label_says_so_when_the_pointer_rests_on_it(viewer, dock, two_halves, settle):
    picture = two_halves.astype(float)
    picture[0:9, 28:36] = np.nan
    prepare(viewer, dock, picture, settle)
    dock.insight.why_fold.set_open(True)
    dock.insight._inspector.pass_by((4, 30))
    assert "has no label" in dock.insight.panel.answer
    assert not dock.insight.panel.strokes_button.isVisible()
    assert not dock.session.is_error


def test_the_answer_follows_the_next_result(dock, seeds, settle, qtbot):
    ask(dock, (20, 50), qtbot)
    seeds.data[18:22, 48:52] = 1
    seeds.refresh()
    settle(dock)
    qtbot.waitUntil(lambda: "painted as <b>background</b>" in dock.insight.panel.answer)


def test_of_a_larger_image_no_pixel_is_asked_about_before_its_result(viewer, dock, seeds, qtbot):
    ask(dock, (20, 50), qtbot)
    image = viewer.layers["halves"]
    image.data = np.pad(image.data, 40)
    assert not dock.insight.panel.pin_button.isEnabled()
    dock.insight._inspector.pass_by((100, 120))
    dock.insight._inspector.pin((100, 120))
    assert "100" not in dock.insight.panel.answer
    assert "48 x 64 pixels but the image is 128 x 144 pixels" in dock.hint_line.text


def test_the_strokes_behind_a_pixel_light_up(viewer, dock, seeds, qtbot):
    ask(dock, (20, 50), qtbot)
    qtbot.mouseClick(dock.insight.panel.strokes_button, Qt.MouseButton.LeftButton)
    lit = viewer.layers["halves highlight"].data.astype(bool)
    assert lit.any()
    assert (seeds.data[lit] == 2).all()
    dock.insight.why_fold.set_open(False)
    assert not viewer.layers["halves highlight"].visible


@pytest.mark.parametrize("way", ["ignored", "outside", "muted"])
def test_strokes_that_teach_nothing_are_behind_nothing(way, viewer, dock, seeds, settle, qtbot):
    seeds.data[2:6, 34:60] = 3
    if way == "outside":
        inside = np.zeros(seeds.data.shape, np.uint8)
        inside[8:] = 1
        dock.choice.choose_region(viewer.add_labels(inside, name="lower part"))
    seeds.refresh()
    settle(dock)
    dock.insight.palette_fold.set_open(True)
    if way == "ignored":
        dock.classes.set_ignored(3, True)
    elif way == "muted":
        qtbot.waitUntil(lambda: len(dock.insight.table.rows) > 0)
        third = [row.number for row in dock.insight.table.rows if row.class_value == 3]
        while third:
            dock.clusters.mute(third[0], True)
            assert settle(dock) is Stage.DONE, dock.hint_line.text
            third = [
                row.number for row in dock.insight.table.rows if row.class_value == 3 and row.number >= 0
            ]
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    ask(dock, (20, 50), qtbot)
    qtbot.mouseClick(dock.insight.panel.strokes_button, Qt.MouseButton.LeftButton)
    lit = viewer.layers["halves highlight"].data.astype(bool)
    assert lit.any()
    assert set(seeds.data[lit]) == {2}
    dock.insight._inspector._find_strokes(dock.insight._inspector._case, tuple(range(20)))
    lit = viewer.layers["halves highlight"].data.astype(bool)
    np.testing.assert_array_equal(lit, np.isin(seeds.data, (1, 2)))


def test_strokes_that_contradict_each_other_are_named_and_shown(viewer, dock, seeds, settle, qtbot):
    dock.insight.why_fold.set_open(True)
    assert not dock.insight.panel.conflict
    seeds.data[10:40, 50:54] = 1
    seeds.refresh()
    settle(dock)
    assert "Conflict" in dock.insight.panel.conflict
    assert dock.insight.panel.conflict_button.isVisible()
    dock.params.set_value("auto", **PARAMS)
    settle(dock)
    qtbot.waitUntil(lambda: "clusters" in dock._extras.of(dock._results.last.answer))
    qtbot.mouseClick(dock.insight.panel.conflict_button, Qt.MouseButton.LeftButton)
    lit = viewer.layers["halves highlight"].data.astype(bool)
    assert lit[10:40, 50:60].any()
    assert not lit[:, :32].any()


def test_words_and_light_are_about_the_same_conflict(viewer, dock, two_halves, settle, qtbot):
    seeds = prepare(viewer, dock, two_halves, settle)
    dock.insight.why_fold.set_open(True)
    # One on either half, each told by its colour.
    seeds.data[10:40, 50:54] = 1
    seeds.data[10:40, 10:14] = 2
    seeds.refresh()
    settle(dock)
    qtbot.waitUntil(lambda: "clusters" in dock._extras.of(dock._results.last.answer))
    panel, inspector = dock.insight.panel, dock.insight._inspector
    n = len(inspector._conflicts)
    assert n > 1
    assert panel.conflict_button.text() == "Show these strokes"
    for press in range(n + 2):
        qtbot.mouseClick(panel.conflict_button, Qt.MouseButton.LeftButton)
        number = press % n + 1
        assert f"Conflict {number} of {n}:" in panel.conflict
        colors = [
            inspector._row(inspector._case, row, 0).color for row in inspector._conflicts[number - 1].rows
        ]
        assert all(color in panel.conflict for color in colors)
        is_bright = int(colors[0][1:3], 16) > 120
        lit = viewer.layers["halves highlight"].data.astype(bool)
        assert lit[:, 32:].any() == is_bright
        assert lit[:, :32].any() != is_bright
        assert panel.conflict_button.text() == "Show the next pair"
        # What is told again is told of the same.
        dock.classes.rename(1, f"ground {press}")
        assert f"Conflict {number} of {n}:" in panel.conflict


def test_paint_here_next_says_what_is_in_doubt_and_rings_it(viewer, dock, seeds, settle, qtbot):
    image = viewer.layers["halves"]
    picture = image.data.copy()
    picture[30:46, 20:30] = 120
    image.data = picture
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    qtbot.mouseClick(dock.hint_line.next_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "in the ring" in dock.hint_line.text)
    assert {"background", "foreground"} <= set(dock.hint_line.text.replace("?", "").split())
    rows, columns = np.nonzero(viewer.layers["halves highlight"].data)
    assert 28 < rows.mean() < 48
    assert 15 < columns.mean() < 35
    seeds.paint((38, 25), 1)
    settle(dock)
    assert not viewer.layers["halves highlight"].visible
    assert "in the ring" not in dock.hint_line.text


# ---- the view ----


def test_another_slice_is_brought_into_view(viewer):
    image = viewer.add_image(np.zeros((9, 40, 60)), scale=(3, 2, 1))
    look_at(viewer, Source(image), (7, 2, 3))
    assert viewer.dims.current_step[0] == 7
    camera = getattr(viewer, "scene", viewer).camera
    assert camera.center[-2:] == (4, 3)
    channels = viewer.add_image(np.zeros((3, 9, 40, 60)))
    look_at(viewer, Source(channels, channel_axis=0), (2, 10, 11))
    assert viewer.dims.current_step[1] == 2 * 1


def test_what_is_seen_already_stays_where_it_is(window):
    image = window.add_image(np.zeros((40, 60)))
    camera = getattr(window, "scene", window).camera
    center = camera.center
    look_at(window, Source(image), (20, 30))
    assert camera.center == center


def test_a_ring_lies_in_the_plane_that_is_seen(window):
    pixels = ring((60, 5, 80), (30, 3, 2), axes=(2, 0))
    assert pixels[:, 3].any()
    assert not pixels[:, [0, 1, 2, 4]].any()
    image = window.add_image(np.zeros((3, 40, 50, 60)), channel_axis=None)
    source = Source(image, 0)
    assert seen_axes(window, source) == (1, 2)
    window.dims.order = (0, 2, 3, 1)
    assert seen_axes(window, source) == (2, 0)
    window.dims.ndisplay = 3
    assert seen_axes(window, source) == (2, 0)


def test_a_ring_lies_in_its_own_plane_around_its_place():
    pixels = ring((5, 60, 80), (3, 30, 2))
    assert pixels[3].any()
    assert not pixels[[0, 1, 2, 4]].any()
    assert not pixels[3, 30, 2]
