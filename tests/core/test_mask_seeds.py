"""Existing masks become seeds that lie inside what they stand for."""

import numpy as np
import pytest
from scipy import ndimage

from napari_seeded_kmeans.core.errors import SeededKMeansError
from napari_seeded_kmeans.core.mask_seeds import seeds_from_labels

LABELS = np.zeros((40, 60), np.uint8)
LABELS[5:15, 5:25], LABELS[20:35, 30:50], LABELS[2:4, 50:52] = 1, 2, 2


@pytest.mark.parametrize("how", ["eroded", "thinned", "sampled"])
def test_seeds_lie_in_their_class_and_every_class_has_some(how):
    seeds = seeds_from_labels(LABELS, how)
    assert seeds.dtype == np.uint8
    assert (seeds[seeds != 0] == LABELS[seeds != 0] + 1).all()
    assert set(np.unique(seeds)) == {0, 1, 2, 3}


@pytest.mark.parametrize("how", ["eroded", "thinned"])
def test_every_piece_keeps_some(how):
    pieces, n = ndimage.label(LABELS == 2)
    seeds = seeds_from_labels(LABELS, how)
    assert set(np.unique(pieces[seeds == 3])) == set(range(1, n + 1))


def test_eroded_keeps_clear_of_edges_but_not_of_the_frame():
    seeds = seeds_from_labels(LABELS, "eroded")
    assert not seeds[19:22, 28:52].any() or (seeds[19:22, 28:52] == 1).all()
    assert seeds[27, 40] == 3
    assert seeds[39, 0] == 1


def test_thinned_is_thin():
    seeds = seeds_from_labels(LABELS, "thinned")
    assert 0 < (seeds == 2).sum() < 30


def test_sampled_is_bounded_and_repeats():
    seeds = seeds_from_labels(np.ones((50, 50), bool), "sampled")
    assert (seeds == 2).sum() == 1000
    np.testing.assert_array_equal(seeds, seeds_from_labels(np.ones((50, 50), bool), "sampled"))
    assert (seeds != seeds_from_labels(np.ones((50, 50), bool), "sampled", random_state=1)).any()


@pytest.mark.parametrize(
    ("labels", "ignore", "expected"),
    [
        ([[0, 255]], None, {1, 2}),
        ([[False, True]], None, {1, 2}),
        ([[0, 0, 5]], None, {1, 6}),
        ([[1, 1, 2]], None, {1, 2}),
        ([[0, 1, 255]], 255, {0, 1, 2}),
        ([[1, 2, 0]], 0, {0, 1, 2}),
        ([[1, 70_000]], None, {1, 70_000}),
    ],
    ids=["mask", "bool", "labels with 0", "labels without 0", "ignored 255", "ignored 0", "large"],
)
def test_classes(labels, ignore, expected):
    seeds = seeds_from_labels(np.array(labels), "sampled", ignore=ignore)
    assert set(np.unique(seeds)) == expected


def test_volumes():
    labels = np.zeros((12, 20, 20), int)
    labels[3:9, 5:15, 5:15] = 1
    for how in ("eroded", "thinned", "sampled"):
        assert set(np.unique(seeds_from_labels(labels, how))) == {0, 1, 2}


@pytest.mark.parametrize(
    ("labels", "how", "message"),
    [
        (LABELS, "guessed", "how must be one of eroded, thinned, sampled, not 'guessed'"),
        (LABELS.astype(float), "eroded", "labels must be an integer or bool array, not float64"),
        (LABELS.astype(int) - 1, "eroded", "labels must not be negative, and the least is -1"),
    ],
)
def test_wrong_use(labels, how, message):
    with pytest.raises(SeededKMeansError, match=message):
        seeds_from_labels(labels, how)
