"""Long work in napari's activity dock.

What belongs here: napari's progress bar, and what is too short for it. What does not: the dock's own bar.
"""

from napari.utils import progress
from qtpy.QtCore import QTimer

from .runner import way

# What is done sooner shows in the dock alone: napari draws its whole window to add a line.
_LONG_MS = 700
# Within this most workers end the part that they are at.
_NOTICE_MS = 40


class Activity:
    """One line in the activity dock while something takes long; use it in the window's thread only.

    Parameters
    ----------
    description : str
        What is being done.
    """

    def __init__(self, description: str) -> None:
        self._description = description
        self._bar: progress | None = None
        self._is_wanted = self._is_stepping = False
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(_LONG_MS)
        self._timer.timeout.connect(self._on_long)

    def show(self, is_running: bool) -> None:
        """Show the line soon, or take it away."""
        self._is_wanted = is_running
        if not is_running:
            self._timer.stop()
            if self._bar is not None:
                self._bar.close()
                self._bar = None
        elif self._bar is None and not self._timer.isActive():
            self._timer.start()

    def step(self, done: int, total: int) -> None:
        """Say that `done` of `total` is done."""
        # napari handles all events that wait before it returns from here, further steps among them.
        if self._bar is None or self._is_stepping:
            return
        self._is_stepping = True
        try:
            self._bar.total = total
            self._bar.update(done - self._bar.n)
        finally:
            self._is_stepping = False

    def _on_long(self) -> None:
        # Beside workers it would take three times as long.
        way.clear()
        QTimer.singleShot(_NOTICE_MS, self._add)

    def _add(self) -> None:
        try:
            if self._is_wanted and self._bar is None:
                self._bar = progress(total=0, desc=self._description)
        finally:
            way.give_back()
        # For the same reason it may be over by now.
        if not self._is_wanted:
            self.show(False)
