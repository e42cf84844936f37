"""The classes as rows: key, colour, name, eye, strokes, share. Shows and emits, decides nothing."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from qtpy.QtCore import QSize, Qt, Signal
from qtpy.QtGui import QColor, QIcon, QKeySequence, QPixmap, QShortcut
from qtpy.QtWidgets import (
    QAbstractItemView,
    QColorDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from .keys import LAST_KEY
from .row_style import TICK_STYLE
from .rows_tree import RowsTree

_KEY, _NAME, _EYE, _STROKES, _SHARE = range(5)
_HELP = {
    _KEY: "{key}, and its colour. Double click, or Shift+F2, for another colour.",
    _NAME: "Select a class to paint with it. Double click, or F2, to rename it.",
    _EYE: "Whether strokes and mask of this class are drawn. Space changes it.",
    _STROKES: "Connected pieces painted with this class.",
    _SHARE: "Share of the image that the last result gave to this class.",
}
_NO_SEEDS = "Choose seeds first, or press New: classes are what is painted with there."
_SWATCH_PX = 14
_ROW_PX = 22
_MOST_ROWS = 8
_RIM_PX = 4


class ClassRow(NamedTuple):
    """What one row shows; `share` is a fraction, None before the first result."""

    value: int
    name: str
    color: str
    is_visible: bool
    n_strokes: int
    share: float | None
    is_ignored: bool = False


class ClassList(QWidget):
    """A row per class; the selected one is painted with."""

    selected = Signal(int)
    renamed = Signal(int, str)
    recolored = Signal(int, str)
    visibility_changed = Signal(int, bool)
    add_requested = Signal()
    delete_requested = Signal(int)
    ignore_toggled = Signal(int, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tree = RowsTree(self)
        self.tree.setObjectName("classes")
        self.tree.setColumnCount(len(_HELP))
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(0)
        self.tree.setStyleSheet(TICK_STYLE)
        self.tree.setIconSize(QSize(_SWATCH_PX, _SWATCH_PX))
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.tree.header()
        if header is not None:
            header.setStretchLastSection(False)
            header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        self.add_button = QPushButton("+ Class", self)
        self.delete_button = QPushButton("Delete", self)
        self.ignore_button = QPushButton("Ignore", self)
        self.ignore_button.setCheckable(True)
        self._rows: tuple[ClassRow, ...] = ()
        self._is_filling = False
        self._lay_out()
        self.set_ready(False)
        self.tree.currentItemChanged.connect(self._on_current_changed)
        self.tree.itemChanged.connect(self._on_item_changed)
        self.tree.itemDoubleClicked.connect(self._on_double_clicked)
        for keys, do in (
            ("F2", self._on_rename_pressed),
            ("Shift+F2", self._on_color_pressed),
            ("Space", self._on_eye_pressed),
        ):
            shortcut = QShortcut(QKeySequence(keys), self.tree)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(do)
        self.add_button.clicked.connect(self.add_requested)
        self.delete_button.clicked.connect(self._on_delete_clicked)
        self.ignore_button.clicked.connect(self._on_ignore_clicked)

    @property
    def rows(self) -> tuple[ClassRow, ...]:
        """What is shown."""
        return self._rows

    def set_ready(self, is_ready: bool) -> None:
        """Say whether there are seeds whose classes are listed."""
        self.setEnabled(is_ready)
        for button, text in (
            (self.add_button, "Add a class and paint with it."),
            (
                self.delete_button,
                "Remove the selected class; its strokes become unpainted, which can be undone.",
            ),
            (
                self.ignore_button,
                "Strokes of the selected class teach nothing, and what is painted with them gets no label: "
                "for dirt, labels and edges of the picture.",
            ),
        ):
            button.setToolTip(f"<p>{text if is_ready else _NO_SEEDS}</p>")

    def show_rows(self, rows: Sequence[ClassRow], selected: int | None) -> None:
        """Show `rows`, with the class `selected` highlighted; emits nothing."""
        self._is_filling = True
        if [row.value for row in rows] != [row.value for row in self._rows]:
            self.tree.clear()
            self.tree.addTopLevelItems([_new_item() for _ in rows])
            self._fit_height(len(rows))
        self._rows = tuple(rows)
        for index, row in enumerate(rows):
            _fill(self._item(index), row)
        current = next((self._item(i) for i, row in enumerate(rows) if row.value == selected), None)
        self.tree.setCurrentItem(current)
        self.delete_button.setEnabled(current is not None)
        self.ignore_button.setEnabled(current is not None)
        self.ignore_button.setChecked(current is not None and self._row_of(current).is_ignored)
        self._is_filling = False

    def edit_name(self, value: int) -> None:
        """Let the person type a name for a class."""
        index = next(i for i, row in enumerate(self._rows) if row.value == value)
        self.tree.editItem(self._item(index), _NAME)

    def _edit_color(self, row: ClassRow) -> None:
        color = QColorDialog.getColor(QColor(row.color), self, f"Colour of {row.name}")
        if color.isValid():
            self.recolored.emit(row.value, color.name())

    def _item(self, index: int) -> QTreeWidgetItem:
        item = self.tree.topLevelItem(index)
        if item is None:
            raise IndexError(f"there is no row {index}")
        return item

    def _row_of(self, item: QTreeWidgetItem) -> ClassRow:
        return self._rows[self.tree.indexOfTopLevelItem(item)]

    def _on_current_changed(self, item: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        if item is not None and not self._is_filling:
            self.selected.emit(self._row_of(item).value)

    def _on_item_changed(self, item: QTreeWidgetItem, column: int) -> None:
        if self._is_filling:
            return
        value = self._row_of(item).value
        if column == _NAME:
            self.renamed.emit(value, item.text(_NAME))
        elif column == _EYE:
            self.visibility_changed.emit(value, item.checkState(_EYE) == Qt.CheckState.Checked)

    def _on_double_clicked(self, item: QTreeWidgetItem, column: int) -> None:
        row = self._row_of(item)
        if column == _NAME:
            self.edit_name(row.value)
        elif column == _KEY:
            self._edit_color(row)

    def _on_rename_pressed(self) -> None:
        for row in self._current_rows():
            self.edit_name(row.value)

    def _on_color_pressed(self) -> None:
        for row in self._current_rows():
            self._edit_color(row)

    def _on_eye_pressed(self) -> None:
        for row in self._current_rows():
            self.visibility_changed.emit(row.value, not row.is_visible)

    def _on_delete_clicked(self) -> None:
        for row in self._current_rows():
            self.delete_requested.emit(row.value)

    def _on_ignore_clicked(self, is_ignored: bool) -> None:
        for row in self._current_rows():
            self.ignore_toggled.emit(row.value, is_ignored)

    def _current_rows(self) -> list[ClassRow]:
        """Return the row of the current class; none while the list is empty."""
        item = self.tree.currentItem()
        return [] if item is None else [self._row_of(item)]

    def _fit_height(self, n_rows: int) -> None:
        row_px = max(self.tree.sizeHintForRow(0), _SWATCH_PX + _RIM_PX)
        self.tree.setFixedHeight(max(1, min(n_rows, _MOST_ROWS)) * row_px + _RIM_PX)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.delete_button)
        buttons.addWidget(self.ignore_button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tree)
        layout.addLayout(buttons)


def _new_item() -> QTreeWidgetItem:
    """Return an empty row, as high as the editor of its name."""
    item = QTreeWidgetItem()
    item.setSizeHint(_NAME, QSize(0, _ROW_PX))
    return item


def _fill(item: QTreeWidgetItem, row: ClassRow) -> None:
    swatch = QPixmap(_SWATCH_PX, _SWATCH_PX)
    swatch.fill(QColor(row.color))
    icon = QIcon(swatch)
    # As it is: Qt would tint it.
    icon.addPixmap(swatch, QIcon.Mode.Selected)
    item.setIcon(_KEY, icon)
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
    item.setCheckState(_EYE, Qt.CheckState.Checked if row.is_visible else Qt.CheckState.Unchecked)
    strokes = f"{row.n_strokes} stroke{'s' * (row.n_strokes != 1)}" if row.n_strokes else "not painted"
    share = "ignored" if row.is_ignored else "–" if row.share is None else f"{row.share:.1%}"
    has_key = row.value <= LAST_KEY
    for column, text in (
        (_KEY, str(row.value) if has_key else ""),
        (_NAME, row.name),
        (_STROKES, strokes),
        (_SHARE, share),
    ):
        item.setText(column, text)
    for column, text in _HELP.items():
        # Long names are cut in the list.
        name = f"<p><b>{escape(row.name)}</b></p>" if column == _NAME else ""
        key = "The key that paints this class" if has_key else f"Class {row.value}, which has no key"
        item.setToolTip(column, f"{name}<p>{text.format(key=key)}</p>")
