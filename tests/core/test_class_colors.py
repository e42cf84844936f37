"""Class colours: the same value always has the same, distinct, opaque colour."""

import re

import pytest

from napari_seeded_kmeans.core.class_colors import class_color, label_colors


def test_background_is_sky_blue_and_foreground_orange():
    assert (class_color(1), class_color(2)) == ("#56b4e9", "#e69f00")


def test_every_value_of_a_uint8_layer_has_its_own_colour():
    assert len({class_color(value) for value in range(1, 256)}) == 255


@pytest.mark.parametrize("value", [-5, 0, 8, 255, 65_535, 2**40])
def test_any_integer_has_a_colour(value):
    assert re.fullmatch("#[0-9a-f]{6}", class_color(value))
    assert class_color(value) == class_color(value)


def test_label_colors_leave_unpainted_and_unlisted_values_transparent():
    assert label_colors([2]) == {None: "#00000000", 0: "#00000000", 2: "#e69f00"}


def test_masks_can_have_a_faint_background():
    assert label_colors([1, 2], faint_background=True)[1] == "#56b4e933"
