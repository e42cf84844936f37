"""Import, Export and Session: asks for a file and says what is to become of it."""

from qtpy.QtCore import Signal
from qtpy.QtGui import QAction
from qtpy.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QPushButton, QWidget

from .save_dialog import ask_where_to_save

_OPEN_FILTER = "Strokes and seeds (*.png *.tif *.tiff *.jpg *.jpeg *.bmp *.npy);;All files (*)"
_SAVE_FILTER = "PNG (*.png);;TIFF (*.tif *.tiff)"
_SESSION_FILTER = "Session (*.json)"


class FileBar(QWidget):
    """Buttons that end in a path; nothing is read or written here."""

    import_requested = Signal(str)
    export_requested = Signal(str)
    open_session_requested = Signal(str)
    save_session_requested = Signal(str)
    export_script_requested = Signal(str)
    export_table_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.suggested_name = "seeds.png"
        self.import_button = QPushButton("Import…", self)
        self.export_button = QPushButton("Export…", self)
        self.session_button = QPushButton("Session", self)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self.open_session_action = _action(menu, "Open session…")
        self.save_session_action = _action(menu, "Save session…")
        self.export_script_action = _action(menu, "Export as script…")
        self.export_table_action = _action(menu, "Export measurements…")
        self.open_session_action.setToolTip("Bring back strokes, classes and settings from a file.")
        self.session_button.setMenu(menu)
        self.import_button.clicked.connect(self._on_import_clicked)
        self.export_button.clicked.connect(self._on_export_clicked)
        self.open_session_action.triggered.connect(self._on_open_session)
        self.save_session_action.triggered.connect(self._on_save_session)
        self.export_script_action.triggered.connect(self._on_export_script)
        self.export_table_action.triggered.connect(self._on_export_table)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for button in (self.import_button, self.export_button, self.session_button):
            layout.addWidget(button)

    def _on_import_clicked(self) -> None:
        self._open("Import strokes or seeds", _OPEN_FILTER, self.import_requested)

    def _on_export_clicked(self) -> None:
        self._save("Export seeds", self.suggested_name, _SAVE_FILTER, self.export_requested)

    def _on_open_session(self) -> None:
        self._open("Open session", f"{_SESSION_FILTER};;All files (*)", self.open_session_requested)

    def _on_save_session(self) -> None:
        self._save("Save session", "session.json", _SESSION_FILTER, self.save_session_requested)

    def _on_export_script(self) -> None:
        self._save("Export as script", "segment.py", "Python (*.py)", self.export_script_requested)

    def _on_export_table(self) -> None:
        self._save("Export measurements", "measurements.csv", "Table (*.csv)", self.export_table_requested)

    def _open(self, title: str, filters: str, wish: Signal) -> None:
        path, _ = QFileDialog.getOpenFileName(self, title, "", filters)
        if path:
            wish.emit(path)

    def _save(self, title: str, name: str, filters: str, wish: Signal) -> None:
        path = ask_where_to_save(self, title, name, filters)
        if path:
            wish.emit(path)


def _action(menu: QMenu, title: str) -> QAction:
    action = QAction(title, menu)
    menu.addAction(action)
    return action
