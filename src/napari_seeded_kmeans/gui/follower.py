"""When the mask catches up with what was painted: at once, when the key is let go, or when it is asked for.

What belongs here: whether the result is behind, and asking for it. What does not: what changed, and how
results are worked out and shown.
"""

import numpy as np

from ..session import Session, Stage, Work
from .inputs import Inputs
from .run_bar import RunBar
from .sight import Sight
from .situation import Situation
from .updates import Updates

# Copying more of what is seen with every move would make the brush stutter.
_MOST_DRAFTED = 1 << 24


class Follower:
    """Asks for results; the newest change is the one that counts."""

    def __init__(
        self,
        session: Session,
        run_bar: RunBar,
        inputs: Inputs,
        situation: Situation,
        sight: Sight,
        updates: Updates,
    ) -> None:
        self._session = session
        self._run_bar = run_bar
        self._inputs = inputs
        self._situation = situation
        self._sight = sight
        self._updates = updates
        self._is_holding = False
        self.is_behind = False

    @property
    def is_wanted(self) -> bool:
        """Whether somebody asked for a result that is there, is being worked out, or is due."""
        is_running = Work.UPDATE in self._session.running
        return self._situation.has_result or is_running or self.is_behind

    def hold(self, is_holding: bool) -> None:
        """Let changes gather from now on, or catch up with them."""
        self._is_holding = is_holding
        self._session.hold(is_holding and self._run_bar.is_live)
        self.catch_up()

    def set_live(self, is_live: bool) -> None:
        """Follow from now on what changes, and what is there already; or wait until somebody asks."""
        if is_live and self._session.stage is Stage.READY:
            self.follow()
        else:
            self.catch_up()

    def follow(self) -> None:
        """Note that something changed, and catch up with it if that is wanted now."""
        self.is_behind = True
        self.catch_up()

    def follow_if_wanted(self) -> None:
        """Follow what is not painted: only what somebody asked for, so that nothing starts unasked."""
        if self.is_wanted:
            self.follow()

    def follow_mask(self) -> None:
        """Have a mask follow again that did so before; nothing is started on an image without one."""
        if self._session.can_segment and self._situation.has_mask:
            self.follow()

    def fall_behind(self, _reason: str = "") -> None:
        """Note that what was asked for came too late to be of use."""
        self.is_behind = True

    def catch_up(self) -> None:
        """Ask for a result if it is behind, and should follow by itself; without strokes there is none."""
        if not self.is_behind or not self._run_bar.is_live or self._is_holding:
            return
        if self._session.lacks_strokes:
            self._session.stop(Work.UPDATE)
            self._updates.start_over()
        else:
            self.ask()

    def ask(self, *, afresh: bool = False) -> None:
        """Ask for a result of what is there now; `afresh` as for `Updates.ask`.

        If something is missing, what was asked for before is given up.
        """
        source = self._inputs.source
        if source is None or not self._session.can_segment:
            self.give_up()
            return
        self.is_behind = False
        self._session.start()
        request = self._situation.request(source)
        self._updates.ask(source, request, self._sight.visible(source), afresh=afresh)

    def give_up(self) -> None:
        """Work out no longer what was asked for: it is of no use any more."""
        self._updates.cancel()
        self._session.stop(Work.UPDATE)

    def draft(self, box: tuple[slice, ...] | None) -> None:
        """Have shown what the stroke that is being painted would change, if the mask follows strokes.

        Where too much is seen, only what is known of it is got ready: it lies in a box so far.
        """
        source = self._inputs.source
        if source is None or not self._run_bar.is_live or self._is_holding or not self._session.can_segment:
            return
        visible = self._sight.visible(source)
        if np.prod([side.stop - side.start for side in visible]) <= _MOST_DRAFTED:
            if self._updates.is_busy:
                # It is given up; `painted` asks again, if there is enough to ask for.
                self._session.interrupt()
            part = self._inputs.glimpse(source, visible)
            self._updates.draft(source, self._situation.request(source), visible, part)
        elif box is not None:
            part = self._inputs.glimpse(source, box)
            self._updates.get_ahead(source, self._situation.request(source), box, part)

    def get_ready(self) -> None:
        """Have what depends on the image worked out, while strokes are still missing."""
        source = self._inputs.source
        if source is not None and self._session.stage is Stage.NEEDS_STROKES and self._run_bar.is_live:
            self._updates.get_ready(source, self._situation.request(source), self._sight.visible(source))

    def look(self) -> None:
        """Have what is seen now labelled soon."""
        source = self._inputs.source
        if source is not None:
            self._updates.look(self._sight.visible(source))
