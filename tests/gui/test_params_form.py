"""The form is made from `Params`: nothing is listed by hand, every value survives."""

from typing import Literal

import pytest
from pydantic import BaseModel, Field
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QApplication, QLineEdit

from napari_seeded_kmeans import Params, make_params
from napari_seeded_kmeans.core.params import PRESETS
from napari_seeded_kmeans.gui.editors import Choice, Number, Switch, WholeNumber, make_editor
from napari_seeded_kmeans.gui.params_form import ParamsForm


class Kinds(BaseModel):
    word: Literal["auto", "rgb", "very_long"] = "auto"
    switch: bool = True
    size_px: int = Field(3, ge=1, le=9)
    free: int = 0
    ratio: float = Field(0.5, gt=0, lt=1)
    maybe_int: int | None = Field(None, ge=0, le=5)
    maybe_float: float | None = Field(None, gt=0)
    pair: tuple[int, int] = (1, 2)


CASES = [
    ("word", Choice, ["auto", "very_long"]),
    ("switch", Switch, [True, False]),
    ("size_px", WholeNumber, [1, 9]),
    ("free", WholeNumber, [-(10**6), 10**6]),
    ("ratio", Number, [0.01, 0.99]),
    ("maybe_int", WholeNumber, [None, 0, 5]),
    ("maybe_float", Number, [None, 0.01, 1000.0]),
]


@pytest.fixture
def form(qtbot) -> ParamsForm:
    form = ParamsForm()
    qtbot.addWidget(form)
    return form


@pytest.mark.parametrize(("name", "kind", "values"), CASES, ids=[case[0] for case in CASES])
def test_every_type_of_setting_has_an_editor_that_keeps_its_values(qtbot, name, kind, values):
    editor = make_editor(name, Kinds.model_fields[name])
    qtbot.addWidget(editor)
    assert isinstance(editor, kind)
    for value in values:
        editor.set_value(value)
        assert editor.value() == value


def test_a_type_without_editor_is_an_error_not_a_missing_row(qtbot):
    with pytest.raises(TypeError, match="pair"):
        make_editor("pair", Kinds.model_fields["pair"])


def test_words_numbers_and_units_read_well(qtbot):
    word = make_editor("word", Kinds.model_fields["word"])
    size = make_editor("size_px", Kinds.model_fields["size_px"])
    maybe = make_editor("maybe_float", Kinds.model_fields["maybe_float"])
    for widget in (word, size, maybe):
        qtbot.addWidget(widget)
    maybe.set_value(None)
    assert [word.itemText(i) for i in range(3)] == ["Auto", "RGB", "Very long"]
    assert size.text() == "3 px" or size.suffix() == " px"
    assert maybe.text() == "Auto"


def test_the_form_starts_with_the_defaults(form):
    assert form.value() == Params()
    assert form.preset == "auto"
    assert form.overrides() == {}


def test_every_setting_has_a_row_with_its_title_and_help(form):
    assert set(form._editors) == set(Params.model_fields)
    for name, info in Params.model_fields.items():
        assert form._labels[name].text() == info.title
        assert info.description in form._editors[name].toolTip()


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_fills_the_form(form, preset):
    form._preset.set_value(preset)
    assert form.value() == make_params(preset)


def test_what_departs_from_the_preset_is_bold_and_can_be_taken_back(form, qtbot):
    assert not form._reset.isEnabled()
    form._editors["n_clusters"].set_value(7)
    assert form.overrides() == {"n_clusters": 7}
    assert form._labels["n_clusters"].font().bold()
    qtbot.mouseClick(form._reset, Qt.MouseButton.LeftButton)
    assert form.overrides() == {}
    assert not form._labels["n_clusters"].font().bold()


def test_setting_many_values_is_one_change(form, qtbot):
    heard = []
    form.changed.connect(lambda: heard.append(form.value()))
    form.set_value("classic", n_clusters=5, smooth_px=2.5)
    assert heard == [make_params("classic", n_clusters=5, smooth_px=2.5)]


def test_an_edit_by_hand_is_one_change(form, qtbot):
    with qtbot.waitSignal(form.changed):
        form._editors["fill_holes"].setChecked(not form.value().fill_holes)


def test_the_wheel_does_not_change_a_setting_one_passes(form):
    editor = form._editors["n_clusters"]
    before = editor.value()
    wheel = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(editor, wheel)
    assert editor.value() == before


def test_a_line_of_text_is_taken_when_it_makes_sense(qtbot):
    form = ParamsForm()
    qtbot.addWidget(form)
    line = form.findChild(QLineEdit, "clean_up")
    told = []
    form.changed.connect(lambda: told.append(form.overrides()))
    line.setText("2: open=3")
    line.editingFinished.emit()
    assert told == [{"clean_up": "2: open=3"}]
    line.setText("2: open")
    line.editingFinished.emit()
    assert len(told) == 1
    assert form.value().clean_up == "2: open=3"
    assert "number from 0 on for open" in line.toolTip()
    line.setText("")
    line.editingFinished.emit()
    assert told[-1] == {}
    assert "differs from class to class" in line.toolTip()
