"""The project's own thread pool: fixed tiles, ordered results, a place to cancel.

Tiles never depend on the number of threads, and results come back in tile
order, so a reduction over them gives the same bits for any number of threads.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
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
    """Apply `function` to every tile on the pool; results in tile order.

    Safe to call from several threads at once. Called from within a tile it runs
    in place, so that tiles never wait for a pool that they fill themselves. When
    it returns or raises, no tile is running any more.

    Raises
    ------
    CancelledError
        When `cancel` answers True between two tiles.
    """
    if min(get_num_threads(), len(tiles)) <= 1 or getattr(_here, "is_worker", False):
        results: list[R] = []
        for tile in tiles:
            stop_if(cancel)
            results.append(function(tile))
            if progress is not None:
                progress(len(results), len(tiles))
        return results
    return _map_on_pool(function, tiles, cancel, progress)


def _map_on_pool(
    function: Callable[[T], R], tiles: Sequence[T], cancel: Cancel | None, progress: Progress | None
) -> list[R]:
    global _pool

    def guarded(tile: T) -> R:
        stop_if(cancel)
        return function(tile)

    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(get_num_threads(), "seeded-kmeans", _mark_worker)
        futures = [_pool.submit(guarded, tile) for tile in tiles]
    results: list[R] = []
    try:
        for future in futures:
            results.append(future.result())
            if progress is not None:
                progress(len(results), len(tiles))
    finally:
        for future in futures:
            future.cancel()
        wait(futures)
    return results


def _mark_worker() -> None:
    _here.is_worker = True


def _forget_pool() -> None:
    # Threads do not survive a fork: the child starts its own pool.
    global _pool, _lock
    _pool, _lock = None, Lock()
    _here.is_worker = False


def stop_if(cancel: Cancel | None) -> None:
    """Raise `CancelledError` once the result is no longer wanted."""
    if cancel is not None and cancel():
        raise CancelledError


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)
