"""What is done beside the updates whenever something was painted, off the GUI thread."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, Signal

from ..core.stroke_count import count_strokes
from ..core.threads import Cancel, Progress
from ..io.autosaves import autosave, find_autosave
from ..io.digests import digest
from ..io.sessions import SavedSession
from .runner import Runner
from .sitting import Sitting

_PATIENCE_S = 2.0


class Keeper(QObject):
    """Counts strokes, keeps every sitting in a file, and finds what was kept before.

    One file per image and run of the program: what an earlier run left stays there.
    """

    counted = Signal(object)
    """Number of strokes by class value, of the newest seeds."""
    found = Signal(object, object)
    """A `SavedSession` of the image asked for, and when it was kept."""
    failed = Signal(object)
    """The exception that ended a job."""

    def __init__(self) -> None:
        super().__init__()
        self._name = uuid4().hex[:8]
        self._known: tuple[Any, str] | None = None
        # Each has its own thread, so that none takes the place of another that waits.
        self._counter, self._finder = runners = Runner(), Runner()
        for runner in runners:
            runner.failed.connect(self.failed)
        # Python joins its thread at the end of the program, once all that waits is written.
        self._saver = ThreadPoolExecutor(1, "seeded-kmeans-keeper")
        self._unsaved: dict[int, Sitting] = {}
        self._last: Future[None] | None = None
        self._is_closed = False

    def count(self, seeds: NDArray[np.integer]) -> None:
        """Count the strokes of `seeds` (*spatial,), which nobody changes any more."""
        self._counter.submit(partial(_count, seeds), self.counted.emit)

    def keep(self, sitting: Sitting) -> None:
        """Keep a sitting; while one is being written, only the newest of every image waits."""
        if not self._is_closed:
            self._unsaved[id(sitting.request.image)] = sitting
            self._last = self._saver.submit(self._save)

    def look_for(self, image: Any) -> None:
        """Look for what an earlier run kept of this image, and no longer of any other; None is none."""
        self._finder.cancel()
        if image is not None:
            self._finder.submit(partial(self._find, image), self._on_found)

    def forget(self) -> None:
        """Deliver nothing about the seeds that were followed so far; what waits is kept all the same."""
        self._counter.cancel()

    def close(self) -> None:
        """Stop, for good, and wait a moment until all that was to be kept is written.

        What takes longer is written all the same, unheard.
        """
        self._is_closed = True
        self._saver.shutdown(wait=False)
        for runner in (self._counter, self._finder):
            runner.close()
        if self._last is not None:
            wait([self._last], _PATIENCE_S)

    def _save(self) -> None:
        """Write what waits, in the saver's thread."""
        while self._unsaved:
            _, sitting = self._unsaved.popitem()
            try:
                self._write(sitting)
            except Exception as error:  # whatever it is, it must surface in the GUI thread, not die here
                if not self._is_closed:
                    self.failed.emit(error)

    def _write(self, sitting: Sitting) -> None:
        autosave(sitting.to_session(self._digest(sitting.request.image)), self._name)

    def _find(self, image: Any, cancel: Cancel, _progress: Progress) -> tuple[SavedSession, datetime] | None:
        return find_autosave(image, self._digest(image, cancel), self._name)

    def _digest(self, image: Any, cancel: Cancel | None = None) -> str:
        """Return the digest of an image, read only once however often it is painted on."""
        known = self._known
        if known is None or known[0] is not image:
            known = self._known = image, digest(image, cancel)
        return known[1]

    def _on_found(self, found: tuple[SavedSession, datetime] | None) -> None:
        if found is not None:
            self.found.emit(*found)


def _count(seeds: NDArray[np.integer], _cancel: Cancel, _progress: Progress) -> dict[int, int]:
    return count_strokes(seeds)
