"""Which rows the palette of a model has, and where each of them stands. Shows nothing."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.legend import Legend
from ..core.model import Model
from ..core.palette_edits import PaletteEdits
from ..core.palette_steps import LeaveOut, Row
from .cluster_layers import hex_colors
from .extras import Clusters
from .palette_row import PaletteRow
from .source import Source

# A row of another class takes the place of one only where none of its own class does.
_OTHER_CLASS = 0.5


def rows_of(
    source: Source,
    model: Model,
    legend: Legend,
    clusters: Clusters | None,
    edits: PaletteEdits,
    learnt: PaletteEdits,
    muted_shares: Mapping[Row, float],
) -> list[PaletteRow]:
    """Return the rows of a model, and of what is muted.

    `edits` are those there are now, `learnt` those the model knows of. What differs between the two is in the
    table at once: a row is muted, or is not, before the model that follows is there.
    """
    palette = model.palette
    shares = None if clusters is None else clusters.shares
    muted = edits.muted_steps
    silent = [*muted, *(step for step in learnt.muted_steps if step not in muted)]
    swatches = hex_colors(source, [*palette.centers, *(step.cell.center for step in silent)], model)
    strengths, voices = _strengths(model), model.looks[0].voices
    rows = []
    for number, center in enumerate(map(tuple, palette.centers.tolist())):
        value = int(palette.classes[number])
        rows.append(
            PaletteRow(
                number,
                swatches[number],
                *_class_of(legend, value),
                None if shares is None else float(shares[number]),
                1.0 if voices is None else float(voices[number]),
                None if strengths is None else float(strengths[number]),
                edits.lock_of(center) is not None,
                False,
                center,
                float((palette.shares if shares is None else shares)[number]),
            )
        )
    places = {(row.center, row.class_value): row.number for row in rows}
    for index, step in enumerate(silent):
        center, is_muted = step.cell.center, index < len(muted)
        row = _silent_row(index, step, swatches[len(places) + index], legend, muted_shares, is_muted)
        place = places.get((center, step.cell.class_value))
        if place is None:
            rows.append(row)
        elif is_muted:
            rows[place] = row._replace(rank=rows[place].rank)
    return rows


def arranged(
    rows: Sequence[PaletteRow], before: Sequence[PaletteRow], near: float, *, stays: bool
) -> list[PaletteRow]:
    """Return rows in the order in which they are shown.

    Of a class, what covers most of the image comes first. But if it `stays`, a row is where the one like it
    was `before`: a person finds it again under the pointer.
    """
    by_rank = sorted(rows, key=lambda row: (row.class_value, -row.rank))
    if not (stays and rows and before and len(rows[0].center) == len(before[0].center)):
        return by_rank
    slots, new = _matched(by_rank, before, near)
    new = _filled(slots, new, before)
    _close_gaps(slots, before)
    order = [row for row in slots if row is not None]
    for row in new:
        own = [place for place, other in enumerate(order) if other.class_value == row.class_value]
        order.insert(own[-1] + 1 if own else len(order), row)
    return order


def _matched(
    rows: Sequence[PaletteRow], before: Sequence[PaletteRow], near: float
) -> tuple[list[PaletteRow | None], list[PaletteRow]]:
    """Return what stands where the rows of before stood, None where nothing is like them, and what is new.

    The two that are most alike come first: a row that did not change stays, whatever happens to others.
    """
    here, there = (np.array([row.center for row in some]) for some in (rows, before))
    distances = np.linalg.norm(here[:, np.newaxis] - there, axis=2)
    others = np.not_equal.outer([row.class_value for row in rows], [row.class_value for row in before])
    costs = distances + _OTHER_CLASS * near * others
    slots: list[PaletteRow | None] = [None] * len(before)
    left = dict(enumerate(rows))
    for pair in np.argsort(costs, axis=None, kind="stable"):
        index, place = (int(at) for at in np.unravel_index(pair, costs.shape))
        if costs[index, place] >= near:
            break
        if index in left and slots[place] is None:
            slots[place] = left.pop(index)
    return slots, list(left.values())


def _filled(
    slots: list[PaletteRow | None], new: Sequence[PaletteRow], before: Sequence[PaletteRow]
) -> list[PaletteRow]:
    """Let new rows take the free places of their class; return those that found none."""
    left = []
    for row in new:
        free = (
            place
            for place, other in enumerate(before)
            if slots[place] is None and other.class_value == row.class_value
        )
        place = next(free, None)
        if place is None:
            left.append(row)
        else:
            slots[place] = row
    return left


def _close_gaps(slots: list[PaletteRow | None], before: Sequence[PaletteRow]) -> None:
    """Let the last rows of a class take its free places, so that all between stay where they are."""
    for place, other in enumerate(before):
        own = [
            last
            for last in range(place + 1, len(slots))
            if (row := slots[last]) is not None and row.class_value == other.class_value
        ]
        if slots[place] is None and own:
            slots[place], slots[own[-1]] = slots[own[-1]], None


def _silent_row(
    index: int,
    step: LeaveOut,
    color: str,
    legend: Legend,
    shares: Mapping[Row, float],
    is_muted: bool,
) -> PaletteRow:
    center = step.cell.center
    # Of a session that was opened nobody knows how large it was: last of its class.
    rank = shares.get(center, -1.0)
    named = _class_of(legend, step.cell.class_value)
    return PaletteRow(-1 - index, color, *named, None, None, None, False, is_muted, center, rank)


def _class_of(legend: Legend, value: int) -> tuple[int, str, str]:
    return value, legend.name_of(value), legend.color_of(value)


def _strengths(model: Model) -> NDArray[np.float64] | None:
    """Return what each cluster says for its class over the next best, as log-odds; None if not learnt."""
    look = model.looks[0]
    if look.weights is None:
        return None
    rows = np.arange(len(look.weights))
    own = np.searchsorted(model.classes, look.palette.classes)
    others = look.weights.copy()
    others[rows, own] = -np.inf
    margins: NDArray[np.float64] = look.weights[rows, own] - others.max(axis=1)
    return margins
