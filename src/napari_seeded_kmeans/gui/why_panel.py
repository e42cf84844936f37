"""Why a pixel got its class, and which strokes contradict each other: shows and emits, decides nothing."""

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

_ASK_HELP = "Then click pixels in the image. The brush rests until this is off again."


class WhyPanel(QWidget):
    """A button to ask, the answer, and what contradicts itself."""

    ask_toggled = Signal(bool)
    strokes_requested = Signal()
    conflict_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ask_button = QPushButton("Ask about a pixel", self)
        self.ask_button.setCheckable(True)
        self.strokes_button = QPushButton("Show the strokes behind it", self)
        self.strokes_button.setToolTip("<p>Light up what was painted on the nearest colour and go there.</p>")
        self.conflict_button = QPushButton("Show these strokes", self)
        self.conflict_button.setToolTip("<p>Light up what was painted on the two colours, and go there.</p>")
        self._answer, self._conflict = _text(self), _text(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (
            self.ask_button,
            self._answer,
            self.strokes_button,
            self._conflict,
            self.conflict_button,
        ):
            layout.addWidget(widget)
        self.ask_button.toggled.connect(self.ask_toggled)
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
        if is_ready == self.ask_button.isEnabled():
            return
        self.ask_button.setEnabled(is_ready)
        help_text = _ASK_HELP if is_ready else "There is no result to ask about yet."
        self.ask_button.setToolTip(f"<p>{help_text}</p>")

    def show_answer(self, text: str) -> None:
        """Say `text` about a pixel; nothing hides the answer."""
        self._show(self._answer, self.strokes_button, text)

    def show_conflict(self, text: str) -> None:
        """Say `text` about contradictions; nothing hides it."""
        self._show(self._conflict, self.conflict_button, text)

    def _show(self, label: QLabel, button: QPushButton, text: str) -> None:
        label.setText(text)
        label.setVisible(bool(text))
        button.setVisible(bool(text))


def _text(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
