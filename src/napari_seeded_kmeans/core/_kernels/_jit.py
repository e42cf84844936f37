"""One decorator that owns every compile option."""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile `function` in nopython mode, without the GIL, cached on disk."""
    compiled: F = njit(nogil=True, cache=True, error_model="numpy", boundscheck=False)(function)
    return compiled
