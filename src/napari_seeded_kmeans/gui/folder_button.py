"""A button that shows which folder was chosen, and chooses another."""

from pathlib import Path

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFileDialog, QPushButton, QWidget


class FolderButton(QPushButton):
    """A folder, or none."""

    changed = Signal()

    def __init__(self, placeholder: str, help_text: str, parent: QWidget | None = None) -> None:
        super().__init__(placeholder, parent)
        self._placeholder, self._help = placeholder, help_text
        self._path: Path | None = None
        self.set_value(None)
        self.clicked.connect(self._on_clicked)

    def value(self) -> Path | None:
        """Return the folder; None when none is chosen."""
        return self._path

    def set_value(self, path: str | Path | None) -> None:
        """Choose a folder; None chooses none."""
        self._path = None if path is None else Path(path)
        self.setText(self._placeholder if self._path is None else self._path.name or str(self._path))
        self.setToolTip(f"<p>{self._help}</p>" + ("" if self._path is None else f"<p>{self._path}</p>"))
        self.changed.emit()

    def _on_clicked(self) -> None:
        path = QFileDialog.getExistingDirectory(self, self._help, str(self._path or ""))
        if path:
            self.set_value(path)
