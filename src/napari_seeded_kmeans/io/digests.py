"""Knowing an image again by its values: by all of them, or by a sample of what would take long to read."""

import hashlib
from collections.abc import Iterable, Iterator
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.threads import Cancel, stop_if

# What is not in memory is read all the same if it is no larger than this.
_MOST_BYTES = 1 << 26
_SAMPLE = "sample "
# Windows of at most this side, in the last three axes; one touches few chunks, however those are cut.
_N_WINDOWS, _SIDE, _N_AXES = 8, 64, 3
# Multiples of these, modulo 1, are spread evenly in three dimensions: powers of the reciprocal of the root of
# x**4 = x + 1, as M. Roberts, The unreasonable effectiveness of quasirandom sequences, 2018.
_STEPS = (0.8191725134, 0.6710436067, 0.5497004779)


def digest(array: Any, cancel: Cancel | None = None) -> str:
    """Return a digest of the values of an array; of a sample if it is large and not in memory.

    Parameters
    ----------
    array : array
        NumPy, Dask, zarr, or whatever else is read by slices.
    cancel : callable, optional
        Asked between pieces.

    Raises
    ------
    CancelledError
        When `cancel` says so.
    """
    n_bytes = prod(array.shape) * np.dtype(array.dtype).itemsize
    if isinstance(array, np.ndarray) or n_bytes <= _MOST_BYTES:
        return _of_all(array, cancel)
    return _of_sample(array, cancel) or _of_all(array, cancel)


def is_digest_of(known: str, array: Any) -> bool:
    """Whether an array, in memory or not, has the values that `digest` told."""
    return known == (_of_sample(array) if known.startswith(_SAMPLE) else _of_all(array))


def _of_all(array: Any, cancel: Cancel | None = None) -> str:
    # One after the other, slabs are the same bytes as the whole.
    return _hash([array] if isinstance(array, np.ndarray) else _slabs(array, cancel))


def _of_sample(array: Any, cancel: Cancel | None = None) -> str:
    """Return a digest of some windows, the same ones whatever the chunks; empty if they are of one value.

    That would be the background, which many images share.
    """
    windows = list(_windows(array, cancel))
    values = np.unique(np.concatenate([window.ravel()[:1] for window in windows]))
    is_blank = len(values) == 1 and all((window == values[0]).all() for window in windows)
    return "" if is_blank else _SAMPLE + _hash(windows)


def _hash(pieces: Iterable[NDArray[Any]]) -> str:
    found = hashlib.blake2b(digest_size=16)
    for piece in pieces:
        found.update(np.ascontiguousarray(piece).reshape(-1).view(np.uint8).data)
    return found.hexdigest()


def _slabs(array: Any, cancel: Cancel | None) -> Iterator[NDArray[Any]]:
    """Yield all of an array, as many of its first axis at once as are not too large."""
    n_rows = array.shape[0]
    row_bytes = prod(array.shape[1:]) * np.dtype(array.dtype).itemsize
    step = max(1, _MOST_BYTES // max(1, row_bytes))
    for start in range(0, n_rows, step):
        stop_if(cancel)
        yield np.asarray(array[start : start + step])


def _windows(array: Any, cancel: Cancel | None) -> Iterator[NDArray[Any]]:
    """Yield small parts of an array, spread over it."""
    n_small = max(0, array.ndim - _N_AXES)
    for number in range(_N_WINDOWS):
        stop_if(cancel)
        box = []
        for axis, length in enumerate(array.shape):
            side = 1 if axis < n_small else min(length, _SIDE)
            fraction = (0.5 + number * _STEPS[(array.ndim - 1 - axis) % _N_AXES]) % 1
            start = round(fraction * (length - side))
            box.append(slice(start, start + side))
        yield np.asarray(array[tuple(box)])
