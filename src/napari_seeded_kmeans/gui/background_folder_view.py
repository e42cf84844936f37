"""Background removal for a folder: which folders, how far it is, and how good the results are."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QFormLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ..background_folder import BackgroundOutcome, find_images, remove_background_folder, write_outcomes
from ..core.errors import CancelledError
from ..core.threads import Cancel, Progress
from ..plots import Look, draw_ious, new_figure, write_figure
from .plot_view import PlotView
from .work_bar import WorkBar

_ROWS = {
    "images": ("Images", "A folder of pictures.", "choose…"),
    "results": ("Results", "A folder for masks, cut-outs and scores.", "choose…"),
    "truth": ("Truth", "A folder of masks named like the pictures, to score against.", "none"),
}
_TABLE_HEIGHT_PX = 160


@dataclass(frozen=True)
class FolderTask:
    """Everything a folder run needs, as it was when the button was pressed."""

    images: Path
    results: Path
    truth: Path | None
    color: tuple[int, int, int] | None
    settings: dict[str, Any]

    def run(self, cancel: Cancel, progress: Progress) -> list[BackgroundOutcome]:
        """Work through the folder, in the worker thread."""
        paths = find_images([self.images])
        outcomes: list[BackgroundOutcome] = []
        for outcome in remove_background_folder(
            paths, self.results, truth=self.truth, color=self.color, **self.settings
        ):
            outcomes.append(outcome)
            progress(len(outcomes), len(paths))
            if cancel():
                raise CancelledError
        if self.truth is not None:
            write_outcomes(outcomes, self.results / "scores.csv")
            ious = [outcome.iou for outcome in outcomes if outcome.iou is not None]
            if ious:
                figure = new_figure()
                draw_ious(figure, ious)
                write_figure(figure, self.results / "scores.png")
        return outcomes


class BackgroundFolderView(QWidget):
    """Three folders, one button, and what came out."""

    start_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folders: dict[str, Path | None] = dict.fromkeys(_ROWS)
        self._buttons: dict[str, QPushButton] = {}
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        for name, (title, help_text, placeholder) in _ROWS.items():
            button = QPushButton(placeholder, self)
            button.setToolTip(f"<p>{help_text}</p>")
            button.clicked.connect(partial(self._on_folder_requested, name))
            form.addRow(title, button)
            self._buttons[name] = button
        self.work_bar = WorkBar("Remove backgrounds", self)
        self.work_bar.start_requested.connect(self.start_requested)
        self.work_bar.cancel_requested.connect(self.cancel_requested)
        self.table = QTableWidget(0, 3, self)
        self.table.setHorizontalHeaderLabels(["Image", "Subject", "IoU"])
        columns = QHeaderView(Qt.Orientation.Horizontal, self.table)
        self.table.setHorizontalHeader(columns)
        columns.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        columns.setSectionsClickable(True)
        rows = QHeaderView(Qt.Orientation.Vertical, self.table)
        rows.setVisible(False)
        self.table.setVerticalHeader(rows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSortingEnabled(True)
        self.table.setFixedHeight(_TABLE_HEIGHT_PX)
        self.table.setVisible(False)
        self.plot = PlotView(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        for view in (self.work_bar, self.table, self.plot):
            layout.addWidget(view)

    def folders(self) -> tuple[Path | None, Path | None, Path | None]:
        """Return the folders of images, results and truth, None for those not chosen."""
        return self._folders["images"], self._folders["results"], self._folders["truth"]

    def set_folder(self, name: str, path: str | Path | None) -> None:
        """Choose the folder "images", "results" or "truth"; None chooses none."""
        self._folders[name] = None if path is None else Path(path)
        self._buttons[name].setText(_ROWS[name][2] if path is None else Path(path).name)

    def show_running(self, is_running: bool) -> None:
        """Show or hide progress and Cancel."""
        self.work_bar.show_running(is_running)

    def show_progress(self, done: int, total: int) -> None:
        """Show that `done` of `total` is done."""
        self.work_bar.show_progress(done, total)

    def show_outcomes(self, outcomes: Sequence[BackgroundOutcome]) -> None:
        """Show one row per picture and, if they were scored, how the scores are spread."""
        self.table.setSortingEnabled(False)
        self.table.setRowCount(len(outcomes))
        for row, outcome in enumerate(outcomes):
            name = QTableWidgetItem(outcome.path.name)
            name.setToolTip(outcome.error or str(outcome.path))
            self.table.setItem(row, 0, name)
            self.table.setItem(row, 1, _number(outcome.foreground))
            self.table.setItem(row, 2, _number(outcome.iou))
        self.table.setSortingEnabled(True)
        self.table.setVisible(True)
        ious = [outcome.iou for outcome in outcomes if outcome.iou is not None]

        def draw(figure: Figure, look: Look) -> None:
            draw_ious(figure, ious, look=look)

        self.plot.show_plot(draw if ious else None)

    def _on_folder_requested(self, name: str) -> None:
        path = QFileDialog.getExistingDirectory(self, _ROWS[name][1])
        # Nothing chosen means no truth; images and results stay as they were.
        if path or name == "truth":
            self.set_folder(name, path or None)


def _number(value: float | None) -> QTableWidgetItem:
    item = QTableWidgetItem()
    # A number, not a text, so that 9 is sorted before 10.
    item.setData(Qt.ItemDataRole.DisplayRole, "" if value is None else round(value, 3))
    return item
