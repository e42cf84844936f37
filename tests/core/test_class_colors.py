"""Class colours: the same value always has the same, distinct, opaque colour."""

import re

import pytest

from napari_seeded_kmeans.core.class_colors import class_color, color_cycle


def test_background_is_sky_blue_and_foreground_orange():
    assert (class_color(1), class_color(2)) == ("#56b4e9", "#e69f00")


def test_every_value_of_a_uint8_layer_has_its_own_colour():
    assert len({class_color(value) for value in range(1, 256)}) == 255


@pytest.mark.parametrize("value", [-5, 0, 8, 255, 65_535, 2**40])
def test_any_integer_has_a_colour(value):
    assert re.fullmatch("#[0-9a-f]{6}", class_color(value))
    assert class_color(value) == class_color(value)


def test_the_cycle_gives_every_value_its_colour_and_leaves_unpainted_transparent():
    cycle = color_cycle()
    assert cycle[0] == "#00000000"
    assert cycle[1:] == [class_color(value) for value in range(1, 256)]


def test_masks_can_have_a_faint_background():
    cycle = color_cycle(faint_background=True)
    assert cycle[1] == "#56b4e933"
    assert cycle[2:] == color_cycle()[2:]
