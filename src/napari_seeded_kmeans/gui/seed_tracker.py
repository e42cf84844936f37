"""What was painted, exactly: a private copy of the seeds and the difference to it.

napari reports painting in several ways, before or after the data is written, and undo in none. Here every
event only means "look again soon"; what changed is found by comparing, so that nothing can be missed.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from napari.layers import Labels
from numpy.typing import NDArray
from qtpy.QtCore import QObject, Qt, QTimer, Signal

from ..core.patch import hull_of
from ..core.seeds import changed_places, note_places, painted_places
from .layer_watch import LayerWatch
from .source import full_resolution
from .versions import Versions

Box = tuple[slice, ...]

_EVENTS = ("paint", "set_data", "data")
# Steps of a drag announce themselves by this alone; what they changed is not looked for before the release.
_STEPS = ("labels_update",)
_FRAME_MS = 15
# A brush that rests so long is looked at, though it is not lifted.
_REST_MS = 500


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
    brushed = Signal(object)
    """The brush moved on, in this box so far, None in stacks; `painted` follows once it is lifted."""

    _due = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watch: LayerWatch[Labels] = LayerWatch(_EVENTS, self._on_event)
        self._steps: LayerWatch[Labels] = LayerWatch(_STEPS, self._on_step)
        self._copy, self._places = Versions(np.zeros(0, np.uint8)), np.zeros(0, np.intp)
        self._counts: dict[int, int] = {}
        self._is_due = False
        # napari writes the data after the event, but before Qt comes round again. A timer without delay would
        # wait until the window is drawn.
        self._due.connect(self._on_due, Qt.ConnectionType.QueuedConnection)
        self._frame, self._rest = QTimer(self), QTimer(self)
        for timer, interval, slot in (
            (self._frame, _FRAME_MS, self._on_frame),
            (self._rest, _REST_MS, self.look),
        ):
            timer.setSingleShot(True)
            timer.setInterval(interval)
            timer.timeout.connect(slot)
        self._was_brushed = False
        self._brushed_box: Box | None = None

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
        return self._is_due

    def follow(self, layer: Labels | None) -> None:
        """Follow `layer`, and no longer the one before; `painted` does not fire."""
        self._watch.watch(layer)
        self._steps.watch(layer)
        self._stop_waiting()
        self._was_brushed = False
        self._start_over(np.zeros(0, np.uint8) if layer is None else self._array())

    def snapshot(self) -> NDArray[np.integer]:
        """Return a copy of the seeds as of the last look, in the layer's shape.

        It is the same one until they change, so nobody writes to it.
        """
        array = self._copy.share()
        note_places(array, self._places)
        return array

    def look(self) -> None:
        """Compare now; `painted` fires if anything changed, and after `brushed` in any case."""
        self._stop_waiting()
        was_brushed, self._was_brushed = self._was_brushed, False
        if self.layer is None:
            return
        array = self._array()
        before = self._copy.array
        if array.shape != before.shape or array.dtype != before.dtype:
            self._start_over(array)
            self.painted.emit(None)
            return
        change = self._take_over(array)
        if change.index.size:
            self._count(change.old, -1)
            self._count(change.new, 1)
        if change.index.size or was_brushed:
            self.painted.emit(change)

    def _on_event(self, _event: Any) -> None:
        if not self._is_due:
            self._is_due = True
            self._due.emit()

    def _on_due(self) -> None:
        if self._is_due:
            self.look()

    def _on_step(self, event: Any) -> None:
        # What is painted at once fires both kinds.
        if self._is_due:
            return
        if len(event.offset) == self._copy.array.ndim:
            ends = np.add(event.offset, event.data.shape).tolist()
            box = tuple(slice(*side) for side in zip(event.offset, ends, strict=True))
            self._brushed_box = box if self._brushed_box is None else hull_of([self._brushed_box, box])
        if not self._frame.isActive():
            self._frame.start()

    def _on_frame(self) -> None:
        self._was_brushed = True
        self._rest.start()
        self.brushed.emit(self._brushed_box)

    def _stop_waiting(self) -> None:
        self._is_due, self._brushed_box = False, None
        self._frame.stop()
        self._rest.stop()

    def _array(self) -> NDArray[np.integer]:
        array: NDArray[np.integer] = (
            np.asarray(full_resolution(self.layer)) if self.layer else self._copy.array
        )
        return array

    def _start_over(self, array: NDArray[np.integer]) -> None:
        self._copy, self._counts = Versions(array), {}
        self._places = painted_places(self._copy.array)
        self._count(self._copy.array.ravel()[self._places], 1)

    def _take_over(self, array: NDArray[np.integer]) -> Change:
        """Bring the copy up to date and return what that changed."""
        index = changed_places(array, self._copy.array)
        places = np.unravel_index(index, array.shape)
        old, new = self._copy.array[places], array[places]
        if index.size:
            self._copy.write(places, new)
            kept = np.delete(self._places, np.searchsorted(self._places, index[(old != 0) & (new == 0)]))
            self._places = np.concatenate([kept, index[(old == 0) & (new != 0)]])
            # Two rows that are in order already are sorted fast.
            self._places.sort(kind="stable")
        return Change(index, old, new)

    def _count(self, values: NDArray[np.integer], sign: int) -> None:
        for value, n in zip(*np.unique(values, return_counts=True), strict=True):
            if value:
                total = self._counts.get(int(value), 0) + sign * int(n)
                self._counts[int(value)] = total
                if not total:
                    del self._counts[int(value)]
