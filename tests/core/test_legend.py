"""A legend says what classes are called and how they are drawn; every change gives a new one."""

import pytest

from napari_seeded_kmeans.core.class_colors import color_cycle
from napari_seeded_kmeans.core.errors import SeededKMeansError
from napari_seeded_kmeans.core.legend import Legend


def test_at_first_there_are_background_and_foreground():
    legend = Legend()
    assert [legend.name_of(value) for value in legend.values] == ["background", "foreground"]
    assert legend.color_cycle() == color_cycle()
    assert legend.next_value() == 3


def test_a_class_is_added_where_a_value_is_free():
    assert Legend().listing([3, 7]).next_value() == 4
    assert Legend().listing([3, 7]).next_value({4, 5}) == 6
    assert Legend().without(1).next_value() == 1


def test_an_empty_name_means_the_usual():
    named = Legend().renamed(2, " nuclei ")
    assert named.name_of(2) == "nuclei"
    assert named.renamed(2, "") == Legend()


def test_colours_keep_the_faintness_of_the_background():
    legend = Legend().recolored(1, "#112233").recolored(2, "#445566")
    colors = legend.color_cycle(faint_background=True)
    assert (colors[1], colors[2]) == ("#11223333", "#445566")


def test_a_hidden_class_is_transparent():
    hidden = Legend().shown(2, False)
    assert hidden.color_cycle()[2] == "#00000000"
    assert hidden.shown(2, True) == Legend()


def test_a_deleted_class_comes_back_as_it_was_and_one_that_is_added_is_new():
    legend = Legend().listing([3]).renamed(3, "a").recolored(3, "#112233").shown(3, False).ignoring(3, True)
    assert legend.without(3).values == Legend().values
    assert legend.without(3).listing([3]) == legend
    assert legend.without(3).adding(3) == Legend().listing([3])


def test_rows_come_back():
    legend = Legend().listing([9]).renamed(9, "vessels").recolored(2, "#112233").shown(9, False)
    assert Legend.from_rows(legend.to_rows()) == legend


@pytest.mark.parametrize(
    "row",
    [
        {"value": "x", "name": "a", "color": "#112233", "hidden": False},
        {"value": 1, "name": "a", "color": "red", "hidden": False},
        {"value": 1},
    ],
)
def test_rows_of_another_kind_are_refused(row):
    with pytest.raises(SeededKMeansError, match="legend is not usable"):
        Legend.from_rows([row])
