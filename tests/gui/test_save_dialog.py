"""Names of files that are to be saved."""

from functools import partial

import pytest
from qtpy.QtCore import Qt, QTimer
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox, QWidget

from napari_seeded_kmeans.gui.save_dialog import ask_where_to_save

FILTERS = "PNG (*.png);;TIFF (*.tif *.tiff)"


@pytest.fixture
def own_dialogs():
    """Dialogs of Qt, which a test can type into."""
    attribute = Qt.ApplicationAttribute.AA_DontUseNativeDialogs
    QApplication.setAttribute(attribute, True)
    yield
    QApplication.setAttribute(attribute, False)


def answer(parent, path, filter_name):
    dialog = parent.findChild(QFileDialog)
    dialog.selectNameFilter(filter_name)
    dialog.filterSelected.emit(filter_name)
    name = dialog.findChild(QLineEdit)
    name.setText(str(path))
    QTest.keyClick(name, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("typed", "filter_name", "saved"),
    [
        ("my", FILTERS.partition(";;")[0], "my.png"),
        ("my", FILTERS.partition(";;")[2], "my.tif"),
        ("my.tiff", FILTERS.partition(";;")[0], "my.tiff"),
        ("MY.PNG", FILTERS.partition(";;")[0], "MY.PNG"),
        ("scan.v1", FILTERS.partition(";;")[0], "scan.v1.png"),
        ("2024.05.01", FILTERS.partition(";;")[2], "2024.05.01.tif"),
    ],
)
def test_a_name_without_an_ending_gets_that_of_the_filter(
    typed, filter_name, saved, own_dialogs, qtbot, tmp_path
):
    parent = QWidget()
    qtbot.addWidget(parent)
    QTimer.singleShot(0, partial(answer, parent, tmp_path / typed, filter_name))
    assert ask_where_to_save(parent, "Save", "seeds.png", FILTERS) == str(tmp_path / saved)


@pytest.mark.parametrize("may_replace", [True, False])
def test_a_file_is_asked_about_also_when_its_ending_is_added(
    may_replace, own_dialogs, qtbot, tmp_path, monkeypatch
):
    parent, asked = QWidget(), []
    qtbot.addWidget(parent)
    (tmp_path / "scan.v1.png").touch()

    def question(_parent, _title, text):
        asked.append(text)
        if may_replace:
            return QMessageBox.StandardButton.Yes
        # A no leads back to the dialog.
        QTimer.singleShot(0, lambda: parent.findChild(QFileDialog).reject())
        return QMessageBox.StandardButton.No

    monkeypatch.setattr(QMessageBox, "question", question)
    QTimer.singleShot(0, partial(answer, parent, tmp_path / "scan.v1", FILTERS.partition(";;")[0]))
    saved = ask_where_to_save(parent, "Save", "seeds.png", FILTERS)
    assert saved == (str(tmp_path / "scan.v1.png") if may_replace else "")
    assert ["scan.v1.png already exists" in text for text in asked] == [True]
