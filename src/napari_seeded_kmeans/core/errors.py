"""What can go wrong, in words a user can act on, and who hears of it."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listener: ContextVar[Callable[[str], None] | None] = ContextVar("listener", default=None)


class SeededKMeansError(ValueError):
    """Bad input: one sentence that names the argument and the value."""


class SeededKMeansWarning(UserWarning):
    """The result is usable, but something was done differently from what was asked."""


class CancelledError(Exception):
    """The caller asked to stop; nothing was changed."""


def warn(message: str) -> None:
    """Say that something was done differently from what was asked, by a `SeededKMeansWarning`.

    It is attributed to the caller's caller.
    """
    listener = _listener.get()
    if listener is None:
        warnings.warn(message, SeededKMeansWarning, stacklevel=3)
    else:
        listener(message)


@contextmanager
def heard_by(listener: Callable[[str], None]) -> Iterator[None]:
    """Hand what this thread is warned of to `listener` instead.

    `warnings.catch_warnings` would do it for all threads at once.
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
