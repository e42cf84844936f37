"""A window that waits a moment before it is drawn, so that a stroke and what it changes are drawn at once.

What belongs here: putting off what Qt would draw, and that it is drawn in any case. What does not: when to
wait.
"""

from weakref import ReferenceType, ref

from qtpy.QtCore import QCoreApplication, QEvent, QObject, QTimer
from qtpy.QtWidgets import QWidget

# Nobody waits longer for what they painted.
_PATIENCE_MS = 100


class DrawingHold(QObject):
    """Holds the drawing of the viewer that a widget is docked to; that goes on after a moment by itself."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        # A viewer may be closed meanwhile, and must not live on for this.
        self._window: ReferenceType[QWidget] | None = None
        self._is_asked = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PATIENCE_MS)
        self._timer.timeout.connect(self.release)

    @property
    def is_held(self) -> bool:
        """Whether nothing is drawn at the moment."""
        return self._window is not None

    def hold(self) -> None:
        """Draw nothing from now on until `release`; what is held already is not held for longer."""
        if self._window is None:
            window = _outermost(self._widget)
            window.installEventFilter(self)
            self._window, self._is_asked = ref(window), False
            self._timer.start()

    def release(self) -> None:
        """Draw what there is to be drawn."""
        self._timer.stop()
        window = None if self._window is None else self._window()
        self._window = None
        if window is not None:
            window.removeEventFilter(self)
            if self._is_asked:
                QCoreApplication.postEvent(window, QEvent(QEvent.Type.UpdateRequest))

    def eventFilter(self, _watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Put off what Qt would draw: it collects what has to be drawn, and asks for that once."""
        is_request = event is not None and event.type() == QEvent.Type.UpdateRequest
        self._is_asked |= is_request
        return is_request


def _outermost(widget: QWidget) -> QWidget:
    """Return the window that owns a widget, be it in a dock that floats."""
    while (parent := widget.parentWidget()) is not None:
        widget = parent
    return widget
