"""Where to paint next, and what is none of the classes."""

import numpy as np
import pytest

from napari_seeded_kmeans import SeededKMeansError, segment
from napari_seeded_kmeans.core.evidence import Evidence
from napari_seeded_kmeans.core.guidance import next_stroke, none_of_these, paint_here_next


def test_the_middle_of_the_largest_doubt_comes_first():
    doubts = np.zeros((80, 100), np.float32)
    doubts[10:14, 10:14] = 1
    doubts[50:70, 60:80] = 0.8
    y, x = paint_here_next(doubts, np.zeros(doubts.shape, np.uint8))
    assert 55 <= y < 65
    assert 65 <= x < 75


def test_a_painted_doubt_is_not_asked_for_again():
    doubts = np.zeros((80, 100), np.float32)
    doubts[10:14, 10:14] = doubts[50:54, 60:64] = 1
    seeds = np.zeros(doubts.shape, np.uint8)
    y, x = paint_here_next(doubts, seeds)
    seeds[y, x] = 1
    other = paint_here_next(doubts, seeds)
    assert abs(other[0] - y) + abs(other[1] - x) > 30


def test_nothing_is_asked_where_all_is_clear():
    assert paint_here_next(np.zeros((5, 6, 7)), np.zeros((5, 6, 7), int)) is None


def test_shapes_must_agree():
    with pytest.raises(SeededKMeansError, match=r"seeds have shape \(2, 3\), but uncertainty has \(3, 2\)"):
        paint_here_next(np.zeros((3, 2)), np.zeros((2, 3), int))


def test_a_stranger_to_all_classes_is_none_of_these():
    np.testing.assert_array_equal(none_of_these(np.array([0.5, 0.2, 8])), [False, False, True])


@pytest.mark.parametrize("with_region", [False, True])
def test_doubts_of_a_large_image_are_found_without_scoring_all_of_it(monkeypatch, with_region):
    monkeypatch.setattr("napari_seeded_kmeans.core.scene._N_MIDDLE", 1 << 10)
    image = np.random.default_rng(0).normal(60, 4, (120, 160))
    image[:, 80:] += 60
    image[70:100, 70:90] = 90
    seeds = np.zeros(image.shape, np.uint8)
    seeds[5:110, 20:24], seeds[5:110, 140:144] = 1, 2
    region = np.zeros(image.shape, bool)
    region[:, 5:] = True
    result = segment(image, seeds, lazy=True, region=region if with_region else None)
    if not with_region:
        monkeypatch.setattr(Evidence, "look", lambda *_given: pytest.fail("scores are not needed"))
    y, x = next_stroke(result.maps, np.ones(image.shape), seeds)
    assert 66 <= y < 104
    assert 66 <= x < 94
    assert next_stroke(result.maps, np.zeros(image.shape), seeds) is None
