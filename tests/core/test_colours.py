"""histogram() and Colours.spread(): there and back, for every kind of integer."""

import numpy as np
import pytest

from napari_seeded_kmeans.core.colours import histogram
from napari_seeded_kmeans.core.errors import CancelledError

RNG = np.random.default_rng(0)
N = 70_000
CASES = {
    "8-bit RGB": RNG.integers(0, 256, (N, 3)).astype(np.uint8),
    "smooth RGB": RNG.normal(128, 5, (N, 3)).astype(np.uint8),
    "one colour": np.full((N, 3), 200, np.uint8),
    "8-bit grey": RNG.integers(0, 256, (N, 1)).astype(np.uint8),
    "16-bit grey": RNG.integers(0, 65_536, (N, 1)).astype(np.uint16),
    "signed pair": RNG.integers(-1500, 900, (N, 2)).astype(np.int16),
    "big-endian": RNG.integers(1000, 1200, (N, 3)).astype(">u2"),
    "int64 far out": RNG.integers(0, 250, (N, 3)) - 2**40,
    "four channels": RNG.integers(0, 64, (N, 4)).astype(np.uint8),
    "int8": RNG.integers(-128, 128, (N, 3)).astype(np.int8),
    "bool": RNG.random((N, 3)) < 0.5,
    "fortran": np.asfortranarray(RNG.integers(0, 256, (N, 3)).astype(np.uint8)),
}


@pytest.mark.parametrize("pixels", CASES.values(), ids=CASES)
def test_counts_and_values_agree_with_unique(pixels):
    colours = histogram(pixels)
    values, counts = np.unique(pixels, axis=0, return_counts=True)
    order = np.lexsort(colours.values.T[::-1])
    np.testing.assert_array_equal(colours.values[order], values)
    np.testing.assert_array_equal(colours.counts[order], counts)
    assert (np.diff(colours.codes.astype(np.int64)) > 0).all()


@pytest.mark.parametrize("pixels", CASES.values(), ids=CASES)
def test_spreading_the_colours_gives_the_pixels_back(pixels):
    colours = histogram(pixels)
    np.testing.assert_array_equal(colours.spread(colours.values), pixels)
    first = colours.values[:, 0]
    np.testing.assert_array_equal(colours.spread(first, np.float64), pixels[:, 0].astype(np.float64))


@pytest.mark.parametrize(
    "pixels",
    [
        RNG.random((N, 3)),
        RNG.integers(0, 65_536, (N, 3)).astype(np.uint16),
        RNG.integers(0, 9, (N, 5)).astype(np.uint8),
        RNG.integers(0, 256, (100, 3)).astype(np.uint8),
    ],
    ids=["float", "too wide", "five channels", "too few"],
)
def test_no_table_where_there_is_none_to_be_had(pixels):
    assert histogram(pixels) is None


def test_counts_beyond_one_byte():
    pixels = np.repeat(np.array([[1, 2, 3], [4, 5, 6]], np.uint8), [255 * 300, 256 * 300 + 1], axis=0)
    np.testing.assert_array_equal(np.sort(histogram(pixels).counts), [255 * 300, 256 * 300 + 1])


def test_cancel():
    with pytest.raises(CancelledError):
        histogram(CASES["8-bit RGB"], cancel=lambda: True)
