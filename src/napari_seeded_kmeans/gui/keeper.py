"""What is done beside the updates whenever something was painted, off the GUI thread."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, Signal

from ..core.stroke_count import count_strokes
from ..core.threads import Cancel, Progress
from .runner import Runner


class Keeper(QObject):
    """Counts strokes."""

    counted = Signal(object)
    """Number of strokes by class value, of the newest seeds."""
    failed = Signal(object)
    """The exception that ended a job."""

    def __init__(self) -> None:
        super().__init__()
        self._runner = Runner()
        self._runner.failed.connect(self.failed)

    def keep(self, seeds: NDArray[np.integer]) -> None:
        """Count the strokes of `seeds` (*spatial,), which nobody changes any more."""
        self._runner.submit(partial(_count, seeds), self.counted.emit)

    def forget(self) -> None:
        """Deliver nothing of what was painted so far."""
        self._runner.cancel()

    def close(self) -> None:
        """Stop, for good."""
        self._runner.close()


def _count(seeds: NDArray[np.integer], _cancel: Cancel, _progress: Progress) -> dict[int, int]:
    return count_strokes(seeds)
