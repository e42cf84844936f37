"""What is worked out of an image in the worker threads: what is seen first, then all of it.

What belongs here: how results, and what is shown before them, are worked out, and what is known already
that is of use for them. What does not: when that is asked for, and whether what comes of it still holds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import inf
from threading import Event
from time import thread_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import CancelledError
from ..core.left_out import EstimatedAccuracy
from ..core.model import Model
from ..core.patch import Patch
from ..core.preview import preview, window_of
from ..core.seeds import with_part
from ..core.threads import Cancel, Progress, stop_if
from ..core.workspace import Shelf, Workspace
from .glimpses import Glimpse, Glimpses, Preview
from .job import Answer, Request
from .known import Known
from .runner import Runner
from .ticket import Ticket

Labels = NDArray[np.integer]
Visible = tuple[slice, ...]
_POLL_S = 0.01


@dataclass(frozen=True, eq=False)
class Fitted:
    """A model that is not applied yet, and what it was fitted to."""

    ticket: Ticket
    model: Model
    workspace: Workspace
    seeds: Labels
    valid: NDArray[np.bool_]


@dataclass(eq=False)
class Draft:
    """What is asked for while the brush is down, and what became of it.

    `cancel` stops the worker from working it out.
    """

    ticket: Ticket
    request: Request
    visible: Visible
    part: Labels
    cancel: Callable[[], None]
    over: Event = field(default_factory=Event)
    is_seen: bool = False
    is_given_up: bool = False

    def give_up(self) -> None:
        """Work it out no longer, and do not show it should it be on its way already."""
        self.cancel()
        self.is_given_up = True


class Segmenter:
    """Works out what is asked for, and hands on what can be seen of it before it is there.

    Its methods that take `cancel` run in worker threads. The others belong to the window's thread, which may
    set the attributes at any time.

    Parameters
    ----------
    runner : Runner
        What runs `segment`.
    glimpses : Glimpses
        The way to the window.

    Attributes
    ----------
    visible : tuple of slice or None
        What is seen of the image right now.
    known : Known
        What is shown of the image right now.
    fitted : Fitted or None
        The model of the result that is being worked out; taken away, nothing is shown of it any more.
    preview_s : float
        Processor time of the worker's own thread until the last preview was there.
    """

    def __init__(self, runner: Runner, glimpses: Glimpses) -> None:
        self._runner = runner
        self._glimpses = glimpses
        self.visible: Visible | None = None
        self.known = Known()
        self.fitted: Fitted | None = None
        self.preview_s = inf
        self._shelf = Shelf()
        self._loaded: tuple[Any, Any, NDArray[Any]] | None = None

    def forget(self) -> None:
        """Forget what is known of the image: its pixels are others now."""
        self._shelf, self._loaded = Shelf(), None
        self.forget_labels()

    def forget_labels(self) -> None:
        """Forget what is shown or about to be; what was worked out ahead of another image is of use."""
        self.known, self.fitted = Known(), None

    def segment(
        self, ticket: Ticket, request: Request, draft: Draft | None, cancel: Cancel, progress: Progress
    ) -> Answer:
        """Return all labels; unless a draft shows the same, those of what is visible are passed on before.

        Once they are, a newer request need not wait.
        """
        is_seen = draft is not None and self._shows(draft, request, cancel)
        start = thread_time()
        # Of a region there is no preview.
        if is_seen or request.region is not None or self.visible is None:
            self._glimpses.pass_on(Glimpse(ticket))

        def on_fit(model: Model, workspace: Workspace, seeds: Labels, valid: NDArray[np.bool_]) -> None:
            nonlocal is_seen
            # A region of interest has a workspace of its own.
            if seeds.shape != ticket.source.shape or self.visible is None:
                return
            fitted = self.fitted = Fitted(ticket, model, workspace, seeds, valid)
            # That of the sketch will do: the result follows.
            if not is_seen:
                self.glance(fitted, self.visible, cancel)
                is_seen, self.preview_s = True, thread_time() - start

        def is_over() -> bool:
            return cancel() or (is_seen and self._runner.is_waited_for)

        loaded = self._load(request)
        on_sketch = None if is_seen else on_fit
        return loaded.run(is_over, progress, self._shelf, on_sketch, on_fit)

    def draft(self, draft: Draft, cancel: Cancel, progress: Progress) -> None:
        """Pass on labels of what is visible as the stroke is by now, by a model fitted in a hurry."""

        def on_sketch(model: Model, workspace: Workspace, seeds: Labels, valid: NDArray[np.bool_]) -> None:
            if seeds.shape == draft.ticket.source.shape:
                self.glance(Fitted(draft.ticket, model, workspace, seeds, valid), draft.visible, cancel)
                draft.is_seen = True
            raise CancelledError

        seeds = with_part(draft.request.seeds, draft.visible, draft.part)
        draft.request = replace(draft.request, seeds=seeds)
        try:
            # The brush may be lifted by now: what follows that must not wait.
            stop_if(cancel)
            self._load(draft.request).run(cancel, progress, self._shelf, on_sketch)
        finally:
            draft.over.set()

    def glance(
        self, fitted: Fitted, visible: Visible, cancel: Cancel, _progress: Progress | None = None
    ) -> None:
        """Pass on labels of what is visible."""
        window, known, seeds = window_of(visible), self.known, fitted.seeds
        before = known.within(window, seeds.shape)
        found = preview(
            fitted.model, fitted.workspace, seeds, window, fitted.valid, before, known.spread, cancel
        )
        ticket = fitted.ticket
        self._glimpses.pass_on(Glimpse(ticket, Preview(ticket.source, Patch(found, window), seeds)))

    def get_ready(self, request: Request, visible: Visible, cancel: Cancel, _progress: Progress) -> None:
        """Work out what `segment` will need of the image where it is visible."""
        self._load(request).get_ready(visible, self._shelf, cancel)

    def get_ahead(
        self, request: Request, box: Visible, part: Labels, cancel: Cancel, _progress: Progress
    ) -> None:
        """Work out what `segment` will need of painted pixels: those of a part of the seeds in a box."""
        loaded = self._load(request)
        stop_if(cancel)
        # Once begun it is not stopped: `segment` needs it next.
        loaded.get_ahead(box, part, self._shelf)

    def estimate(self, request: Request, cancel: Cancel, _progress: Progress) -> EstimatedAccuracy | None:
        """Return how well the strokes tell classes apart; None where that cannot be told."""
        return self._load(request).estimate(self._shelf, cancel)

    def _shows(self, draft: Draft, request: Request, cancel: Cancel) -> bool:
        """Whether a draft that is shown, or will be in a moment, is what a request would show."""
        if draft.is_given_up:
            return False
        is_whole_stroke = np.array_equal(draft.part, request.seeds[draft.visible])
        if draft.visible != self.visible or not (is_whole_stroke and draft.request.is_same(request)):
            # What comes of this request is newer.
            draft.give_up()
            return False
        while not draft.over.wait(_POLL_S):
            stop_if(cancel)
        return draft.is_seen

    def _load(self, request: Request) -> Request:
        """Return the request with its image as an array; a lazy one is computed once."""
        loaded = self._loaded
        if loaded is None or loaded[0] is not request.image or loaded[1] != request.part:
            # Nor is one kept that was computed for another image.
            loaded = self._loaded = request.image, request.part, request.load()
        return request.loaded(loaded[2])
