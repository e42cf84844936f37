"""How many clusters an image has."""

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.core.elbow import _silhouette, find_elbow

RNG = np.random.default_rng(0)


def levels(n, shape=(60, 60)):
    """Return a grey image of n well separated values with a little noise."""
    values = np.linspace(20, 235, n)[RNG.integers(0, n, shape)]
    return np.rint(values + RNG.normal(0, 2, shape)).astype(np.uint8)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 8])
def test_separated_grey_values_are_counted_both_ways(n):
    found = nsk.elbow(levels(n), 10)
    assert found.suggested == n
    assert found.second_opinion == n


def test_how_far_the_curve_goes_does_not_move_the_elbow():
    assert [nsk.elbow(levels(4), k_max).suggested for k_max in (4, 6, 12, 20)] == [4, 4, 4, 4]


def test_a_colour_image():
    image = np.zeros((40, 60, 3), np.uint8)
    image[:, 20:40], image[:, 40:] = (200, 30, 30), (30, 30, 200)
    image += RNG.integers(0, 9, image.shape).astype(np.uint8)
    found = nsk.elbow(image, 8, color_space="lab")
    assert found.suggested == 3
    assert found.second_opinion == 3


def test_the_curve_never_rises_and_is_what_cluster_image_finds():
    image = RNG.integers(0, 256, (70, 70, 3)).astype(np.uint8)
    found = nsk.elbow(image, 6)
    np.testing.assert_array_equal(found.k, [1, 2, 3, 4, 5, 6])
    assert (np.diff(found.wcss) <= 0).all()
    for k in (1, 4):
        single = nsk.cluster_image(image, k)
        assert found.wcss[k - 1] == single.inertia
        np.testing.assert_array_equal(found.image(k).labels, single.labels)


def test_an_answer_by_hand():
    image = np.array([[0, 2, 10]], np.uint8)
    found = nsk.elbow(image, 3)
    np.testing.assert_allclose(found.wcss, [56, 2, 0])
    np.testing.assert_allclose(found.mean_wcss, [56 / 3, 0.5, 0])
    # Two clusters: (10 - 2) / 10 and (8 - 2) / 8 for the pair, 0 for the point alone.
    np.testing.assert_allclose(found.silhouette, [np.nan, (0.8 + 0.75) / 3, np.nan])
    assert (found.suggested, found.second_opinion) == (3, 2)
    assert found.to_rows()[1] == {"k": 2, "wcss": 2, "mean_wcss": 0.5, "silhouette": pytest.approx(0.5166667)}


@pytest.mark.parametrize(
    ("wcss", "k"),
    [
        ([9], 1),
        ([9, 3], 2),
        ([5, 5, 5], 1),
        ([0, 0], 1),
        ([64, 32, 16, 8], 4),  # Steeper and steeper: the elbow is not before the last K.
        ([100, 10, 9, 8, 7], 2),
        ([100, 60, 20, 15, 10], 3),
        ([100, 30, 12, 0, 0, 0], 4),
    ],
)
def test_the_elbow_is_farthest_below_the_line(wcss, k):
    assert find_elbow(wcss) == k


def test_silhouettes_are_those_of_scikit_learn():
    points = RNG.normal(size=(60, 3))
    labels = RNG.integers(0, 5, 60)
    labels[0] = 7
    distances = np.linalg.norm(points[:, None] - points, axis=2)
    assert _silhouette(distances, labels) == pytest.approx(silhouette_score(points, labels), abs=1e-12)


def test_one_flat_colour():
    found = nsk.elbow(np.full((9, 9), 7), 4)
    np.testing.assert_array_equal(found.wcss, [0, 0, 0, 0])
    assert (found.suggested, found.second_opinion) == (1, 1)


def test_progress_and_cancel():
    seen = []
    image = levels(3)
    nsk.elbow(image, 4, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    with pytest.raises(nsk.CancelledError):
        nsk.elbow(image, 4, cancel=lambda: True)


@pytest.mark.parametrize("k_max", [0, 300, 2.0])
def test_a_largest_k_that_is_none(k_max):
    with pytest.raises(nsk.SeededKMeansError, match="k_max must be an integer from 1 to 256, not"):
        nsk.elbow(levels(3), k_max)


def test_only_the_k_that_were_tried_can_be_shown():
    with pytest.raises(nsk.SeededKMeansError, match="n_clusters must be from 1 to 3, not 4"):
        nsk.elbow(levels(3), 3).image(4)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_on_a_line_every_k_comes_from_one_pass_and_is_what_cluster_image_finds(dtype, monkeypatch):
    image = levels(5).astype(dtype) * dtype(3 if dtype != np.uint8 else 1)
    expected = [nsk.cluster_image(image, k) for k in range(1, 9)]
    monkeypatch.setattr("napari_seeded_kmeans.core.clustering.find_clusters", None)
    found = nsk.elbow(image, 8)
    for k, one in enumerate(expected, start=1):
        np.testing.assert_array_equal(found.image(k).labels, one.labels)
        np.testing.assert_allclose(found.image(k).centers, one.centers)
        np.testing.assert_allclose(found.wcss[k - 1], one.inertia)
