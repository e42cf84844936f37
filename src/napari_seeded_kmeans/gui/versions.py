"""An array that changes now and then, and what it was before, for those who still work with that."""

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Less is copied at once sooner than another thread can be asked to.
_LEAST_BYTES = 1 << 20
# What was handed out is worked on first: a copy takes as much of the memory's time.
_PAUSE_S = 0.25


class Versions:
    """Hands out the array as it is; it is never written to again, a copy takes its place.

    That copy is made ahead by another thread. While workers need memory, too, the window could wait half a
    second for 64 MB.
    """

    def __init__(self, array: NDArray[Any]) -> None:
        self.array = np.array(array, order="C")
        self._is_shared = False
        self._next: Future[NDArray[Any]] | None = None
        self._is_urgent = Event()
        self._copier = ThreadPoolExecutor(1, "seeded-kmeans-copies")

    def share(self) -> NDArray[Any]:
        """Return the array as it is now; nobody writes to it."""
        if not self._is_shared:
            self._is_shared = True
            if self.array.nbytes >= _LEAST_BYTES:
                self._is_urgent.clear()
                self._next = self._copier.submit(_copy_soon, self.array, self._is_urgent)
        return self.array

    def write(self, places: Any, values: NDArray[Any]) -> None:
        """Change some places."""
        if self._is_shared:
            self._is_urgent.set()
            self.array = self.array.copy() if self._next is None else self._next.result()
            self._is_shared, self._next = False, None
        self.array[places] = values


def _copy_soon(array: NDArray[Any], is_urgent: Event) -> NDArray[Any]:
    is_urgent.wait(_PAUSE_S)
    return array.copy()
