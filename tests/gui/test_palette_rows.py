"""Where rows of the palette stand: by share, but after an edit where a person left them."""

from typing import NamedTuple

import pytest

from napari_seeded_kmeans.gui.palette_row import PaletteRow
from napari_seeded_kmeans.gui.palette_rows import arranged


def row(place: float, class_value: int, rank: float) -> PaletteRow:
    return PaletteRow(
        0, "#000000", class_value, "", "#000000", None, None, None, False, False, (place, 0.0), rank
    )


class Case(NamedTuple):
    """Rows as (place, class, rank), in no order, and the places from top to bottom that are wanted."""

    name: str
    before: list[tuple[float, int, float]]
    now: list[tuple[float, int, float]]
    wanted: list[float]


THREE = [(10, 1, 0.5), (20, 1, 0.3), (30, 2, 0.2)]
CASES = [
    Case("another share moves nothing", THREE, [(20, 1, 0.9), (30, 2, 0.7), (10, 1, 0.1)], [10, 20, 30]),
    Case("nor does a small way", THREE, [(30, 2, 0.2), (10.4, 1, 0.1), (20.4, 1, 0.4)], [10.4, 20.4, 30]),
    Case("nor another class", THREE, [(10, 2, 0.5), (20, 1, 0.3), (30, 2, 0.2)], [10, 20, 30]),
    Case("what is new takes a free place", THREE, [(20, 1, 0.3), (30, 2, 0.2), (15, 1, 0.1)], [15, 20, 30]),
    Case("or the end of its class", THREE, [*THREE, (15, 1, 0.9)], [10, 20, 15, 30]),
    Case("of a class of its own, the end", THREE, [*THREE, (15, 3, 0.9)], [10, 20, 30, 15]),
    Case(
        "the last of a class closes a gap",
        [(10, 1, 0.5), (20, 1, 0.3), (25, 1, 0.2), (30, 2, 0.2)],
        [(20, 1, 0.3), (25, 1, 0.2), (30, 2, 0.2)],
        [25, 20, 30],
    ),
    Case("nothing before", [], [(20, 1, 0.3), (30, 2, 0.9), (10, 1, 0.5)], [10, 20, 30]),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_after_an_edit_rows_are_where_they_were(case):
    before, now = [row(*entry) for entry in case.before], [row(*entry) for entry in case.now]
    assert [entry.center[0] for entry in arranged(now, before, 1.0, stays=True)] == case.wanted


def test_otherwise_the_largest_of_a_class_comes_first():
    before, now = [row(*entry) for entry in THREE], [(10, 1, 0.1), (20, 1, 0.3), (30, 2, 0.9)]
    places = [entry.center[0] for entry in arranged([row(*one) for one in now], before, 1.0, stays=False)]
    assert places == [20, 10, 30]


def test_rows_in_other_features_are_not_compared():
    before = [row(10, 1, 0.5)._replace(center=(10.0,)), row(20, 1, 0.1)._replace(center=(20.0,))]
    now = [row(10, 1, 0.1), row(20, 1, 0.5)]
    assert [entry.center[0] for entry in arranged(now, before, 1.0, stays=True)] == [20, 10]
