"""Work of one kind: a button that starts it, and while it runs how far it is and a way out."""

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget


class WorkBar(QWidget):
    """A button, unless the work starts by itself; progress and Cancel show only while it runs.

    Parameters
    ----------
    title : str
        What the button says; empty for no button.
    """

    start_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.start_button = QPushButton(title, self)
        self.start_button.setVisible(bool(title))
        self.cancel_button = QPushButton("Cancel", self)
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self.start_button.clicked.connect(self.start_requested)
        self.cancel_button.clicked.connect(self.cancel_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.start_button, 1)
        layout.addWidget(self._progress, 2)
        layout.addWidget(self.cancel_button)
        self.show_running(False)

    def show_running(self, is_running: bool) -> None:
        """Show or hide progress and Cancel; what runs cannot be started again."""
        if is_running and self._progress.isHidden():
            # Busy, without an end in sight, until the job says how long it is.
            self._progress.setRange(0, 0)
        self._progress.setVisible(is_running)
        self.cancel_button.setVisible(is_running)
        self.start_button.setEnabled(not is_running)

    def show_progress(self, done: int, total: int) -> None:
        """Show that `done` of `total` is done."""
        self._progress.setRange(0, total)
        self._progress.setValue(done)
