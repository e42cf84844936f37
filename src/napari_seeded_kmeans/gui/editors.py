"""One small editor per type of setting: `value()`, `set_value()` and the signal `edited`.

What belongs here: how one value is shown and changed. What does not: which settings there are.
"""

from collections.abc import Callable
from functools import partial
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from ..core.errors import SeededKMeansError
from ..core.params import make_params

_INT_MAX = 2**31 - 1
_FLOAT_MAX = 1e9
_FLOAT_STEP = 0.01


class Switch(QCheckBox):
    """A yes or no; if it may be None, that is the state between, and reads "Auto"."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None, *, optional: bool = False) -> None:
        super().__init__(parent)
        self.setTristate(optional)
        self.checkStateChanged.connect(self._on_changed)

    def value(self) -> bool | None:
        """Return whether it is on, None for "Auto"."""
        state = self.checkState()
        return None if state == Qt.CheckState.PartiallyChecked else state == Qt.CheckState.Checked

    def set_value(self, value: Any) -> None:
        """Turn it on or off, or to "Auto" for None."""
        states = {True: Qt.CheckState.Checked, False: Qt.CheckState.Unchecked}
        self.setCheckState(states.get(value, Qt.CheckState.PartiallyChecked))

    def _on_changed(self) -> None:
        self.setText("Auto" if self.value() is None else "")
        self.edited.emit()


class Choice(QComboBox):
    """One word of several."""

    edited = Signal()

    def __init__(self, options: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for option in options:
            self.addItem(in_words(option), option)
        self.currentIndexChanged.connect(self.edited)

    def value(self) -> str:
        """Return the chosen option."""
        return str(self.currentData())

    def set_value(self, value: Any) -> None:
        """Choose an option."""
        self.setCurrentIndex(self.findData(value))


class WholeNumber(QSpinBox):
    """An integer within a range; if it may be None, that is shown as "Auto" one step below the range."""

    edited = Signal()

    def __init__(
        self, low: int, high: int, *, optional: bool, unit: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._optional = optional
        self.setRange(low - optional, high)
        _prepare(self, optional, unit)

    def value(self) -> int | None:  # type: ignore[override]
        """Return the number, None for "Auto"."""
        number = super().value()
        return None if self._optional and number == self.minimum() else number

    def set_value(self, value: Any) -> None:
        """Show a number, or "Auto" for None."""
        self.setValue(self.minimum() if value is None else value)


class Number(QDoubleSpinBox):
    """A real number within a range; if it may be None, that is shown as "Auto" one step below the range."""

    edited = Signal()

    def __init__(
        self, low: float, high: float, *, optional: bool, unit: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._optional = optional
        self._exact: tuple[float, float] | None = None
        self.setDecimals(2)
        self.setRange(low - optional * _FLOAT_STEP, high)
        _prepare(self, optional, unit)

    def value(self) -> float | None:  # type: ignore[override]
        """Return the number, None for "Auto"."""
        number = float(super().value())
        if self._exact is not None and number == self._exact[0]:
            return self._exact[1]
        return None if self._optional and number == self.minimum() else number

    def set_value(self, value: Any) -> None:
        """Show a number, or "Auto" for None; it keeps the digits that are not shown."""
        self._exact = None
        least = self.minimum() + self._optional * _FLOAT_STEP
        self.setValue(self.minimum() if value is None else max(value, least))
        if value is not None:
            self._exact = float(super().value()), float(value)


class Text(QLineEdit):
    """A line of text that has to make sense: what does not is marked, and is not taken."""

    edited = Signal()

    def __init__(self, explain: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._explain = explain
        self._value = ""
        self._help = ""
        self.setPlaceholderText("none")
        self.editingFinished.connect(self._on_finished)

    def value(self) -> str:
        """Return the last text that made sense."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Show a text."""
        self.setText(value)
        self._on_finished()

    def _on_finished(self) -> None:
        problem = self._explain(self.text())
        self._help = self._help or self.toolTip()
        self.setToolTip(f"<p>{problem}</p>" if problem else self._help)
        self.setStyleSheet("border: 1px solid #d55e00;" if problem else "")
        if not problem and self.text() != self._value:
            self._value = self.text()
            self.edited.emit()


Editor = Text | Switch | Choice | WholeNumber | Number


def make_editor(name: str, info: FieldInfo, parent: QWidget | None = None) -> Editor:
    """Return an editor for a field of `Params`, with its range, and the unit its name ends with.

    Raises
    ------
    TypeError
        When there is no editor for the field's type.
    """
    kind, optional = _without_none(info.annotation)
    unit = "px" if name.endswith("_px") else ""
    if get_origin(kind) is Literal and not optional:
        return Choice(get_args(kind), parent)
    if kind is bool:
        return Switch(parent, optional=optional)
    if kind is int:
        low, high = _limits(info, 1, -_INT_MAX, _INT_MAX)
        return WholeNumber(int(low), int(high), optional=optional, unit=unit, parent=parent)
    if kind is float:
        low, high = _limits(info, _FLOAT_STEP, -_FLOAT_MAX, _FLOAT_MAX)
        return Number(low, high, optional=optional, unit=unit, parent=parent)
    if kind is str:
        return Text(partial(_problem_of, name), parent)
    raise TypeError(f"no editor for the setting {name} of type {info.annotation}")


def _problem_of(name: str, text: str) -> str:
    """Return why a setting cannot have this text; empty if it can."""
    try:
        make_params(**{name: text})
    except SeededKMeansError as error:
        return str(error)
    return ""


def in_words(option: str) -> str:
    """Return an option as a person reads it: short ones are abbreviations."""
    return option.upper() if len(option) <= 3 else option.capitalize().replace("_", " ")


def _prepare(box: WholeNumber | Number, optional: bool, unit: str) -> None:
    if optional:
        box.setSpecialValueText("Auto")
    box.setSuffix(unit and f" {unit}")
    # A number being typed is not yet a wish.
    box.setKeyboardTracking(False)
    box.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
    box.valueChanged.connect(box.edited)


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """Return the type without None, and whether None was allowed."""
    if get_origin(annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
        if len(kinds) == 1:
            return kinds[0], True
    return annotation, False


def _limits(info: FieldInfo, step: float, low: float, high: float) -> tuple[float, float]:
    """Return the smallest and largest value allowed, in steps of `step`, `low` and `high` unless set."""
    for limit in info.metadata:
        low = getattr(limit, "ge", low)
        high = getattr(limit, "le", high)
        low = limit.gt + step if hasattr(limit, "gt") else low
        high = limit.lt - step if hasattr(limit, "lt") else high
    return low, high
