"""Classes as a list: what is done there shows in seeds, mask and model, and can be undone."""

import numpy as np
import pytest
from conftest import paint_halves
from qtpy.QtCore import QCoreApplication, QEvent, Qt
from qtpy.QtGui import QColor, QKeyEvent
from qtpy.QtWidgets import QApplication, QColorDialog, QLineEdit

from napari_seeded_kmeans import segment
from napari_seeded_kmeans.session import Stage

# A dab on a smooth picture may have fewer colours than the clusters asked for.
pytestmark = pytest.mark.filterwarnings("ignore:Class .* distinct colours only")


@pytest.fixture
def seeds(viewer, dock, two_halves, settle, qtbot):
    """Seeds with a first result."""
    viewer.add_image(two_halves, name="halves")
    dock.params.set_value("classic", n_clusters=4)
    seeds = dock.new_seeds()
    paint_halves(seeds)
    assert settle(dock) is Stage.DONE
    qtbot.waitUntil(lambda: dock.class_list.rows[0].n_strokes == 1)
    return seeds


def item(dock, index):
    return dock.class_list.tree.topLevelItem(index)


def texts(dock, index):
    return [item(dock, index).text(column) for column in (0, 1, 3, 4)]


def rgb(layer, value):
    return tuple(np.rint(255 * layer.get_color(value)[:3]).astype(int))


def test_a_row_says_key_name_strokes_and_share(dock, seeds):
    shares = dock._results.last.answer.shares
    assert texts(dock, 0) == ["1", "background", "1 stroke", f"{shares[1]:.1%}"]
    assert texts(dock, 1) == ["2", "foreground", "1 stroke", f"{shares[2]:.1%}"]


def test_strokes_are_counted_as_one_paints_and_undoes(dock, seeds, qtbot):
    seeds.paint((3, 3), 2)
    qtbot.waitUntil(lambda: texts(dock, 1)[2] == "2 strokes")
    seeds.undo()
    qtbot.waitUntil(lambda: texts(dock, 1)[2] == "1 stroke")


def test_before_anything_is_painted_two_classes_wait(viewer, dock, two_halves):
    assert not dock.class_list.isEnabled()
    assert "press New" in dock.class_list.add_button.toolTip()
    viewer.add_image(two_halves)
    dock.new_seeds()
    assert [texts(dock, index)[1:] for index in (0, 1)] == [
        ["background", "not painted", "–"],
        ["foreground", "not painted", "–"],
    ]


def test_selecting_a_row_paints_that_class_and_the_other_way_round(dock, seeds):
    dock.class_list.tree.setCurrentItem(item(dock, 1))
    assert (seeds.selected_label, str(seeds.mode)) == (2, "paint")
    seeds.selected_label = 1
    assert dock.class_list.tree.currentItem() is item(dock, 0)


def test_a_class_painted_by_number_gets_a_row(dock, seeds, qtbot):
    seeds.paint((20, 30), 7)
    qtbot.waitUntil(lambda: [row.value for row in dock.class_list.rows] == [1, 2, 7])
    assert texts(dock, 2)[1] == "class 7"


def test_a_class_without_a_key_shows_none(dock, seeds, qtbot):
    for value in (9, 10, 11):
        seeds.paint((value, 30), value)
    qtbot.waitUntil(lambda: [row.value for row in dock.class_list.rows] == [1, 2, 9, 10, 11])
    assert [texts(dock, index)[0] for index in range(5)] == ["1", "2", "9", "", ""]
    assert "The key that paints" in item(dock, 2).toolTip(0)
    assert "Class 10, which has no key" in item(dock, 3).toolTip(0)


def test_add_rename_and_paint(viewer, dock, seeds, settle, qtbot):
    qtbot.mouseClick(dock.class_list.add_button, Qt.MouseButton.LeftButton)
    assert seeds.selected_label == 3
    item(dock, 2).setText(1, "vessels")
    assert dock.classes.legend.name_of(3) == "vessels"
    seeds.paint((20, 30), 3)
    assert settle(dock) is Stage.DONE
    features = viewer.layers["halves mask"].features
    assert dict(zip(features["index"], features["class"], strict=True)) == {
        1: "background",
        2: "foreground",
        3: "vessels",
    }
    assert dock.result.model.name_of(3) == "vessels"
    assert "vessels" in dock.hint_line.text, "shares are told by name"


def test_a_name_too_long_for_the_list_is_read_under_the_mouse(dock, seeds):
    name = "a <long> name that the list has no room for"
    dock.classes.rename(2, name)
    assert "a &lt;long&gt; name that the list has no room for" in dock.class_list.tree.topLevelItem(
        1
    ).toolTip(1)


def test_a_colour_is_the_same_in_seeds_mask_and_list_and_survives_the_next_run(viewer, dock, seeds, settle):
    dock.classes.recolor(2, "#102030")
    mask = viewer.layers["halves mask"]
    seeds.paint((20, 30), 2)
    settle(dock)
    assert rgb(seeds, 2) == rgb(mask, 2) == (0x10, 0x20, 0x30)
    assert dock.class_list.rows[1].color == "#102030"
    assert dock.result.model.color_of(2) == "#102030"


def test_the_eye_hides_a_class_in_seeds_and_mask(viewer, dock, seeds):
    item(dock, 1).setCheckState(2, Qt.CheckState.Unchecked)
    for layer in (seeds, viewer.layers["halves mask"]):
        assert layer.get_color(2)[3] == 0
        assert layer.get_color(1)[3] > 0
    item(dock, 1).setCheckState(2, Qt.CheckState.Checked)
    assert seeds.get_color(2)[3] == 1


def test_what_one_paints_is_drawn_though_its_class_was_hidden(dock, seeds, settle):
    for value in (1, 2):
        dock.classes.set_visible(value, False)
    seeds.selected_label = 2
    seeds.data_setitem((np.array([30]), np.array([30])), 0)
    settle(dock)
    assert dock.classes.legend.hidden == {1, 2}, "that was erased"
    seeds.paint((20, 30), 2)
    settle(dock)
    assert dock.classes.legend.hidden == {1}
    assert seeds.get_color(2)[3] == 1


def test_deleting_unpaints_in_one_step_and_keeps_other_values(viewer, dock, seeds, settle, qtbot):
    seeds.paint((20, 30), 3)
    settle(dock)
    with_three = seeds.data.copy()
    qtbot.waitUntil(lambda: len(dock.class_list.rows) == 3)
    dock.class_list.tree.setCurrentItem(item(dock, 1))
    qtbot.mouseClick(dock.class_list.delete_button, Qt.MouseButton.LeftButton)
    assert [row.value for row in dock.class_list.rows] == [1, 3]
    assert settle(dock) is Stage.DONE
    assert set(np.unique(seeds.data)) == {0, 1, 3}
    wanted = segment(viewer.layers["halves"].data, seeds.data, preset="classic", n_clusters=4)
    np.testing.assert_array_equal(viewer.layers["halves mask"].data, wanted.labels)
    seeds.undo()
    settle(dock)
    np.testing.assert_array_equal(seeds.data, with_three)
    qtbot.waitUntil(lambda: [row.value for row in dock.class_list.rows] == [1, 2, 3])


def test_undoing_brings_a_deleted_class_back_as_it_was(viewer, dock, seeds, settle, qtbot):
    seeds.paint((20, 30), 3)
    settle(dock)
    qtbot.waitUntil(lambda: len(dock.class_list.rows) == 3)
    dock.classes.rename(3, "dirt")
    dock.classes.recolor(3, "#102030")
    dock.classes.set_ignored(3, True)
    settle(dock)
    before, mask = dock.class_list.rows, viewer.layers["halves mask"].data.copy()
    dock.classes.delete(3)
    settle(dock)
    seeds.undo()
    assert settle(dock) is Stage.DONE
    qtbot.waitUntil(lambda: dock.class_list.rows == before)
    np.testing.assert_array_equal(viewer.layers["halves mask"].data, mask)


def test_a_class_that_is_added_has_nothing_of_a_deleted_one(dock, seeds):
    dock.classes.rename(dock.classes.add(), "dirt")
    dock.classes.set_ignored(3, True)
    dock.classes.delete(3)
    assert dock.classes.add() == 3
    assert dock.classes.legend.name_of(3) == "class 3"
    assert not dock.classes.legend.ignored


def test_the_mask_says_how_large_every_class_is(viewer, dock, seeds, settle):
    viewer.layers["halves"].scale = (2, 0.5)
    dock.segment()
    settle(dock)
    mask = viewer.layers["halves mask"]
    row = mask.features.set_index("index").loc[2]
    n_pixels = int((mask.data == 2).sum())
    assert (row["class"], row["pixels"], row["share"]) == ("foreground", n_pixels, n_pixels / mask.data.size)
    assert row["size"] == pytest.approx(n_pixels * 2 * 0.5)


def test_every_seeds_layer_has_its_own_names(dock, seeds):
    dock.classes.rename(2, "nuclei")
    dock.new_seeds()
    QCoreApplication.processEvents()
    assert dock.classes.legend.name_of(2) == "foreground"
    dock.choice.choose_seeds(seeds)
    assert dock.class_list.rows[1].name == "nuclei"


def test_keys_rename_hide_and_recolour_the_current_class(dock, seeds, qtbot, monkeypatch):
    dock.activateWindow()
    tree = dock.class_list.tree
    tree.setFocus()
    qtbot.waitUntil(tree.hasFocus)
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    assert seeds.selected_label == 2
    qtbot.keyClick(tree, Qt.Key.Key_Space)
    assert dock.classes.legend.hidden == {2}
    qtbot.keyClick(tree, Qt.Key.Key_Space)
    assert not dock.classes.legend.hidden
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: QColor("#102030"))
    qtbot.keyClick(tree, Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    assert dock.classes.legend.color_of(2) == "#102030"
    qtbot.keyClick(tree, Qt.Key.Key_F2)
    name = tree.viewport().findChild(QLineEdit)
    qtbot.keyClicks(name, "big nuclei")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dock.classes.legend.name_of(2) == "big nuclei")
    for column, keys in enumerate(["Shift+F2", "F2", "Space"]):
        assert keys in tree.topLevelItem(1).toolTip(column)


def test_a_chosen_class_is_painted_into_the_seeds_whatever_was_selected(viewer, dock, seeds):
    for choose in (lambda: dock.class_list.tree.setCurrentItem(item(dock, 1)), dock.classes.add):
        viewer.layers.selection.active = viewer.layers["halves"]
        choose()
        assert viewer.layers.selection.active is seeds


def test_letters_and_digits_typed_over_the_rows_are_left_to_napari(dock, seeds):
    tree = dock.class_list.tree
    seeds.selected_label = 1
    for key, text in ((Qt.Key.Key_F, "f"), (Qt.Key.Key_2, "2")):
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text)
        tree.keyPressEvent(event)
        assert not event.isAccepted()
    assert tree.currentItem() is item(dock, 0)


def test_letting_a_key_go_over_a_field_is_not_told_to_napari(dock, seeds, qtbot, monkeypatch):
    def is_taken():
        event = QKeyEvent(QEvent.Type.KeyRelease, Qt.Key.Key_P, Qt.KeyboardModifier.NoModifier, "p")
        dock.keyReleaseEvent(event)
        return event.isAccepted()

    assert not is_taken()
    field = QLineEdit()
    monkeypatch.setattr(QApplication, "focusWidget", lambda: field)
    assert is_taken()


def test_what_came_out_is_said_by_the_names_of_now(dock, seeds, settle):
    seeds.paint((40, 10), 3)
    assert settle(dock) is Stage.DONE
    assert "class 3" in dock.hint_line.text
    dock.classes.rename(3, "spoon")
    assert "class 3" not in dock.hint_line.text
    assert "spoon" in dock.hint_line.text
