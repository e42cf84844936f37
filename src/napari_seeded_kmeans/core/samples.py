"""Samples (n, d), checked, and worked on tile by tile."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .distinct import find_distinct, has_few_values
from .errors import SeededKMeansError
from .threads import Cancel, map_tiles

Planes = NDArray[np.floating[Any]]
"""Samples stored one row per dimension, (d, n)."""

TILE = 8192
MANY = 1 << 16
"""Samples from which it pays to look for repeated values first."""


def check_samples(samples: ArrayLike) -> NDArray[Any]:
    """Return `samples` as a real array (n, d), d > 0; their values are not looked at."""
    samples = np.asarray(samples)
    if samples.ndim != 2 or samples.shape[1] == 0:
        raise SeededKMeansError(f"samples must have shape (n, d), not {samples.shape}.")
    if samples.dtype.kind not in "biuf":
        raise SeededKMeansError(f"samples must be real numbers, not {samples.dtype}.")
    return samples


def check_centers(centers: ArrayLike, samples: NDArray[Any]) -> NDArray[np.float64]:
    """Return `centers` as finite float64 (k, d), k > 0, with the samples' d."""
    points = np.asarray(centers, dtype=np.float64)
    if points.ndim != 2 or len(points) == 0 or points.shape[1] != samples.shape[1]:
        raise SeededKMeansError(f"centers must have shape (k, {samples.shape[1]}), not {points.shape}.")
    if not np.isfinite(points).all():
        raise SeededKMeansError("centers must be finite, but some are NaN or infinite.")
    return points


def check_bandwidth(bandwidth: ArrayLike, n: int) -> NDArray[np.float64]:
    """Return `n` bandwidths > 0, given one for all or one each."""
    widths = np.asarray(bandwidth, dtype=np.float64)
    if widths.shape not in ((), (n,)) or not (np.isfinite(widths) & (widths > 0)).all():
        raise SeededKMeansError(f"bandwidth must be a number > 0, or {n} of them, not {bandwidth!r}.")
    return np.broadcast_to(widths, n)


def fill_by_value(
    function: Callable[[Planes, NDArray[Any]], None],
    samples: NDArray[Any],
    dtype: type[np.floating[Any]],
    rows_out: NDArray[Any],
    cancel: Cancel | None,
) -> NDArray[Any]:
    """Fill `rows_out` (p, n) by calling ``function(planes (d, m), rows_out[:, tile])`` for every tile.

    Many pixels of 8 bits repeat few colours: then it is called for the distinct ones.
    """
    if len(samples) < MANY or not has_few_values(samples.dtype, samples.shape[1]):
        return _by_tile(function, samples, dtype, rows_out, cancel)
    distinct = find_distinct(samples, cancel=cancel)
    rows = np.empty((len(rows_out), len(distinct.values)), rows_out.dtype)
    return distinct.spread(_by_tile(function, distinct.values, dtype, rows, cancel), rows_out)


def _by_tile(
    function: Callable[[Planes, NDArray[Any]], None],
    samples: NDArray[Any],
    dtype: type[np.floating[Any]],
    rows_out: NDArray[Any],
    cancel: Cancel | None,
) -> NDArray[Any]:
    def fill(start: int) -> None:
        own = slice(start, start + TILE)
        # A value too large for float32 is as good as infinite.
        with np.errstate(over="ignore"):
            planes = np.ascontiguousarray(samples[own].T, dtype=dtype)
        function(planes, rows_out[:, own])

    map_tiles(fill, range(0, len(samples), TILE), cancel=cancel)
    return rows_out
