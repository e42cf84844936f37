"""What the person is doing: the facts, the stage that follows from them, and what to say about it.

No Qt and no napari here. The window reports what it sees by :meth:`Session.observe` and derives the
state of every control, and the hint line, from :attr:`Session.stage` and :attr:`Session.hint`.
"""

from dataclasses import dataclass
from enum import Enum, auto

from psygnal import Signal


class Stage(Enum):
    """Where the work stands; every stage has one sentence that says what comes next."""

    NEEDS_IMAGE = auto()
    NEEDS_SEEDS = auto()
    NEEDS_MATCH = auto()
    NEEDS_STROKES = auto()
    NEEDS_OUTPUT = auto()
    READY = auto()
    RUNNING = auto()
    DONE = auto()


@dataclass(frozen=True)
class Facts:
    """What is chosen and painted right now.

    Attributes
    ----------
    image_shape, seeds_shape : tuple of int or None
        Spatial shapes; None when nothing is chosen.
    classes : tuple of int
        Class values that are painted; two are enough to go on, so more need not be listed.
    painted_px : int
        How many pixels are painted, of any class.
    keeps_output : bool
        Whether at least one kind of output is wanted.
    """

    image_shape: tuple[int, ...] | None = None
    seeds_shape: tuple[int, ...] | None = None
    classes: tuple[int, ...] = ()
    painted_px: int = 0
    keeps_output: bool = True


class Session:
    """The facts, whether a job runs, and the last thing worth saying."""

    changed = Signal()

    def __init__(self) -> None:
        self._facts = Facts()
        self._running = False
        self._error = ""
        self._summary = ""

    @property
    def facts(self) -> Facts:
        """What is chosen and painted right now."""
        return self._facts

    @property
    def stage(self) -> Stage:
        """Where the work stands."""
        facts = self._facts
        if self._running:
            return Stage.RUNNING
        if facts.image_shape is None:
            return Stage.NEEDS_IMAGE
        if facts.seeds_shape is None:
            return Stage.NEEDS_SEEDS
        if facts.seeds_shape != facts.image_shape:
            return Stage.NEEDS_MATCH
        if len(facts.classes) < 2:
            return Stage.NEEDS_STROKES
        if not facts.keeps_output:
            return Stage.NEEDS_OUTPUT
        return Stage.DONE if self._summary else Stage.READY

    @property
    def can_segment(self) -> bool:
        """Whether nothing is missing and nothing runs."""
        return self.stage in (Stage.READY, Stage.DONE)

    @property
    def is_error(self) -> bool:
        """Whether `hint` tells of something that went wrong."""
        return bool(self._error) or self.stage is Stage.NEEDS_MATCH

    @property
    def hint(self) -> str:
        """One or two sentences: what went wrong, or what to do next."""
        return self._error or self._summary or self._next_step()

    def observe(self, facts: Facts) -> None:
        """Take note of what is chosen and painted; what was said about other facts no longer holds."""
        if facts != self._facts:
            self._facts = facts
            self.forget()

    def forget(self) -> None:
        """Drop the last error and summary: the person changed something they depend on."""
        self._error = self._summary = ""
        self.changed.emit()

    def start(self) -> None:
        """Say that a job runs from now on."""
        self._running, self._error, self._summary = True, "", ""
        self.changed.emit()

    def finish(self, summary: str) -> None:
        """Say that the job is done; `summary` tells what came out and what to do next."""
        self._running, self._error, self._summary = False, "", summary
        self.changed.emit()

    def fail(self, message: str) -> None:
        """Say that what was asked for did not work; `message` tells why and what to do."""
        self._running, self._error = False, message
        self.changed.emit()

    def stop(self) -> None:
        """Say that nothing runs any more and everything is as before."""
        self._running = False
        self.changed.emit()

    def _next_step(self) -> str:
        match self.stage:
            case Stage.NEEDS_IMAGE:
                return "Open an image, or take one from File > Open Sample > Seeded K-means."
            case Stage.NEEDS_SEEDS:
                return "Press New to make a seeds layer for this image, then paint on it."
            case Stage.NEEDS_MATCH:
                return (
                    f"The seeds are {in_pixels(self._facts.seeds_shape)} but the image is "
                    f"{in_pixels(self._facts.image_shape)}: choose other seeds, or press New."
                )
            case Stage.NEEDS_STROKES:
                return _missing_strokes(self._facts.classes)
            case Stage.NEEDS_OUTPUT:
                return "Tick at least one output to keep."
            case Stage.RUNNING:
                return "Working. You can go on painting; Cancel stops it."
            case Stage.READY | Stage.DONE:
                return "Ready: press Segment."


def in_pixels(shape: tuple[int, ...] | None) -> str:
    """Return a shape as a person reads it: "40 x 60 pixels", in the order of the axes."""
    return f"{' x '.join(str(length) for length in shape or ())} pixels"


def _missing_strokes(classes: tuple[int, ...]) -> str:
    if not classes:
        return "Paint some background (key 1) and some of what you want (key 2)."
    other = 2 if classes[0] == 1 else 1
    wish = "what you want" if other == 2 else "background"
    return f"Only class {classes[0]} is painted: paint some {wish} too (key {other})."
