"""Images in K colours."""

import numpy as np
import pytest

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.core.threads import get_num_threads, set_num_threads

RNG = np.random.default_rng(0)


def three_blocks(dtype=np.uint8, noise=4):
    """(y, x, 3): half dark blue, a third orange, the rest white, with noise."""
    image = np.empty((60, 60, 3))
    image[:, :30], image[:, 30:50], image[:, 50:] = (20, 40, 120), (220, 130, 30), (240, 240, 240)
    return (image + RNG.integers(-noise, noise + 1, image.shape)).astype(dtype)


def test_an_answer_by_hand():
    image = np.array([[0, 2, 10, 0]], np.uint8)
    result = nsk.cluster_image(image, 2)
    np.testing.assert_array_equal(result.labels, [[0, 0, 1, 0]])
    np.testing.assert_allclose(result.centers, [[2 / 3], [10]])
    np.testing.assert_allclose(result.colors, [[2 / 3], [10]])
    np.testing.assert_allclose(result.shares, [0.75, 0.25])
    assert result.inertia == pytest.approx(2 * (2 / 3) ** 2 + (4 / 3) ** 2)
    np.testing.assert_array_equal(result.quantized, [[1, 1, 10, 1]])
    assert result.quantized.dtype == np.uint8


@pytest.mark.parametrize("color_space", ["rgb", "hsv", "lab", "intensity"])
def test_blocks_become_clusters_the_largest_first(color_space):
    image = three_blocks()
    result = nsk.cluster_image(image, 3, color_space=color_space)
    np.testing.assert_array_equal(np.unique(result.labels[:, :30]), [0])
    np.testing.assert_array_equal(np.unique(result.labels[:, 30:50]), [1])
    np.testing.assert_array_equal(np.unique(result.labels[:, 50:]), [2])
    np.testing.assert_allclose(result.shares, [1 / 2, 1 / 3, 1 / 6])
    np.testing.assert_allclose(result.colors[0], image[:, :30].mean(axis=(0, 1)))
    assert np.abs(result.quantized.astype(int) - image).max() <= 9


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_centres_inertia_and_labels_belong_together(dtype):
    image = RNG.integers(0, 200, (80, 90, 3)).astype(dtype)
    result = nsk.cluster_image(image, 7)
    pixels = image.reshape(-1, 3).astype(float)
    squared = ((pixels[:, None] - result.centers) ** 2).sum(axis=2)
    labels = result.labels.ravel()
    np.testing.assert_allclose(squared[np.arange(len(labels)), labels], squared.min(axis=1), rtol=1e-3)
    assert result.inertia == pytest.approx(squared.min(axis=1).sum(), rel=1e-3)
    np.testing.assert_allclose(result.colors, result.centers, rtol=1e-2)


def test_grey_values_are_clustered_to_the_optimum():
    image = RNG.integers(0, 256, (60, 70)).astype(np.uint8)
    best = nsk.kmeans(image.ravel(), 5).inertia
    assert nsk.cluster_image(image, 5).inertia == pytest.approx(best)


def test_opacity_takes_no_part_and_is_kept():
    image = np.concatenate([three_blocks(), RNG.integers(0, 256, (60, 60, 1)).astype(np.uint8)], axis=-1)
    result = nsk.cluster_image(image, 3)
    assert result.colors.shape == (3, 3)
    np.testing.assert_array_equal(result.quantized[..., 3], image[..., 3])


def test_channels_anywhere_and_any_number_of_axes():
    image = RNG.normal(size=(5, 4, 12, 13)) * 100
    result = nsk.cluster_image(image, 4, channel_axis=1)
    assert result.labels.shape == (5, 12, 13)
    assert result.centers.shape == result.colors.shape == (4, 4)
    assert result.quantized.shape == image.shape
    moved = np.moveaxis(result.quantized, 1, -1)
    np.testing.assert_allclose(moved[2, 3, 4], result.colors[result.labels[2, 3, 4]])


def test_pixels_that_are_not_finite_belong_to_no_cluster():
    image = np.array([[1.0, np.nan, 5.0, np.inf]])
    result = nsk.cluster_image(image, 2)
    np.testing.assert_array_equal(result.labels, [[0, -1, 1, -1]])
    np.testing.assert_array_equal(result.quantized, [[1, np.nan, 5, np.nan]])
    np.testing.assert_allclose(result.shares, [0.5, 0.5])


def test_fewer_colours_than_clusters_is_said():
    with pytest.warns(nsk.SeededKMeansWarning, match="n_clusters is 4 but image has only 2 distinct"):
        result = nsk.cluster_image(np.eye(8), 4)
    assert len(result.centers) == 2
    assert result.inertia == 0


@pytest.mark.parametrize("n_clusters", [0, -1, 257, 2.5, "8", None])
def test_a_number_of_clusters_that_is_none(n_clusters):
    with pytest.raises(nsk.SeededKMeansError, match="n_clusters must be an integer from 1 to 256, not"):
        nsk.cluster_image(three_blocks(), n_clusters)


def test_the_same_bits_for_any_number_of_threads():
    image = RNG.integers(0, 256, (200, 300, 3)).astype(np.uint8)
    before = get_num_threads()
    try:
        results = []
        for n_threads in (1, 3):
            set_num_threads(n_threads)
            results.append(nsk.cluster_image(image, 9))
    finally:
        set_num_threads(before)
    np.testing.assert_array_equal(results[0].labels, results[1].labels)
    np.testing.assert_array_equal(results[0].centers, results[1].centers)
    assert results[0].inertia == results[1].inertia


# ---- handing clusters to seeded segmentation ----


def test_seeds_make_classes_of_the_clusters():
    image = three_blocks()
    clusters = nsk.cluster_image(image, 3)
    seeds = clusters.to_seeds()
    assert seeds.dtype == np.uint8
    np.testing.assert_array_equal(np.unique(seeds), [0, 1, 2, 3])
    np.testing.assert_array_equal(seeds[seeds > 0], clusters.labels[seeds > 0] + 1)
    result = nsk.segment(image, seeds, spread="everywhere")
    assert (result.labels == clusters.labels + 1).mean() > 0.99


def test_clusters_may_share_a_class_or_have_none():
    clusters = nsk.cluster_image(three_blocks(), 3)
    seeds = clusters.to_seeds([2, 0, 2])
    np.testing.assert_array_equal(np.unique(seeds), [0, 2])
    np.testing.assert_array_equal(np.unique(clusters.labels[seeds == 2]), [0, 2])


@pytest.mark.parametrize("classes", [[1, 2], [1.5, 2, 3], "abc"])
def test_classes_must_be_one_integer_per_cluster(classes):
    with pytest.raises(nsk.SeededKMeansError, match="classes must be 3 integers, one per cluster"):
        nsk.cluster_image(three_blocks(), 3).to_seeds(classes)
