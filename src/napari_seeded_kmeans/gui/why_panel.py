"""Why a pixel got its class, and which strokes contradict each other: shows and emits, decides nothing."""

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from .buttons import ONLY_IN_2D, enable

_PIN_HELP = (
    "Then click a pixel in the image, to keep its answer. The brush rests until this is off again, and the "
    "answer follows the pointer."
)
_SHOW_THESE, _SHOW_NEXT = "Show these strokes", "Show the next pair"


class WhyPanel(QWidget):
    """The answer, a button to hold on to a pixel, and what contradicts itself."""

    pin_toggled = Signal(bool)
    strokes_requested = Signal()
    conflict_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pin_button = QPushButton("Pin a pixel", self)
        self.pin_button.setCheckable(True)
        self.strokes_button = QPushButton("Show the strokes behind it", self)
        self.strokes_button.setToolTip("<p>Light up what was painted on the nearest colour and go there.</p>")
        self.conflict_button = QPushButton(_SHOW_THESE, self)
        self.conflict_button.setToolTip("<p>Light up what was painted on the two colours, and go there.</p>")
        self._answer, self._conflict = _text(self), _text(self)
        self._is_ready, self._is_flat = False, True
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (
            self.pin_button,
            self._answer,
            self.strokes_button,
            self._conflict,
            self.conflict_button,
        ):
            layout.addWidget(widget)
        self.pin_button.toggled.connect(self.pin_toggled)
        self.strokes_button.clicked.connect(self.strokes_requested)
        self.conflict_button.clicked.connect(self.conflict_requested)
        self.show_answer("")
        self.show_conflict("")
        self.set_ready(False)

    @property
    def answer(self) -> str:
        """What is said about the pixel, as rich text."""
        return str(self._answer.text())

    @property
    def conflict(self) -> str:
        """What is said about contradictions, as rich text."""
        return str(self._conflict.text())

    def set_ready(self, is_ready: bool) -> None:
        """Say whether there is a result to ask about."""
        self._is_ready = is_ready
        self._show_what_works()

    def set_flat(self, is_flat: bool) -> None:
        """Say whether the image is seen in 2-D, so that single pixels can be clicked."""
        self._is_flat = is_flat
        self._show_what_works()

    def _show_what_works(self) -> None:
        why_not = "" if self._is_flat else ONLY_IN_2D
        why_not = why_not if self._is_ready else "There is no result to ask about yet."
        enable(self.pin_button, _PIN_HELP, why_not)

    def show_answer(self, text: str, *, has_strokes: bool = False) -> None:
        """Say `text` about a pixel, whose strokes can be shown or not; nothing hides the answer."""
        _show(self._answer, text)
        self.strokes_button.setVisible(has_strokes)

    def show_conflict(self, text: str, *, has_next: bool = False) -> None:
        """Say `text` about a contradiction; nothing hides it.

        Once its strokes are lit up, and there is a next one, the button is to show that.
        """
        _show(self._conflict, text)
        self.conflict_button.setText(_SHOW_NEXT if has_next else _SHOW_THESE)
        self.conflict_button.setVisible(bool(text))


def _show(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))


def _text(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
