"""Edits of the palette of the seeds that are followed: joins their history, the table and what lights up."""

from collections.abc import Callable, Sequence
from weakref import WeakKeyDictionary

import numpy as np
from napari.layers import Labels
from numpy.typing import ArrayLike, NDArray
from qtpy.QtCore import QObject, Qt, Signal

from ..core.legend import Legend
from ..core.model import Model
from ..core.palette_edits import PaletteEdits
from .cluster_layers import hex_colors
from .edit_history import EditHistory
from .extras import Clusters
from .palette_row import PaletteRow
from .palette_table import PaletteTable
from .source import Source


class Palette(QObject):
    """Keeps edits per seeds layer and shows the clusters of the last result."""

    changed = Signal()
    """The edits became others."""
    selected = Signal()
    """Other rows are to light up."""

    def __init__(self, view: PaletteTable) -> None:
        super().__init__()
        self._view = view
        self._layer: Labels | None = None
        self._histories: WeakKeyDictionary[Labels, EditHistory] = WeakKeyDictionary()
        self._model: Model | None = None
        self._source: Source | None = None
        self._legend = Legend()
        self._clusters: Clusters | None = None
        self._selected = np.empty((0, 0))
        view.selected.connect(self._on_selected)
        view.reassign_requested.connect(self.reassign)
        view.merge_requested.connect(self.merge)
        view.split_requested.connect(self._on_split_requested)
        view.delete_requested.connect(self.delete)
        # Queued: these may remove the very row that is still being ticked.
        queued = Qt.ConnectionType.QueuedConnection
        view.lock_toggled.connect(self.lock, queued)
        view.mute_toggled.connect(self.mute, queued)
        view.weight_changed.connect(self.weigh, queued)
        view.undo_requested.connect(self.undo)
        view.redo_requested.connect(self.redo)
        self.follow(None)

    @property
    def edits(self) -> PaletteEdits:
        """What was changed, for the seeds that are followed."""
        return self._history.now

    def selected_pixels(self) -> NDArray[np.bool_] | None:
        """Return the pixels (*spatial,) nearest to the selected clusters; None if they are not known."""
        numbers = [number for number in self._view.selected_numbers() if number >= 0]
        if self._clusters is None or not numbers:
            return None
        chosen = np.zeros(len(self._clusters.colors) + 1, bool)
        chosen[np.array(numbers) + 1] = True
        pixels: NDArray[np.bool_] = chosen[self._clusters.rows]
        return pixels

    # ---- what a person, or a script, can ask for; rows count the clusters of the last result ----

    def reassign(self, rows: Sequence[int], to: int) -> None:
        """Give clusters to another class."""
        self._edit_each(rows, lambda edits, model, row: edits.reassigned(model, row, to))

    def merge(self, rows: Sequence[int]) -> None:
        """Make clusters one, of the class of the first; it stays selected."""
        if self._model is not None:
            palette, chosen = self._model.palette, list(rows)
            shares = palette.shares[chosen]
            self._selected = np.average(palette.centers[chosen], axis=0, weights=shares)[np.newaxis]
            self.set_edits(self.edits.merged(self._model, rows))

    def split(self, row: int) -> None:
        """Make a cluster two."""
        self._edit_each([row], PaletteEdits.split)

    def delete(self, rows: Sequence[int]) -> None:
        """Leave out clusters."""
        self._edit_each(rows, PaletteEdits.deleted)

    def lock(self, row: int, is_locked: bool) -> None:
        """Keep a cluster where it is, or let it go."""
        if self._model is None or row < 0:
            self._show()
            return
        before = self.edits.lock_of(self._model.palette.centers[row])
        if is_locked:
            self._edit_each([row], PaletteEdits.locked)
        elif before is not None:
            self.set_edits(self.edits.without(before))

    def mute(self, row: int, is_muted: bool) -> None:
        """Leave out a cluster but keep it in the table, or have it back; muted ones count down from -1."""
        if row >= 0 and is_muted:
            self._edit_each([row], PaletteEdits.muted)
        elif row < 0 and not is_muted:
            self.set_edits(self.edits.without(self.edits.muted_steps[-1 - row]))

    def weigh(self, row: int, weight: float) -> None:
        """Let a cluster count as `weight` clusters of its colour."""
        self._edit_each([row], lambda edits, model, row: edits.weighed(model, row, weight))

    def add_color(self, features: ArrayLike, class_value: int) -> None:
        """Make a colour, all features of a pixel, a cluster of a class."""
        if self._model is not None:
            colors = np.asarray(features, float).tolist()
            self.set_edits(self.edits.with_color(self._model, colors, class_value))

    def undo(self) -> None:
        """Take back the last edit."""
        if self._history.can_undo:
            self._history.undo()
            self._on_edited()

    def redo(self) -> None:
        """Make the edit again that was taken back last."""
        if self._history.can_redo:
            self._history.redo()
            self._on_edited()

    def set_edits(self, edits: PaletteEdits) -> None:
        """Take other edits for the seeds that are followed."""
        if edits != self.edits:
            self._history.take(edits)
            self._on_edited()

    # ---- for the dock ----

    def follow(self, layer: Labels | None) -> None:
        """Keep edits of the seeds in `layer` from now on."""
        self._layer = layer
        self.clear()

    def clear(self) -> None:
        """Show no clusters."""
        self._model = self._source = self._clusters = None
        self._selected = np.empty((0, 0))
        self._show()

    def show(self, source: Source, model: Model, legend: Legend, clusters: Clusters | None) -> None:
        """Show the clusters of a result; `clusters` are its pixels, once they are known."""
        self._source, self._model, self._legend = source, model, legend
        self._clusters = clusters
        if self._view.isVisible():
            self._show()

    # ---- what happens ----

    @property
    def _history(self) -> EditHistory:
        return (
            EditHistory() if self._layer is None else self._histories.setdefault(self._layer, EditHistory())
        )

    def _on_edited(self) -> None:
        self._show()
        self.changed.emit()

    def _edit_each(
        self, rows: Sequence[int], edit: Callable[[PaletteEdits, Model, int], PaletteEdits]
    ) -> None:
        """Edit clusters one after the other, in one step that can be undone."""
        if self._model is None:
            return
        edits = self.edits
        for row in rows:
            edits = edit(edits, self._model, row)
        self.set_edits(edits)

    def _on_split_requested(self, rows: Sequence[int]) -> None:
        self.split(rows[0])

    def _on_selected(self) -> None:
        if self._model is not None:
            numbers = [number for number in self._view.selected_numbers() if number >= 0]
            self._selected = self._model.palette.centers[numbers]
        self.selected.emit()

    def _show(self) -> None:
        history = self._history
        self._view.show_history(can_undo=history.can_undo, can_redo=history.can_redo)
        if self._model is None or self._source is None:
            self._view.show_rows((), ())
            return
        rows = sorted(
            self._rows(self._model, self._source), key=lambda row: (row.class_value, row.number < 0)
        )
        classes = [(value, self._legend.name_of(value)) for value in self._legend.values]
        self._view.show_rows(rows, classes, self._still_selected(self._model))

    def _rows(self, model: Model, source: Source) -> list[PaletteRow]:
        palette, shares = model.palette, None if self._clusters is None else self._clusters.shares
        order = np.lexsort((-(palette.shares if shares is None else shares), palette.classes))
        swatches = hex_colors(source, palette.centers, model)
        strengths, voices = _strengths(model), model.looks[0].voices
        rows = [
            PaletteRow(
                number,
                swatches[number],
                *self._class_of(int(palette.classes[number])),
                None if shares is None else float(shares[number]),
                1.0 if voices is None else float(voices[number]),
                None if strengths is None else float(strengths[number]),
                self.edits.lock_of(palette.centers[number]) is not None,
            )
            for number in order.tolist()
        ]
        for index, step in enumerate(self.edits.muted_steps):
            color = hex_colors(source, [step.cell.center], model)[0]
            rows.append(
                PaletteRow(-1 - index, color, *self._class_of(step.cell.class_value), None, None, None, False)
            )
        return rows

    def _class_of(self, value: int) -> tuple[int, str, str]:
        return value, self._legend.name_of(value), self._legend.color_of(value)

    def _still_selected(self, model: Model) -> list[int]:
        """Return the clusters nearest to those that were selected, if they are near at all."""
        centers = model.palette.centers
        if self._selected.shape[1:] != centers.shape[1:]:
            return []
        distances = np.linalg.norm(self._selected[:, np.newaxis] - centers, axis=2)
        nearest = distances.argmin(axis=1)
        return [
            int(row)
            for row, distance in zip(nearest, distances.min(axis=1), strict=True)
            if distance <= model.looks[0].bandwidth
        ]


def _strengths(model: Model) -> NDArray[np.float64] | None:
    """Return what each cluster says for its class over the next best, as log-odds; None if not learnt."""
    look = model.looks[0]
    if look.weights is None:
        return None
    rows = np.arange(len(look.weights))
    own = np.searchsorted(model.classes, look.palette.classes)
    others = look.weights.copy()
    others[rows, own] = -np.inf
    margins: NDArray[np.float64] = look.weights[rows, own] - others.max(axis=1)
    return margins
