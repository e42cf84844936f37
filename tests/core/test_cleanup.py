"""Clean-up: worked by hand on small label images."""

import numpy as np
import pytest

from napari_seeded_kmeans.core.cleanup import clean
from napari_seeded_kmeans.core.params import Params

OFF = {"spread": "everywhere", "min_size_px": 0, "smooth_px": 0}


def picture(text):
    """Return labels from lines of digits."""
    return np.array([[int(digit) for digit in line] for line in text.split()], np.uint8)


def cleaned(text, *, classes=(1, 2), seeds=None, scores=None, familiar=None, **settings):
    labels = picture(text)
    if scores is None:
        scores = np.stack([(labels == value).astype(np.float32) for value in classes])
    seeds = None if seeds is None else picture(seeds)
    return clean(labels, scores, classes, Params(**{**OFF, **settings}), seeds, familiar)


@pytest.mark.parametrize(
    ("settings", "before", "after"),
    [
        ({}, "1212 2121", "1212 2121"),
        ({"fill_holes": True}, "22221 21221 22221", "22221 22221 22221"),
        ({"fill_holes": True}, "21221 22221", "21221 22221"),
        ({"min_size_px": 3}, "22111 11122 11122", "11111 11122 11122"),
        ({"close_px": 3}, "1111111 1221221 1221221 1221221 1111111", "1111111 1222221 1222221 1222221 1111111"),
        ({"open_px": 3}, "1111111 1222111 1222221 1222111 1111111", "1111111 1222111 1222111 1222111 1111111"),
        # At the border an object goes on: it is neither opened away nor closed to the edge.
        ({"open_px": 3}, "22111 22111 11111", "22111 22111 11111"),
        ({"close_px": 3}, "12111 11111 11111", "12111 11111 11111"),
    ],
)  # fmt: skip
def test_by_hand(settings, before, after):
    np.testing.assert_array_equal(cleaned(before, **settings), picture(after))


def test_a_class_is_never_filled_into_another():
    text = "33333 32223 32123 32223 33333"
    np.testing.assert_array_equal(
        cleaned(text, classes=(1, 2, 3), fill_holes=True), picture("33333 32223 32223 32223 33333")
    )


def test_removed_pixels_go_to_the_next_best_class():
    labels = picture("3211")
    scores = np.zeros((3, 1, 4), np.float32)
    scores[:, 0, 1] = 0.1, 0.5, 0.4
    np.testing.assert_array_equal(cleaned("3211", classes=(1, 2, 3), scores=scores, min_size_px=2)[0, 1], 3)
    assert labels[0, 1] == 2


def test_pieces_without_a_stroke_go_when_spread_follows_strokes():
    before, seeds = "22122 22122", "02000 00000"
    np.testing.assert_array_equal(cleaned(before, seeds=seeds, spread="strokes"), picture("22111 22111"))
    np.testing.assert_array_equal(cleaned(before, seeds=seeds, spread="everywhere"), picture(before))


def test_an_untouched_piece_stays_when_it_is_as_large_and_as_familiar():
    before, seeds = "2221111222112", "0200000000000"
    familiar = np.ones((2, *picture(before).shape), bool)
    after = picture("2221111222111")
    np.testing.assert_array_equal(cleaned(before, seeds=seeds, spread="strokes", familiar=familiar), after)
    familiar[1, ..., 7:9] = False
    after = picture("2221111111111")
    np.testing.assert_array_equal(cleaned(before, seeds=seeds, spread="strokes", familiar=familiar), after)


def test_objects_lose_their_holes_but_not_those_with_a_stroke():
    mask = np.ones((7, 12), np.uint8)
    mask[1:6, 1:11] = 2
    mask[3, 3], mask[3, 8] = 1, 1
    seeds = np.zeros_like(mask)
    seeds[2, 5], seeds[3, 8] = 2, 1
    scores = np.stack([mask == 1, mask == 2]).astype(np.float32)
    params = Params(spread="strokes", min_size_px=0)
    after = clean(mask, scores, (1, 2), params, seeds)
    assert after[3, 3] == 2
    assert after[3, 8] == 1


def test_strokes_survive_clean_up_unless_switched_off():
    before, seeds = "12111", "02000"
    np.testing.assert_array_equal(cleaned(before, seeds=seeds, min_size_px=9), picture("12111"))
    np.testing.assert_array_equal(
        cleaned(before, seeds=seeds, min_size_px=9, keep_seeds=False), picture("11111")
    )


def test_the_input_is_left_alone():
    labels = picture("2111")
    clean(labels, np.ones((2, 1, 4), np.float32), (1, 2), Params(**{**OFF, "min_size_px": 5}))
    np.testing.assert_array_equal(labels, picture("2111"))
