"""Colours that no stroke touched: the picture's own clusters say what they belong to."""

import numpy as np
import pytest

from napari_seeded_kmeans import segment
from napari_seeded_kmeans.core.scene import Scene, View
from napari_seeded_kmeans.core.unpainted import judge_unpainted

GRASS, SHIRT, TROUSERS, LEAVES = (90, 140, 60), (220, 215, 205), (60, 60, 140), (40, 60, 50)


def _picture(*parts, noise=6):
    """Grass with boxes (rows, columns, colour) on it."""
    colors = np.full((120, 120, 3), GRASS, float)
    for rows, columns, color in parts:
        colors[rows, columns] = color
    return np.clip(colors + np.random.default_rng(0).normal(0, noise, colors.shape), 0, 255).astype(np.uint8)


def _iou(found, true):
    return (found & true).sum() / (found | true).sum()


@pytest.fixture
def person():
    """Painted on the shirt only; leaves, dark as the trousers, are painted as background."""
    body = np.s_[48:72]
    image = _picture(
        (np.s_[30:60], body, SHIRT), (np.s_[60:96], body, TROUSERS), (np.s_[:12], np.s_[:], LEAVES)
    )
    truth = np.zeros((120, 120), bool)
    truth[30:96, body] = True
    seeds = np.zeros((120, 120), np.uint8)
    seeds[35:55, 58:62] = 2
    seeds[5, 10:110] = 1
    seeds[20:110, 20] = seeds[20:110, 100] = 1
    return image, seeds, truth


def test_trousers_belong_to_the_shirt_that_was_painted(person):
    image, seeds, truth = person
    assert _iou(segment(image, seeds).mask, truth) > 0.95


def test_what_lies_nearer_belongs_to_the_shirt_even_if_it_is_coloured_like_the_leaves(person):
    image, seeds, truth = person
    image = image.copy()
    image[60:96, 48:72] = _picture((np.s_[:], np.s_[:], (60, 70, 60)))[60:96, 48:72]
    assert _iou(segment(image, seeds).mask, truth) > 0.95


def test_a_second_thing_like_the_painted_one_is_found_as_before():
    lungs = np.zeros((120, 120), bool)
    lungs[30:90, 20:50] = lungs[30:90, 70:100] = True
    image = np.where(lungs, 60, 160) + np.random.default_rng(0).normal(0, 8, lungs.shape)
    seeds = np.zeros(lungs.shape, np.uint8)
    seeds[40:80, 35] = 2
    seeds[30:90, 60] = seeds[10, 10:110] = 1
    for judged in (False, True):
        assert _iou(segment(image, seeds, judge_unpainted=judged).mask, lungs) > 0.95


def test_scores_of_pixels_that_strokes_know_stay():
    rng = np.random.default_rng(0)
    first = rng.random((30, 40), np.float32)
    scores = np.stack([first, 1 - first])
    seeds = np.full(first.shape, -1, np.int32)
    seeds[3, 3:9], seeds[20, 20:30] = 0, 1
    view = View(scores, Scene(rng.random((3, 30, 40), np.float32)), seeds)
    strangeness = np.where(np.arange(40) < 20, 0.4, 3.0) * np.ones((30, 1))
    judged = judge_unpainted(view, strangeness.astype(np.float32)).scores
    assert judged[:, :, :20] == pytest.approx(scores[:, :, :20], abs=1e-4)
    assert not np.allclose(judged[:, :, 20:], scores[:, :, 20:], atol=0.05)
    assert judged.sum(axis=0) == pytest.approx(1, abs=1e-6)


def test_a_picture_of_one_colour_has_one_cluster():
    scene = Scene(np.ones((3, 20, 20), np.float32))
    assert len(scene.clusters.centers) == 1
    assert scene.clusters.bandwidth > 0


def test_what_is_painted_on_one_side_only_does_not_end_at_the_other_border():
    ground = 60 + 30 * np.sin(np.arange(120) / 25)
    truth = np.hypot(*(np.mgrid[:120, :120] - 60)) < 28
    image = np.where(truth, 130, ground) + np.random.default_rng(0).normal(0, 6, truth.shape)
    seeds = np.zeros(truth.shape, np.uint8)
    seeds[50:70, 50], seeds[50:70, 8] = 2, 1
    assert _iou(segment(image, seeds).mask, truth) > 0.95


def test_a_class_whose_strokes_are_not_seen_is_as_near_as_the_other():
    rng = np.random.default_rng(0)
    first = rng.random((20, 20), np.float32)
    seeds = np.full(first.shape, -1, np.int32)
    seeds[3, 3:9] = 1
    view = View(np.stack([first, 1 - first]), Scene(rng.random((3, 20, 20), np.float32)), seeds)
    assert np.isfinite(judge_unpainted(view, np.full(first.shape, 3, np.float32)).scores).all()


def test_several_classes_are_left_to_their_strokes(person):
    image, seeds, _ = person
    seeds = seeds.copy()
    seeds[70:90, 58:62] = 3
    off, on = (segment(image, seeds, spread="strokes", judge_unpainted=judged) for judged in (False, True))
    assert np.array_equal(off.scores, on.scores)


def test_no_cut_no_judgement(person):
    image, seeds, _ = person
    off, on = (segment(image, seeds, coherence=0.0, judge_unpainted=judged) for judged in (False, True))
    assert np.array_equal(off.scores, on.scores)


def test_noise_is_not_taken_for_what_lies_along_an_outline():
    """Means of blocks on an outline lie between both; single pixels do by noise, too."""
    rng = np.random.default_rng(0)
    z, y, x = np.mgrid[:30, :128, :128]
    ball = ((z - 15) * 2) ** 2 + (y - 60) ** 2 + (x - 60) ** 2 < 28**2
    image = (rng.normal(20, 3, ball.shape) + 50 * ball).astype(np.float32)
    seeds = np.zeros(ball.shape, np.uint8)
    seeds[15, 110, 20:40], seeds[15, 60, 50:70] = 1, 2
    assert _iou(segment(image, seeds, spacing=(2, 1, 1)).mask, ball) > 0.999
