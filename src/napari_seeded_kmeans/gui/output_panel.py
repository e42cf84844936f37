"""Which layers to keep of a result."""

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QGridLayout, QWidget

_ONE_AT_A_TIME = (
    " Of scores, uncertainty, clusters and cut-out, which cover the image, the one ticked last is shown; the "
    "others wait in the layer list for their eye to be opened."
)
_CHOICES = {
    "mask": ("Mask", "The class of every pixel, in the class colours."),
    "scores": (
        "Scores",
        "One image per class: how much a pixel looks like it, from 0 to 1. That of the last class is shown."
        + _ONE_AT_A_TIME,
    ),
    "uncertainty": (
        "Uncertainty",
        "0 where one class stands out, 1 where the two best are equal." + _ONE_AT_A_TIME,
    ),
    "clusters": (
        "Clusters",
        "The palette's row that every pixel is nearest to, in the colour of that row." + _ONE_AT_A_TIME,
    ),
    "objects": ("Objects", "Every object by itself, touching ones split at their necks."),
    "measurements": (
        "Measures",
        "Class, size, place and mean values of every object: the features of the objects layer, which "
        "Layers > Visualize > Features table widget lists. Session > Export measurements writes them to a "
        "file.",
    ),
    "cut-out": (
        "Cut-out",
        "The picture, in colour where the mask is and grey elsewhere." + _ONE_AT_A_TIME,
    ),
}
# What is measured are objects.
_NEEDS = {"measurements": "objects"}
_KEPT_AT_FIRST = ("mask",)
_N_COLUMNS = 3


class OutputPanel(QWidget):
    """A checkbox per kind of output."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self._boxes: dict[str, QCheckBox] = {}
        for index, (kind, (title, help_text)) in enumerate(_CHOICES.items()):
            box = QCheckBox(title, self)
            box.setObjectName(kind)
            box.setToolTip(f"<p>{help_text}</p>")
            box.setChecked(kind in _KEPT_AT_FIRST)
            box.toggled.connect(self._on_toggled)
            layout.addWidget(box, *divmod(index, _N_COLUMNS))
            self._boxes[kind] = box

    def _on_toggled(self, is_on: bool) -> None:
        """Tick what another kind needs, and untick what needs another kind."""
        for kind, needed in _NEEDS.items():
            first, second = (kind, needed) if is_on else (needed, kind)
            if self._boxes[first].isChecked() == is_on:
                self._boxes[second].setChecked(is_on)
        self.changed.emit()

    def value(self) -> tuple[str, ...]:
        """Return the kinds to keep."""
        return tuple(kind for kind, box in self._boxes.items() if box.isChecked())

    def set_value(self, kinds: tuple[str, ...]) -> None:
        """Tick `kinds`, and what they need; says `changed` once, if anything did."""
        before = self.value()
        self.blockSignals(True)
        for kind, box in self._boxes.items():
            box.setChecked(kind in kinds)
        self.blockSignals(False)
        if self.value() != before:
            self.changed.emit()
