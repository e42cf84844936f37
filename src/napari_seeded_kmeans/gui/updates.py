"""Results that follow what is asked for: the newest request waits, and nothing stale is passed on.

What belongs here: when a result still holds. What does not: when to ask, and what to do with the result.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from qtpy.QtCore import QObject, Signal

from .job import Answer, Request, prepare
from .runner import Runner
from .source import Source


@dataclass(frozen=True, eq=False)
class Update:
    """What one request was about, and what came of it."""

    source: Source
    answer: Answer


@dataclass(frozen=True, eq=False)
class _Ticket:
    """What must still be so when the result comes; the runner's newest ticket is the very object."""

    source: Source
    data: Any
    spacing: tuple[float, ...]


class Updates(QObject):
    """Asks for segmentations and passes on those that still hold; `cancel` when layers are gone."""

    arrived = Signal(object, bool)
    """An `Update`, and whether a newer one is on its way."""
    dropped = Signal(str)
    """Why the newest result is of no use, as a sentence."""
    failed = Signal(object)
    """The exception that ended a job."""
    progressed = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self._newest: _Ticket | None = None
        self._runner = Runner()
        self._runner.progressed.connect(self.progressed)
        self._runner.failed.connect(self.failed)
        self._runner.submit(prepare, _nothing)

    def ask(self, source: Source, request: Request) -> None:
        """Segment `source` as `request` says."""
        ticket = self._newest = _Ticket(source, source.data, source.spacing)
        self._runner.submit(request.run, partial(self._on_done, ticket))

    def cancel(self) -> None:
        """Stop what runs and forget what waits."""
        self._runner.cancel()

    def close(self) -> None:
        """Stop everything, for good."""
        self._runner.close()

    def _on_done(self, ticket: _Ticket, answer: Answer) -> None:
        is_newest = ticket is self._newest
        reason = _why_stale(ticket)
        if not reason:
            self.arrived.emit(Update(ticket.source, answer), not is_newest)
        elif is_newest:
            self.dropped.emit(reason)


def _why_stale(ticket: _Ticket) -> str:
    name = ticket.source.layer.name
    if ticket.source.data is not ticket.data:
        return f"{name} has new data since: press Segment again."
    if ticket.source.spacing != ticket.spacing:
        return f"{name} was scaled since: press Segment again."
    return ""


def _nothing(_result: None) -> None:
    """Take note of nothing: being prepared shows in the next job's speed."""
