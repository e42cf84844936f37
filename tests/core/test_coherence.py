"""From scores to labels that hang together."""

import numpy as np
import pytest

from napari_seeded_kmeans.core import coherence
from napari_seeded_kmeans.core.coherence import (
    Scene,
    View,
    best_class,
    find_spread,
    light_cut,
    may_be_everywhere,
    strong_cut,
)

RNG = np.random.default_rng(0)


def view_of(truth, seeds, noise=0.25, classes=2, spacing=None):
    """Scores that are right but noisy, and one channel with the true edges."""
    scores = np.stack([truth == index for index in range(classes)]).astype(np.float32)
    scores = np.clip(scores + RNG.normal(0, noise, scores.shape), 0.02, 1).astype(np.float32)
    channels = (truth + RNG.normal(0, 0.05, truth.shape)).astype(np.float32)[np.newaxis]
    return View(scores / scores.sum(axis=0), Scene(channels, spacing), seeds)


def disc(shape=(60, 80), radius=18):
    grid = np.indices(shape) - np.array(shape).reshape(-1, *[1] * len(shape)) / 2
    truth = ((grid**2).sum(axis=0) < radius**2).astype(np.int32)
    seeds = np.full(shape, -1, np.int32)
    middle = tuple(size // 2 for size in shape)
    seeds[(*middle[:-1], slice(middle[-1] - 4, middle[-1] + 4))] = 1
    seeds[(*[1] * (len(shape) - 1), slice(2, -2))] = 0
    return truth, seeds


def dots(shape=(60, 80), step=20):
    truth = np.zeros(shape, np.int32)
    seeds = np.full(shape, -1, np.int32)
    for y in range(10, shape[0], step):
        for x in range(10, shape[1], step):
            truth[y - 4 : y + 5, x - 4 : x + 5] = 1
    seeds[10, 8:12] = seeds[10, 28:32] = seeds[30, 8:12] = 1
    seeds[20, :] = 0
    return truth, seeds


def test_a_light_cut_removes_speckle_and_keeps_every_dot():
    truth, seeds = dots()
    view = view_of(truth, seeds, noise=0.4)
    before = (view.scores.argmax(axis=0) != truth).sum()
    assert before > 100
    assert (light_cut(view) != truth).sum() < before / 10


@pytest.mark.parametrize("shape", [(60, 80), (20, 24, 28)])
def test_a_strong_cut_finds_the_whole_object(shape):
    truth, seeds = disc(shape, min(shape) / 3)
    labels = strong_cut(view_of(truth, seeds, noise=0.35))
    assert (labels == truth).mean() > 0.995


def test_strokes_are_never_overruled():
    truth, seeds = disc()
    seeds[5, 70:75] = 1
    labels = strong_cut(view_of(truth, seeds))
    assert (labels[seeds >= 0] == seeds[seeds >= 0]).all()


def test_the_outline_of_a_large_image_is_settled_at_full_resolution(monkeypatch):
    truth, seeds = disc((90, 121), 30)
    view = view_of(truth, seeds, noise=0.35)
    whole = strong_cut(view)
    monkeypatch.setattr(coherence, "_N_COARSE", 3000)
    coarsely = View(view.scores, Scene(view.scene.channels), seeds)
    assert (strong_cut(coarsely) != whole).mean() < 0.003


def test_several_classes_share_an_object():
    truth, seeds = disc()
    truth[:, 40:][truth[:, 40:] == 1] = 2
    seeds[30, 36:44] = -1
    seeds[30, 30:36], seeds[30, 44:50] = 1, 2
    assert (strong_cut(view_of(truth, seeds, classes=3)) == truth).mean() > 0.99


def test_one_object_is_told_from_many():
    truth, seeds = disc()
    assert not may_be_everywhere(seeds, 2)
    assert find_spread(truth, seeds, 2) == "strokes"
    truth, seeds = dots()
    assert may_be_everywhere(seeds, 2)
    assert find_spread(truth, seeds, 2) == "everywhere"


def test_many_strokes_in_one_object_are_one_object():
    truth, seeds = disc()
    seeds[24, 36:40] = seeds[36, 36:40] = seeds[30, 50:52] = 1
    assert find_spread(truth, seeds, 2) == "strokes"


def test_fragments_beside_an_object_are_no_crowd():
    truth, seeds = disc()
    for row, column in ((2, 2), (2, 40), (56, 2)):
        truth[row, column : column + 3] = 1
        seeds[row, column : column + 3] = 1
    assert find_spread(truth, seeds, 2) == "strokes"


def test_same_bits_for_any_number_of_threads(monkeypatch):
    from napari_seeded_kmeans.core import threads

    truth, seeds = disc()
    view = view_of(truth, seeds)
    results = []
    for n_threads in (1, 2, 4):
        monkeypatch.setattr(threads, "_n_threads", n_threads)
        results.append(strong_cut(view).tobytes())
    assert len(set(results)) == 1


@pytest.mark.parametrize("n_classes", [1, 2, 5])
def test_the_best_class_is_the_first_of_the_largest(n_classes):
    scores = RNG.integers(0, 4, (n_classes, 30, 40)).astype(np.float32)
    np.testing.assert_array_equal(best_class(scores), scores.argmax(axis=0))


def test_contrast_is_in_units_of_the_steps_between_neighbours():
    channels = RNG.normal(size=(3, 12, 14)).astype(np.float32)
    steps = [np.diff(channels, axis=axis) for axis in (1, 2)]
    total = sum((step**2).sum() for step in steps)
    n = sum(step[0].size for step in steps)
    np.testing.assert_allclose(Scene(channels).contrast, channels / np.sqrt(2 * total / n), rtol=1e-5)
    np.testing.assert_array_equal(Scene(channels * 0).contrast, 0)


def test_what_lies_deep_among_its_kind_can_be_left_out(monkeypatch):
    truth, seeds = disc((130, 150), 40)
    view = view_of(truth, seeds, noise=0.02)
    found = light_cut(view)
    monkeypatch.setattr(coherence, "_SURE", 2.0)
    np.testing.assert_array_equal(light_cut(view), found)
