"""K-means in a hurry: good enough for a glance, and the same every time."""

import numpy as np

from napari_seeded_kmeans.core.kmeans import kmeans
from napari_seeded_kmeans.core.quick_kmeans import quick_kmeans


def test_groups_far_apart_are_found():
    samples = np.array([[0, 0], [0, 2], [100, 0], [100, 2]], np.float32)
    found = quick_kmeans(samples, 2)
    np.testing.assert_array_equal(np.sort(found.centers, axis=0), [[0, 1], [100, 1]])
    assert found.inertia == 4
    assert found.labels[0] == found.labels[1] != found.labels[2] == found.labels[3]


def test_it_is_not_much_worse_than_taking_all_the_time():
    rng = np.random.default_rng(0)
    samples = (rng.normal(size=(12, 6))[rng.integers(0, 12, 1500)] * 3 + rng.normal(size=(1500, 6))).astype(
        "f"
    )
    assert quick_kmeans(samples, 16).inertia < 1.2 * kmeans(samples, 16).inertia


def test_the_same_samples_give_the_same_bits():
    samples = np.random.default_rng(1).normal(size=(300, 9)).astype(np.float32)
    one, other = quick_kmeans(samples, 8, random_state=3), quick_kmeans(samples, 8, random_state=3)
    assert one.centers.tobytes() == other.centers.tobytes()


def test_there_are_no_more_centres_than_distinct_samples():
    assert len(quick_kmeans(np.repeat([[1.0], [5.0]], 10, axis=0), 4).centers) == 2
