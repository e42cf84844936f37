"""Which channels count: a button that says how many, and a menu to tick them in."""

from collections.abc import Sequence

from qtpy.QtCore import QSignalBlocker, Qt, Signal
from qtpy.QtGui import QAction, QKeyEvent, QMouseEvent
from qtpy.QtWidgets import QMenu, QPushButton, QWidget

_HELP = (
    "Which channels count. Those that are not ticked take no part in the segmentation, in the cut-out and in "
    "what is measured; the image itself stays as it is."
)
_LAST = "At least one channel has to count."
_TICKING_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ChannelButton(QPushButton):
    """A choice of some of several channels, at least one; shows what it is offered."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._menu = _TickMenu(self)
        self._menu.setToolTipsVisible(True)
        self.setMenu(self._menu)
        self.setToolTip(f"<p>{_HELP}</p>")
        self._actions: list[QAction] = []

    def value(self) -> tuple[int, ...] | None:
        """Return the channels that count, ascending; None when all do."""
        ticked = tuple(index for index, action in enumerate(self._actions) if action.isChecked())
        return None if len(ticked) == len(self._actions) else ticked

    def set_value(self, channels: Sequence[int] | None) -> None:
        """Tick `channels`, or else all; what is not offered, or no channel at all, changes nothing."""
        n, before = len(self._actions), self.value()
        wanted = set(range(n) if channels is None else channels)
        if wanted and wanted <= set(range(n)):
            for index, action in enumerate(self._actions):
                with QSignalBlocker(action):
                    action.setChecked(index in wanted)
            self._show()
        if self.value() != before:
            self.chosen.emit()

    def offer(self, n_channels: int, channels: Sequence[int] | None) -> None:
        """Offer so many channels with some, or all, ticked; `chosen` does not fire.

        There is nothing to choose from less than two.
        """
        if n_channels != len(self._actions):
            self._menu.clear()
            self._actions = [self._add(index) for index in range(n_channels)]
        with QSignalBlocker(self):
            self.set_value(None)
            self.set_value(channels)
        self.setVisible(n_channels > 1)

    def _add(self, index: int) -> QAction:
        action = QAction(f"channel {index}", self._menu)
        action.setCheckable(True)
        action.setChecked(True)
        action.toggled.connect(self._on_toggled)
        self._menu.addAction(action)
        return action

    def _on_toggled(self) -> None:
        self._show()
        self.chosen.emit()

    def _show(self) -> None:
        ticked = [action for action in self._actions if action.isChecked()]
        self.setText("all" if len(ticked) == len(self._actions) else f"{len(ticked)} of {len(self._actions)}")
        for action in self._actions:
            is_last = ticked == [action]
            action.setEnabled(not is_last)
            action.setToolTip(_LAST if is_last else _HELP)


class _TickMenu(QMenu):
    """A menu that stays open while one ticks."""

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        action = None if event is None else self.actionAt(event.pos())
        if action is None:
            super().mouseReleaseEvent(event)
        elif action.isEnabled():
            action.trigger()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        action = self.activeAction()
        if event is None or action is None or event.key() not in _TICKING_KEYS:
            super().keyPressEvent(event)
        elif action.isEnabled():
            action.trigger()
