"""Edits of the palette of the seeds that are followed: joins their history, the table and what lights up."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from weakref import WeakKeyDictionary

import numpy as np
from napari.layers import Labels
from numpy.typing import ArrayLike, NDArray
from qtpy.QtCore import QObject, Qt, Signal

from ..core.legend import Legend
from ..core.model import Model
from ..core.palette_edits import NO_EDITS, PaletteEdits
from ..core.palette_steps import Row
from .edit_history import EditHistory
from .extras import Clusters
from .palette_row import PaletteRow
from .palette_rows import arranged, rows_of
from .palette_table import PaletteTable
from .source import Source

# By seeds, not by dock: neither edits nor what can be undone are forgotten when a dock is closed.
_histories: WeakKeyDictionary[Labels, EditHistory] = WeakKeyDictionary()


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
        self._model: Model | None = None
        self._source: Source | None = None
        self._legend = Legend()
        self._clusters: Clusters | None = None
        self._selected = np.empty((0, 0))
        # The edits that the model knows of, and whether they are what made it another one.
        self._learnt, self._stays = NO_EDITS, False
        self._muted_shares: dict[Row, float] = {}
        # Whether what is to be selected is a row that only the next model has.
        self._is_sought = False
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

    @property
    def seeks_row(self) -> bool:
        """Whether a row was added that only the next result has."""
        return self._is_sought

    def selected_pixels(self) -> NDArray[np.bool_] | None:
        """Return the pixels (*spatial,) nearest to the selected clusters; None if they are not known."""
        numbers = self._view.chosen_numbers()
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
        """Leave out clusters; no others are selected for them, or the key would delete those next."""
        self._selected = np.empty((0, 0))
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
        muted = self.edits.muted_steps
        if row >= 0 and is_muted:
            self._muted_shares.update(
                {shown.center: shown.rank for shown in self._view.rows if shown.number == row}
            )
            self._edit_each([row], PaletteEdits.muted)
        elif row < 0 and not is_muted and -1 - row < len(muted):
            self.set_edits(self.edits.without(muted[-1 - row]))
        else:
            self._show()

    def weigh(self, row: int, weight: float) -> None:
        """Let a cluster count as `weight` clusters of its colour."""
        self._edit_each([row], lambda edits, model, row: edits.weighed(model, row, weight))

    def add_color(
        self, features: ArrayLike, class_value: int, position: tuple[int, ...] | None = None
    ) -> None:
        """Make a colour, all features of a pixel, a cluster of a class, and bring its row into sight.

        With its `position` the pixel counts as painted where only what was painted on is wanted.
        """
        if self._model is not None:
            colors = np.asarray(features, float).tolist()
            self._selected = np.array([colors[: self._model.palette.centers.shape[1]]])
            self._is_sought = True
            self.set_edits(self.edits.with_color(self._model, colors, class_value, position))

    def undo(self) -> None:
        """Take back the last edit."""
        if self._history.can_undo:
            self._change(EditHistory.undo)

    def redo(self) -> None:
        """Make the edit again that was taken back last."""
        if self._history.can_redo:
            self._change(EditHistory.redo)

    def set_edits(self, edits: PaletteEdits) -> None:
        """Take other edits for the seeds that are followed."""
        if edits != self.edits:
            self._change(lambda history: history.take(edits))

    def resume(self, edits: PaletteEdits) -> None:
        """Go on with edits that were made elsewhere, one by one, in place of those there are."""
        if edits != self.edits:
            self._change(lambda history: history.resume(edits))

    # ---- for the dock ----

    @property
    def taken_classes(self) -> frozenset[int]:
        """The classes that edits lead to, or would if the deletion of one was taken back."""
        return self._history.classes

    def drop_class(self, value: int) -> None:
        """Take back what leads to a class that is deleted, in one step that can be undone."""
        self._change(lambda history: history.drop_class(value))

    def bring_back(self, values: Collection[int]) -> None:
        """Have the edits again that went with classes, if these were deleted and are there again."""
        for value in values:
            self._change(partial(EditHistory.bring_back, value=value))

    def follow(self, layer: Labels | None) -> None:
        """Keep edits of the seeds in `layer` from now on."""
        self._layer = layer
        self.clear()

    def clear(self) -> None:
        """Show no clusters."""
        self._model = self._source = self._clusters = None
        self._selected = np.empty((0, 0))
        self._show()

    def show(
        self,
        source: Source,
        model: Model,
        edits: PaletteEdits,
        legend: Legend,
        clusters: Clusters | None,
    ) -> None:
        """Show the clusters of a result with some edits; `clusters` are its pixels, once they are known."""
        if model is not self._model:
            self._stays = self._model is not None and edits != self._learnt
            self._learnt = edits
        self._source, self._model, self._legend = source, model, legend
        self._clusters = clusters
        if self._view.isVisible():
            self._show()

    # ---- what happens ----

    @property
    def _history(self) -> EditHistory:
        return EditHistory() if self._layer is None else _histories.setdefault(self._layer, EditHistory())

    def _change(self, do: Callable[[EditHistory], None]) -> None:
        """Change the history, and tell of it if the edits are others then."""
        before = self.edits
        do(self._history)
        if self.edits != before:
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
        numbers = self._view.selected_numbers()
        self._selected = np.array([row.center for row in self._view.rows if row.number in numbers])
        self.selected.emit()

    def _show(self) -> None:
        history = self._history
        self._view.show_history(can_undo=history.can_undo, can_redo=history.can_redo)
        if self._model is None or self._source is None:
            self._view.show_rows((), ())
            return
        legend, near = self._legend, self._model.looks[0].bandwidth
        found = rows_of(
            self._source, self._model, legend, self._clusters, self.edits, self._learnt, self._muted_shares
        )
        # Until the shares are known nothing moves: it would move again.
        stays = self._stays or self._clusters is None
        rows = arranged(found, self._view.rows, near, stays=stays)
        # What is given to a class that is ignored would be painted with it nevertheless.
        offered = (value for value in legend.values if value not in legend.ignored)
        classes = [(value, legend.name_of(value)) for value in offered]
        is_to_come = self._is_sought and self._learnt != self.edits
        selected = [] if is_to_come else self._still_selected(rows, near)
        self._view.show_rows(rows, classes, selected)
        if self._is_sought and not is_to_come:
            self._view.reveal(selected)
            self._is_sought = False

    def _still_selected(self, rows: Sequence[PaletteRow], near: float) -> list[int]:
        """Return the rows nearest to those that were selected, if they are near at all."""
        centers = np.array([row.center for row in rows])
        if self._selected.shape[1:] != centers.shape[1:]:
            return []
        distances = np.linalg.norm(self._selected[:, np.newaxis] - centers, axis=2)
        nearest = distances.argmin(axis=1)
        return [
            rows[index].number
            for index, distance in zip(nearest.tolist(), distances.min(axis=1), strict=True)
            if distance <= near
        ]
