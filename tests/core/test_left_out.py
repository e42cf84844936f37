"""How good strokes are, from the strokes alone."""

import json

import numpy as np
import pytest

from napari_seeded_kmeans import SeededKMeansError, samples
from napari_seeded_kmeans.core.left_out import (
    EstimatedAccuracy,
    estimate_accuracy,
    estimate_of_pairs,
    split_strokes,
)
from napari_seeded_kmeans.core.params import make_params


@pytest.fixture
def seeds():
    painted = np.zeros((60, 60), np.uint8)
    painted[5, 5:55] = 1
    for row in (15, 25, 35, 45):
        painted[row, 10:20] = 2
    painted[55, 55] = 3
    return painted


def test_strokes_stay_whole_where_there_are_enough(seeds):
    folds = split_strokes(seeds, 4)
    assert sorted(len(set(folds[row, 10:20])) for row in (15, 25, 35, 45)) == [1, 1, 1, 1]
    assert set(folds[seeds == 2]) == {0, 1, 2, 3}


def test_a_single_stroke_is_halved_twice(seeds):
    stretch = split_strokes(seeds, 4)[5, 5:55]
    assert np.count_nonzero(np.diff(stretch)) == 3
    assert np.bincount(stretch).tolist() == pytest.approx([12, 12, 13, 13], abs=1)


def test_a_single_pixel_is_never_left_out(seeds):
    folds = split_strokes(seeds, 4)
    assert folds[55, 55] == -1
    assert (folds[seeds == 0] == -1).all()


def test_clear_colours_are_predicted_and_noise_is_not(seeds):
    rng = np.random.default_rng(0)
    seeds[55, 55] = 0
    clear = np.where(np.arange(60)[:, np.newaxis] < 10, 50, 200) + rng.normal(0, 3, (60, 60))
    assert estimate_accuracy(clear, seeds, texture=False).mean > 0.95
    assert estimate_accuracy(rng.normal(0, 3, (60, 60)), seeds, texture=False).mean < 0.8


def test_it_is_the_same_number_every_time():
    sample = samples.load("nuclei")
    first, second = (estimate_accuracy(sample.image, sample.seeds) for _ in range(2))
    assert first == second
    assert set(first.by_class) == {1, 2}
    assert first.mean == pytest.approx(np.mean(list(first.by_class.values())))


def test_single_pixels_leave_nothing_to_leave_out():
    with pytest.raises(SeededKMeansError, match="single pixels"):
        estimate_accuracy(np.zeros((5, 5)), np.array([[1, 0, 2, 0, 0]] + [[0] * 5] * 4))


def test_seeds_of_one_class_are_refused():
    with pytest.raises(SeededKMeansError, match="seeds"):
        estimate_accuracy(np.zeros((5, 5)), np.eye(5, dtype=int))


def test_strokes_on_two_images_are_left_out_together(seeds):
    rng = np.random.default_rng(0)
    clear = np.where(np.arange(60)[:, np.newaxis] < 10, 50, 200) + rng.normal(0, 3, (60, 60))
    seeds[55, 55] = 0
    halves = [(clear, np.where(seeds == value, seeds, 0)) for value in (1, 2)]
    estimated = estimate_of_pairs(iter(halves), make_params(texture=False))
    assert set(estimated.by_class) == {1, 2}
    assert estimated.mean > 0.95


def test_an_estimate_is_said_in_words_and_comes_back_from_json():
    estimated = EstimatedAccuracy(0.875, {1: 1.0, 7: 0.75})
    assert estimated.in_words() == "88% of strokes that were left out (background 100%, class 7 75%)"
    assert EstimatedAccuracy.from_dict(json.loads(json.dumps(estimated.to_dict()))) == estimated
    with pytest.raises(SeededKMeansError, match="estimated accuracy has KeyError"):
        EstimatedAccuracy.from_dict({"mean": 1})


def test_no_pairs_are_refused():
    with pytest.raises(SeededKMeansError, match="pairs are empty"):
        estimate_of_pairs([], make_params())
