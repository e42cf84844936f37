"""The one place where the program talks: what is missing, what went wrong, what to do next."""

from qtpy.QtCore import QEvent, Qt, Signal
from qtpy.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

# Vermilion and sky blue of Okabe and Ito: told apart by everyone, readable as a bar on both themes.
_BAR = {True: "#d55e00", False: "#56b4e9"}
_N_LINES = 3


class HintLine(QFrame):
    """A sentence with a coloured bar beside it."""

    restore_requested = Signal()
    next_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("hint_line")
        self._label = QLabel(self)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.restore_button = QPushButton("Restore", self)
        self.restore_button.setToolTip("<p>Bring back the strokes, classes and settings.</p>")
        self.restore_button.clicked.connect(self.restore_requested)
        self.next_button = QPushButton("Paint here next", self)
        self.next_button.setToolTip(
            "<p>Go to where the classes are least certain, over an area as large as a stroke.</p>"
        )
        self.next_button.clicked.connect(self.next_requested)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 4, 4)
        layout.addWidget(self._label)
        for button in (self.restore_button, self.next_button):
            layout.addWidget(button, alignment=Qt.AlignmentFlag.AlignLeft)
        self._keep_room()
        self.show_hint("", is_error=False)

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802
        """Keep room for what is said at most while one paints, in napari's font: nothing jumps."""
        super().changeEvent(event)
        if event is not None and event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._keep_room()

    def _keep_room(self) -> None:
        self._label.ensurePolished()
        self._label.setMinimumHeight(_N_LINES * self._label.fontMetrics().lineSpacing())

    @property
    def text(self) -> str:
        """What is said right now."""
        return str(self._label.text())

    def show_hint(
        self, text: str, *, is_error: bool, has_offer: bool = False, has_next: bool = False
    ) -> None:
        """Say `text`; errors get a bar of another colour, offers and advice a button to take them up."""
        self.restore_button.setVisible(has_offer)
        self.next_button.setVisible(has_next)
        self._label.setText(text)
        style = f"#hint_line {{ border: none; border-left: 3px solid {_BAR[is_error]}; }}"
        # Qt would style it again and draw it, the same or not.
        if style != self.styleSheet():
            self.setStyleSheet(style)
