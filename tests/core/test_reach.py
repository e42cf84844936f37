"""How far strokes reach, where there are several."""

import numpy as np

from napari_seeded_kmeans.core.coherence import strong_cut
from napari_seeded_kmeans.core.scene import Scene, View


def labels_of(n_classes):
    """Label a flat strip: class 0 is painted near its left end, 1 on its right, 2 far behind that."""
    shape = (5, 60)
    seeds = np.full(shape, -1, np.int32)
    seeds[:, 0], seeds[:, 20] = 0, 1
    if n_classes > 2:
        seeds[:, 59] = 2
    scores = np.full((n_classes, *shape), 0.02, np.float32)
    # By their colours alone all pixels would be of class 1.
    scores[0], scores[1] = 0.2, 0.8
    scores /= scores.sum(axis=0)
    return strong_cut(View(scores, Scene(np.zeros((1, *shape), np.float32)), seeds), 1e-6)


def test_a_class_far_away_does_not_weaken_the_reach_of_the_others():
    near = np.s_[:, :20]
    alone, beside_another = labels_of(2)[near], labels_of(3)[near]
    assert set(np.unique(alone)) == {0, 1}
    np.testing.assert_array_equal(alone, beside_another)
