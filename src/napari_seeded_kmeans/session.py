"""What the person is doing: the facts, the stage that follows from them, and what to say about it.

No Qt and no napari here. The window reports what it sees by :meth:`Session.observe` and derives the
state of every control, and the hint line, from :attr:`Session.stage` and :attr:`Session.hint`.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto

from psygnal import Signal


class Stage(Enum):
    """Where the work stands; every stage has one sentence that says what comes next."""

    NEEDS_IMAGE = auto()
    NEEDS_SEEDS = auto()
    NEEDS_MATCH = auto()
    NEEDS_REGION = auto()
    NEEDS_STROKES = auto()
    NEEDS_OUTPUT = auto()
    READY = auto()
    RUNNING = auto()
    DONE = auto()


class Work(Enum):
    """What may run in the background, each on its own."""

    UPDATE = auto()
    FILES = auto()


@dataclass(frozen=True)
class Facts:
    """What is chosen and painted right now.

    Attributes
    ----------
    image_shape, seeds_shape : tuple of int or None
        Spatial shapes; None when nothing is chosen.
    classes : tuple of int
        Class values that are painted and teach something; two are enough to go on.
    ignored : tuple of int
        Class values that are painted and teach nothing.
    painted_px : int
        How many pixels are painted, of any class.
    keeps_output : bool
        Whether at least one kind of output is wanted.
    region_problem : str
        What is wrong with the region to segment within; empty if nothing is.
    has_result : bool
        Whether there is a result of these layers, perhaps an earlier one.
    fitting_channels : str
        What to choose as channels of the image for seeds of another shape to fit; empty if nothing would do.
    """

    image_shape: tuple[int, ...] | None = None
    seeds_shape: tuple[int, ...] | None = None
    classes: tuple[int, ...] = ()
    ignored: tuple[int, ...] = ()
    painted_px: int = 0
    keeps_output: bool = True
    region_problem: str = ""
    has_result: bool = False
    fitting_channels: str = ""


class Session:
    """The facts, what runs, and the last thing worth saying."""

    changed = Signal()

    def __init__(self) -> None:
        self._facts = Facts()
        self._running: frozenset[Work] = frozenset()
        self._is_slow = self._is_first = self._is_holding = self._is_interrupted = False
        self._error = ""
        self._failed: Work | None = None
        self._summary = ""
        self._told_by = Work.UPDATE
        self._is_fresh = False
        self._offer = ""
        self._offered_at_px = 0

    @property
    def facts(self) -> Facts:
        """What is chosen and painted right now."""
        return self._facts

    @property
    def stage(self) -> Stage:
        """Where the work stands."""
        return Stage.RUNNING if self._running else self._resting_stage

    @property
    def running(self) -> frozenset[Work]:
        """What runs right now."""
        return self._running

    @property
    def can_segment(self) -> bool:
        """Whether nothing is missing; while a job runs, a newer one may be asked for."""
        return self._resting_stage in (Stage.READY, Stage.DONE)

    @property
    def lacks_strokes(self) -> bool:
        """Whether too little is painted for any result."""
        return self._resting_stage is Stage.NEEDS_STROKES

    @property
    def is_slow(self) -> bool:
        """Whether a job runs, and for so long that it should be seen."""
        return bool(self._running) and self._is_slow

    @property
    def is_error(self) -> bool:
        """Whether `hint` tells of something that went wrong."""
        return bool(self._error) or self.stage in (Stage.NEEDS_MATCH, Stage.NEEDS_REGION)

    @property
    def has_offer(self) -> bool:
        """Whether `hint` offers to bring back what was painted before."""
        is_early = self._resting_stage in (Stage.NEEDS_SEEDS, Stage.NEEDS_STROKES, Stage.READY)
        # Strokes that came with the image are nobody's work of now.
        is_untouched = self._facts.painted_px in (0, self._offered_at_px)
        return bool(self._offer) and is_early and is_untouched and not self._error

    @property
    def hint(self) -> str:
        """One or two sentences: what went wrong, or what to do next."""
        if self._error:
            return self._error
        if self.is_slow:
            why = "Compiling, this once: about a minute." if self._is_first else "Working."
            return f"{why} You can go on painting; Cancel (key C) stops it."
        if self.has_offer:
            return self._offer
        if self._is_fresh and self._told_by is Work.FILES:
            return self._summary
        # What was said last stays for as long as an update takes: nothing flickers at every stroke.
        is_valid = self.can_segment and (self._is_fresh or bool(self._running) or self._is_interrupted)
        return (self._summary if is_valid else "") or self._next_step()

    @property
    def has_advice(self) -> bool:
        """Whether it can be said where to paint next; while an update runs, of the result before it."""
        is_followed = Work.UPDATE in self._running or self._is_interrupted
        is_valid = self._resting_stage is Stage.DONE or (is_followed and self.can_segment)
        return self._facts.has_result and is_valid and not self._error

    def advise(self, text: str) -> None:
        """Say where to paint next, until something is painted."""
        self._error, self._summary, self._is_fresh, self._told_by = "", text, True, Work.UPDATE
        self.changed.emit()

    def offer(self, text: str) -> None:
        """Offer to bring back what was painted before, until something is painted; "" takes it back."""
        self._offer, self._offered_at_px = text, self._facts.painted_px
        self.changed.emit()

    def hold_offer(self) -> None:
        """Take the strokes there are now, of seeds that were chosen just now, for nobody's work of now."""
        self._offered_at_px = self._facts.painted_px
        self.changed.emit()

    def observe(self, facts: Facts) -> None:
        """Take note of what is chosen and painted; what was said about other facts no longer holds."""
        before, self._facts = self._facts, facts
        if facts == before:
            return
        if facts == replace(before, has_result=True):
            # A result that came is nothing that the person changed.
            self.changed.emit()
        else:
            self.forget()

    def forget(self) -> None:
        """Drop the last error and summary: the person changed something they depend on."""
        self._error, self._is_fresh, self._is_interrupted = "", False, False
        self.changed.emit()

    def hold(self, is_holding: bool) -> None:
        """Say that strokes gather until a key is let go, or that they do no longer."""
        self._is_holding = is_holding
        self.changed.emit()

    def start(self, work: Work = Work.UPDATE) -> None:
        """Say that a job runs from now on."""
        self._is_slow = self.is_slow
        self._running |= {work}
        if work is Work.UPDATE:
            self._offer, self._is_interrupted = "", False
        self._error, self._is_fresh = "", False
        self.changed.emit()

    def show_slow(self, *, is_first: bool = False) -> None:
        """Say that the job takes long enough to be seen, or very long because it `is_first` of all."""
        self._is_slow, self._is_first = True, is_first
        self.changed.emit()

    def finish(self, summary: str, work: Work = Work.UPDATE) -> None:
        """Say that a job is done; `summary` tells what came out and what to do next."""
        self._running -= {work}
        if self._failed is work:
            self._error = ""
        self._summary, self._is_fresh, self._told_by = summary, bool(summary), work
        self.changed.emit()

    def put_otherwise(self, before: str, now: str) -> None:
        """Say the same in other words, if that is what was said last of what came out."""
        if before and before == self._summary != now:
            self._summary = now
            self.changed.emit()

    def fail(self, message: str, work: Work | None = Work.UPDATE) -> None:
        """Say that what was asked for, None if nothing was, did not work.

        `message` tells why and what to do; other work goes on, and does not hide it when it is done.
        """
        self._running -= {work}
        self._error, self._failed = message, work
        self.changed.emit()

    def stop(self, *works: Work) -> None:
        """Say that these, or else all, run no more and everything is as before."""
        self._running -= set(works or Work)
        self._is_interrupted = False
        self.changed.emit()

    def interrupt(self) -> None:
        """Say that an update runs no more, and that another one follows: what was said last stays."""
        self._running -= {Work.UPDATE}
        self._is_interrupted = True
        self.changed.emit()

    @property
    def _resting_stage(self) -> Stage:
        facts = self._facts
        if facts.image_shape is None:
            return Stage.NEEDS_IMAGE
        if facts.seeds_shape is None:
            return Stage.NEEDS_SEEDS
        if facts.seeds_shape != facts.image_shape:
            return Stage.NEEDS_MATCH
        if facts.region_problem:
            return Stage.NEEDS_REGION
        if len(facts.classes) < 2:
            return Stage.NEEDS_STROKES
        if not facts.keeps_output:
            return Stage.NEEDS_OUTPUT
        return Stage.DONE if self._is_fresh else Stage.READY

    def _next_step(self) -> str:
        match self._resting_stage:
            case Stage.NEEDS_IMAGE:
                return "Open an image, or take one from File > Open Sample > Seeded K-means."
            case Stage.NEEDS_SEEDS:
                return "Press New to make a seeds layer for this image, then paint on it."
            case Stage.NEEDS_MATCH:
                channels = self._facts.fitting_channels
                cure = f'choose "{channels}" under Channels' if channels else "choose other seeds"
                return (
                    f"The seeds are {in_pixels(self._facts.seeds_shape)} but the image is "
                    f"{in_pixels(self._facts.image_shape)}: {cure}, or press New."
                )
            case Stage.NEEDS_REGION:
                return self._facts.region_problem
            case Stage.NEEDS_STROKES:
                return _missing_strokes(self._facts.classes, self._facts.ignored)
            case Stage.NEEDS_OUTPUT:
                return "Tick at least one output to keep."
            case _ if self._is_holding:
                return "The mask follows when you let go of the key H."
            case _:
                return "Ready: press Segment."


def in_pixels(shape: tuple[int, ...] | None) -> str:
    """Return a shape as a person reads it: "40 x 60 pixels", in the order of the axes."""
    return f"{' x '.join(str(length) for length in shape or ())} pixels"


def _missing_strokes(classes: tuple[int, ...], ignored: tuple[int, ...]) -> str:
    if ignored:
        names = " and ".join(map(str, ignored))
        return f"Strokes of class {names} teach nothing: paint two others, or let go of Ignore."
    if not classes:
        return "Paint some background (key 1) and some of what you want (key 2)."
    other = 2 if classes[0] == 1 else 1
    wish = "of what you want" if other == 2 else "background"
    return f"Only class {classes[0]} is painted: paint some {wish}, too (key {other})."
