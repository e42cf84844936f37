"""Distinct values, and back to pixels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_seeded_kmeans.core.distinct import find_distinct, has_few_values
from napari_seeded_kmeans.core.errors import SeededKMeansError

KINDS = [(np.uint8, 1), (np.uint8, 2), (np.uint8, 3), (np.int8, 3), (np.uint16, 1), (np.int16, 1), (">u2", 1)]


@settings(max_examples=40)
@given(st.sampled_from(KINDS), st.integers(0, 3000), st.integers(1, 256), st.integers(0, 99))
def test_values_are_distinct_and_lead_back_to_the_pixels(kind, n, spread, seed):
    dtype, n_channels = kind
    limits = np.iinfo(dtype)
    rng = np.random.default_rng(seed)
    low = int(rng.integers(limits.min, limits.max - spread + 2))
    pixels = rng.integers(low, low + spread, (n, n_channels)).astype(dtype)
    distinct = find_distinct(pixels)
    assert np.array_equal(distinct.values[distinct.inverse], pixels)
    assert len(distinct.values) == len(np.unique(pixels, axis=0))
    assert distinct.values.dtype == np.dtype(dtype).newbyteorder("=")


def test_every_colour_at_once():
    codes = np.arange(1 << 24, dtype=np.uint32)
    pixels = np.stack([codes & 255, (codes >> 8) & 255, codes >> 16], axis=1).astype(np.uint8)
    distinct = find_distinct(pixels)
    assert len(distinct.values) == 1 << 24
    assert np.array_equal(distinct.values[distinct.inverse], pixels)


def test_what_was_worked_out_for_values_is_spread_over_the_pixels():
    pixels = np.random.default_rng(0).integers(0, 9, (500, 3)).astype(np.uint8)
    distinct = find_distinct(pixels)
    sums = distinct.values.sum(axis=1, dtype=np.float64)
    assert np.array_equal(distinct.spread(np.stack([sums, -sums]))[1], -pixels.sum(axis=1, dtype=float))


def test_grey_values_are_ascending():
    pixels = np.array([[5], [-3], [300], [-3]], np.int16)
    assert find_distinct(pixels).values.tolist() == [[-3], [5], [300]]


@pytest.mark.parametrize(
    ("dtype", "n_channels"), [(np.uint8, 4), (np.uint16, 2), (np.int32, 1), (float, 1), (bool, 1)]
)
def test_other_kinds_are_refused(dtype, n_channels):
    assert not has_few_values(np.dtype(dtype), n_channels)
    with pytest.raises(SeededKMeansError, match="pixels must be"):
        find_distinct(np.zeros((3, n_channels), dtype))
