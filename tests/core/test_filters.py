"""Multiscale features against scikit-image's and SciPy's, and against themselves in other tiles."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage.feature import multiscale_basic_features, structure_tensor_eigenvalues

from napari_seeded_kmeans.core.errors import CancelledError, SeededKMeansError
from napari_seeded_kmeans.core.filters import (
    FilterBank,
    features_at,
    iter_tiles,
    map_features,
    multiscale_features,
    tile_features,
)
from napari_seeded_kmeans.core.threads import get_num_threads, set_num_threads

EVERYTHING = ("gaussian", "gradient", "hessian", "structure")


def random_image(shape, seed=0):
    return np.random.default_rng(seed).random(shape, np.float32)


def reference(image, sigmas):
    stack = multiscale_basic_features(
        image, sigma_min=sigmas[0], sigma_max=sigmas[-1], num_sigma=len(sigmas), workers=1
    )
    return np.moveaxis(stack, -1, 0)


@pytest.mark.parametrize(
    "shape",
    [(90, 70), (300, 530), (5, 100), (100, 5), (2, 2), (3, 70), (20, 30, 40), (2, 9, 70), (33, 20, 129)],
)
def test_features_are_those_of_scikit_image(shape):
    image = random_image(shape)
    computed = multiscale_features(image, FilterBank((1.0, 2.0, 4.0)))
    np.testing.assert_allclose(computed, reference(image, (1.0, 2.0, 4.0)), atol=1e-6)


@settings(max_examples=25)
@given(
    st.lists(st.integers(1, 30), min_size=2, max_size=3),
    st.floats(0.3, 5.0),
    st.lists(st.integers(7, 40), min_size=3, max_size=3),
)
@example([6, 5, 4], 1.0, [1, 1, 1])
def test_any_tiling_gives_the_same_bits(shape, sigma, tile_shape):
    image, bank = random_image(shape), FilterBank((0.0, sigma), EVERYTHING)
    whole = multiscale_features(image, bank, tile_shape=shape)
    assert np.array_equal(multiscale_features(image, bank, tile_shape=tile_shape[: len(shape)]), whole)


@pytest.mark.parametrize("n_threads", [1, 2, 4, 8])
def test_any_number_of_threads_gives_the_same_bits(n_threads):
    image, bank = random_image((300, 600)), FilterBank((1.0, 3.0))
    expected = multiscale_features(image, bank, tile_shape=(300, 600))
    before = get_num_threads()
    try:
        set_num_threads(n_threads)
        assert np.array_equal(multiscale_features(image, bank), expected)
    finally:
        set_num_threads(before)


@pytest.mark.parametrize("shape", [(90, 70), (20, 30, 40)])
def test_the_structure_tensor_is_the_averaged_product_of_the_sobel_derivatives(shape):
    image = random_image(shape)
    smoothed = ndimage.gaussian_filter(image.astype(float), 2.0, mode="nearest")
    slopes = []
    for axis in range(image.ndim):
        slope = ndimage.correlate1d(smoothed, [-1, 0, 1], axis, mode="nearest")
        for other in set(range(image.ndim)) - {axis}:
            slope = ndimage.correlate1d(slope, [0.25, 0.5, 0.25], other, mode="nearest")
        slopes.append(slope)
    elements = [
        ndimage.gaussian_filter(a * b, 1.0, mode="nearest") for i, a in enumerate(slopes) for b in slopes[i:]
    ]
    computed = multiscale_features(image, FilterBank((2.0,), ("structure",)))
    np.testing.assert_allclose(computed, structure_tensor_eigenvalues(elements), atol=1e-8)


def test_eigenvalues_of_multiples_of_the_unit_matrix_are_equal():
    z, y, x = np.indices((9, 9, 9)) - 4.0
    ball = (x**2 + y**2 + z**2).astype(np.float32)
    inner = multiscale_features(ball, FilterBank((0.0,), ("hessian",)))[:, 2:-2, 2:-2, 2:-2]
    np.testing.assert_allclose(inner, 2.0, rtol=1e-6)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_spacing_turns_pixels_into_lengths(axis):
    # A ramp along one axis, sampled more coarsely there: its slope per length is what it is.
    spacing = [1.0, 1.0, 1.0]
    spacing[axis] = 3.0
    ramp = np.indices((12, 12, 12))[axis].astype(np.float32) * 3
    bank = FilterBank((1.0,), ("gradient",), tuple(spacing))
    slope = multiscale_features(ramp, bank)[0, 5:-5, 5:-5, 5:-5]
    # scikit-image's Sobel magnitude of a unit slope is 2 / sqrt(n_axes).
    np.testing.assert_allclose(slope, 2 / np.sqrt(3), rtol=1e-5)


def test_sigma_counts_pixels_of_the_finest_axis():
    image = random_image((40, 50))
    computed = multiscale_features(image, FilterBank((3.0,), ("gaussian",), (0.5, 0.25)))[0]
    expected = ndimage.gaussian_filter(image, (1.5, 3.0), mode="nearest")
    np.testing.assert_allclose(computed, expected, atol=1e-6)


def test_only_the_tile_and_its_halo_matter():
    bank = FilterBank((1.0, 2.0), EVERYTHING)
    image = random_image((120, 130))
    (above, left), tile = bank.halo(2), (slice(50, 60), slice(40, 57))
    expected = multiscale_features(image, bank)[:, *tile]
    spoilt = np.full_like(image, np.nan)
    near = (slice(50 - above, 60 + above), slice(40 - left, 57 + left))
    spoilt[near] = image[near]
    assert np.array_equal(tile_features(spoilt, tile, bank), expected)


@pytest.mark.parametrize("shape", [(150, 170), (20, 70, 80)])
def test_features_at_a_mask_are_those_of_the_whole(shape):
    image, bank = random_image(shape), FilterBank((1.0, 2.0))
    mask = random_image(shape, seed=1) < 0.01
    computed = features_at(image, mask, bank)
    assert np.array_equal(computed, multiscale_features(image, bank)[:, mask].T)
    assert features_at(image, np.zeros(shape, bool), bank).shape == (0, bank.n_features(len(shape)))


def test_a_stack_can_be_used_tile_by_tile_and_never_exist():
    image, bank = random_image((300, 700)), FilterBank((1.0,), ("gaussian",))
    sums = map_features(lambda tile, features: features.sum(dtype=float), image, bank)
    assert len(sums) == len(list(iter_tiles(image.shape)))
    np.testing.assert_allclose(sum(sums), multiscale_features(image, bank).sum(dtype=float), rtol=1e-12)


def test_tiles_cover_every_pixel_once_and_are_nearly_equal():
    count = np.zeros((1000, 1030), int)
    tiles = list(iter_tiles(count.shape, (256, 512)))
    for tile in tiles:
        count[tile] += 1
    assert (count == 1).all()
    assert {side.stop - side.start for _, side in tiles} == {343, 344}


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint16, np.float64, bool, ">f4"])
def test_any_real_dtype_and_order(dtype):
    image = np.asfortranarray((random_image((40, 50)) * 200).astype(dtype))
    image.flags.writeable = False
    computed = multiscale_features(image, FilterBank((1.0,)))
    expected = multiscale_features(image.astype(np.float32), FilterBank((1.0,)))
    assert np.array_equal(computed, expected)


def test_names_are_in_the_order_of_the_features():
    bank = FilterBank((0.0, 1.5), ("gaussian", "hessian"))
    assert bank.names(2) == [
        "gaussian 0", "hessian 0 1st", "hessian 0 2nd", "gaussian 1.5", "hessian 1.5 1st", "hessian 1.5 2nd",
    ]  # fmt: skip
    image = random_image((20, 20))
    assert np.array_equal(multiscale_features(image, bank)[0], image)
    assert bank.n_features(3) == len(multiscale_features(random_image((8, 8, 8)), bank))


def test_work_stops_between_tiles():
    with pytest.raises(CancelledError):
        multiscale_features(random_image((600, 600)), FilterBank(), cancel=lambda: True)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: FilterBank(()), r"sigmas_px must be numbers >= 0, not \(\)"),
        (lambda: FilterBank((-1.0,)), "sigmas_px must be numbers >= 0"),
        (lambda: FilterBank((1.0,), ("sobel",)), r"kinds must be some of .* not \('sobel',\)"),
        (lambda: FilterBank(spacing=(0.0, 1.0)), "spacing must be numbers > 0"),
        (lambda: multiscale_features(np.zeros(5), FilterBank()), r"image must be a 2-D or 3-D array"),
        (lambda: multiscale_features(np.zeros((5, 5), complex), FilterBank()), "not .* of complex128"),
        (
            lambda: multiscale_features(np.zeros((5, 5)), FilterBank(spacing=(1.0,))),
            "spacing must have 2 numbers",
        ),
        (lambda: features_at(np.zeros((5, 5)), np.zeros((4, 5)), FilterBank()), "mask has shape"),
    ],
)
def test_bad_input_is_named(action, message):
    with pytest.raises(SeededKMeansError, match=message):
        action()
