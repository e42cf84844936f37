"""What was painted, exactly: a private copy of the seeds and the difference to it.

napari reports painting in several ways, before or after the data is written, and undo in none. Here every
event only means "look again soon"; what changed is found by comparing, so that nothing can be missed.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from napari.layers import Labels
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QTimer, Signal

from .layer_watch import LayerWatch
from .source import full_resolution

# Steps of a drag announce themselves by labels_update only, and are not looked at before the release.
_EVENTS = ("paint", "set_data", "data")


@dataclass(frozen=True, eq=False)
class Change:
    """Which pixels changed.

    Attributes
    ----------
    index : ndarray (n,), intp
        Positions in the flattened seeds, ascending.
    old, new : ndarray (n,), the seeds' dtype
        Their values before and after.
    """

    index: NDArray[np.intp]
    old: NDArray[np.integer]
    new: NDArray[np.integer]


class SeedTracker(QObject):
    """Follows one seeds layer; `counts` are always those of the copy."""

    painted = Signal(object)
    """The `Change` since the last look; None when the layer's array was replaced by one of another kind."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watch: LayerWatch[Labels] = LayerWatch(_EVENTS, self._on_event)
        self._copy: NDArray[np.integer] = np.zeros(0, np.uint8)
        self._snapshot: NDArray[np.integer] | None = None
        self._counts: dict[int, int] = {}
        # No delay: napari writes the data after the event, but before Qt comes round again.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.look)

    @property
    def layer(self) -> Labels | None:
        """The layer that is followed."""
        return self._watch.layer

    @property
    def counts(self) -> dict[int, int]:
        """How many pixels are painted, by class value, ascending."""
        return dict(sorted(self._counts.items()))

    @property
    def is_waiting(self) -> bool:
        """Whether something happened that was not looked at yet."""
        return bool(self._timer.isActive())

    def follow(self, layer: Labels | None) -> None:
        """Follow `layer`, and no longer the one before; `painted` does not fire."""
        self._watch.watch(layer)
        self._timer.stop()
        self._start_over(np.zeros(0, np.uint8) if layer is None else self._array())

    def snapshot(self) -> NDArray[np.integer]:
        """Return a copy of the seeds as of the last look, in the layer's shape.

        It is the same one until they change, so nobody writes to it.
        """
        if self._snapshot is None:
            self._snapshot = self._copy.copy()
        return self._snapshot

    def look(self) -> None:
        """Compare now; `painted` fires if anything changed."""
        self._timer.stop()
        if self.layer is None:
            return
        array = self._array()
        if array.shape != self._copy.shape or array.dtype != self._copy.dtype:
            self._start_over(array)
            self.painted.emit(None)
            return
        change = self._take_over(array)
        if change.index.size:
            self._count(change.old, -1)
            self._count(change.new, 1)
            self.painted.emit(change)

    def _on_event(self, _event: Any) -> None:
        self._timer.start()

    def _array(self) -> NDArray[np.integer]:
        array: NDArray[np.integer] = np.asarray(full_resolution(self.layer)) if self.layer else self._copy
        return array

    def _start_over(self, array: NDArray[np.integer]) -> None:
        self._copy, self._snapshot = np.array(array, order="C"), None
        self._counts = {}
        self._count(array[array != 0], 1)

    def _take_over(self, array: NDArray[np.integer]) -> Change:
        """Bring the copy up to date and return what that changed."""
        index = np.flatnonzero(array != self._copy)
        places = np.unravel_index(index, array.shape)
        old, new = self._copy[places], array[places]
        self._copy[places] = new
        if index.size:
            self._snapshot = None
        return Change(index, old, new)

    def _count(self, values: NDArray[np.integer], sign: int) -> None:
        for value, n in zip(*np.unique(values, return_counts=True), strict=True):
            if value:
                total = self._counts.get(int(value), 0) + sign * int(n)
                self._counts[int(value)] = total
                if not total:
                    del self._counts[int(value)]
