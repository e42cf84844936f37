"""Features of painted pixels, kept from stroke to stroke: with each, only few are new."""

from collections.abc import Callable
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._kernels.rows import carry_over
from .threads import Cancel, map_tiles, tiles

Stack = NDArray[np.float32]
Tile = tuple[slice, ...]
Indices = NDArray[np.intp]
Read = Callable[[int, Tile], Stack]
"""Returns the features (d, *box) in a box within a tile, given the tile's number and the box."""

_KEPT_BYTES = 1 << 27
# Strokes are thin: the box around one across a tile holds many pixels that nobody painted.
_CELL_PX = 128
# How many rows a thread carries over at once.
_ROWS = 1 << 14


class PaintedPixels:
    """The features of those pixels that were asked for last, and of some that will be.

    Parameters
    ----------
    shape : tuple of int
        The image's spatial shape.
    tiles : tuple of Tile
        The parts of the image that features are worked out by.
    """

    def __init__(self, shape: tuple[int, ...], tiles: tuple[Tile, ...]) -> None:
        self._shape, self._tiles = shape, tiles
        self._last: tuple[Indices, Stack] | None = None
        self._ahead: tuple[Indices, Stack] | None = None
        self._lock = Lock()

    @cached_property
    def _starts(self) -> list[Indices]:
        """Where tiles begin along every axis: those that begin at one place share it along all others."""
        return [np.unique([tile[axis].start for tile in self._tiles]) for axis in range(len(self._shape))]

    @cached_property
    def _n_cells(self) -> tuple[int, ...]:
        """How many cells the longest tile has along every axis."""
        longest = np.max([[side.stop - side.start for side in tile] for tile in self._tiles], axis=0)
        return tuple((-(-longest // _CELL_PX)).tolist())

    def features(self, places: Indices, n_columns: int, read: Read, cancel: Cancel | None = None) -> Stack:
        """Return the features (n, d) at places in the flattened image, ascending. Nobody writes to them."""
        # Whoever asks for what is just being worked out waits for it.
        with self._lock:
            known_places, known = self._last or (places[:0], _read_only(np.empty((0, n_columns), np.float32)))
            features, is_known = np.empty((len(places), n_columns), np.float32), np.empty(len(places), bool)
            map_tiles(
                lambda part: carry_over(
                    part.start, part.stop, known_places, known, places, features, is_known
                ),
                tiles(len(places), _ROWS),
            )
            fresh = np.flatnonzero(~is_known)
            if self._ahead is not None:
                found, rows = _find(places[fresh], self._ahead[0])
                features[fresh[found]], fresh = self._ahead[1][rows], fresh[~found]
            if len(fresh):
                self._work_out(places[fresh], fresh, features, read, cancel)
            features = _read_only(features)
            self._ahead = None
            if features.nbytes <= _KEPT_BYTES:
                self._last = places, features
            return features

    def get_ahead(self, places: Indices, n_columns: int, read: Read) -> None:
        """Work out the features of pixels, ascending, that will be asked for beside the last ones."""
        with self._lock:
            for known in (self._last, self._ahead):
                if known is not None:
                    places = places[~_find(places, known[0])[0]]
            features = np.empty((len(places), n_columns), np.float32)
            if len(places):
                self._work_out(places, np.arange(len(places)), features, read)
            if self._ahead is not None:
                places = np.concatenate([self._ahead[0], places])
                features = np.concatenate([self._ahead[1], features])
            order = np.argsort(places)
            self._ahead = places[order], features[order]

    def _work_out(
        self, places: Indices, rows: Indices, features: Stack, read: Read, cancel: Cancel | None = None
    ) -> None:
        """Write the features at some places into some rows."""
        number_of, inside = self._find_tiles(places)
        cell_of = np.ravel_multi_index([axis // _CELL_PX for axis in inside], self._n_cells)
        key = number_of * np.prod(self._n_cells) + cell_of
        order = np.argsort(key, kind="stable")
        bounds = np.flatnonzero(np.diff(key[order], prepend=-1, append=-1))

        def fill(index: int) -> None:
            own = order[bounds[index] : bounds[index + 1]]
            box = tuple(slice(int(axis[own].min()), int(axis[own].max()) + 1) for axis in inside)
            within = (axis[own] - side.start for axis, side in zip(inside, box, strict=True))
            picked: tuple[Any, ...] = (slice(None), *within)
            features[rows[own]] = read(int(number_of[own[0]]), box)[picked].T

        map_tiles(fill, range(len(bounds) - 1), cancel=cancel)

    def _find_tiles(self, places: Indices) -> tuple[Indices, list[Indices]]:
        """Return the number of the tile that each place lies in, and where in the tile, per axis."""
        numbers, inside = np.zeros(len(places), np.intp), []
        for axis, along in enumerate(np.unravel_index(places, self._shape)):
            starts = self._starts[axis]
            ranks = np.searchsorted(starts, along, "right") - 1
            numbers = numbers * len(starts) + ranks
            inside.append(along - starts[ranks])
        return numbers, inside


def _find(places: Indices, known: Indices) -> tuple[NDArray[np.bool_], Indices]:
    """Return which places are among known ones, ascending, and where those are."""
    rows = np.searchsorted(known, places)
    rows[rows == len(known)] = 0
    found = known[rows] == places if len(known) else np.zeros(len(places), bool)
    return found, rows[found]


def _read_only(features: Stack) -> Stack:
    features.flags.writeable = False
    return features
