"""Labels written in place look the same whether all of them are drawn again or what is new."""

import numpy as np
import pytest

from napari_seeded_kmeans.core.patch import Patch
from napari_seeded_kmeans.gui.in_place import write_labels

RNG = np.random.default_rng(0)
BLOCKS = np.kron(RNG.integers(0, 3, (8, 8)), np.ones((40, 40), int)).astype(np.uint8)
WINDOW = (slice(100, 180, 4), slice(40, 120, 4))


@pytest.fixture
def drawn(monkeypatch):
    """Whether all of a layer was drawn again, of each time."""
    from napari.layers import Labels

    found, original = [], Labels.refresh
    monkeypatch.setattr(
        Labels,
        "refresh",
        lambda layer, *given, data_displayed=True, **named: (
            found.append(data_displayed) or original(layer, *given, data_displayed=data_displayed, **named)
        ),
    )
    return found


def changed_part():
    return Patch(1 + (BLOCKS[WINDOW] + 1) % 3, WINDOW)


def test_a_small_change_is_drawn_as_if_all_was_drawn(window, drawn):
    layer = window.add_labels(BLOCKS.copy())
    before = window.screenshot(canvas_only=True, flash=False)
    drawn.clear()
    write_labels(window, layer, layer.data, changed_part())
    assert drawn == [False]
    parts = window.screenshot(canvas_only=True, flash=False)
    layer.refresh()
    np.testing.assert_array_equal(window.screenshot(canvas_only=True, flash=False), parts)
    assert (parts != before).any()


@pytest.mark.parametrize(
    "change",
    [
        lambda window, layer: setattr(layer, "contour", 2),
        lambda window, layer: window.dims.transpose(),
        lambda window, layer: setattr(window.dims, "ndisplay", 3),
    ],
    ids=["contour", "transposed", "3-D"],
)
def test_what_cannot_be_drawn_in_parts_is_drawn_as_a_whole(window, drawn, change):
    layer = window.add_labels(BLOCKS.copy())
    change(window, layer)
    drawn.clear()
    write_labels(window, layer, layer.data, changed_part())
    assert drawn[0]
    seen = window.screenshot(canvas_only=True, flash=False)
    layer.refresh()
    np.testing.assert_array_equal(window.screenshot(canvas_only=True, flash=False), seen)


def test_wide_integers_and_stacks_are_drawn_as_a_whole(window, drawn):
    for array in (BLOCKS.astype(np.int32), np.stack([BLOCKS, BLOCKS])):
        layer = window.add_labels(array)
        drawn.clear()
        plane = array if array.ndim == 2 else array[0]
        write_labels(window, layer, plane, changed_part())
        assert drawn == [True]


def test_nothing_new_draws_nothing(window, drawn):
    layer = window.add_labels(BLOCKS.copy())
    drawn.clear()
    write_labels(window, layer, layer.data, Patch.everywhere(BLOCKS))
    assert drawn == []


def test_what_was_not_visible_is_there_once_it_is(window):
    layer = window.add_labels(BLOCKS.copy(), visible=False)
    write_labels(window, layer, layer.data, changed_part())
    layer.visible = True
    seen = window.screenshot(canvas_only=True, flash=False)
    layer.refresh()
    np.testing.assert_array_equal(window.screenshot(canvas_only=True, flash=False), seen)


def test_the_thumbnail_shows_what_came_in_passing_once_it_stays(window):
    layer = window.add_labels(np.zeros((48, 48), np.uint8))
    layer.refresh()
    empty = layer.thumbnail.copy()
    full = Patch.everywhere(np.full((48, 48), 2, np.uint8))
    write_labels(window, layer, layer.data, full, is_passing=True)
    assert np.array_equal(layer.thumbnail, empty)
    write_labels(window, layer, layer.data, full)
    assert not np.array_equal(layer.thumbnail, empty)
