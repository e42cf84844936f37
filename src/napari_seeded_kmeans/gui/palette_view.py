"""The clusters of an image as a table: colour, share, and the class each is to become."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import Qt
from qtpy.QtGui import QBrush, QColor
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

_COLUMNS = ("Colour", "Share", "Class")
_COLOUR, _SHARE, _CLASS = range(3)
_CLASS_HELP = "The class this cluster becomes; 0 leaves it out. Double click to change it."
_MOST_ROWS_SHOWN = 8
_ROW_HEIGHT_PX = 22


class PaletteView(QTableWidget):
    """One row per cluster; only the classes can be edited."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_COLUMNS), parent)
        self.setHorizontalHeaderLabels(list(_COLUMNS))
        rows, columns = (
            QHeaderView(Qt.Orientation.Vertical, self),
            QHeaderView(Qt.Orientation.Horizontal, self),
        )
        rows.setVisible(False)
        rows.setDefaultSectionSize(_ROW_HEIGHT_PX)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.setVerticalHeader(rows)
        self.setHorizontalHeader(columns)
        self._columns = columns
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self._fit_height()

    def show_palette(self, swatches: NDArray[np.uint8], shares: Sequence[float]) -> None:
        """Show clusters; each becomes a class of its own until somebody changes that.

        Parameters
        ----------
        swatches : (k, 3) uint8
            Red, green, blue.
        shares : k floats
            Part of the image.
        """
        keeps_classes = self.rowCount() == len(shares)
        self.setRowCount(len(shares))
        for row, (swatch, share) in enumerate(zip(swatches.tolist(), shares, strict=True)):
            colour, text = self._item(row, _COLOUR), self._item(row, _SHARE)
            colour.setBackground(QBrush(QColor(*swatch)))
            colour.setToolTip(", ".join(str(value) for value in swatch))
            text.setText(f"{share:.1%}")
            if not keeps_classes:
                self._item(row, _CLASS).setData(Qt.ItemDataRole.EditRole, row + 1)
        self._fit_height()

    def classes(self) -> list[int]:
        """Return the class of each cluster, 0 for those left out."""
        return [
            max(0, int(self._item(row, _CLASS).data(Qt.ItemDataRole.EditRole)))
            for row in range(self.rowCount())
        ]

    def set_classes(self, classes: Sequence[int]) -> None:
        """Say which class each cluster is to become."""
        for row, value in enumerate(classes):
            self._item(row, _CLASS).setData(Qt.ItemDataRole.EditRole, int(value))

    def _item(self, row: int, column: int) -> QTableWidgetItem:
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            if column == _CLASS:
                item.setToolTip(_CLASS_HELP)
            else:
                item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            if column != _COLOUR:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.setItem(row, column, item)
        return item

    def _fit_height(self) -> None:
        """Be as high as the rows need; scroll when they are many."""
        rows = min(max(self.rowCount(), 1), _MOST_ROWS_SHOWN)
        self.setFixedHeight(rows * _ROW_HEIGHT_PX + self._columns.sizeHint().height() + 4)
