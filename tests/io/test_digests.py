"""An image is known again by its values, in memory or not, however it is cut into chunks."""

import dask.array as da
import numpy as np
import pytest

from napari_seeded_kmeans.core.errors import CancelledError
from napari_seeded_kmeans.io import digests
from napari_seeded_kmeans.io.digests import digest, is_digest_of

STACK = np.random.default_rng(0).integers(0, 255, (5, 40, 60), np.uint8)


@pytest.fixture
def large(monkeypatch):
    """As if arrays of 2 KB were large."""
    monkeypatch.setattr(digests, "_MOST_BYTES", 2048)
    monkeypatch.setattr(digests, "_SIDE", 8)


def lazy(array, chunks=20):
    return da.from_array(array, chunks=chunks)


def changed(array, index):
    other = array.copy()
    other[index] ^= 1
    return other


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_small_lazy_image_has_the_digest_of_its_values(order):
    assert digest(lazy(STACK)) == digest(np.asarray(STACK, order=order))
    assert digest(lazy(changed(STACK, (4, 39, 59)))) != digest(STACK)


def test_a_large_lazy_image_is_known_by_a_sample_whatever_its_chunks(large):
    known = digest(lazy(STACK))
    assert known == digest(lazy(STACK, 7)) != digest(STACK)
    assert known != digest(lazy(np.roll(STACK, 1, axis=1)))


@pytest.mark.parametrize("make", [lazy, np.asarray])
@pytest.mark.parametrize("remake", [lazy, np.asarray])
def test_an_image_is_known_again_in_memory_and_out_of_it(make, remake, large):
    known = digest(make(STACK))
    assert is_digest_of(known, remake(STACK))
    assert not is_digest_of(known, remake(STACK[::-1]))


def test_a_sample_reads_little(large):
    read = []

    class Array:
        shape, dtype, ndim = STACK.shape, STACK.dtype, STACK.ndim

        def __getitem__(self, box):
            read.append(STACK[box].size)
            return STACK[box]

    digest(Array())
    assert len(read) == 8
    assert max(read) <= 5 * 8 * 8


def test_of_a_sample_of_background_all_is_read(large):
    dark = np.zeros((400, 600), np.uint8)
    other = changed(dark, (399, 0))
    assert digest(lazy(dark)) == digest(dark)
    assert digest(lazy(dark)) != digest(lazy(other))
    assert is_digest_of(digest(lazy(other)), lazy(other))


def test_reading_stops_when_nobody_waits(large):
    with pytest.raises(CancelledError):
        digest(lazy(STACK), lambda: True)
