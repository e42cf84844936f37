"""Results that follow what is asked for: the newest request next, nothing stale ever.

What belongs here, all of it in the window's thread: in which order things are worked out, and whether what
comes of them still holds. What does not: when to ask, how it is worked out, and what to do with the result.
"""

from dataclasses import dataclass, replace
from functools import partial

from qtpy.QtCore import QObject, Signal

from ..core.threads import Cancel, Progress
from .glimpses import Glimpse, Glimpses
from .job import Answer, Request
from .known import Known
from .readiness import kernels
from .runner import Runner
from .segmenter import Draft, Labels, Segmenter, Visible
from .source import Source
from .ticket import Ticket

# A preview that took no more work than this last time is worth waiting for.
_SOON_S = 0.1


@dataclass(frozen=True, eq=False)
class Update:
    """What one request was about, and what came of it."""

    source: Source
    request: Request
    answer: Answer


class Updates(QObject):
    """Asks for segmentations and passes on those that still hold; `cancel` when layers are gone.

    The worker first labels what is seen, then all of the image. A newer request takes the place of one whose
    preview is there already; other requests are finished, so that painting on does not starve the eye. While
    a brush is down, another worker shows what its stroke changes so far.
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

    def __init__(self) -> None:
        super().__init__()
        self._newest: Ticket | None = None
        self._draft: Draft | None = None
        self._glimpses = Glimpses()
        self._runner = Runner(kernels.wait)
        self._drafter = Runner(kernels.wait)
        self._glancer = Runner(kernels.wait)
        self._estimator = Runner(kernels.wait)
        self._segmenter = Segmenter(self._runner, self._glimpses)
        self._runner.progressed.connect(self.progressed)
        self._runner.failed.connect(self.failed)
        for runner in (self._drafter, self._glancer, self._estimator):
            runner.failed.connect(self.aside_failed)
        self._glimpses.arrived.connect(self._on_glimpse)
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
            self._segmenter.forget_labels()
            self._draft = None
        self._estimator.cancel()
        if self._draft is None:
            # It would work out beside this what this works out.
            self._drafter.cancel()
        ticket = self._newest = Ticket.of(source)
        self._segmenter.visible = visible
        work = partial(self._segmenter.segment, ticket, request, self._draft)
        starts_now = not self._runner.is_working
        self._runner.submit(work, partial(self._on_done, ticket, request))
        if starts_now and self._segmenter.preview_s < _SOON_S:
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
        self._segmenter.fitted = None
        draft = self._draft = Draft(Ticket.of(source), request, visible, part, self._drafter.cancel)
        self._drafter.submit(partial(self._segmenter.draft, draft), _nothing)

    def get_ready(self, source: Source, request: Request, visible: Visible) -> None:
        """Work out what `ask` will need of the image, before there is enough to ask for."""
        if self._newest is None or self._newest.data is not source.data:
            self._glancer.submit(partial(self._segmenter.get_ready, request, visible), _nothing)

    def get_ahead(self, source: Source, request: Request, box: Visible, part: Labels) -> None:
        """Work out what `ask` will need of a stroke before it is done; so far it is `part` of the seeds."""
        if self._newest is not None and self._newest.data is source.data:
            self._drafter.submit(partial(self._segmenter.get_ahead, request, box, part), _nothing)

    def look(self, visible: Visible) -> None:
        """Label another part of the image soon, while all of it is being worked out."""
        segmenter, fitted = self._segmenter, self._segmenter.fitted
        if fitted is None or fitted.ticket is not self._newest or visible == segmenter.visible:
            return
        segmenter.visible = visible
        self._glancer.submit(partial(segmenter.glance, fitted, visible), _nothing)

    def estimate(self, update: Update) -> None:
        """Find out how well the strokes tell classes apart, until something is asked for."""
        work = partial(self._segmenter.estimate, update.request)
        self._estimator.submit(work, partial(self.estimated.emit, update.answer))

    def start_over(self) -> None:
        """Give up what is shown, or about to be: the strokes that it was learnt from are gone."""
        if self._segmenter.known.is_something or self.is_busy:
            self.cancel()
            self._segmenter.known = Known()
            self.emptied.emit()

    def cancel(self) -> None:
        """Stop what runs and forget what waits; what is on its way to the window is not shown."""
        self._segmenter.fitted = self._draft = None
        if self._newest is not None:
            self._newest = replace(self._newest)
        for runner in (self._runner, self._drafter, self._glancer, self._estimator):
            runner.cancel()

    def forget(self) -> None:
        """Forget what is known of the image: its pixels are others now."""
        self._segmenter.forget()
        self._draft = None

    def close(self) -> None:
        """Stop everything, for good."""
        self.cancel()
        for runner in (self._runner, self._drafter, self._glancer, self._estimator):
            runner.close()

    # ---- what comes ----

    def _on_glimpse(self, glimpse: Glimpse) -> None:
        seen, ticket, segmenter = glimpse.seen, glimpse.ticket, self._segmenter
        if seen is not None and self._is_hopeful(ticket) and not ticket.why_stale():
            segmenter.known = segmenter.known.with_patch(seen.patch, seen.seeds.shape)
            self.previewed.emit(seen)
        if ticket is self._newest:
            self.awaited.emit(False)

    def _is_hopeful(self, ticket: Ticket) -> bool:
        """Whether what is seen of what was asked for is newer than what is shown."""
        fitted, draft = self._segmenter.fitted, self._draft
        if fitted is not None and fitted.ticket is ticket:
            return True
        return draft is not None and draft.ticket is ticket and not draft.is_given_up

    def _on_done(self, ticket: Ticket, request: Request, answer: Answer) -> None:
        is_newest = ticket is self._newest
        self._segmenter.fitted = self._draft = None
        reason = ticket.why_stale()
        if not reason:
            result = answer.segmentation
            self._segmenter.known = Known(result.labels.shape, result.labels, spread=result.spread)
            self.arrived.emit(Update(ticket.source, request, answer), not is_newest)
        elif is_newest:
            self.dropped.emit(reason)


def _pass(_cancel: Cancel, _progress: Progress) -> None:
    """Do nothing."""


def _nothing(_result: None) -> None:
    """Take note of nothing: being prepared shows in the next job's speed."""
