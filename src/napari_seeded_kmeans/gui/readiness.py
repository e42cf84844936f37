"""Compiled kernels, for all docks: compiled once, by another process, and loaded once.

What belongs here: who waits for that, and how. What does not: which kernels there are.
"""

from contextlib import suppress
from subprocess import Popen, TimeoutExpired
from threading import Lock

from ..core.threads import Cancel, stop_if
from ..core.warm_up import load, start_warm_up

_POLL_S = 0.05


class Readiness:
    """Whether the kernels are there; jobs that need them wait for it, in their own threads.

    Compiling here would let the window stand still for seconds. What the other process began it ends,
    whatever is cancelled meanwhile: the next job needs it, too.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: Popen[bytes] | None = None
        self._is_started = self._is_loaded = False

    @property
    def is_compiling(self) -> bool:
        """Whether jobs wait for the other process right now."""
        return self._process is not None and not self._is_loaded

    def wait(self, cancel: Cancel) -> None:
        """Return once all kernels are loaded.

        Raises
        ------
        CancelledError
            When `cancel` answers True while they are being compiled.
        """
        if self._is_loaded:
            return
        with self._lock:
            if not self._is_started:
                self._process, self._is_started = start_warm_up(), True
        while self._process is not None and self._process.poll() is None:
            stop_if(cancel)
            with suppress(TimeoutExpired):
                self._process.wait(_POLL_S)
        with self._lock:
            if not self._is_loaded:
                load()
                self._is_loaded = True


kernels = Readiness()
"""Those of this program."""
