"""The palette as rows: swatch, class, share, weight, lock, mute. Shows and emits, decides nothing."""

from collections.abc import Sequence

from qtpy.QtCore import QItemSelectionModel, Qt, Signal
from qtpy.QtGui import QAction, QFontInfo, QKeySequence, QShortcut
from qtpy.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from .buttons import ONLY_IN_2D, enable
from .palette_row import (
    CLASS,
    LOCK,
    MUTE,
    SHARE,
    SWATCH,
    SWATCH_PX,
    TITLES,
    WEIGHT,
    PaletteRow,
    WeightEditor,
    fill,
    new_item,
)
from .row_style import TICK_STYLE
from .rows_tree import RowsTree

# Titles give way to the names of classes in a dock of 300 px.
_TITLE_SIZE = 0.78
_HEADER_STYLE = "QHeaderView::section { padding: 1px 0px; }"
# Keys go from cell to cell: without a frame nobody would see where they are.
_CELL_STYLE = "QTreeView::item:focus { border: 1px solid #56b4e9; }"
_OTHERS = "Other clusters of the class that are not locked are found anew: there are as many as before."
_PICK_HELP = (
    "Then click into the image: the colour there becomes a cluster of the class you paint, and the pixel "
    "counts as painted where only what was painted on is wanted."
)
_MOST_ROWS = 12
_RIM_PX = 4


class PaletteTable(QWidget):
    """A row per cluster, and what can be done with those that are selected."""

    selected = Signal()
    reassign_requested = Signal(object, int)
    merge_requested = Signal(object)
    split_requested = Signal(object)
    delete_requested = Signal(object)
    lock_toggled = Signal(int, bool)
    mute_toggled = Signal(int, bool)
    weight_changed = Signal(int, float)
    pick_toggled = Signal(bool)
    undo_requested = Signal()
    redo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tree = RowsTree(self)
        self.tree.setObjectName("palette")
        self.tree.setHeaderLabels(list(TITLES))
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(0)
        self.tree.setStyleSheet(TICK_STYLE + _HEADER_STYLE + _CELL_STYLE)
        self.tree.setIconSize(SWATCH_PX)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setItemDelegateForColumn(WEIGHT, WeightEditor(self.tree))
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._rows: tuple[PaletteRow, ...] = ()
        self._classes: tuple[tuple[int, str], ...] = ()
        self._is_filling, self._is_flat = False, True
        self.class_menu = QMenu(self)
        self.class_button = self._button("Class…", "Give the selected clusters to another class.")
        self.class_button.setMenu(self.class_menu)
        self.merge_button = self._button(
            "Merge", f"Make one of the selected clusters, of the first's class. {_OTHERS}"
        )
        self.split_button = self._button("Split", f"Make two of the selected cluster. {_OTHERS}")
        self.delete_button = self._button(
            "Delete", f"Leave out the strokes behind the selected clusters. {_OTHERS}"
        )
        self.pick_button = self._button("Add colour", _PICK_HELP)
        self.pick_button.setCheckable(True)
        self.undo_button = self._button("↶", "Take back the last change of the palette. Ctrl+Z in the table.")
        self.redo_button = self._button("↷", "Make it again. Ctrl+Shift+Z in the table.")
        self._lay_out()
        self._connect()
        self.show_rows((), ())

    @property
    def rows(self) -> tuple[PaletteRow, ...]:
        """What is shown."""
        return self._rows

    def selected_numbers(self) -> list[int]:
        """Return the numbers of the selected rows, from top to bottom."""
        return [row.number for index, row in enumerate(self._rows) if self._item(index).isSelected()]

    def chosen_numbers(self) -> list[int]:
        """Return the numbers of the selected rows that take part, from top to bottom."""
        return [number for number in self.selected_numbers() if number >= 0]

    def show_rows(
        self,
        rows: Sequence[PaletteRow],
        classes: Sequence[tuple[int, str]],
        selected: Sequence[int] = (),
    ) -> None:
        """Show `rows`, with those numbered `selected` so; offer `classes` (value, name); emits nothing."""
        self._is_filling = True
        before, self._rows = self._rows, tuple(rows)
        is_new = self._rows != before
        # What is there stays, and so does what is scrolled to.
        for index in reversed(range(len(rows), len(before))):
            self.tree.takeTopLevelItem(index)
        self.tree.addTopLevelItems([new_item() for _ in rows[len(before) :]])
        for index, row in enumerate(rows):
            if index >= len(before) or before[index] != row:
                fill(self._item(index), row)
            self._item(index).setSelected(row.number in selected)
        if is_new:
            # Once for all cells: a header that fits itself does so after every one of them.
            for column in (SWATCH, SHARE, WEIGHT, LOCK, MUTE):
                self.tree.resizeColumnToContents(column)
            self._fit_height(len(rows))
        self._is_filling = False
        if tuple(classes) != self._classes:
            self._classes = tuple(classes)
            self.class_menu.clear()
            for value, name in classes:
                action = self.class_menu.addAction(f"{value}  {name}")
                if action is not None:
                    action.setData(value)
        self._show_what_works()

    def set_flat(self, is_flat: bool) -> None:
        """Say whether the image is seen in 2-D, so that single pixels can be clicked."""
        self._is_flat = is_flat
        self._show_what_works()

    def reveal(self, numbers: Sequence[int]) -> None:
        """Scroll to rows."""
        for index, row in enumerate(self._rows):
            if row.number in numbers:
                self.tree.scrollToItem(self._item(index))

    def show_history(self, *, can_undo: bool, can_redo: bool) -> None:
        """Say whether there is something to take back, and to make again."""
        self.undo_button.setEnabled(can_undo)
        self.redo_button.setEnabled(can_redo)

    # ---- what happens ----

    def _connect(self) -> None:
        self.tree.itemSelectionChanged.connect(self._on_selection_changed)
        self.tree.itemChanged.connect(self._on_item_changed)
        self.tree.itemDoubleClicked.connect(self._on_double_clicked)
        self.class_menu.triggered.connect(self._on_class_chosen)
        self.merge_button.clicked.connect(self._on_merge_clicked)
        self.split_button.clicked.connect(self._on_split_clicked)
        self.delete_button.clicked.connect(self._on_delete_clicked)
        self.pick_button.toggled.connect(self.pick_toggled)
        self.undo_button.clicked.connect(self.undo_requested)
        self.redo_button.clicked.connect(self.redo_requested)
        for keys, do in (
            (QKeySequence.StandardKey.Delete, self.delete_button.click),
            (QKeySequence.StandardKey.Undo, self.undo_button.click),
            (QKeySequence.StandardKey.Redo, self.redo_button.click),
            (Qt.Key.Key_F2, self._edit_weight),
            # A tree that selects whole rows has no keys of its own to get to a box, only Space to tick it.
            (Qt.Key.Key_Left, self._go_left),
            (Qt.Key.Key_Right, self._go_right),
        ):
            shortcut = QShortcut(QKeySequence(keys), self.tree)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(do)

    def _on_selection_changed(self) -> None:
        if not self._is_filling:
            self._show_what_works()
            self.selected.emit()

    def _on_item_changed(self, item: QTreeWidgetItem, column: int) -> None:
        if self._is_filling or column not in (WEIGHT, LOCK, MUTE):
            return
        number = self._rows[self.tree.indexOfTopLevelItem(item)].number
        if column == WEIGHT:
            self.weight_changed.emit(number, item.data(WEIGHT, Qt.ItemDataRole.EditRole))
            return
        is_on = item.checkState(column) == Qt.CheckState.Checked
        (self.lock_toggled if column == LOCK else self.mute_toggled).emit(number, is_on)

    def _on_double_clicked(self, item: QTreeWidgetItem, column: int) -> None:
        if column == WEIGHT:
            self._edit_weight(item)

    def _edit_weight(self, item: QTreeWidgetItem | None = None) -> None:
        """Let the person type the weight of a row, or of the current one."""
        chosen = item or self.tree.currentItem()
        if chosen is not None and self._rows[self.tree.indexOfTopLevelItem(chosen)].weight is not None:
            self.tree.editItem(chosen, WEIGHT)

    def _go_left(self) -> None:
        self._go_to(self.tree.currentColumn() - 1)

    def _go_right(self) -> None:
        self._go_to(self.tree.currentColumn() + 1)

    def _go_to(self, column: int) -> None:
        """Make another cell of the current row the current one; what is selected stays so."""
        item = self.tree.currentItem()
        if item is not None and 0 <= column < self.tree.columnCount():
            self.tree.setCurrentItem(item, column, QItemSelectionModel.SelectionFlag.NoUpdate)

    def _on_class_chosen(self, action: QAction) -> None:
        self.reassign_requested.emit(self.chosen_numbers(), action.data())

    def _on_merge_clicked(self) -> None:
        self.merge_requested.emit(self.chosen_numbers())

    def _on_split_clicked(self) -> None:
        self.split_requested.emit(self.chosen_numbers())

    def _on_delete_clicked(self) -> None:
        self.delete_requested.emit(self.chosen_numbers())

    def _show_what_works(self) -> None:
        n_chosen = len(self.chosen_numbers())
        self.class_button.setEnabled(n_chosen > 0)
        self.merge_button.setEnabled(n_chosen > 1)
        self.split_button.setEnabled(n_chosen == 1)
        self.delete_button.setEnabled(n_chosen > 0)
        why_not = "" if self._is_flat else ONLY_IN_2D
        enable(self.pick_button, _PICK_HELP, why_not if self._rows else "There is no result yet.")

    # ---- how it is put together ----

    def _item(self, index: int) -> QTreeWidgetItem:
        item = self.tree.topLevelItem(index)
        if item is None:
            raise IndexError(f"there is no row {index}")
        return item

    def _button(self, title: str, tooltip: str) -> QPushButton:
        button = QPushButton(title, self)
        button.setToolTip(f"<p>{tooltip}</p>")
        return button

    def _fit_height(self, n_rows: int) -> None:
        header = self.tree.header()
        row_px = self.tree.sizeHintForRow(0) if n_rows else SWATCH_PX.height() + _RIM_PX
        head_px = row_px if header is None else header.sizeHint().height()
        self.tree.setFixedHeight(max(1, min(n_rows, _MOST_ROWS)) * row_px + head_px + _RIM_PX)

    def _lay_out(self) -> None:
        header = self.tree.header()
        if header is not None:
            font = header.font()
            font.setPixelSize(round(_TITLE_SIZE * QFontInfo(font).pixelSize()))
            header.setFont(font)
            header.setStretchLastSection(False)
            header.setMinimumSectionSize(SWATCH_PX.width() + _RIM_PX)
            header.setSectionResizeMode(CLASS, QHeaderView.ResizeMode.Stretch)
        buttons = QGridLayout()
        buttons.setSpacing(4)
        for column, button in enumerate((self.class_button, self.merge_button, self.split_button)):
            buttons.addWidget(button, 0, column)
        history = QHBoxLayout()
        history.addWidget(self.undo_button)
        history.addWidget(self.redo_button)
        buttons.addWidget(self.pick_button, 1, 0)
        buttons.addWidget(self.delete_button, 1, 1)
        buttons.addLayout(history, 1, 2)
        for button in self.findChildren(QPushButton):
            # A third of the width each, however long the words are in other fonts.
            button.setMinimumWidth(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tree)
        layout.addLayout(buttons)
