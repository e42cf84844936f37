"""Explanations as sentences, with swatches of the colours they speak of; no Qt."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..core.legend import Legend

# From here on a pixel is none of the classes, see `none_of_these`.
_STRANGE = 4.0


class NearRow(NamedTuple):
    """A cluster near a pixel, as it is told; `n_painted` pixels are behind it, None while not known."""

    color: str
    class_value: int
    distance: float
    n_painted: int | None


class Question(NamedTuple):
    """What is known of the pixel somebody asks about."""

    position: tuple[int, ...]
    label: int
    painted: int
    scores: Mapping[int, float]
    strangeness: float
    near: Sequence[NearRow]


def why(question: Question, legend: Legend) -> str:
    """Return why a pixel got its class, as rich text."""
    place = ", ".join(map(str, question.position))
    if not question.label:
        return f"<p>Pixel ({place}) has no label: it is ignored, outside the region, or not a number.</p>"
    best = max(question.scores, key=lambda value: question.scores[value])
    lines = [f"Pixel ({place}) is {_class(question.label, legend)}."]
    if question.painted:
        lines[0] += f" It was painted as {_class(question.painted, legend)}."
    shares = ", ".join(f"{_class(value, legend)} {score:.0%}" for value, score in _sorted(question.scores))
    lines.append(f"By its look: {shares}.")
    if best != question.label and not question.painted:
        lines.append("Its surroundings decided otherwise: edges, strokes nearby, or clean-up.")
    if question.strangeness > _STRANGE:
        lines.append("It is unlike anything you painted: a stroke here would help.")
    lines.append("Nearest colours (1 = as far as strokes of the class reach):")
    near = "".join(f"<li>{_near(row, legend)}</li>" for row in question.near)
    return f"<p>{'<br>'.join(lines)}</p><ul style='margin-left: -24px'>{near}</ul>"


def conflict(first: NearRow, second: NearRow, number: int, n_conflicts: int, legend: Legend) -> str:
    """Return how two clusters of different classes contradict each other, as rich text.

    This is the conflict with that `number`, from 1 on, of as many as `n_conflicts`.
    """
    one, other = (f"{_swatch(row.color)} of {_class(row.class_value, legend)}" for row in (first, second))
    which = f" {number} of {n_conflicts}" if n_conflicts > 1 else ""
    return (
        f"<p>Conflict{which}: {one} and {other} are nearly the same colour, so strokes contradict each other "
        "there: erase what was painted by mistake, or give one of the two to the other class.</p>"
    )


def _sorted(scores: Mapping[int, float]) -> list[tuple[int, float]]:
    return sorted(scores.items(), key=lambda item: -item[1])


def _near(row: NearRow, legend: Legend) -> str:
    behind = "" if row.n_painted is None else f", {row.n_painted} painted px behind it"
    return f"{_swatch(row.color)} {_class(row.class_value, legend)} at {row.distance:.1f}{behind}"


def _class(value: int, legend: Legend) -> str:
    name = legend.name_of(value).replace("&", "&amp;").replace("<", "&lt;")
    return f"<b>{name}</b>"


def _swatch(color: str) -> str:
    return f"<span style='color: {color}'>&#9632;</span>"
