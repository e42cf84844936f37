"""Asking where to save a file."""

import re
from collections.abc import Callable
from pathlib import Path

from qtpy.QtWidgets import QFileDialog, QMessageBox, QWidget

from .hint_line import HintLine
from .words import words_for


def ask_where_to_save(parent: QWidget, title: str, name: str, filters: str) -> str:
    """Return the path a person chooses, empty if none.

    A name without an ending that the filters know gets that of the chosen one, and is asked about if there is
    such a file.

    Parameters
    ----------
    parent : QWidget
    title : str
    name : str
        What is suggested.
    filters : str
        As Qt wants them: ``"PNG (*.png);;TIFF (*.tif *.tiff)"``.
    """
    dialog = QFileDialog(parent, title, "", filters)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(_suffix(chosen)))
    dialog.setDefaultSuffix(_suffix(filters))
    dialog.selectFile(name)
    path = ""
    while not path and dialog.exec():
        path = _complete(parent, dialog.selectedFiles()[0], dialog.selectedNameFilter(), filters)
    dialog.deleteLater()
    return path


def save_where_asked(
    parent: QWidget,
    title: str,
    name: str,
    filters: str,
    save: Callable[[str], None],
    hint_line: HintLine,
) -> None:
    """Call ``save(path)`` with what a person chooses, as in `ask_where_to_save`; say what goes wrong."""
    path = ask_where_to_save(parent, title, name, filters)
    if path:
        try:
            save(path)
        except Exception as error:  # in words for what is ours or the disk's, with a traceback for bugs
            hint_line.show_hint(words_for(error), is_error=True)


def _complete(parent: QWidget, path: str, chosen: str, filters: str) -> str:
    """Return the path with an ending; empty if there is such a file, which is to stay."""
    # Qt takes whatever comes after a dot for an ending.
    if not _suffix(chosen) or path.lower().endswith(tuple(re.findall(r"\*(\.[\w.]+)", filters))):
        return path
    path = f"{path}.{_suffix(chosen)}"
    if not Path(path).exists():
        return path
    button = QMessageBox.question(
        parent, "Save", f"{Path(path).name} already exists.\nDo you want to replace it?"
    )
    return path if button == QMessageBox.StandardButton.Yes else ""


def _suffix(filters: str) -> str:
    """Return the first ending that a filter allows."""
    return filters.partition("*.")[2].partition(")")[0].partition(" ")[0]
