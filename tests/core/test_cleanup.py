"""Clean-up: worked by hand on small label images."""

import numpy as np
import pytest

from napari_seeded_kmeans.core.cleanup import Familiar, clean
from napari_seeded_kmeans.core.errors import SeededKMeansError
from napari_seeded_kmeans.core.params import Params, make_params

OFF = {"spread": "everywhere", "min_size_px": 0, "smooth_px": 0}


def picture(text):
    """Return labels from lines of digits."""
    return np.array([[int(digit) for digit in line] for line in text.split()], np.uint8)


def cleaned(text, *, classes=(1, 2), seeds=None, scores=None, familiar=None, spacing=None, **settings):
    labels = picture(text)
    if scores is None:
        scores = np.stack([(labels == value).astype(np.float32) for value in classes])
    seeds = None if seeds is None else picture(seeds)
    familiar = None if familiar is None else Familiar(familiar)
    return clean(labels, scores, classes, Params(**{**OFF, **settings}), seeds, familiar, spacing)


@pytest.mark.parametrize(
    ("settings", "before", "after"),
    [
        ({}, "1212 2121", "1212 2121"),
        ({"fill_holes": True}, "22221 21221 22221", "22221 22221 22221"),
        ({"fill_holes": True}, "21221 22221", "21221 22221"),
        ({"min_size_px": 3}, "22111 11122 11122", "11111 11122 11122"),
        ({"close_px": 3}, "1111111 1221221 1221221 1221221 1111111", "1111111 1222221 1222221 1222221 1111111"),
        ({"open_px": 3}, "1111111 1222111 1222221 1222111 1111111", "1111111 1222111 1222111 1222111 1111111"),
        ({"open_px": 4}, "111111 122221 122221 122221 122221", "111111 122221 122221 122221 122221"),
        ({"close_px": 2}, "11111 12121 12121 11111", "11111 12221 12221 11111"),
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
    scores = np.stack([np.where(mask == 1, 0.8, 0), np.where(mask == 1, 0.2, 1)]).astype(np.float32)
    params = Params(spread="strokes", min_size_px=0)
    after = clean(mask, scores, (1, 2), params, seeds)
    assert after[3, 3] == 2
    assert after[3, 8] == 1


@pytest.mark.parametrize(("asked", "filled"), [(None, False), (True, True), (False, False)])
def test_a_hole_that_looks_like_background_throughout_is_filled_only_when_asked(asked, filled):
    ring = picture("22222 21112 21112 22222")
    scores = np.stack([ring == 1, ring == 2]).astype(np.float32)
    seeds = np.zeros_like(ring)
    seeds[0, 1] = 2
    params = Params(spread="strokes", min_size_px=0, fill_holes=asked)
    assert (clean(ring, scores, (1, 2), params, seeds)[1, 2] == 2) == filled


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


# ---- the outline ----


def test_smoothing_takes_spikes_off_and_leaves_straight_edges_where_they_are():
    labels = np.ones((30, 30), np.uint8)
    labels[15:] = 2
    labels[10:15, 12] = 2
    labels[15:18, 20] = 1
    scores = np.stack([labels == 1, labels == 2]).astype(np.float32)
    after = clean(labels, scores, (1, 2), Params(**{**OFF, "smooth_outline_px": 3}))
    assert (after[:14] == 1).all()
    assert (after[16:] == 2).all()
    straight = np.r_[:10, 14:18, 23:30]
    assert (after[:15, straight] == 1).all()
    assert (after[15:, straight] == 2).all()


def test_smoothing_never_eats_another_class_or_a_stroke():
    labels = np.ones((20, 20), np.uint8)
    labels[5:15, 5:15], labels[9, 9] = 2, 3
    seeds = np.zeros_like(labels)
    seeds[4, 10] = 2
    labels[4, 10] = 2
    scores = np.stack([labels == value for value in (1, 2, 3)]).astype(np.float32)
    after = clean(labels, scores, (1, 2, 3), Params(**{**OFF, "clean_up": "2: smooth_outline=4"}), seeds)
    assert after[9, 9] == 3
    assert after[4, 10] == 2
    assert after[5, 5] == 1


# ---- by class, in the image's unit ----


@pytest.mark.parametrize(
    ("clean_up", "after"),
    [
        ("", "221 111 311"),
        ("2: min_size=3", "111 111 311"),
        ("3: min_size=3", "221 111 111"),
        ("all: min_size=3", "111 111 111"),
        ("all: min_size=3; 2: min_size=2", "221 111 111"),
        ({2: {"min_size": 3}}, "111 111 311"),
    ],
)
def test_each_class_has_its_own_clean_up(clean_up, after):
    found = cleaned("221 111 311", classes=(1, 2, 3), clean_up=clean_up)
    np.testing.assert_array_equal(found, picture(after))


def test_sizes_may_count_in_the_images_unit():
    before = "2211111 1111111 2222111 2222111"
    settings = {"clean_up": "2: min_size=1.5 unit=physical"}
    for spacing, after in [
        ((1, 1), before),
        ((0.5, 1), "1111111 1111111 2222111 2222111"),
        ((0.2, 0.5), "1111111 1111111 1111111 1111111"),
    ]:
        np.testing.assert_array_equal(cleaned(before, spacing=spacing, **settings), picture(after))


def test_lengths_in_the_images_unit_follow_the_shape_of_its_pixels():
    # Rows two units apart: a line of one row is two units thick.
    line = "1111111 1222221 1111111 1111111"
    opened = {"clean_up": "2: open=2 unit=physical"}
    np.testing.assert_array_equal(cleaned(line, spacing=(2, 1), **opened), picture(line))
    np.testing.assert_array_equal(cleaned(line, spacing=(1, 1), **opened), np.ones((4, 7)))


def test_physical_sizes_need_the_size_of_a_pixel():
    with pytest.raises(SeededKMeansError, match="unit=physical, but the size of a pixel is unknown"):
        cleaned("221", clean_up="2: min_size=3 unit=physical")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", ""),
        (" 2:min_size=40   open=3 ;", "2: min_size=40 open=3"),
        ({2: {"fill_holes": True, "close": 1.5}, "all": {"unit": "physical"}}, "2: fill_holes=yes close=1.5; all: unit=physical"),
    ],
)  # fmt: skip
def test_clean_up_is_kept_as_text_in_one_form(given, kept):
    params = Params(clean_up=given)
    assert params.clean_up == kept
    assert Params(**params.model_dump()) == params


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("2 min_size=3", "clean_up should read CLASS: NAME=VALUE"),
        ("nuclei: open=3", "clean_up should read CLASS"),
        ("2: open=3; 2: close=3", "each class once"),
        ("2: open=wide", "number from 0 on for open"),
        ("2: min_size=-1", "number from 0 on for min_size"),
        ("2: fill_holes=perhaps", "fill_holes is yes or no"),
        ("2: unit=miles", "unit px or physical"),
        ("2: shrink=3", "names close, open"),
        (5, "should be text"),
    ],
)
def test_what_makes_no_sense_is_named(given, message):
    with pytest.raises(SeededKMeansError, match=message):
        make_params(clean_up=given)
