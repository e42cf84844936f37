"""What workers have to show before they are done, on its way to the window, and drawn before they go on.

What belongs here: the way, and the wait. What does not: what is seen, and whether it still holds.
"""

from collections import deque
from dataclasses import dataclass
from threading import Event

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, Qt, QTimer, Signal

from ..core.patch import Patch
from .source import Source
from .ticket import Ticket

# Longer than this no window takes to be drawn.
_DRAWING_S = 0.1
_BEFORE_DRAWING_MS = 12


@dataclass(frozen=True, eq=False)
class Preview:
    """Labels of an image where it is seen.

    The seeds are those that count; the brush that paints them may still be down.
    """

    source: Source
    patch: Patch
    seeds: NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Glimpse:
    """What can be seen of a request before its result; None where that is nothing."""

    ticket: Ticket
    seen: Preview | None = None


class Glimpses(QObject):
    """Brings glimpses from the workers to the thread that owns this, in their order."""

    arrived = Signal(object)
    """A `Glimpse`."""

    _has_more = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._on_their_way: deque[Glimpse] = deque()
        self._is_drawn = Event()
        self._has_more.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def pass_on(self, glimpse: Glimpse) -> None:
        """Have a glimpse arrive, and wait until what is seen is drawn; called in a worker."""
        if glimpse.seen is not None:
            self._is_drawn.clear()
        self._on_their_way.append(glimpse)
        self._has_more.emit()
        if glimpse.seen is not None:
            # Drawing and what comes next both need all cores.
            self._is_drawn.wait(_DRAWING_S)

    def _deliver(self) -> None:
        while self._on_their_way:
            glimpse = self._on_their_way.popleft()
            self.arrived.emit(glimpse)
            if glimpse.seen is not None:
                # Qt begins to draw a few milliseconds after it was asked to; this comes when that is over.
                QTimer.singleShot(_BEFORE_DRAWING_MS, self._is_drawn.set)
