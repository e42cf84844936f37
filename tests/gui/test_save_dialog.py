"""Names of files that are to be saved."""

import pytest
from qtpy.QtCore import Qt, QTimer
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

from napari_seeded_kmeans.gui.save_dialog import ask_where_to_save

FILTERS = "PNG (*.png);;TIFF (*.tif *.tiff)"


@pytest.fixture
def own_dialogs():
    """Dialogs of Qt, which a test can type into."""
    attribute = Qt.ApplicationAttribute.AA_DontUseNativeDialogs
    QApplication.setAttribute(attribute, True)
    yield
    QApplication.setAttribute(attribute, False)


@pytest.mark.parametrize(
    ("typed", "filter_name", "saved"),
    [
        ("my", FILTERS.partition(";;")[0], "my.png"),
        ("my", FILTERS.partition(";;")[2], "my.tif"),
        ("my.tiff", FILTERS.partition(";;")[0], "my.tiff"),
    ],
)
def test_a_name_without_an_ending_gets_that_of_the_filter(
    typed, filter_name, saved, own_dialogs, qtbot, tmp_path
):
    parent = QWidget()
    qtbot.addWidget(parent)

    def answer():
        dialog = parent.findChild(QFileDialog)
        dialog.selectNameFilter(filter_name)
        dialog.filterSelected.emit(filter_name)
        name = dialog.findChild(QLineEdit)
        name.setText(str(tmp_path / typed))
        QTest.keyClick(name, Qt.Key.Key_Return)

    QTimer.singleShot(0, answer)
    assert ask_where_to_save(parent, "Save", "seeds.png", FILTERS) == str(tmp_path / saved)
