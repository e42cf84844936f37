"""How a folder is worked through: what is written, how many files at a time, how a truth is read."""

from typing import Any

from qtpy.QtWidgets import QCheckBox, QFormLayout, QVBoxLayout, QWidget

from .editors import Number, WholeNumber
from .fold import Fold

_MOST_JOBS = 64
_BOXES = {
    "view": ("Pictures in class colours", "Write each result as a picture, too."),
    "scores": ("Scores", "Write how much each pixel looks like each class, too."),
    "resume": (
        "Go on with an earlier run",
        "Leave alone what an earlier run with the same model and settings has finished.",
    ),
}
_NUMBERS = {
    "jobs": (
        "Files at a time",
        "Each in a process of its own. Auto: by the number of files.",
    ),
    "ignore": ("Truth ignores", "Pixels with this value in the truth are not scored. Auto: all are."),
    "tolerance": ("Outline within", "How far outlines may lie apart, in pixels, and still agree."),
}
_FROM_ZERO = (
    "Truth counts from 0",
    "The truth calls background 0 and the first class 1: one less than what you paint.",
)


class BatchOptions(QWidget):
    """Shows the options of `segment_folder` that are neither model nor folders."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._boxes = {name: QCheckBox(title, self) for name, (title, _) in _BOXES.items()}
        for name, (_, help_text) in _BOXES.items():
            self._boxes[name].setToolTip(f"<p>{help_text}</p>")
        self._from_zero = QCheckBox(_FROM_ZERO[0], self)
        self._from_zero.setToolTip(f"<p>{_FROM_ZERO[1]}</p>")
        self._numbers: dict[str, WholeNumber | Number] = {
            "jobs": WholeNumber(1, _MOST_JOBS, optional=True, parent=self),
            "ignore": WholeNumber(0, 65535, optional=True, parent=self),
            "tolerance": Number(0, 100, optional=False, unit="px", parent=self),
        }
        self.set_value(jobs=None, ignore=None, tolerance=2.0)
        self._lay_out()

    def value(self) -> dict[str, Any]:
        """Return the options by the names that `segment_folder` has for them."""
        ticked = {name: box.isChecked() for name, box in self._boxes.items()}
        numbers = {name: box.value() for name, box in self._numbers.items()}
        return {**ticked, **numbers, "truth_from_zero": self._from_zero.isChecked()}

    def set_value(self, **options: Any) -> None:
        """Show some options; the others stay as they are."""
        for name, value in options.items():
            if name in self._numbers:
                self._numbers[name].set_value(value)
            else:
                {**self._boxes, "truth_from_zero": self._from_zero}[name].setChecked(value)

    def _lay_out(self) -> None:
        more = QWidget(self)
        form = QFormLayout(more)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, (title, help_text) in _NUMBERS.items():
            self._numbers[name].setToolTip(f"<p>{help_text}</p>")
            form.addRow(title, self._numbers[name])
        form.addRow("", self._from_zero)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for box in self._boxes.values():
            layout.addWidget(box)
        layout.addWidget(Fold("More options", more, self))
