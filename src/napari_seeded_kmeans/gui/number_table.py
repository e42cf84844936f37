"""A table of words and numbers that sorts numbers as numbers."""

from collections.abc import Sequence

from qtpy.QtCore import Qt
from qtpy.QtGui import QBrush, QColor
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

_ROW_PX = 24
_NARROWEST_PX = 40
_MOST_ROWS = 10


class NumberTable(QTableWidget):
    """Rows to read: sortable, not to be edited; as high as its rows, within reason.

    Parameters
    ----------
    titles : sequence of str
        Of the columns.
    even : bool
        Give all columns the same width, so that a few short ones always fit; else they take what they
        need, and the first one the rest.
    """

    def __init__(self, titles: Sequence[str], parent: QWidget | None = None, *, even: bool = False) -> None:
        super().__init__(0, len(titles), parent)
        self.setHorizontalHeaderLabels(list(titles))
        header = QHeaderView(Qt.Orientation.Horizontal, self)
        self.setHorizontalHeader(header)
        modes = QHeaderView.ResizeMode
        header.setSectionResizeMode(modes.Stretch if even else modes.ResizeToContents)
        header.setMinimumSectionSize(_NARROWEST_PX)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionsClickable(True)
        rows = QHeaderView(Qt.Orientation.Vertical, self)
        rows.setDefaultSectionSize(_ROW_PX)
        rows.setVisible(False)
        self.setVerticalHeader(rows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._fit()

    def clear_rows(self) -> None:
        """Remove all rows."""
        self.setRowCount(0)
        self._fit()

    def add_row(
        self, cells: Sequence[str | float | None], *, tooltip: str = "", color: str | None = None
    ) -> None:
        """Add a row at the end; None shows as nothing, `color` is that of the first cell's text."""
        self.setSortingEnabled(False)
        row = self.rowCount()
        self.insertRow(row)
        for column, cell in enumerate(cells):
            item = QTableWidgetItem()
            shown = "" if cell is None else round(cell, 3) if isinstance(cell, float) else cell
            item.setData(Qt.ItemDataRole.DisplayRole, shown)
            item.setToolTip(f"<p>{tooltip}</p>" if tooltip else "")
            if color is not None and column == 0:
                item.setForeground(QBrush(QColor(color)))
            self.setItem(row, column, item)
        self._fit()

    def _fit(self) -> None:
        header = self.horizontalHeader()
        height = _ROW_PX if header is None else header.sizeHint().height()
        bar = self.horizontalScrollBar()
        needs_bar = header is not None and header.length() > self.viewport_width()
        height += bar.sizeHint().height() if bar is not None and needs_bar else 0
        self.setFixedHeight(height + _ROW_PX * min(max(self.rowCount(), 1), _MOST_ROWS) + 4)

    def viewport_width(self) -> int:
        """Return how wide the visible part is, in pixels."""
        viewport = self.viewport()
        return 0 if viewport is None else int(viewport.width())
