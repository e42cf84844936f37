"""The palette in the dock: rows light up, edits are followed without repainting, undone, kept and exported."""

import subprocess
import sys

import numpy as np
import pytest
from conftest import click
from qtpy.QtCore import QLocale, QPoint, Qt
from qtpy.QtGui import QIcon, QKeySequence
from qtpy.QtWidgets import QDockWidget, QDoubleSpinBox

from napari_seeded_kmeans import read_labels, segment
from napari_seeded_kmeans.core.palette_edits import PaletteEdits
from napari_seeded_kmeans.gui.palette_row import CLASS, LOCK, MUTE, SWATCH, SWATCH_PX, WEIGHT
from napari_seeded_kmeans.session import Stage

pytestmark = pytest.mark.filterwarnings("ignore:Class .* distinct colours only")
PARAMS = {"texture": False, "coherence": 0.0, "n_clusters": 3, "min_size_px": 0, "spread": "everywhere"}
LEAF = (slice(0, 20), slice(20, 40))


@pytest.fixture
def squares():
    """Four flat colours: dark and leaf above, sky and red below."""
    index = np.repeat(np.repeat([[0, 1], [2, 3]], 20, axis=0), 20, axis=1)
    colors = np.array([[40, 40, 40], [60, 160, 60], [120, 160, 230], [220, 60, 50]])
    noise = np.random.default_rng(0).integers(-6, 7, (40, 40, 3))
    return np.clip(colors[index] + noise, 0, 255).astype(np.uint8)


def paint_squares(seeds):
    for value, rows in ((1, slice(4, 16)), (2, slice(24, 36))):
        seeds.data[rows, 4:16] = seeds.data[rows, 24:36] = value
    seeds.refresh()


@pytest.fixture
def seeds(viewer, dock, squares, settle, qtbot):
    return prepare(viewer, dock, squares, settle, qtbot)


def prepare(viewer, dock, squares, settle, qtbot):
    viewer.add_image(squares, name="squares")
    dock.params.set_value("auto", **PARAMS)
    seeds = dock.new_seeds()
    dock.insight.palette_fold.set_open(True)
    paint_squares(seeds)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    wait_for_shares(dock, qtbot)
    return seeds


def wait_for_shares(dock, qtbot):
    qtbot.waitUntil(lambda: all(row.share is not None for row in dock.insight.table.rows if row.number >= 0))


def numbers_of(dock, color, within=30):
    """Return the rows whose swatch is like a colour."""

    def distance(row):
        return np.abs(np.array(list(bytes.fromhex(row.color[1:]))) - color).max()

    return [row.number for row in dock.insight.table.rows if distance(row) < within]


def select(dock, numbers):
    table = dock.insight.table
    table.tree.clearSelection()
    for index, row in enumerate(table.rows):
        table.tree.topLevelItem(index).setSelected(row.number in numbers)


def tick(table, index, column, qtbot, dock):
    """Click the box of a cell with the mouse, and wait until the edits are others."""
    before = dock.clusters.edits
    table.tree.scrollToItem(table.tree.topLevelItem(index))
    cell = table.tree.visualItemRect(table.tree.topLevelItem(index))
    left = table.tree.columnViewportPosition(column)
    place = QPoint(left + 10, cell.center().y())
    qtbot.mouseClick(table.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: dock.clusters.edits != before)


def expected(viewer, dock):
    image, seeds = viewer.layers["squares"].data, dock.choice.seeds.data
    return segment(image, seeds, edits=dock.clusters.edits, **PARAMS).labels


def give_leaf_away(dock):
    dock.clusters.reassign(numbers_of(dock, (60, 160, 60)), 2)


def test_rows_say_colour_class_share_and_weight(dock, seeds):
    rows = dock.insight.table.rows
    assert [row.class_value for row in rows] == sorted(row.class_value for row in rows)
    assert sum(row.share for row in rows) == pytest.approx(1)
    shares = [row.share for row in rows if row.class_value == 1]
    assert len(shares) > 1
    assert shares == sorted(shares, reverse=True), "of a class, what covers most of the image comes first"
    assert all(row.weight == 1 and row.strength > 0 for row in rows)
    assert {row.class_name for row in rows} == {"background", "foreground"}
    assert numbers_of(dock, (60, 160, 60))


def test_selected_rows_light_up_and_go_out(viewer, dock, seeds):
    select(dock, numbers_of(dock, (60, 160, 60)))
    light = viewer.layers["squares highlight"]
    assert light.data[LEAF].mean() > 0.95
    assert light.data.mean() < 0.3
    assert viewer.layers.selection.active is seeds, "one can go on painting"
    assert light not in dock._pairing.seeds()
    for combo in (dock.choice._seeds, dock.choice._region):
        assert combo.findText(light.name) == -1
    select(dock, [])
    assert not viewer.layers["squares highlight"].visible


def test_what_lights_up_is_at_hand_and_stays_until_the_seeds_go(viewer, dock, seeds, qtbot):
    qtbot.waitUntil(lambda: "squares highlight" in viewer.layers)
    layer = viewer.layers["squares highlight"]
    assert not layer.visible
    for _ in range(2):
        select(dock, numbers_of(dock, (60, 160, 60)))
        assert layer.visible
        select(dock, [])
        assert not layer.visible
        assert viewer.layers["squares highlight"] is layer
    viewer.layers["squares"].scale = (2, 3)
    select(dock, numbers_of(dock, (60, 160, 60)))
    assert layer.scale.tolist() == [2, 3]
    viewer.layers.remove(seeds)
    qtbot.waitUntil(lambda: layer not in viewer.layers)


def test_what_is_lit_follows_the_next_stroke_and_goes_with_the_table(viewer, dock, seeds, settle, qtbot):
    select(dock, numbers_of(dock, (60, 160, 60)))
    seeds.paint((2, 2), 1)
    settle(dock)
    wait_for_shares(dock, qtbot)
    assert viewer.layers["squares highlight"].data[LEAF].mean() > 0.8
    dock.insight.palette_fold.set_open(False)
    assert not viewer.layers["squares highlight"].visible


def test_a_table_that_was_hidden_is_about_the_last_result_when_it_is_shown_again(
    viewer, dock, seeds, settle, qtbot
):
    dock.hide()
    seeds.data[2:18, 24:36] = 3
    seeds.refresh()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    dock.show()
    wait_for_shares(dock, qtbot)
    palette = dock.clusters._model.palette
    shown = {row.number: (row.center, row.class_value) for row in dock.insight.table.rows}
    classes = palette.classes.tolist()
    assert shown == dict(enumerate(zip(map(tuple, palette.centers.tolist()), classes, strict=True)))
    leaf = numbers_of(dock, (60, 160, 60))
    select(dock, leaf)
    assert viewer.layers["squares highlight"].data[LEAF].mean() > 0.95
    qtbot.mouseClick(dock.insight.table.delete_button, Qt.MouseButton.LeftButton)
    assert [step.cell.class_value for step in dock.clusters.edits.steps] == [3] * len(leaf)


def test_another_class_by_the_menu_is_followed_at_once_and_undone_to_the_bit(
    viewer, dock, seeds, settle, qtbot
):
    before = dock.result
    painted = seeds.data.copy()
    select(dock, numbers_of(dock, (60, 160, 60)))
    actions = dock.insight.table.class_menu.actions()
    assert [action.text() for action in actions] == ["1  background", "2  foreground"]
    actions[1].trigger()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    mask = viewer.layers["squares mask"].data
    assert (mask[LEAF] == 2).mean() > 0.9
    np.testing.assert_array_equal(mask, expected(viewer, dock))
    np.testing.assert_array_equal(seeds.data, painted)
    wait_for_shares(dock, qtbot)
    assert not viewer.layers["squares highlight"].visible, "the mask is what one wants to see now"
    select(dock, numbers_of(dock, (60, 160, 60)))
    assert viewer.layers["squares highlight"].visible
    qtbot.mouseClick(dock.insight.table.undo_button, Qt.MouseButton.LeftButton)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert dock.result.scores.tobytes() == before.scores.tobytes()
    assert not dock.insight.table.undo_button.isEnabled()
    qtbot.mouseClick(dock.insight.table.redo_button, Qt.MouseButton.LeftButton)
    settle(dock)
    np.testing.assert_array_equal(viewer.layers["squares mask"].data, mask)


@pytest.mark.parametrize("way", ["merge", "split", "delete", "lock", "mute"])
def test_every_way_to_edit_by_its_own_control(way, viewer, dock, seeds, settle, qtbot):
    table = dock.insight.table
    rows = [row.number for row in table.rows if row.class_value == 1]
    n_before = len(rows)
    if way in ("lock", "mute"):
        tick(table, 0, {"lock": LOCK, "mute": MUTE}[way], qtbot, dock)
    else:
        select(dock, rows if way == "merge" else rows[:1])
        button = {"merge": table.merge_button, "split": table.split_button, "delete": table.delete_button}[
            way
        ]
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(viewer.layers["squares mask"].data, expected(viewer, dock))
    rows = [row for row in table.rows if row.class_value == 1]
    if way == "merge":
        assert len(rows) == 1
    elif way == "split":
        assert len(rows) >= 2
    elif way == "lock":
        assert [row.is_locked for row in rows].count(True) == 1
    elif way == "mute":
        muted = [row for row in rows if row.number < 0]
        assert len(muted) == 1
        assert table.rows.index(muted[0]) == 0, "it stays under the pointer"
        tick(table, 0, MUTE, qtbot, dock)
        assert dock.clusters.edits == PaletteEdits()
        settle(dock)
        assert len([row for row in table.rows if row.class_value == 1]) == n_before
    else:
        assert all(row.number >= 0 for row in rows)


def test_a_weight_is_typed_and_the_mask_follows(viewer, dock, seeds, settle, qtbot):
    dock.activateWindow()
    tree = dock.insight.table.tree
    (number,) = numbers_of(dock, (60, 160, 60))
    index = next(i for i, row in enumerate(dock.insight.table.rows) if row.number == number)
    cell = tree.visualRect(tree.indexFromItem(tree.topLevelItem(index), WEIGHT))
    for press in (qtbot.mouseClick, qtbot.mouseDClick):
        press(tree.viewport(), Qt.MouseButton.LeftButton, pos=cell.center())
    box = tree.viewport().findChild(QDoubleSpinBox)
    assert box.value() == 1
    box.selectAll()
    qtbot.keyClicks(box, "12.75")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(dock.clusters.edits))
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(viewer.layers["squares mask"].data, expected(viewer, dock))
    assert [row.weight for row in dock.insight.table.rows if row.weight != 1] == [12.75]
    assert tree.itemDelegateForColumn(WEIGHT).displayText(12.75, QLocale()) == "12.75", "and reads so"
    qtbot.mouseClick(dock.insight.table.undo_button, Qt.MouseButton.LeftButton)
    settle(dock)
    assert all(row.weight == 1 for row in dock.insight.table.rows)


def test_names_of_classes_have_room_in_a_narrow_dock(window, docked, squares, settle, qtbot):
    prepare(window, docked, squares, settle, qtbot)
    tree = docked.insight.table.tree
    main = window.window._qt_window
    frame = next(frame for frame in main.findChildren(QDockWidget) if frame.isAncestorOf(docked))
    main.resizeDocks([frame], [300], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: docked.width() <= 310)
    item = tree.topLevelItem(0)
    assert item.text(CLASS) == "background"
    assert "1 background" in item.toolTip(CLASS)
    assert tree.columnWidth(CLASS) >= tree.sizeHintForColumn(CLASS)


def test_a_locked_row_stays_while_one_paints_on_and_can_be_let_go(dock, seeds, settle, qtbot):
    table = dock.insight.table
    tick(table, 0, LOCK, qtbot, dock)
    settle(dock)
    locked = next(row for row in table.rows if row.is_locked)
    center = dock.clusters._model.palette.centers[locked.number].copy()
    seeds.data[0:3, 0:40] = 1
    seeds.refresh()
    settle(dock)
    row = next(row for row in table.rows if row.is_locked)
    np.testing.assert_array_equal(dock.clusters._model.palette.centers[row.number], center)
    tick(table, table.rows.index(row), LOCK, qtbot, dock)
    assert dock.clusters.edits == PaletteEdits()


def test_a_locked_row_that_is_merged_is_a_locked_row_and_undone_at_once(dock, seeds, settle, qtbot):
    table = dock.insight.table
    for index in (0, 1):
        tick(table, index, LOCK, qtbot, dock)
        settle(dock)
        wait_for_shares(dock, qtbot)
    seeds.data[0:3, 0:40] = 1
    seeds.refresh()
    settle(dock)
    locked, before = [row.number for row in table.rows if row.is_locked], dock.clusters.edits
    assert len(locked) == 2
    select(dock, locked)
    qtbot.mouseClick(table.merge_button, Qt.MouseButton.LeftButton)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    (row,) = [row for row in table.rows if row.is_locked]
    assert table.selected_numbers() == [row.number]
    qtbot.mouseClick(table.undo_button, Qt.MouseButton.LeftButton)
    assert dock.clusters.edits == before


def test_a_muted_row_stays_in_sight_dimmed_and_comes_back_by_the_same_click(
    viewer, dock, seeds, settle, qtbot
):
    dock.params.set_value("auto", **{**PARAMS, "n_clusters": 16})
    settle(dock)
    wait_for_shares(dock, qtbot)
    table, tree = dock.insight.table, dock.insight.table.tree
    bar, before = tree.verticalScrollBar(), table.rows
    bar.setValue(3)
    select(dock, [before[6].number])
    light = viewer.layers["squares highlight"]
    tick(table, 6, MUTE, qtbot, dock)
    assert table.rows[6].is_muted, "at once"
    assert [row.center for row in table.rows] == [row.center for row in before]
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    wait_for_shares(dock, qtbot)
    assert (table.rows[6].center, table.rows[6].is_muted) == (before[6].center, True)
    assert bar.value() == 3
    item = tree.topLevelItem(6)
    assert item.isSelected()
    assert not light.visible, "no pixel is its own any more"
    dim = item.foreground(CLASS).color()
    assert dim != tree.topLevelItem(5).foreground(CLASS).color()
    tick(table, 6, MUTE, qtbot, dock)
    assert not table.rows[6].is_muted, "at once"
    assert item.foreground(CLASS).color() != dim
    settle(dock)
    wait_for_shares(dock, qtbot)
    assert table.rows == before
    assert not light.visible, "an edit is to be seen in the mask"


def test_rows_stay_after_an_edit_and_are_sorted_after_a_stroke(dock, seeds, settle, qtbot):
    table = dock.insight.table
    index = next(i for i, row in enumerate(table.rows) if row.number in numbers_of(dock, (60, 160, 60)))
    number, center = table.rows[index].number, table.rows[index].center
    dock.clusters.reassign([number], 2)
    settle(dock)
    wait_for_shares(dock, qtbot)
    assert table.rows[index].class_value == 2
    np.testing.assert_allclose(table.rows[index].center, center, atol=0.1)
    seeds.data[0:2, 0:10] = 1
    seeds.refresh()
    settle(dock)
    wait_for_shares(dock, qtbot)
    assert [row.class_value for row in table.rows] == sorted(row.class_value for row in table.rows)


def test_the_colour_of_a_selected_row_is_its_own(dock, seeds):
    table = dock.insight.table
    icon, row = table.tree.topLevelItem(0).icon(SWATCH), table.rows[0]
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        picture = icon.pixmap(SWATCH_PX, mode).toImage()
        assert picture.pixelColor(picture.width() - 2, 2).name() == row.color


def test_what_was_merged_is_selected(dock, seeds, settle, qtbot):
    rows = [row.number for row in dock.insight.table.rows if row.class_value == 1]
    select(dock, rows)
    qtbot.mouseClick(dock.insight.table.merge_button, Qt.MouseButton.LeftButton)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    (row,) = [row.number for row in dock.insight.table.rows if row.class_value == 1]
    assert dock.insight.table.selected_numbers() == [row]
    assert dock.insight.table.class_button.isEnabled(), "it can be given away at once"


def test_a_fold_that_is_opened_comes_into_view(dock, seeds, qtbot):
    fold, panel = dock.insight.palette_fold, dock.viewport()
    fold.set_open(False)
    dock.resize(320, 400)
    qtbot.waitUntil(lambda: panel.height() <= 400)
    dock.verticalScrollBar().setValue(0)
    fold.set_open(True)
    qtbot.waitUntil(lambda: 0 <= fold.heading.mapTo(panel, QPoint(0, 0)).y() < panel.height())
    button = dock.insight.table.undo_button
    qtbot.waitUntil(lambda: button.mapTo(panel, button.rect().bottomLeft()).y() < panel.height())


def test_keys_work_in_the_table(dock, seeds, settle, qtbot):
    dock.activateWindow()
    table = dock.insight.table
    select(dock, [table.rows[0].number])
    table.tree.setFocus()
    qtbot.waitUntil(table.tree.hasFocus)
    qtbot.keyClick(table.tree, Qt.Key.Key_Delete)
    assert len(dock.clusters.edits.steps) == 1
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert table.selected_numbers() == [], "the key deletes no other row after it"
    undo = QKeySequence(QKeySequence.StandardKey.Undo)[0]
    qtbot.keyClick(table.tree, undo.key(), undo.keyboardModifiers())
    assert dock.clusters.edits == PaletteEdits()


def test_boxes_are_ticked_by_keys(dock, seeds, settle, qtbot):
    dock.activateWindow()
    table = dock.insight.table
    table.tree.setFocus()
    qtbot.waitUntil(table.tree.hasFocus)
    table.tree.setCurrentItem(table.tree.topLevelItem(1))
    chosen = table.selected_numbers()
    for _ in range(LOCK):
        qtbot.keyClick(table.tree, Qt.Key.Key_Right)
    assert table.selected_numbers() == chosen
    qtbot.keyClick(table.tree, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: table.rows[1].is_locked)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    qtbot.keyClick(table.tree, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not table.rows[1].is_locked)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Space):
        qtbot.keyClick(table.tree, key)
    qtbot.waitUntil(lambda: table.rows[1].is_muted)
    for column in (LOCK, MUTE):
        assert "Space" in table.tree.topLevelItem(0).toolTip(column)


def test_what_leaves_a_class_empty_is_said_and_undone(dock, seeds, settle):
    dock.clusters.delete([row.number for row in dock.insight.table.rows if row.class_value == 2])
    settle(dock)
    assert "edits leave only class 1" in dock.hint_line.text
    assert dock.session.is_error
    dock.clusters.undo()
    assert settle(dock) is Stage.DONE, dock.hint_line.text


def test_a_colour_clicked_into_the_image_becomes_a_cluster(window, docked, squares, settle, qtbot):
    squares[0:4, 0:20] = (250, 240, 20)
    seeds = prepare(window, docked, squares, settle, qtbot)
    assert not numbers_of(docked, (250, 240, 20), 40)
    seeds.selected_label = 2
    docked.insight.table.pick_button.setChecked(True)
    painted = seeds.data.copy()
    click(window, seeds, (2, 10))
    qtbot.waitUntil(lambda: bool(docked.clusters.edits))
    assert settle(docked) is Stage.DONE, docked.hint_line.text
    np.testing.assert_array_equal(seeds.data, painted)
    assert str(seeds.mode) == "paint", "the brush is in hand again"
    assert not docked.insight.table.pick_button.isChecked()
    row = next(
        row for row in docked.insight.table.rows if row.number in numbers_of(docked, (250, 240, 20), 40)
    )
    assert row.class_value == 2
    assert docked.insight.table.selected_numbers() == [row.number]
    np.testing.assert_array_equal(window.layers["squares mask"].data, expected(window, docked))


def test_a_clicked_colour_shows_in_the_mask_where_only_strokes_count(window, docked, squares, settle, qtbot):
    spot = (slice(0, 3), slice(0, 20))
    squares[spot] = (250, 240, 20)
    seeds = prepare(window, docked, squares, settle, qtbot)
    docked.params.set_value("auto", **{**PARAMS, "coherence": 1.0, "spread": "strokes"})
    settle(docked)
    seeds.selected_label = 2
    docked.insight.table.pick_button.setChecked(True)
    click(window, seeds, (1, 10))
    qtbot.waitUntil(lambda: bool(docked.clusters.edits))
    assert settle(docked) is Stage.DONE, docked.hint_line.text
    mask = window.layers["squares mask"].data
    assert (mask[spot] == 2).mean() > 0.8
    image = window.layers["squares"].data
    params = docked.params.overrides()
    np.testing.assert_array_equal(
        mask, segment(image, seeds.data, edits=docked.clusters.edits, **params).labels
    )


def test_a_class_can_be_chosen_before_the_click_and_nothing_is_painted(
    window, docked, squares, settle, qtbot
):
    seeds = prepare(window, docked, squares, settle, qtbot)
    seeds.selected_label = 1
    painted = seeds.data.copy()
    docked.insight.table.pick_button.setChecked(True)
    docked.class_list.tree.setCurrentItem(docked.class_list.tree.topLevelItem(1))
    click(window, seeds, (1, 10))
    qtbot.waitUntil(lambda: docked.clusters.edits.classes == {2})
    np.testing.assert_array_equal(seeds.data, painted)
    assert (str(seeds.mode), seeds.selected_label) == ("paint", 2)


@pytest.mark.parametrize(("label", "words"), [(0, "The eraser"), (3, "One that is ignored")])
def test_what_takes_no_colour_says_so(label, words, dock, seeds, settle):
    dock.classes.add()
    dock.classes.set_ignored(3, True)
    settle(dock)
    dock.choice.seeds.selected_label = label
    dock.insight.table.pick_button.setChecked(True)
    dock.insight._on_color_picked((4, 4))
    assert settle(dock) is Stage.DONE
    assert dock.hint_line.text.startswith(f"{words} takes no colour: choose a class first")
    assert dock.clusters.edits == PaletteEdits()
    assert not dock.insight.table.undo_button.isEnabled()
    assert not dock.insight.table.pick_button.isChecked()


def test_the_row_of_an_added_colour_is_scrolled_to_and_lit(viewer, dock, seeds, settle, qtbot):
    dock.params.set_value("auto", **{**PARAMS, "n_clusters": 16})
    settle(dock)
    wait_for_shares(dock, qtbot)
    table, tree = dock.insight.table, dock.insight.table.tree
    last = table.rows[-1]
    dock.clusters.add_color(np.array(last.center) + 0.05, 2)
    assert table.selected_numbers() == [], "it is not there yet"
    settle(dock)
    wait_for_shares(dock, qtbot)
    (number,) = table.selected_numbers()
    index = [row.number for row in table.rows].index(number)
    np.testing.assert_allclose(table.rows[index].center, np.array(last.center) + 0.05, atol=1e-5)
    assert tree.viewport().rect().contains(tree.visualItemRect(tree.topLevelItem(index)).center())
    assert viewer.layers["squares highlight"].visible


def test_a_deleted_class_takes_along_what_was_given_to_it_until_that_is_undone(
    viewer, dock, seeds, settle, qtbot
):
    mask = viewer.layers["squares mask"]
    before = mask.data.copy()
    dock.classes.add()
    dock.clusters.reassign(numbers_of(dock, (60, 160, 60)), 3)
    settle(dock)
    given = mask.data.copy()
    assert set(np.unique(given)) == {1, 2, 3}
    dock.classes.delete(3)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert dock.clusters.edits == PaletteEdits()
    np.testing.assert_array_equal(mask.data, before)
    assert "class 3" not in dock.hint_line.text
    dock.clusters.undo()
    settle(dock)
    assert [row.value for row in dock.class_list.rows] == [1, 2, 3]
    np.testing.assert_array_equal(mask.data, given)
    dock.clusters.redo()
    settle(dock)
    np.testing.assert_array_equal(mask.data, before)


def test_what_was_given_to_a_deleted_class_comes_again_with_its_strokes(viewer, dock, seeds, settle, qtbot):
    seeds.paint((2, 2), 3)
    settle(dock)
    qtbot.waitUntil(lambda: len(dock.class_list.rows) == 3)
    dock.clusters.reassign(numbers_of(dock, (60, 160, 60)), 3)
    settle(dock)
    edits, mask = dock.clusters.edits, viewer.layers["squares mask"].data.copy()
    dock.classes.delete(3)
    settle(dock)
    dock.clusters.weigh(0, 2.0)
    later = dock.clusters.edits.steps
    assert dock.classes.legend.next_value(dock.clusters.taken_classes) == 4, "3 may come again"
    seeds.undo()
    settle(dock)
    qtbot.waitUntil(lambda: dock.clusters.edits.steps == (*edits.steps, *later))
    dock.clusters.set_edits(edits)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(viewer.layers["squares mask"].data, mask)


def test_a_class_that_clusters_are_given_to_is_listed_and_its_value_is_taken(dock, seeds, settle):
    dock.clusters.reassign(numbers_of(dock, (60, 160, 60)), 3)
    assert [row.value for row in dock.class_list.rows] == [1, 2, 3]
    assert dock.classes.add() == 4


def test_clusters_cannot_be_given_to_a_class_that_is_ignored(dock, seeds, settle):
    dock.classes.add()
    texts = [action.text() for action in dock.insight.table.class_menu.actions()]
    assert texts[-1] == "3  class 3"
    dock.classes.set_ignored(3, True)
    settle(dock)
    assert [action.text() for action in dock.insight.table.class_menu.actions()] == texts[:-1]


def test_every_seeds_layer_has_its_own_edits(dock, seeds):
    give_leaf_away(dock)
    edits = dock.clusters.edits
    dock.new_seeds()
    assert dock.clusters.edits == PaletteEdits()
    assert not dock.insight.table.rows
    dock.choice.choose_seeds(seeds)
    assert dock.clusters.edits == edits


def test_edits_are_saved_opened_and_exported(viewer, dock, seeds, settle, tmp_path):
    give_leaf_away(dock)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    edits, mask = dock.clusters.edits, viewer.layers["squares mask"].data.copy()
    dock.save_session(tmp_path / "my.json")
    settle(dock)
    dock.export_script(tmp_path / "run.py")
    settle(dock)
    viewer.layers.remove(seeds)
    dock.open_session(tmp_path / "my.json")
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert dock.clusters.edits == edits
    np.testing.assert_array_equal(viewer.layers["squares mask"].data, mask)
    done = subprocess.run([sys.executable, tmp_path / "run.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(read_labels(tmp_path / "run.labels.tif"), mask)


def test_edits_made_in_other_features_say_so(dock, seeds, settle):
    give_leaf_away(dock)
    settle(dock)
    dock.params.set_value("auto", **{**PARAMS, "color_space": "hsv"})
    settle(dock)
    assert "edits were made with color_space 'lab'" in dock.hint_line.text
    dock.clusters.set_edits(PaletteEdits())
    assert settle(dock) is Stage.DONE, dock.hint_line.text


def test_all_layers_can_be_removed_at_once(viewer, dock, seeds, qtbot):
    qtbot.waitUntil(lambda: "squares highlight" in viewer.layers)
    viewer.layers.selection = set(viewer.layers)
    viewer.layers.remove_selected()
    qtbot.waitUntil(lambda: not viewer.layers)
