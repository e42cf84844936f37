"""Results that follow what is asked for: what is seen first, the newest request next, nothing stale ever.

What belongs here: when a result still holds, and in which order things are worked out. What does not: when
to ask, and what to do with the result.
"""

from collections import deque
from dataclasses import dataclass, field, replace
from functools import partial
from math import inf
from threading import Event
from time import thread_time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, Qt, QTimer, Signal

from ..core.errors import CancelledError
from ..core.left_out import EstimatedAccuracy
from ..core.model import Model
from ..core.patch import Patch
from ..core.preview import preview, window_of
from ..core.seeds import with_part
from ..core.spread import Spread
from ..core.threads import Cancel, Progress, stop_if
from ..core.workspace import Shelf, Workspace
from .job import Answer, Request
from .known import Known
from .readiness import kernels
from .runner import Runner
from .source import Source

Labels = NDArray[np.integer]
Visible = tuple[slice, ...]
_POLL_S = 0.01
# Longer than this no window takes to be drawn.
_DRAWING_S = 0.1
_BEFORE_DRAWING_MS = 12
# A preview that took no more work than this last time is worth waiting for.
_SOON_S = 0.1


@dataclass(frozen=True, eq=False)
class Update:
    """What one request was about, and what came of it."""

    source: Source
    request: Request
    answer: Answer


@dataclass(frozen=True, eq=False)
class Preview:
    """Labels of an image where it is seen.

    The seeds are those that count; the brush that paints them may still be down.
    """

    source: Source
    patch: Patch
    seeds: Labels


@dataclass(frozen=True, eq=False)
class _Ticket:
    """What must still be so when the result comes; the newest one is the very object that is kept."""

    source: Source
    data: Any
    spacing: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class _Fitted:
    """A model that is not applied yet, and what it was fitted to."""

    ticket: _Ticket
    model: Model
    workspace: Workspace
    seeds: Labels
    valid: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Glimpse:
    """What can be seen of a request before its result; None where that is nothing."""

    ticket: _Ticket
    seen: Preview | None = None


@dataclass(eq=False)
class _Draft:
    """What is asked for while the brush is down."""

    ticket: _Ticket
    request: Request
    visible: Visible
    part: Labels
    over: Event = field(default_factory=Event)
    is_seen: bool = False


class Updates(QObject):
    """Asks for segmentations and passes on those that still hold; `cancel` when layers are gone.

    The worker first labels what is seen, by a model that was fitted in a hurry, then all of the image. A
    newer request takes the place of one whose preview is there already; other requests are finished, so
    that painting on does not starve the eye. While a brush is down, another worker shows what its stroke
    changes so far.
    """

    previewed = Signal(object)
    """A `Preview`, while the result is being worked out."""
    awaited = Signal(bool)
    """Whether a preview is about to come: what is drawn now may as well be drawn with it."""
    arrived = Signal(object, bool)
    """An `Update`, and whether a newer one is on its way."""
    dropped = Signal(str)
    """Why the newest result is of no use, as a sentence."""
    emptied = Signal()
    """Nothing that was shown, or was about to be, holds any more."""
    estimated = Signal(object, object)
    """An `Answer`, and its `EstimatedAccuracy`, None where that cannot be told."""
    failed = Signal(object)
    """The exception that ended a job."""
    aside_failed = Signal(object)
    """The exception that ended what no result waits for."""
    progressed = Signal(int, int)

    _has_seen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._newest: _Ticket | None = None
        self._visible: Visible | None = None
        self._draft: _Draft | None = None
        self._seen: deque[_Glimpse] = deque()
        self._is_drawn = Event()
        # Processor time of the worker's own thread until the last preview was there.
        self._preview_s = inf
        self._fitted: _Fitted | None = None
        self._known = Known()
        self._spread: Spread | None = None
        self._shelf = Shelf()
        self._loaded: tuple[Any, NDArray[Any]] | None = None
        self._runner = Runner(kernels.wait)
        self._drafter = Runner(kernels.wait)
        self._glancer = Runner(kernels.wait)
        self._estimator = Runner(kernels.wait)
        self._runner.progressed.connect(self.progressed)
        self._runner.failed.connect(self.failed)
        for runner in (self._drafter, self._glancer, self._estimator):
            runner.failed.connect(self.aside_failed)
        self._has_seen.connect(self._show_seen, Qt.ConnectionType.QueuedConnection)
        # All that it does is wait until what every job needs is there.
        self._runner.submit(_pass, _nothing)

    @property
    def is_busy(self) -> bool:
        """Whether a result is being worked out."""
        return self._runner.is_working

    def ask(
        self, source: Source, request: Request, visible: Visible | None = None, *, afresh: bool = False
    ) -> None:
        """Segment `source` as `request` says, what is `visible` first.

        Nothing known of the image is used when asked `afresh`: its pixels may have changed in place.
        """
        if afresh:
            self.forget()
        elif self._newest is not None and self._newest.data is not source.data:
            self._forget_labels()
        self._estimator.cancel()
        ticket = self._newest = _Ticket(source, source.data, source.spacing)
        self._visible = visible
        work = partial(self._work, ticket, request, self._draft)
        starts_now = not self._runner.is_working
        self._runner.submit(work, partial(self._on_done, ticket, request))
        if starts_now and self._preview_s < _SOON_S:
            # napari's window keeps the interpreter's lock for as long as it is drawn, and the worker would
            # stand still; one after the other is sooner than both at once.
            self.awaited.emit(True)

    def draft(self, source: Source, request: Request, visible: Visible, part: Labels) -> None:
        """Show soon what `request` would give if its seeds were `part` where they are visible.

        What is being worked out is given up: it is behind. So `ask` has to follow.
        """
        if self._newest is None or self._newest.data is not source.data:
            return
        self._estimator.cancel()
        self._runner.cancel()
        self._fitted = None
        ticket = _Ticket(source, source.data, source.spacing)
        draft = self._draft = _Draft(ticket, request, visible, part)
        self._drafter.submit(partial(self._do_draft, draft), _nothing)

    def get_ready(self, source: Source, request: Request, visible: Visible) -> None:
        """Work out what `ask` will need of the image, before there is enough to ask for."""
        if self._newest is None or self._newest.data is not source.data:
            self._glancer.submit(partial(self._get_ready, request, visible), _nothing)

    def look(self, visible: Visible) -> None:
        """Label another part of the image soon, while all of it is being worked out."""
        fitted = self._fitted
        if fitted is None or fitted.ticket is not self._newest or visible == self._visible:
            return
        self._visible = visible
        self._glancer.submit(partial(self._glance, fitted, visible), _nothing)

    def estimate(self, update: Update) -> None:
        """Find out how well the strokes tell classes apart, until something is asked for."""
        answer = update.answer
        self._estimator.submit(partial(self._estimate, update.request), partial(self.estimated.emit, answer))

    def start_over(self) -> None:
        """Give up what is shown, or about to be: the strokes that it was learnt from are gone."""
        if self._known.is_something or self.is_busy:
            self.cancel()
            self._known, self._spread = Known(), None
            self.emptied.emit()

    def cancel(self) -> None:
        """Stop what runs and forget what waits; what is on its way to the window is not shown."""
        self._fitted = self._draft = None
        if self._newest is not None:
            self._newest = replace(self._newest)
        for runner in (self._runner, self._drafter, self._glancer, self._estimator):
            runner.cancel()

    def forget(self) -> None:
        """Forget what is known of the image: its pixels are others now."""
        self._shelf, self._loaded = Shelf(), None
        self._forget_labels()

    def _forget_labels(self) -> None:
        """Forget what is shown or about to be; what was worked out ahead of another image is of use."""
        self._known = Known()
        self._fitted = self._draft = self._spread = None

    def close(self) -> None:
        """Stop everything, for good."""
        self.cancel()
        for runner in (self._runner, self._drafter, self._glancer, self._estimator):
            runner.close()

    # ---- in the worker ----

    def _work(
        self, ticket: _Ticket, request: Request, draft: _Draft | None, cancel: Cancel, progress: Progress
    ) -> Answer:
        is_seen = draft is not None and self._shows(draft, request, cancel)
        start = thread_time()
        # Of a region there is no preview.
        if is_seen or request.region is not None or self._visible is None:
            self._pass_on(_Glimpse(ticket))

        def on_fit(model: Model, workspace: Workspace, seeds: Labels, valid: NDArray[np.bool_]) -> None:
            nonlocal is_seen
            # A region of interest has a workspace of its own.
            if seeds.shape != ticket.source.shape or self._visible is None:
                return
            fitted = self._fitted = _Fitted(ticket, model, workspace, seeds, valid)
            # That of the sketch will do: the result follows.
            if not is_seen:
                self._glance(fitted, self._visible, cancel)
                is_seen, self._preview_s = True, thread_time() - start

        def is_over() -> bool:
            return cancel() or (is_seen and self._runner.is_waited_for)

        array = self._load(request.image)
        on_sketch = None if is_seen else on_fit
        return replace(request, image=array).run(is_over, progress, self._shelf, on_sketch, on_fit)

    def _shows(self, draft: _Draft, request: Request, cancel: Cancel) -> bool:
        """Whether a draft that is shown, or will be in a moment, is what a request would show."""
        is_whole_stroke = np.array_equal(draft.part, request.seeds[draft.visible])
        if draft.visible != self._visible or not (is_whole_stroke and draft.request.is_same(request)):
            self._drafter.cancel()
            if self._draft is draft:
                # Should it be on its way already: what comes of this request is newer.
                self._draft = None
            return False
        while not draft.over.wait(_POLL_S):
            stop_if(cancel)
        return draft.is_seen

    def _do_draft(self, draft: _Draft, cancel: Cancel, progress: Progress) -> None:
        def on_sketch(model: Model, workspace: Workspace, seeds: Labels, valid: NDArray[np.bool_]) -> None:
            if seeds.shape == draft.ticket.source.shape:
                self._glance(_Fitted(draft.ticket, model, workspace, seeds, valid), draft.visible, cancel)
                draft.is_seen = True
            raise CancelledError

        seeds = with_part(draft.request.seeds, draft.visible, draft.part)
        draft.request = replace(draft.request, seeds=seeds)
        try:
            # The brush may be lifted by now: what follows that must not wait.
            stop_if(cancel)
            array = self._load(draft.request.image)
            replace(draft.request, image=array).run(cancel, progress, self._shelf, on_sketch)
        finally:
            draft.over.set()

    def _get_ready(self, request: Request, visible: Visible, cancel: Cancel, _progress: Progress) -> None:
        array = self._load(request.image)
        replace(request, image=array).get_ready(visible, self._shelf, cancel)

    def _estimate(self, request: Request, cancel: Cancel, _progress: Progress) -> EstimatedAccuracy | None:
        return replace(request, image=self._load(request.image)).estimate(self._shelf, cancel)

    def _glance(
        self, fitted: _Fitted, visible: Visible, cancel: Cancel, _progress: Progress | None = None
    ) -> None:
        """Label what is visible, have it shown, and wait until it is."""
        window = window_of(visible)
        before = self._known.within(window, fitted.seeds.shape)
        found = preview(
            fitted.model, fitted.workspace, fitted.seeds, window, fitted.valid, before, self._spread, cancel
        )
        self._is_drawn.clear()
        ticket = fitted.ticket
        self._pass_on(_Glimpse(ticket, Preview(ticket.source, Patch(found, window), fitted.seeds)))
        # Drawing and what comes next both need all cores.
        self._is_drawn.wait(_DRAWING_S)

    def _pass_on(self, glimpse: _Glimpse) -> None:
        self._seen.append(glimpse)
        self._has_seen.emit()

    def _load(self, data: Any) -> NDArray[Any]:
        """Return the image as an array; a lazy one is computed once."""
        loaded = self._loaded
        if loaded is None or loaded[0] is not data:
            # Nor is one kept that was computed for another image.
            loaded = self._loaded = data, np.asarray(data)
        return loaded[1]

    # ---- in the window ----

    def _show_seen(self) -> None:
        """Pass on what can be seen and was not passed on yet."""
        while self._seen:
            glimpse = self._seen.popleft()
            if glimpse.seen is not None:
                self._show(glimpse.ticket, glimpse.seen)
            if glimpse.ticket is self._newest:
                self.awaited.emit(False)

    def _show(self, ticket: _Ticket, seen: Preview) -> None:
        hopeful = [one.ticket for one in (self._fitted, self._draft) if one is not None]
        if any(ticket is one for one in hopeful) and not _why_stale(ticket):
            self._known = self._known.with_patch(seen.patch, seen.seeds.shape)
            self.previewed.emit(seen)
        # Qt begins to draw a few milliseconds after it was asked to; this comes when that is over.
        QTimer.singleShot(_BEFORE_DRAWING_MS, self._is_drawn.set)

    def _on_done(self, ticket: _Ticket, request: Request, answer: Answer) -> None:
        is_newest = ticket is self._newest
        self._fitted = self._draft = None
        reason = _why_stale(ticket)
        if not reason:
            labels = answer.segmentation.labels
            self._known, self._spread = Known(labels.shape, labels), answer.segmentation.spread
            self.arrived.emit(Update(ticket.source, request, answer), not is_newest)
        elif is_newest:
            self.dropped.emit(reason)


def _why_stale(ticket: _Ticket) -> str:
    name = ticket.source.layer.name
    if ticket.source.data is not ticket.data:
        return f"{name} has new data since: press Segment again."
    if ticket.source.spacing != ticket.spacing:
        return f"{name} was scaled since: press Segment again."
    return ""


def _pass(_cancel: Cancel, _progress: Progress) -> None:
    """Do nothing."""


def _nothing(_result: None) -> None:
    """Take note of nothing: being prepared shows in the next job's speed."""
