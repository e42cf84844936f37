"""What every dock is: a column of views that scrolls down, bound to a viewer until it is closed."""

from typing import TYPE_CHECKING, Any, Protocol

from qtpy.QtCore import QEvent, QObject, QSize
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QFrame,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

if TYPE_CHECKING:
    import napari.viewer

_MARGIN_PX = 3
# napari's style leaves it around what scrolls.
_RIM_PX = 2


class Closable(Protocol):
    """Something with a thread to stop."""

    def close(self) -> None:
        """Stop, for good."""


class DockFrame(QScrollArea):
    """A dock of a viewer; `close_down` is called once, however it goes away.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        The viewer whose layers are offered and that results are added to.
    """

    narrowest_px = 0

    def __init__(self, napari_viewer: "napari.viewer.Viewer", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # napari hands plugins a proxy, under which no object is itself.
        self._viewer = getattr(napari_viewer, "__wrapped__", napari_viewer)
        self._content = QWidget(self)

    def close_down(self) -> None:
        """Stop the workers and let go of viewer and layers; the dock is of no use afterwards."""
        raise NotImplementedError

    # ---- for the docks ----

    def _layer_events(self) -> tuple[Any, ...]:
        """Return what fires when layers come, go, move or are renamed."""
        events = self._viewer.layers.events
        return events.inserted, events.removed, events.reordered, events.renamed

    def _fill(self, *views: QWidget) -> None:
        """Lay out `views` from top to bottom."""
        layout = QVBoxLayout(self._content)
        layout.setContentsMargins(_MARGIN_PX, _MARGIN_PX, _MARGIN_PX, _MARGIN_PX)
        for view in views:
            layout.addWidget(view)
        layout.addStretch(1)
        self.setWidget(self._content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def _close_in_the_end(self, *workers: Closable) -> None:
        """Close `workers` also when the window goes without closing its docks: they outlive this widget."""
        application = QApplication.instance()
        for worker in workers:
            self.destroyed.connect(worker.close)
            if application is not None:
                application.aboutToQuit.connect(worker.close)

    # ---- the widget itself ----

    def event(self, event: QEvent | None) -> bool:
        """Notice being closed: napari takes a closed dock's widget out of the window and says no more."""
        if event is not None and event.type() == QEvent.Type.ParentChange and self.parent() is None:
            self.close_down()
        return bool(super().event(event))

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Notice that the content needs another width, and pass that on: a scroll area keeps it to itself."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest and watched is self._content:
            self.updateGeometry()
        return bool(super().eventFilter(watched, event))

    def keyReleaseEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Keep what was typed into a field: it takes the press of a key, but not the release.

        napari would take that for the end of holding a tool's key, and choose the tool of before.
        """
        if not isinstance(QApplication.focusWidget(), QLineEdit | QAbstractSpinBox):
            super().keyReleaseEvent(event)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Ask for the width of the content, so that one scrolls down but never sideways."""
        bar = self.verticalScrollBar()
        width = max(self._content.minimumSizeHint().width(), self.narrowest_px)
        width += 0 if bar is None else bar.sizeHint().width() + _RIM_PX
        return QSize(width, super().minimumSizeHint().height())
