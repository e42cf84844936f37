"""Live or on demand, the one button, and while it works: how far it is, and a way out."""

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QHBoxLayout, QProgressBar, QPushButton, QWidget

_LIVE_HELP = (
    "The mask follows every stroke, erasing, undo and setting. "
    "Hold the key H while you paint several strokes: it follows when you let go."
)

# Narrow, so that a dock of 300 px does not widen while it works.
_PROGRESS_PX = 40


class RunBar(QWidget):
    """Live, Segment; progress and Cancel show only while a job takes long."""

    live_toggled = Signal(bool)
    segment_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.live_box = QCheckBox("Live", self)
        self.live_box.setToolTip(f"<p>{_LIVE_HELP}</p>")
        self.live_box.setChecked(True)
        self.segment_button = QPushButton("Segment", self)
        self.cancel_button = QPushButton("Cancel", self)
        self.cancel_button.setToolTip("<p>Stop the work; everything stays as it was. Key C.</p>")
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.setMinimumWidth(_PROGRESS_PX)
        self.live_box.toggled.connect(self.live_toggled)
        self.segment_button.clicked.connect(self.segment_requested)
        self.cancel_button.clicked.connect(self.cancel_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.live_box)
        layout.addWidget(self.segment_button, 1)
        layout.addWidget(self._progress, 2)
        layout.addWidget(self.cancel_button)
        self.show_running(False)

    @property
    def is_live(self) -> bool:
        """Whether the mask follows the brush."""
        return bool(self.live_box.isChecked())

    def set_live(self, is_live: bool) -> None:
        """Let the mask follow the brush, or only the button."""
        self.live_box.setChecked(is_live)

    def show_running(self, is_running: bool) -> None:
        """Show or hide progress and Cancel."""
        self._progress.setVisible(is_running)
        self.cancel_button.setVisible(is_running)
        if not is_running:
            # The next job is busy, without an end in sight, until it says how long it is. Once it is hidden:
            # else Qt would draw the window at once, and wait for that.
            self._progress.setRange(0, 0)

    def show_progress(self, done: int, total: int) -> None:
        """Show that `done` of `total` is done."""
        # By itself Qt would draw the window at once, and wait for that; so it is drawn when its turn comes.
        self._progress.setUpdatesEnabled(False)
        self._progress.setRange(0, total)
        self._progress.setValue(done)
        self._progress.setUpdatesEnabled(True)
