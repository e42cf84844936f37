"""The project's own thread pool: fixed tiles, ordered results, a place to cancel.

Tiles never depend on the number of threads, and results come back in tile
order, so a reduction over them gives the same bits for any number of threads.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

from .errors import CancelledError

T = TypeVar("T")
R = TypeVar("R")

Cancel = Callable[[], bool]
"""Answers True once the caller no longer wants the result."""
Progress = Callable[[int, int], None]
"""Called as progress(done, total), from the calling thread."""

_lock = Lock()
_pool: ThreadPoolExecutor | None = None
_n_threads = 0


def get_num_threads() -> int:
    """Return how many threads the pool uses."""
    return _n_threads or os.cpu_count() or 1


def set_num_threads(n_threads: int) -> None:
    """Use `n_threads` threads from now on; results do not depend on it."""
    global _pool, _n_threads
    with _lock:
        _n_threads = n_threads
        if _pool is not None:
            _pool.shutdown(wait=True)
        _pool = None


def map_tiles(
    function: Callable[[T], R],
    tiles: Sequence[T],
    *,
    cancel: Cancel | None = None,
    progress: Progress | None = None,
) -> list[R]:
    """Apply `function` to every tile on the pool; results in tile order.

    Raises
    ------
    CancelledError
        When `cancel` answers True between two tiles.
    """
    global _pool
    n_threads = min(get_num_threads(), len(tiles))
    results: list[R] = []
    if n_threads <= 1:
        for done, tile in enumerate(tiles):
            _stop_if(cancel)
            results.append(function(tile))
            if progress is not None:
                progress(done + 1, len(tiles))
        return results

    def guarded(tile: T) -> R:
        _stop_if(cancel)
        return function(tile)

    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(get_num_threads(), thread_name_prefix="seeded-kmeans")
        futures = [_pool.submit(guarded, tile) for tile in tiles]
    try:
        for done, future in enumerate(futures):
            results.append(future.result())
            if progress is not None:
                progress(done + 1, len(tiles))
    finally:
        for future in futures:
            future.cancel()
    return results


def _stop_if(cancel: Cancel | None) -> None:
    if cancel is not None and cancel():
        raise CancelledError
