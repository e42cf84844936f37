"""One row of the palette: what it shows, how it looks, and how its weight is edited."""

from html import escape
from typing import NamedTuple

from qtpy.QtCore import QLocale, QModelIndex, QSize, Qt
from qtpy.QtGui import QBrush, QColor, QIcon, QPainter, QPixmap
from qtpy.QtWidgets import (
    QAbstractSpinBox,
    QDoubleSpinBox,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidgetItem,
    QWidget,
)

from ..core.palette_steps import LEAST_WEIGHT, MOST_WEIGHT, Row

SWATCH, CLASS, SHARE, WEIGHT, LOCK, MUTE = range(6)
TITLES = ("", "Class", "Share", "Weight", "Lock", "Mute")
SWATCH_PX = QSize(22, 14)
_CLASS_BAR_PX = 6
_DECIMALS = 2
# Between text and ground in napari's dark and light themes.
_DIM, _DIM_OPACITY = QBrush(QColor("#808080")), 0.35
_HELP = {
    SWATCH: "The colour of this cluster, beside that of its class. Select rows to see their pixels light up.",
    CLASS: "The class whose strokes it was found under: {class_value} {class_name}. Class… gives it to "
    "another one.",
    SHARE: "Share of the image, or of the region, that is nearest to this cluster. Rows are sorted by it "
    "when strokes change; what is changed here leaves them where they are.",
    WEIGHT: "As how many clusters of this colour it counts; double click, or F2, to change it, from "
    f"{LEAST_WEIGHT:g} to {MOST_WEIGHT:g}. More gives it more of the doubtful pixels around.{{strength}}",
    LOCK: "Keep this colour exactly where it is while you go on painting, as long as strokes of its class "
    "lie on it. That holds the row, not the mask: how strongly the colour speaks for its class, and what "
    "strokes say about texture, is still learnt. By keys: → to get here, Space.",
    MUTE: "Leave out the strokes behind this cluster. Its row stays here, dimmed: untick it to have them "
    "back. By keys: → to get here, Space.",
}


class PaletteRow(NamedTuple):
    """What one row shows.

    `number` counts the model's clusters from 0; muted clusters, which no model has, count down from -1.
    `strength` is what the cluster says for its class over the next best, as log-odds. `center` is the place
    in feature units, `rank` what rows are sorted by: the share, that of the strokes while it is not known.
    """

    number: int
    color: str
    class_value: int
    class_name: str
    class_color: str
    share: float | None
    weight: float | None
    strength: float | None
    is_locked: bool
    is_muted: bool
    center: Row
    rank: float


class WeightEditor(QStyledItemDelegate):
    """Shows weights shortly, and lets nothing be typed that no cluster can have."""

    def displayText(self, value: object, _locale: QLocale) -> str:  # noqa: N802
        """Return a weight as it is typed, with as many decimals as the editor has."""
        return f"{round(value, _DECIMALS):g}" if isinstance(value, float) else "–"

    def createEditor(  # noqa: N802
        self, parent: QWidget | None, _option: QStyleOptionViewItem, _index: QModelIndex
    ) -> QWidget:
        """Return a number to type, as wide as the column."""
        box = QDoubleSpinBox(parent)
        box.setDecimals(_DECIMALS)
        box.setRange(LEAST_WEIGHT, MOST_WEIGHT)
        box.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        box.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)
        return box


def new_item() -> QTreeWidgetItem:
    """Return an empty row."""
    item = QTreeWidgetItem()
    for column in (SHARE, WEIGHT):
        item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item


def fill(item: QTreeWidgetItem, row: PaletteRow) -> None:
    """Show `row` in an item."""
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
    item.setIcon(SWATCH, _swatch(row))
    item.setCheckState(LOCK, Qt.CheckState.Checked if row.is_locked else Qt.CheckState.Unchecked)
    item.setCheckState(MUTE, Qt.CheckState.Checked if row.is_muted else Qt.CheckState.Unchecked)
    item.setText(CLASS, row.class_name)
    item.setText(SHARE, "–" if row.share is None else f"{row.share:.1%}")
    item.setData(WEIGHT, Qt.ItemDataRole.EditRole, "–" if row.weight is None else row.weight)
    facts = {
        "class_value": row.class_value,
        "class_name": escape(row.class_name),
        "strength": "" if row.strength is None else _strength(row.strength),
    }
    for column, text in _HELP.items():
        item.setToolTip(column, f"<p>{text.format(**facts)}</p>")
    font = item.font(CLASS)
    font.setStrikeOut(row.is_muted)
    item.setFont(CLASS, font)
    for column in (CLASS, SHARE, WEIGHT):
        item.setData(column, Qt.ItemDataRole.ForegroundRole, _DIM if row.is_muted else None)


def _strength(log_odds: float) -> str:
    return (
        f" As learnt from the strokes it speaks for its class with log-odds {log_odds:+.0f} against the next "
        "best; near 0 or below it is ambiguous."
    )


def _swatch(row: PaletteRow) -> QIcon:
    """Return the colour of the class as a bar, and that of the cluster; also of rows that are selected."""
    swatch = QPixmap(SWATCH_PX)
    swatch.fill(Qt.GlobalColor.transparent)
    painter = QPainter(swatch)
    painter.setOpacity(_DIM_OPACITY if row.is_muted else 1.0)
    painter.fillRect(swatch.rect(), QColor(row.color))
    painter.fillRect(0, 0, _CLASS_BAR_PX, SWATCH_PX.height(), QColor(row.class_color))
    painter.end()
    icon = QIcon(swatch)
    # Otherwise it is drawn in a mixture with the colour of the selection.
    icon.addPixmap(swatch, QIcon.Mode.Selected)
    return icon
