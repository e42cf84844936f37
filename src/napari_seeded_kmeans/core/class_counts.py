"""How many clusters each class has, as a line of text: ``"1=16 2=9"``.

Form, command line, session and model file can all hold it.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_MOST = 256


def counts_as_text(given: str | Mapping[Any, Any]) -> str:
    """Return counts, text or mapping of class to number, as text in one form.

    Raises
    ------
    ValueError
        When something in them is unusable.
    """
    if isinstance(given, Mapping):
        given = _written(given)
    if not isinstance(given, str):
        raise ValueError("should be text such as '1=16 2=9', or a mapping")
    return _written(read_counts(given))


@lru_cache(maxsize=64)
def read_counts(text: str) -> Mapping[int, int]:
    """Return class -> number of clusters.

    Raises
    ------
    ValueError
        When the text has not the form ``CLASS=N CLASS=N ...``, or a number is out of range.
    """
    counts: dict[int, int] = {}
    for word in text.replace(",", " ").split():
        value, _, number = word.partition("=")
        try:
            own, count = int(value), int(number)
        except ValueError:
            own, count = 0, 0
        if own == 0 or own in counts or not 1 <= count <= _MOST:
            raise ValueError(f"should read CLASS=N CLASS=N ..., each class once, N from 1 to {_MOST}")
        counts[own] = count
    return counts


def _written(counts: Mapping[Any, Any]) -> str:
    return " ".join(f"{value}={count}" for value, count in counts.items())
