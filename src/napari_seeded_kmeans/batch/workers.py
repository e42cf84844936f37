"""Files spread over processes; each does one file at a time, so memory does not grow with their number.

The processes are started by command line and spoken to by lines of JSON,
not by multiprocessing: nothing is imported from the caller's script, so it
works from scripts without a main guard, notebooks and windows; and when one
dies, the file it was working on is known.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from ..core.errors import SeededKMeansError
from ..core.threads import Cancel, get_num_threads, set_num_threads
from .apply import Applier
from .inputs import Item
from .job import Job
from .outcome import Outcome

_COMMAND = "from napari_seeded_kmeans.batch.workers import serve; serve()"
_LOOK_S = 0.2


def apply_to_all(
    job: Job, items: Sequence[Item], n_processes: int, cancel: Cancel | None
) -> Iterator[tuple[int, Outcome]]:
    """Yield (index, outcome) as files are finished, until all are or `cancel` answers True.

    One process means this one; there the order is that of the items.
    """
    if n_processes <= 1:
        applier = Applier(job)
        for index, item in enumerate(items):
            if cancel is not None and cancel():
                return
            yield index, applier(item)
        return
    with _Crew(job, items, n_processes) as crew:
        for _ in items:
            found = crew.next_result(cancel)
            if found is None:
                return
            yield found


class _Crew:
    """Threads that each mind one process, and the queue of what they bring."""

    def __init__(self, job: Job, items: Sequence[Item], n_processes: int) -> None:
        self._job, self._items = job, items
        self._todo: SimpleQueue[int] = SimpleQueue()
        for index in range(len(items)):
            self._todo.put(index)
        self._results: SimpleQueue[tuple[int, Outcome] | Exception] = SimpleQueue()
        self._stopped = Event()
        self._processes: list[_Process] = []
        self._n_threads = max(1, get_num_threads() // n_processes)
        self._minders = [Thread(target=self._mind, daemon=True) for _ in range(n_processes)]

    def __enter__(self) -> Self:
        for minder in self._minders:
            minder.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        for process in list(self._processes):
            process.kill()
        for minder in self._minders:
            minder.join()

    def next_result(self, cancel: Cancel | None) -> tuple[int, Outcome] | None:
        """Wait for a file to be finished; None once `cancel` answers True."""
        while cancel is None or not cancel():
            try:
                found = self._results.get(timeout=_LOOK_S)
            except Empty:
                continue
            if isinstance(found, Exception):
                raise found
            return found
        return None

    def _mind(self) -> None:
        process: _Process | None = None
        try:
            while not self._stopped.is_set():
                try:
                    index = self._todo.get_nowait()
                except Empty:
                    break
                if process is None:
                    process = self._start()
                row = process.ask(_message(self._items[index]))
                if row is None:
                    process.stop()
                    problem = f"the process that worked on it ended ({process.ending}); too little memory?"
                    self._results.put((index, Outcome(self._items[index].path, "failed", problem)))
                    process = None
                else:
                    self._results.put((index, Outcome.from_row(row)))
        except Exception as error:  # it must surface where the results are awaited
            self._results.put(error)
        finally:
            if process is not None:
                process.stop()

    def _start(self) -> "_Process":
        process = _Process()
        self._processes.append(process)
        if process.ask({"job": self._job.to_dict(), "n_threads": self._n_threads}) is None:
            process.stop()
            raise SeededKMeansError(f"a worker process did not start ({process.ending}): use one job.")
        return process


class _Process:
    """One Python process that answers each line with a line."""

    def __init__(self) -> None:
        package = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", _COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )

    def ask(self, message: dict[str, Any]) -> dict[str, Any] | None:
        """Send a message and wait for the answer; None if the process ended instead."""
        pipe_in, pipe_out = self._process.stdin, self._process.stdout
        if pipe_in is None or pipe_out is None:
            return None
        try:
            pipe_in.write(json.dumps(message).encode("ascii") + b"\n")
            pipe_in.flush()
            line = pipe_out.readline()
        except (OSError, ValueError):
            return None
        answer: dict[str, Any] | None = json.loads(line) if line.endswith(b"\n") else None
        return answer

    def kill(self) -> None:
        """End the process, whatever it is doing; files are complete or not there."""
        self._process.kill()

    def stop(self) -> None:
        """End the process and let go of it; only for the thread that asks."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            # What was still to be sent has no reader any more.
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()

    @property
    def ending(self) -> str:
        """How the process ended."""
        return f"exit code {self._process.returncode}"


def serve() -> None:
    """Answer messages on standard input until it ends: what a worker process does."""
    # Libraries may print; the pipe is for answers only.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    applier: Applier | None = None
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if applier is None:
            set_num_threads(message["n_threads"])
            applier = Applier(Job.from_dict(message["job"]))
            answer: dict[str, Any] = {}
        else:
            item = Item(Path(message["path"]), Path(message["place"]), message["problem"])
            answer = applier(item).to_row()
        answers.write(json.dumps(answer).encode("ascii") + b"\n")
        answers.flush()


def _message(item: Item) -> dict[str, Any]:
    return {"path": os.fspath(item.path), "place": os.fspath(item.place), "problem": item.problem}
