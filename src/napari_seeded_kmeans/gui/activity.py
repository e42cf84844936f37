"""Long work in napari's activity dock.

What belongs here: napari's progress bar. What does not: what counts as long, and the dock's own bar.
"""

from napari.utils import progress


class Activity:
    """One line in the activity dock while something takes long; use it in the window's thread only.

    Parameters
    ----------
    description : str
        What is being done.
    """

    def __init__(self, description: str) -> None:
        self._description = description
        self._bar: progress | None = None

    def show(self, is_running: bool) -> None:
        """Show the line, or take it away."""
        if is_running and self._bar is None:
            self._bar = progress(total=0, desc=self._description)
        elif not is_running and self._bar is not None:
            self._bar.close()
            self._bar = None

    def step(self, done: int, total: int) -> None:
        """Say that `done` of `total` is done."""
        if self._bar is not None:
            self._bar.total = total
            self._bar.update(done - self._bar.n)
