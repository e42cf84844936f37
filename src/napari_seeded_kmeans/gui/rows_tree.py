"""A tree of rows that leaves letters and digits to napari, where they choose tools and classes."""

from qtpy.QtCore import Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QTreeWidget

_COMMANDS = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


class RowsTree(QTreeWidget):
    """By itself Qt would search for the row that begins with what is typed, and select it."""

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Pass on what is typed; space and the keys that move stay."""
        typed = "" if event is None else event.text().strip()
        if event is not None and typed and typed.isprintable() and not event.modifiers() & _COMMANDS:
            event.ignore()
        else:
            super().keyPressEvent(event)
