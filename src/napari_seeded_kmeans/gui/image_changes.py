"""What follows when the image is another one, or is not what or where it was.

What belongs here: image, pixels, place, axes and region. What does not: strokes, settings and classes.
"""

from qtpy.QtCore import QObject

from ..session import Session, Work
from .follower import Follower
from .front import Front
from .inputs import Inputs
from .insight import Insight
from .records import Records
from .results import Results
from .situation import Situation
from .updates import Updates


class ImageChanges(QObject):
    """Joins the inputs with all that is about the image; lives as long as the views."""

    def __init__(
        self,
        session: Session,
        front: Front,
        inputs: Inputs,
        situation: Situation,
        follower: Follower,
        updates: Updates,
        results: Results,
        insight: Insight,
        records: Records,
    ) -> None:
        super().__init__(front)
        self._session = session
        self._inputs = inputs
        self._situation = situation
        self._follower = follower
        self._updates = updates
        self._results = results
        self._insight = insight
        self._records = records
        inputs.image_chosen.connect(self._on_image_chosen)
        inputs.pixels_changed.connect(self._on_pixels_changed)
        inputs.moved.connect(self._on_moved)
        inputs.axes_chosen.connect(self._on_axes_chosen)
        inputs.region_changed.connect(self._on_region_changed)

    def _on_image_chosen(self) -> None:
        if Work.UPDATE in self._session.running:
            # It is about an image that was removed, whose seeds go on with this one.
            self._follower.give_up()
        source = self._inputs.source
        if source is not None:
            # It may have been moved while another was chosen.
            self._results.move(source)
        self._look()
        self._records.look_for_kept()
        self._follower.follow_mask()

    def _on_pixels_changed(self) -> None:
        is_wanted = self._follower.is_wanted
        # They may lie where the others did.
        self._updates.forget()
        self._results.last = None
        # What went wrong was about other pixels, too.
        self._session.forget()
        self._look()
        if is_wanted:
            self._follower.follow()
        if self._follower.is_behind:
            # No other result is on its way.
            self._results.clear()
        self._insight.clear_if_resized()
        self._records.look_for_kept()

    def _on_moved(self) -> None:
        source = self._inputs.source
        if source is not None:
            self._results.move(source)
            if not self._results.has_size_of(source):
                self._session.forget()
                self._follower.follow_if_wanted()

    def _on_axes_chosen(self) -> None:
        self._session.forget()
        self._look()
        self._records.keep()
        self._follower.follow_if_wanted()

    def _on_region_changed(self) -> None:
        self._look()
        self._records.keep()
        self._follower.follow_if_wanted()

    def _look(self) -> None:
        self._session.observe(self._situation.facts())
