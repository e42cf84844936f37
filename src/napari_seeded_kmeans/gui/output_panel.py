"""Which layers to keep of a result."""

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QWidget

_CHOICES = {
    "mask": ("Mask", "The class of every pixel, in the class colours.", True),
    "scores": ("Scores", "One image per class: how much a pixel looks like it, from 0 to 1.", False),
    "uncertainty": ("Uncertainty", "0 where one class stands out, 1 where the two best are equal.", False),
}


class OutputPanel(QWidget):
    """A checkbox per kind of output."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(QLabel("Keep", self))
        self._boxes: dict[str, QCheckBox] = {}
        for kind, (title, help_text, is_on) in _CHOICES.items():
            box = QCheckBox(title, self)
            box.setToolTip(help_text)
            box.setChecked(is_on)
            box.toggled.connect(self.changed)
            layout.addWidget(box)
            self._boxes[kind] = box
        layout.addStretch(1)

    def value(self) -> tuple[str, ...]:
        """Return the kinds to keep."""
        return tuple(kind for kind, box in self._boxes.items() if box.isChecked())

    def set_value(self, kinds: tuple[str, ...]) -> None:
        """Tick `kinds`."""
        for kind, box in self._boxes.items():
            box.setChecked(kind in kinds)
