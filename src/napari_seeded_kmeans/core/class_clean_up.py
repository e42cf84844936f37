"""Clean-up that differs from class to class or counts in the image's own unit.

Written as a line of text, which form, command line, session and model file can
all hold: ``"2: open=3 min_size=40; 3: smooth_outline=1.5 unit=physical"``. "all" stands
for every class that has no entry of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import SeededKMeansError
from .frames import are_frames

if TYPE_CHECKING:
    from .params import Params

_ALL = "all"
_LENGTHS = ("close", "open", "smooth_outline")
_NUMBERS = (*_LENGTHS, "min_size")
_UNITS = ("px", "physical")
_WORDS = {"yes": True, "no": False}
_FORM = "CLASS: NAME=VALUE ...; with the names close, open, smooth_outline, min_size, fill_holes, unit"


@dataclass(frozen=True)
class CleanUp:
    """How one class is cleaned on one image, in pixels.

    Attributes
    ----------
    close_px, open_px : tuple of int, one per axis
        Gaps and threads narrower than this go.
    smooth_outline_px : tuple of float, one per axis
        Details of the outline narrower than about this go.
    min_size_px : float
        Pieces of fewer pixels go.
    fill_holes : bool or None
        None: where only what was painted on is wanted.
    """

    close_px: tuple[int, ...]
    open_px: tuple[int, ...]
    smooth_outline_px: tuple[float, ...]
    min_size_px: float
    fill_holes: bool | None


def clean_up_of(params: "Params", value: int, n_axes: int, spacing: tuple[float, ...] | None) -> CleanUp:
    """Return how a class is cleaned: its own entry, that of all classes, and the general settings.

    Raises
    ------
    SeededKMeansError
        When an entry counts in the image's unit, and nobody knows the size of a pixel.
    """
    entries = read_entries(params.clean_up)
    own = entries.get(str(value), entries.get(_ALL, {}))
    has_frames = are_frames(spacing)
    sizes = np.ones(n_axes)
    if own.get("unit") == "physical":
        if spacing is None:
            raise SeededKMeansError(
                "clean_up has unit=physical, but the size of a pixel is unknown: give spacing."
            )
        sizes = np.asarray(spacing, float)
    close, narrow, smooth = (
        own[name] / sizes if name in own else np.full(n_axes, float(getattr(params, f"{name}_px")))
        for name in _LENGTHS
    )
    if has_frames:
        # They are cleaned one by one.
        for widths in (close, narrow, smooth):
            widths[0] = 0
    return CleanUp(
        tuple(np.rint(close).astype(int).tolist()),
        tuple(np.rint(narrow).astype(int).tolist()),
        tuple(smooth.tolist()),
        own["min_size"] / float(np.prod(sizes[has_frames:])) if "min_size" in own else params.min_size_px,
        own.get("fill_holes", params.fill_holes),
    )


def as_text(given: str | Mapping[Any, Mapping[str, Any]]) -> str:
    """Return entries, text or mapping of class to settings, as text in one form.

    Raises
    ------
    ValueError
        When something in them is unusable.
    """
    if isinstance(given, Mapping):
        given = _written(given)
    if not isinstance(given, str):
        raise ValueError("should be text such as '2: open=3 min_size=40', or a mapping")
    return _written(read_entries(given))


def _written(entries: Mapping[Any, Mapping[str, Any]]) -> str:
    return "; ".join(
        f"{value}: {' '.join(f'{name}={_word(setting)}' for name, setting in entry.items())}"
        for value, entry in entries.items()
    )


@lru_cache(maxsize=64)
def read_entries(text: str) -> Mapping[str, Mapping[str, Any]]:
    """Return class (or "all") -> settings.

    Raises
    ------
    ValueError
        When the text has not the form ``CLASS: NAME=VALUE ...; ...``, or a value is out of range.
    """
    entries: dict[str, Mapping[str, Any]] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        value, colon, settings = part.partition(":")
        value = value.strip()
        is_class = value.removeprefix("-").isdigit() or value == _ALL
        if not colon or not is_class or value in entries:
            raise ValueError(f"should read {_FORM}, each class once")
        entries[value] = dict(_read_setting(word) for word in settings.split())
    return entries


def _read_setting(word: str) -> tuple[str, Any]:
    name, _, text = word.partition("=")
    if name in _NUMBERS:
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if not 0 <= number < np.inf:
            raise ValueError(f"should have a number from 0 on for {name}")
        return name, number
    if name == "fill_holes" and text in _WORDS:
        return name, _WORDS[text]
    if name == "unit" and text in _UNITS:
        return name, text
    raise ValueError(f"should read {_FORM}; fill_holes is yes or no, unit px or physical")


def _word(setting: Any) -> str:
    if isinstance(setting, bool):
        return "yes" if setting else "no"
    return f"{setting:.12g}" if isinstance(setting, int | float) else str(setting)
