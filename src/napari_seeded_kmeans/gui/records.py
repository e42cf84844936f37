"""Everything about files: what is kept by itself, saved, opened, imported and exported."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QTimer, Signal

from ..core.errors import SeededKMeansError
from ..io.seeds import write_seeds
from ..io.sessions import SavedSession
from ..session import Session, Work, in_pixels
from .filing import Filing
from .inputs import Inputs
from .keeper import Keeper
from .sitting import Sitting
from .source import Source, full_resolution
from .words import words_for

if TYPE_CHECKING:
    from napari.viewer import Viewer


# As long as it takes until the mask has followed a stroke; the more there is to be written, the longer.
_PAUSE_MS = 250
_MORE_PER_MB = 2


class Records(QObject):
    """Joins the workers that read and write with the inputs; says in the session what came of it.

    Parameters
    ----------
    viewer, session, inputs
        What they are about.
    sitting : callable
        Returns the sitting as it is right now, None while there is nothing to keep.
    """

    resumed = Signal(object, object)
    """A `SavedSession` to go on with, and the image layer it belongs to."""
    counted = Signal(object)
    """Number of strokes by class value, of the newest seeds."""
    failed = Signal(object)
    """The exception that ended a job nobody asked for."""

    def __init__(
        self, viewer: "Viewer", session: Session, inputs: Inputs, sitting: Callable[[], Sitting | None]
    ) -> None:
        super().__init__()
        self._viewer = viewer
        self._session = session
        self._inputs = inputs
        self._sitting = sitting
        self._filing = Filing(session)
        self._keeper = Keeper()
        self._found: SavedSession | None = None
        self._painted: NDArray[np.integer] | None = None
        self._noted: Sitting | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._on_pause)
        self._filing.seeds_read.connect(self._on_seeds_read)
        self._filing.session_read.connect(self._on_session_read)
        self._keeper.found.connect(self._on_found)
        self._keeper.counted.connect(self.counted)
        self._keeper.failed.connect(self.failed)

    # ---- asked for ----

    def import_seeds(self, path: str | Path) -> None:
        """Start reading a stroke picture or a seed image, to become the seeds of the chosen image."""
        source = self._inputs.source
        if source is not None:
            self._filing.read_seeds(path, source)

    def export_seeds(self, path: str | Path) -> None:
        """Start writing the chosen seeds."""
        source = self._inputs.source
        if source is not None and self._inputs.seeds_shape is not None:
            write = partial(write_seeds, self._inputs.seeds(source))
            self._filing.write(write, path, "Saved the seeds as {}.")

    def write_sitting(self, write: Callable[[Sitting, str | Path], None], path: str | Path) -> None:
        """Start writing the sitting in the way of `write`."""
        sitting = self._sitting()
        if sitting is not None:
            self._filing.write(partial(write, sitting), path)

    def write(self, write: Callable[[str | Path], None], path: str | Path) -> None:
        """Start ``write(path)``, in the worker."""
        self._filing.write(write, path)

    def open_session(self, path: str | Path) -> None:
        """Start reading a session, to go on with on the image it belongs to, which is opened if need be."""
        self._filing.read_session(path, [full_resolution(layer) for layer in self._inputs.images()])

    def restore(self) -> None:
        """Bring back what was found of the chosen image, once."""
        source = self._inputs.source
        if self._found is not None and source is not None:
            found, self._found = self._found, None
            self._session.offer("")
            self.resumed.emit(found, source.layer)

    # ---- by itself ----

    def note(self, seeds: NDArray[np.integer]) -> None:
        """Count the strokes of `seeds` soon, and keep the sitting: the mask that follows them comes first."""
        self._painted = seeds
        # As it is now: its layer may be gone when its turn comes.
        self._noted = self._sitting() or self._noted
        if not self._pause.isActive():
            self._pause.start(_PAUSE_MS + _MORE_PER_MB * (seeds.nbytes >> 20))

    def count(self, seeds: NDArray[np.integer]) -> None:
        """Count the strokes of `seeds`, which nobody changes any more."""
        self._keeper.count(seeds)

    def keep(self) -> None:
        """Keep the sitting, so that nothing is lost."""
        # It may be about another image.
        self._keep_noted()
        sitting = self._sitting()
        if sitting is not None:
            self._keeper.keep(sitting)

    def look_for_kept(self) -> None:
        """Look for what an earlier run kept of the chosen image, and offer it."""
        self._found = None
        self._session.offer("")
        source = self._inputs.source
        self._keeper.look_for(None if source is None else source.data)

    def forget(self) -> None:
        """Deliver nothing about the seeds that were followed so far; what was noted is kept all the same."""
        self._pause.stop()
        self._painted = None
        self._keep_noted()
        self._keeper.forget()

    def cancel(self) -> None:
        """Stop reading and writing what was asked for."""
        self._filing.cancel()

    def close(self) -> None:
        """Stop everything, for good, once what is to be kept is written."""
        self._pause.stop()
        self._keep_noted()
        self._filing.close()
        self._keeper.close()

    # ---- what happens ----

    def _on_pause(self) -> None:
        if self._painted is not None:
            self.count(self._painted)
            self._painted = None
        self._keep_noted()

    def _keep_noted(self) -> None:
        if self._noted is not None:
            self._keeper.keep(self._noted)
            self._noted = None

    def _on_seeds_read(self, source: Source, name: str, seeds: NDArray[np.integer]) -> None:
        if source.layer not in self._viewer.layers:
            self._session.fail(
                f"{source.layer.name} was removed meanwhile, so {name} was not imported.", Work.FILES
            )
        elif seeds.shape != source.shape:
            self._session.fail(
                f"{name} is {in_pixels(seeds.shape)} but the image is {in_pixels(source.shape)}: "
                "choose strokes of the same size.",
                Work.FILES,
            )
        else:
            self._inputs.add_seeds(source, seeds)

    def _on_session_read(self, name: str, saved: SavedSession, data: Any) -> None:
        layer = next((one for one in self._inputs.images() if full_resolution(one) is data), None)
        if data is None:
            size = in_pixels(saved.image.shape)
            self._session.fail(
                f"{name} belongs to {saved.image.name} ({size}): open that image first.", Work.FILES
            )
            return
        if layer is None:
            try:
                layer = self._inputs.add_image(data, saved)
            except SeededKMeansError as error:
                self._session.fail(f"{name}: {words_for(error)}", Work.FILES)
                return
        self.resumed.emit(saved, layer)

    def _on_found(self, saved: SavedSession, kept_at: datetime) -> None:
        source, sitting = self._inputs.source, self._sitting()
        has_seeds = source is not None and self._inputs.has_seeds(source, saved.seeds)
        # Whoever has opened all of this from files needs no offer.
        if has_seeds and sitting is not None and sitting.is_like(saved):
            return
        self._found = saved
        what = "How you went on with these strokes" if has_seeds else "What you painted on this image"
        self._session.offer(f"{what} was kept, {kept_at:%d %B %Y, %H:%M}.")
