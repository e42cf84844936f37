"""What was chosen automatically is seen, kept by a click and let go by another; how sure it is comes later."""

import pytest
from conftest import paint_halves
from qtpy.QtCore import Qt

from napari_seeded_kmeans import estimate_accuracy
from napari_seeded_kmeans.core.params import Params
from napari_seeded_kmeans.gui.editors import make_editor
from napari_seeded_kmeans.session import Stage


@pytest.fixture
def seeds(viewer, dock, two_halves, settle):
    viewer.add_image(two_halves, name="halves")
    seeds = dock.new_seeds()
    paint_halves(seeds)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    return seeds


def line(dock):
    return dock._front.choices_line


def test_nothing_is_said_before_there_is_a_result(viewer, dock, two_halves):
    viewer.add_image(two_halves)
    dock.new_seeds()
    assert line(dock).isHidden()


def test_every_choice_is_named_in_words(dock, seeds):
    assert not line(dock).isHidden()
    for words in ("lightness and texture", "clusters", "bandwidth"):
        assert words in line(dock).text()
    assert "background" in line(dock).toolTip()


@pytest.mark.parametrize("title", ["Spread", "Looks at", "Clusters", "Bandwidth"])
def test_a_click_keeps_a_choice_with_the_same_bits_and_another_lets_it_go(title, dock, seeds, settle):
    before = dock.result.scores.tobytes(), dock.result.labels.tobytes()
    line(dock).linkActivated.emit(title)
    settle(dock)
    assert dock.params.overrides()
    assert (dock.result.scores.tobytes(), dock.result.labels.tobytes()) == before
    assert "bold" in line(dock).text()
    line(dock).linkActivated.emit(title)
    settle(dock)
    assert not dock.params.overrides()
    assert "bold" not in line(dock).text()


def test_keys_get_to_every_choice_and_one_sees_where_they_are(dock, seeds, settle, qtbot):
    dock.activateWindow()
    qtbot.waitUntil(dock.isActiveWindow)
    label = line(dock)
    label.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(label.hasFocus)
    first = label.selectedText()
    assert first, "a link, not the text as a whole"
    qtbot.keyClick(label, Qt.Key.Key_Tab)
    second = label.selectedText()
    assert second not in ("", first)
    assert label.hasFocus()
    qtbot.keyClick(label, Qt.Key.Key_Return)
    settle(dock)
    assert dock.params.overrides()
    assert label.hasFocus()
    assert label.selectedText() == second
    label.clearFocus()
    label.setFocus(Qt.FocusReason.BacktabFocusReason)
    qtbot.waitUntil(label.hasFocus)
    assert label.selectedText()


def test_what_a_preset_says_is_no_choice(dock, seeds, settle):
    dock.params.set_value("classic")
    settle(dock)
    assert "href='Spread'" not in line(dock).text()
    assert "everywhere" in line(dock).text()


def test_how_sure_it_is_comes_once_nothing_is_painted(viewer, dock, seeds, two_halves, qtbot):
    assert "right" not in line(dock).text()
    qtbot.waitUntil(lambda: "right" in line(dock).text(), timeout=20_000)
    wanted = estimate_accuracy(two_halves, seeds.data)
    assert f"{wanted.mean:.0%}" in line(dock).text()
    assert "says little on photographs" in line(dock).toolTip()
    assert dock.result.model.accuracy_ == wanted
    seeds.paint((2, 2), 1)
    qtbot.waitUntil(lambda: "right" not in line(dock).text(), timeout=20_000)


def test_after_cancel_nothing_is_awaited(dock, seeds, settle):
    seeds.paint((2, 2), 1)
    settle(dock)
    assert "left out: …" in line(dock).text()
    dock.cancel()
    assert "left out" not in line(dock).text()
    assert "Chosen" in line(dock).text()


def test_an_edited_palette_is_not_judged(dock, seeds, settle, qtbot):
    dock.clusters.weigh(0, 3)
    settle(dock)
    qtbot.waitUntil(lambda: "left out: cannot be told" in line(dock).text(), timeout=20_000)
    assert "while the palette is edited" in line(dock).toolTip()
    assert not dock.session.is_error


def test_a_number_keeps_the_digits_that_are_not_shown(qtbot):
    editor = make_editor("bandwidth", Params.model_fields["bandwidth"])
    qtbot.addWidget(editor)
    for value in (0.123456789, 0.001, None, 3.0):
        editor.set_value(value)
        assert editor.value() == value
    editor.setValue(0.5)
    assert editor.value() == 0.5
    coherence = make_editor("coherence", Params.model_fields["coherence"])
    qtbot.addWidget(coherence)
    coherence.set_value(0.0)
    assert coherence.value() == 0.0
