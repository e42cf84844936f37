"""The project's own thread pool: fixed tiles, ordered results, a place to cancel.

Tiles never depend on the number of threads, and results come back in tile
order, so a reduction over them gives the same bits for any number of threads.

The calling thread does tiles itself, and every thread takes its next tile from one
common count: handing tiles over one by one would cost a switch of threads each.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from threading import Lock, local
from typing import TypeVar

from .errors import CancelledError, SeededKMeansError

T = TypeVar("T")
R = TypeVar("R")

Cancel = Callable[[], bool]
"""Answers True once the caller no longer wants the result; may be asked from any thread."""
Progress = Callable[[int, int], None]
"""Called as progress(done, total), from the calling thread."""

_lock = Lock()
_pool: ThreadPoolExecutor | None = None
_n_threads = 0
_here = local()


def get_num_threads() -> int:
    """Return how many threads the pool uses."""
    return _n_threads or os.cpu_count() or 1


def set_num_threads(n_threads: int) -> None:
    """Use `n_threads` threads from now on; results do not depend on it.

    Raises
    ------
    SeededKMeansError
        When `n_threads` is less than one.
    """
    global _pool, _n_threads
    if n_threads < 1:
        raise SeededKMeansError(f"n_threads must be at least 1, not {n_threads}.")
    with _lock:
        _n_threads = n_threads
        retired, _pool = _pool, None
    if retired is not None:
        # Work already handed in is still done; nobody has to wait for it here.
        retired.shutdown(wait=False)


def tiles(n: int, size: int) -> list[slice]:
    """Return consecutive slices of at most `size` that cover range(n)."""
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


def map_tiles(
    function: Callable[[T], R],
    tiles: Sequence[T],
    *,
    cancel: Cancel | None = None,
    progress: Progress | None = None,
) -> list[R]:
    """Apply `function` to every tile, here and on the pool; results in tile order.

    Safe to call from several threads at once. Called from within a tile it runs
    in place: the threads have enough to do. When it returns or raises, no tile is
    running any more.

    Raises
    ------
    CancelledError
        When `cancel` answers True between two tiles.
    """
    results: dict[int, R] = {}
    errors: dict[int, BaseException] = {}
    # Taking the next number is one step of the interpreter: no two threads get the same.
    numbers = iter(range(len(tiles)))

    def do_tiles() -> Iterator[int]:
        for number in numbers:
            try:
                stop_if(cancel)
                results[number] = function(tiles[number])
            except BaseException as error:
                errors[number] = error
                _use_up(numbers)
            yield number

    with _busy() as was_busy:
        n_helpers = 0 if was_busy else min(get_num_threads(), len(tiles)) - 1
        helpers = _call_on_pool(lambda: _use_up(do_tiles()), n_helpers)
        reported = 0
        try:
            for _ in do_tiles():
                reported = _report(progress, reported, len(results), len(tiles))
        finally:
            _use_up(numbers)
            wait([helper for helper in helpers if not helper.cancel()])
    if errors:
        try:
            raise errors[min(errors)]
        finally:
            # Tracebacks lead back here: the circle would keep the tiles' arrays for a while.
            errors.clear()
    _report(progress, reported, len(results), len(tiles))
    return [results[number] for number in range(len(tiles))]


def _use_up(items: Iterator[object]) -> None:
    for _ in items:
        pass


def _report(progress: Progress | None, reported: int, done: int, total: int) -> int:
    """Tell of every tile done since the last time; return how many are told of."""
    if progress is not None:
        for number in range(reported + 1, done + 1):
            progress(number, total)
    return done


@contextmanager
def _busy() -> Iterator[bool]:
    """Mark this thread as one that is doing tiles; yield whether it already was."""
    was_busy = getattr(_here, "is_busy", False)
    _here.is_busy = True
    try:
        yield was_busy
    finally:
        _here.is_busy = was_busy


def _call_on_pool(function: Callable[[], None], times: int) -> list[Future[None]]:
    global _pool
    if times < 1:
        return []
    with _lock:
        if _pool is None:
            # The caller is one of the threads.
            _pool = ThreadPoolExecutor(max(1, get_num_threads() - 1), "seeded-kmeans", _mark_busy)
        # What is true of the caller, as who hears its warnings, is true of its helpers.
        return [_pool.submit(copy_context().run, function) for _ in range(times)]


def _mark_busy() -> None:
    _here.is_busy = True


def _forget_pool() -> None:
    # Threads do not survive a fork: the child starts its own pool.
    global _pool, _lock
    _pool, _lock = None, Lock()
    _here.is_busy = False


def stop_if(cancel: Cancel | None) -> None:
    """Raise `CancelledError` once the result is no longer wanted."""
    if cancel is not None and cancel():
        raise CancelledError


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)
