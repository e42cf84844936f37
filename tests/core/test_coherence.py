"""From scores to labels that hang together."""

import numpy as np
import pytest
from pictures import disc, dots

from napari_seeded_kmeans.core import scene
from napari_seeded_kmeans.core.coherence import best_class, light_cut, light_cut_of_middle, strong_cut
from napari_seeded_kmeans.core.grid import Grid
from napari_seeded_kmeans.core.scene import Scene, View

RNG = np.random.default_rng(0)


def view_of(truth, seeds, noise=0.25, classes=2, spacing=None):
    """Scores that are right but noisy, and one channel with the true edges."""
    scores = np.stack([truth == index for index in range(classes)]).astype(np.float32)
    scores = np.clip(scores + RNG.normal(0, noise, scores.shape), 0.02, 1).astype(np.float32)
    channels = (truth + RNG.normal(0, 0.05, truth.shape)).astype(np.float32)[np.newaxis]
    return View(scores / scores.sum(axis=0), Scene(channels, spacing), seeds)


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


@pytest.mark.parametrize(("cut", "picture"), [(light_cut, disc), (light_cut, dots), (strong_cut, disc)])
def test_from_coarse_to_fine_hardly_differs_from_all_at_once(monkeypatch, cut, picture):
    truth, seeds = picture((90, 121))
    view = view_of(truth, seeds, noise=0.35)
    at_once = cut(view)
    monkeypatch.setattr(scene, "_N_MIDDLE", 3000)
    monkeypatch.setattr(scene, "_N_SKETCH", 1000)
    by_steps = View(view.scores, Scene(view.scene.channels), seeds)
    assert by_steps.sketch.seeds.size < by_steps.middle.seeds.size < seeds.size
    assert (cut(by_steps) != at_once).mean() < 0.003


def test_a_light_cut_finds_what_is_smaller_than_a_block(monkeypatch):
    truth = np.zeros((120, 120), np.int32)
    truth[40:43, 50:53] = truth[80:83, 20:24] = 1
    view = view_of(truth, np.full(truth.shape, -1, np.int32), noise=0.02)
    monkeypatch.setattr(scene, "_N_MIDDLE", 300)
    np.testing.assert_array_equal(light_cut(view), truth)


def test_a_light_cut_goes_on_from_its_middle(monkeypatch):
    monkeypatch.setattr(scene, "_N_MIDDLE", 3000)
    truth, seeds = dots((90, 121))
    view = view_of(truth, seeds, noise=0.35)
    of_middle = light_cut_of_middle(view)
    assert of_middle.shape == view.middle.seeds.shape
    np.testing.assert_array_equal(light_cut(view, of_middle=of_middle), light_cut(view))


def test_several_classes_share_an_object():
    truth, seeds = disc()
    truth[:, 40:][truth[:, 40:] == 1] = 2
    seeds[30, 36:44] = -1
    seeds[30, 30:36], seeds[30, 44:50] = 1, 2
    assert (strong_cut(view_of(truth, seeds, classes=3)) == truth).mean() > 0.99


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


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("weight", [0.05, 0.2, 0.4])
def test_pixels_that_no_neighbours_outweigh_are_left_out_and_nobody_can_tell(n_classes, weight, monkeypatch):
    rng = np.random.default_rng(0)
    scores = np.exp(2 * rng.normal(size=(n_classes, 40, 50))).astype(np.float32)
    seeds = np.full((40, 50), -1, np.int32)
    seeds[10:20, 10:12], seeds[30:35, 10:12] = 0, 1
    view = View(scores / scores.sum(axis=0), Scene(rng.random((3, 40, 50), np.float32)), seeds)
    n_free = []
    original = Grid.cut

    def counted(self, labels, free, *given):
        n_free.append(np.count_nonzero(free))
        return original(self, labels, free, *given)

    monkeypatch.setattr(Grid, "cut", counted)
    fast = light_cut(view, weight)
    monkeypatch.setattr(
        "napari_seeded_kmeans.core.coherence._are_settled", lambda scores, _: np.zeros(scores.shape[1:], bool)
    )
    np.testing.assert_array_equal(fast, light_cut(view, weight))
    assert n_free[0] < n_free[1]
