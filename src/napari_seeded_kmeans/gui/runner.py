"""One job at a time, off the GUI thread: the newest waits, late results are dropped.

What belongs here: the thread, tickets, cancelling, and bringing results back to the GUI thread.
What does not: what the jobs compute, and what becomes of their results.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, TypeVar

from qtpy.QtCore import QObject, Qt, Signal

from ..core.errors import CancelledError
from ..core.threads import Cancel, Progress

T = TypeVar("T")

_PATIENCE_S = 2.0


class _Way:
    """What workers leave to the window for a moment, at most `_LONGEST_S`: all cores."""

    _LONGEST_S = 0.3

    def __init__(self) -> None:
        self._is_free = Event()
        self._end_s = 0.0

    def clear(self) -> None:
        """Have workers wait when next they ask whether to stop."""
        self._end_s = monotonic() + self._LONGEST_S
        self._is_free.clear()

    def give_back(self) -> None:
        """Let workers go on."""
        self._end_s = 0.0
        self._is_free.set()

    def wait(self) -> None:
        """Wait while the window needs it."""
        left_s = self._end_s - monotonic()
        if left_s > 0:
            self._is_free.wait(left_s)


way = _Way()


@dataclass(frozen=True, eq=False)
class _Job:
    """The ticket: a job is current as long as the runner holds this very object."""

    work: Callable[[Cancel, Progress], Any]
    then: Callable[[Any], None]
    cancelled: Event = field(default_factory=Event)

    def is_over(self) -> bool:
        """Whether the result is of no use any more; asked in the worker, it may wait for the window."""
        way.wait()
        return self.cancelled.is_set()


class Runner(QObject):
    """Runs jobs in one worker thread that lives only while there is work.

    A job that is submitted while another runs waits; one more takes the waiting one's place.
    Signals and `then` callbacks arrive in the thread that owns the runner, never after `close`.

    Parameters
    ----------
    first : callable, optional
        Called as ``first(cancel)`` in the worker before every job; waits for what all of them need.
    """

    progressed = Signal(int, int)
    """Done and total of the job that runs."""
    failed = Signal(object)
    """The exception that ended a job."""

    _returned = Signal(object)

    def __init__(self, first: Callable[[Cancel], None] | None = None) -> None:
        super().__init__()
        self._first = first
        self._lock = Lock()
        self._running: _Job | None = None
        self._waiting: _Job | None = None
        self._thread: Thread | None = None
        self._closed = False
        self._returned.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def is_waited_for(self) -> bool:
        """Whether a newer job waits for the one that runs; may be asked from any thread."""
        return self._waiting is not None

    @property
    def is_working(self) -> bool:
        """Whether a job runs; may be asked from any thread."""
        return self._running is not None

    def submit(self, work: Callable[[Cancel, Progress], T], then: Callable[[T], None]) -> None:
        """Run ``work(cancel, progress)`` in the worker and ``then(its result)`` back here.

        `work` must not touch layers or widgets. It should raise `CancelledError` soon after ``cancel()``
        answers True.
        """
        with self._lock:
            if self._closed:
                return
            self._waiting = _Job(work, then)
            if self._running is None:
                self._start_waiting()

    def cancel(self) -> None:
        """Stop what runs, forget what waits; neither will deliver a result."""
        with self._lock:
            self._waiting = None
            if self._running is not None:
                self._running.cancelled.set()

    def close(self) -> None:
        """Stop everything, for good, and wait a moment for the worker to leave.

        A worker deep in code that does not ask whether to stop is left to end by itself, unheard.
        """
        with self._lock:
            self._closed = True
        self.cancel()
        if self._thread is not None:
            self._thread.join(_PATIENCE_S)

    def _start_waiting(self) -> None:
        """Start the job that waits, if one does; call with the lock held."""
        self._running, self._waiting = self._waiting, None
        if self._running is not None and not self._closed:
            # Not a daemon: at the end of the program Python joins it, instead of killing it mid-kernel.
            self._thread = Thread(target=self._work, args=(self._running,), name="seeded-kmeans-runner")
            self._thread.start()

    def _work(self, job: _Job) -> None:
        """Do one job, in the worker thread."""
        outcome: Callable[[], None] | None
        try:
            if self._first is not None:
                self._first(job.is_over)
            result = job.work(job.is_over, partial(self._report, job))
            outcome = partial(job.then, result)
        except CancelledError:
            outcome = None
        except Exception as error:  # whatever it is, it must surface in the GUI thread, not die here
            outcome = partial(self.failed.emit, error)
        with self._lock:
            if not self._closed:
                self._returned.emit((job, outcome))

    def _report(self, job: _Job, done: int, total: int) -> None:
        with self._lock:
            if not self._closed and not job.cancelled.is_set():
                self.progressed.emit(done, total)

    def _deliver(self, returned: tuple[_Job, Callable[[], None] | None]) -> None:
        """Hand over what a job brought, unless it was cancelled meanwhile; then start the next."""
        job, outcome = returned
        try:
            if outcome is not None and not job.cancelled.is_set() and not self._closed:
                outcome()
        finally:
            with self._lock:
                self._start_waiting()
