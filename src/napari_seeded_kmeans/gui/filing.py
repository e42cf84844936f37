"""Files read and written off the GUI thread; says what came of it, and decides nothing about layers."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, Signal

from ..core.threads import Cancel, Progress
from ..io.images import read_image
from ..io.seeds import read_seeds
from ..io.sessions import SavedSession, read_session
from ..session import Session, Work
from .runner import Runner
from .source import Source
from .words import words_for


class Filing(QObject):
    """One file at a time; the session knows while it lasts."""

    seeds_read = Signal(object, str, object)
    """The `Source` they are for, the file's name, and an integer array."""
    session_read = Signal(str, object, object)
    """The file's name, a `SavedSession`, and the array of its image, None if it was not found."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._runner = Runner()
        self._runner.failed.connect(self._on_failed)

    def read_seeds(self, path: str | Path, source: Source) -> None:
        """Read a stroke picture or a seed image for an image."""
        self._start(partial(_read_seeds, path), partial(self._on_seeds_read, source, Path(path).name))

    def read_session(self, path: str | Path, images: list[Any]) -> None:
        """Read a session; its image may be one of the arrays `images`, or in the file it came from."""
        self._start(partial(_read_session, path, images), partial(self._on_session_read, Path(path).name))

    def write(
        self, write: Callable[[str | Path], None], path: str | Path, sentence: str = "Saved {}."
    ) -> None:
        """Call ``write(path)``, which uses nothing that anybody changes; then say `sentence` of the file."""
        place = Path(path).resolve()
        said = sentence.format(f"{place.name} in the folder {place.parent.name}")
        self._start(partial(_write, write, path), partial(self._say, said))

    def cancel(self) -> None:
        """Stop what runs."""
        self._runner.cancel()

    def close(self) -> None:
        """Stop everything, for good."""
        self._runner.close()

    def _start(self, work: Callable[[Cancel, Progress], Any], then: Callable[[Any], None]) -> None:
        self._session.start(Work.FILES)
        self._runner.submit(work, then)

    def _on_seeds_read(self, source: Source, name: str, seeds: NDArray[np.integer]) -> None:
        self._session.stop(Work.FILES)
        self.seeds_read.emit(source, name, seeds)

    def _on_session_read(self, name: str, read: tuple[SavedSession, Any]) -> None:
        self._session.stop(Work.FILES)
        self.session_read.emit(name, *read)

    def _say(self, sentence: str, _result: None) -> None:
        self._session.finish(sentence, Work.FILES)

    def _on_failed(self, error: Exception) -> None:
        self._session.fail(words_for(error), Work.FILES)


def _read_seeds(path: str | Path, _cancel: Cancel, _progress: Progress) -> NDArray[np.integer]:
    return read_seeds(path)


def _read_session(
    path: str | Path, images: list[Any], _cancel: Cancel, _progress: Progress
) -> tuple[SavedSession, Any]:
    """Return a session and its image: one of `images`, else from the file it came from, else None."""
    saved = read_session(path)
    for image in images:
        if saved.image.is_of(image):
            return saved, image
    if saved.image.digest and Path(saved.image.path).is_file():
        stored = read_image(saved.image.path)
        if saved.image.is_of(stored):
            return saved, stored
    return saved, None


def _write(
    write: Callable[[str | Path], None], path: str | Path, _cancel: Cancel, _progress: Progress
) -> None:
    write(path)
