"""What becomes of updates: they are shown, and the session is told what came out.

What belongs here: taking in what the follower asked for. What does not: asking, and writing layers.
"""

from qtpy.QtCore import QObject

from ..session import Session
from .drawing_hold import DrawingHold
from .front import Front
from .glimpses import Preview
from .results import Results
from .situation import Situation
from .updates import Update, Updates
from .words import words_for


class Arrivals(QObject):
    """Joins the updates with all that shows them; lives as long as the views."""

    def __init__(
        self,
        session: Session,
        front: Front,
        situation: Situation,
        results: Results,
        drawing: DrawingHold,
        updates: Updates,
    ) -> None:
        super().__init__(front)
        self._session = session
        self._front = front
        self._situation = situation
        self._results = results
        self._drawing = drawing
        self._told = ""
        updates.progressed.connect(front.show_progress)
        updates.previewed.connect(self._on_previewed)
        updates.awaited.connect(self._on_awaited)
        updates.arrived.connect(self._on_arrived)
        updates.dropped.connect(session.fail)
        updates.emptied.connect(self._on_emptied)
        updates.failed.connect(self._on_failed)

    def tell_again(self) -> None:
        """Say what came out last as classes are called now."""
        last = self._results.last
        if last is not None and self._told:
            before, self._told = self._told, self._words_for(last)
            self._session.put_otherwise(before, self._told)

    def _on_previewed(self, seen: Preview) -> None:
        self._results.preview(seen, self._situation.legend)
        self._front.note_seen()

    def _on_awaited(self, is_awaited: bool) -> None:
        if is_awaited:
            self._drawing.hold()
        else:
            self._drawing.release()

    def _on_arrived(self, update: Update, is_followed: bool) -> None:
        self._results.take(update)
        self._session.observe(self._situation.facts())
        if not is_followed:
            self._told = self._words_for(update)
            self._session.finish(self._told)

    def _words_for(self, update: Update) -> str:
        how = "paint more" if self._front.run_bar.is_live else "paint more and press Segment again"
        return f"{update.answer.describe(self._situation.legend)} Where it is wrong, {how}."

    def _on_emptied(self) -> None:
        self._results.take_back()
        self._session.observe(self._situation.facts())

    def _on_failed(self, error: Exception) -> None:
        self._session.fail(words_for(error))
