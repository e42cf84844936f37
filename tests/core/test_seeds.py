"""Seeds: what is accepted as an array, what is found in a stroke picture."""

import io

import numpy as np
import pytest
from PIL import Image

from napari_seeded_kmeans import SeededKMeansError
from napari_seeded_kmeans.core import seeds as seeds_module
from napari_seeded_kmeans.core.seeds import (
    are_same,
    changed_places,
    check_seeds,
    note_places,
    painted_in,
    painted_places,
    strokes_to_seeds,
    with_part,
)

RED, BLUE, BLACK, WHITE = (255, 0, 0), (0, 0, 255), (0, 0, 0), (255, 255, 255)


def stroke_picture(ground=BLACK, red=RED, blue=BLUE):
    picture = np.full((40, 60, 3), ground, np.uint8)
    picture[5:12, 5:30] = red
    picture[25:32, 10:50] = blue
    return picture


EXPECTED = np.zeros((40, 60), np.uint8)
EXPECTED[5:12, 5:30] = 2
EXPECTED[25:32, 10:50] = 1


@pytest.mark.parametrize("ground", [BLACK, WHITE, (128, 128, 128)])
@pytest.mark.parametrize("red", [RED, (255, 0, 40), (255, 40, 0), (200, 30, 30)])
@pytest.mark.parametrize("blue", [BLUE, (6, 0, 255), (0, 60, 220)])
def test_strokes_are_found_on_any_ground(ground, red, blue):
    np.testing.assert_array_equal(strokes_to_seeds(stroke_picture(ground, red, blue)), EXPECTED)


def test_transparent_ground_is_not_painted():
    picture = np.dstack([stroke_picture(ground=RED), (EXPECTED > 0).astype(np.uint8) * 255])
    np.testing.assert_array_equal(strokes_to_seeds(picture), EXPECTED)


def test_jpeg_smear_paints_nothing_far_from_the_strokes():
    file = io.BytesIO()
    Image.fromarray(stroke_picture()).save(file, "JPEG", quality=70)
    seeds = strokes_to_seeds(np.asarray(Image.open(file)))
    differs = seeds != EXPECTED
    assert differs.mean() < 0.02
    assert not ((seeds == 1) & (EXPECTED == 2)).any()
    assert not ((seeds == 2) & (EXPECTED == 1)).any()


def test_anti_aliased_edges_are_left_out():
    picture = stroke_picture()
    picture[12, 5:30] = (60, 0, 0)
    picture[32, 10:50] = (0, 0, 80)
    np.testing.assert_array_equal(strokes_to_seeds(picture), EXPECTED)


def test_blur_keeps_the_inside_of_strokes():
    seeds = strokes_to_seeds(stroke_picture(), blur_sigma_px=1.1)
    assert (seeds[7:10, 7:28] == 2).all()
    assert (seeds[27:30, 12:48] == 1).all()


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (stroke_picture(blue=BLACK), r"no blue \(background\) strokes"),
        (stroke_picture(red=BLACK), r"no red \(foreground\) strokes"),
        (np.zeros((4, 4), np.uint8), r"must be a uint8 colour picture .* not uint8 \(4, 4\)"),
        (np.zeros((4, 4, 3)), "not float64"),
    ],
)
def test_unusable_stroke_pictures(picture, message):
    with pytest.raises(SeededKMeansError, match=message):
        strokes_to_seeds(picture)


def seeds_of(*values, shape=(4, 5)):
    seeds = np.zeros(shape, np.uint8)
    seeds.flat[: len(values)] = values
    return seeds


@pytest.mark.parametrize(
    ("seeds", "message"),
    [
        (seeds_of(1, 2).astype(float), "seeds must be an integer array, not float64"),
        (
            seeds_of(1, 2, shape=(3, 3)),
            r"seeds have shape \(3, 3\), but the image's spatial shape is \(4, 5\)",
        ),
        (seeds_of(), "seeds are all zero"),
        (seeds_of(7, 7), "seeds hold only class 7"),
    ],
)
def test_unusable_seeds(seeds, message):
    with pytest.raises(SeededKMeansError, match=message):
        check_seeds(seeds, (4, 5))


def test_byte_order_is_made_native():
    checked = check_seeds(seeds_of(1, 2).astype(">i4"), (4, 5))
    assert checked.dtype.isnative
    np.testing.assert_array_equal(checked, seeds_of(1, 2))


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint32, np.int64])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.9])
@pytest.mark.parametrize("shape", [(0, 5), (3, 1), (37, 41), (6, 7, 11)])
def test_what_is_painted_is_found_in_order(dtype, share, shape):
    rng = np.random.default_rng(0)
    seeds = np.where(rng.random(shape) < share, rng.integers(-3, 4, shape) % 250, 0).astype(dtype)
    for array in (seeds, seeds.T, seeds[::2, ::-1]):
        np.testing.assert_array_equal(painted_places(array), np.flatnonzero(array))


def test_noted_places_are_those_of_one_array_for_as_long_as_it_lives():
    array, places = np.zeros((5, 7), np.uint8), np.array([3, 4])
    note_places(array, places)
    assert painted_places(array) is places
    assert len(painted_places(array.copy())) == 0
    n_noted = len(seeds_module._noted)
    del array
    assert len(seeds_module._noted) == n_noted - 1


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.int64])
@pytest.mark.parametrize("shape", [(3,), (7, 9), (5, 6, 11), (40, 50)])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.9])
def test_changes_are_found_wherever_they_are(dtype, shape, share):
    rng = np.random.default_rng(0)
    one = rng.integers(0, 3, shape).astype(dtype)
    other = np.where(rng.random(shape) < share, one + 1, one).astype(dtype)
    for pair in ((one, other), (np.asfortranarray(one), other), (one[..., ::-1], other[..., ::-1])):
        np.testing.assert_array_equal(changed_places(*pair), np.flatnonzero(pair[0] != pair[1]))


@pytest.mark.parametrize("is_noted", [True, False])
def test_a_part_takes_the_place_of_what_was_there_and_is_remembered(is_noted):
    rng = np.random.default_rng(0)
    seeds = np.where(rng.random((6, 40, 50)) < 0.02, 3, 0).astype(np.uint16)
    if is_noted:
        note_places(seeds, np.flatnonzero(seeds))
    box = (slice(2, 3), slice(0, 30), slice(7, 50))
    part = np.where(rng.random((1, 30, 43)) < 0.02, 2, 0).astype(np.uint16)
    expected = seeds.copy()
    expected[box] = part
    changed = with_part(seeds, box, part)
    np.testing.assert_array_equal(changed, expected)
    np.testing.assert_array_equal(painted_places(changed), np.flatnonzero(expected))
    inside = np.ravel_multi_index(painted_in(changed, box), changed.shape)
    only_inside = np.zeros_like(expected)
    only_inside[box] = part
    np.testing.assert_array_equal(inside, np.flatnonzero(only_inside))


def test_seeds_are_the_same_if_their_strokes_are():
    one = np.zeros((30, 40), np.uint8)
    one[3, 4:20] = 1
    other = one.copy()
    assert are_same(one, one)
    assert are_same(one, other)
    other[3, 4] = 2
    assert not are_same(one, other)
    other[3, 4] = 0
    assert not are_same(one, other)
    assert not are_same(one, one.astype(np.uint16))
    assert not are_same(one, one[:, :-1])
