"""Asking where to save a file."""

from qtpy.QtWidgets import QFileDialog, QWidget


def ask_where_to_save(parent: QWidget, title: str, name: str, filters: str) -> str:
    """Return the path a person chooses, empty if none.

    A name without an ending gets that of the chosen filter, and is asked about if there is such a file.

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
    is_chosen = dialog.exec()
    dialog.deleteLater()
    return str(dialog.selectedFiles()[0]) if is_chosen else ""


def _suffix(filters: str) -> str:
    """Return the first ending that a filter allows."""
    return filters.partition("*.")[2].partition(")")[0].partition(" ")[0]
