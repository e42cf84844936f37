"""What depends on an image alone, and not on what is painted on it.

Colours, edges and the stack of features stay the same from stroke to stroke:
they are worked out when they are needed, and kept for the next time.
"""

from collections.abc import Callable, Hashable
from itertools import compress
from math import prod
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .class_clusters import KnownClusters
from .features import FeatureRecipe
from .filters import frame_tiles, iter_tiles
from .frames import counts_frames
from .painted_pixels import PaintedPixels
from .scene import N_SAMPLES, Scene
from .settling import Settling
from .standard import apply_standard, measure
from .texture import Stack, compute_channels, n_columns, n_filtered, tile_stack
from .threads import Cancel, Progress, map_tiles

Tile = tuple[slice, ...]
Window = tuple[slice, ...]
"""Evenly spaced pixels: slices with start, stop and step."""

KEPT_BYTES = 1 << 30
"""How much of the stack is kept by default: that of 7 megapixels in colour, of 21 in grey."""
_LEAST_SHARE = 0.25
# From this step on, a window's rows are filtered one by one.
_FAR_APART = 8


class Workspace:
    """An image, ready to be painted on; may be used by several threads.

    Parameters
    ----------
    image : ndarray (*spatial[, c])
        Checked, channels last.
    recipe : FeatureRecipe
        What features are made.
    spacing : tuple of float, optional
        Pixel size along each axis, for what neighbours have to do with each other.
    kept_bytes : int
        Features beyond this are worked out again each time; all of them, if it holds few.
    in_own_units : bool
        Whether features are measured in units of this image, if the recipe has no standard; `settle` then
        comes before all else.

    Attributes
    ----------
    recipe : FeatureRecipe
        With its standard, once settled.
    channels : ndarray (c, *spatial), float32
        Colours; those of black where the image is not finite.
    finite : ndarray (*spatial,), bool
    scene : Scene
        What cuts see.
    tiles : tuple
        The parts of the image that features are worked out by; none without texture.
    known : KnownClusters
        What was found of strokes on it.
    has_samples : bool
        Whether a few pixels stand for every block of the scene's middle: where features are kept.
    """

    def __init__(
        self,
        image: NDArray[Any],
        recipe: FeatureRecipe,
        spacing: tuple[float, ...] | None = None,
        kept_bytes: int = KEPT_BYTES,
        *,
        in_own_units: bool = False,
    ) -> None:
        self.recipe = recipe
        self._given = recipe
        self.channels, self.finite = compute_channels(image, recipe)
        self.scene, self.known = Scene(self.channels, spacing), KnownClusters()
        self.tiles: tuple[Tile, ...] = ()
        if recipe.sigmas_px:
            has_frames = counts_frames(recipe.spacing, self.finite.ndim)
            largest = frame_tiles(self.finite.shape) if has_frames else None
            self.tiles = tuple(iter_tiles(self.finite.shape, largest))
        self._kept: dict[int, Stack] = {}
        n_all = np.float32().nbytes * n_filtered(recipe, len(self.channels), self.finite.ndim)
        # A small part of the stack is of no use.
        self._keeps = bool(self.tiles) and kept_bytes >= _LEAST_SHARE * n_all * self.finite.size
        self._bytes_left = kept_bytes if self._keeps else 0
        # Blocks of as few pixels as stand for them are as soon read whole.
        self.has_samples = bool(self.tiles) and kept_bytes > 0 and prod(self.scene.middle_factors) > N_SAMPLES
        self._block_samples: Stack | None = None
        self._sampled: set[int] = set()
        self._last_window: tuple[Window, Stack] | None = None
        self._last_scene: tuple[Window, Scene] | None = None
        self._painted = PaintedPixels(self.finite.shape, self.tiles)
        self._lock, self._window_lock = Lock(), Lock()
        self._blocks_lock, self._settling_lock = Lock(), Lock()
        self._settling = (
            Settling(self.channels, self.finite, self.tiles, recipe, self._bytes_left)
            if in_own_units and not recipe.factors
            else None
        )

    @property
    def _n_columns(self) -> int:
        return n_columns(self.recipe, len(self.channels), self.finite.ndim)

    def settle(self, cancel: Cancel | None = None) -> None:
        """Learn the units of this image, unless that was done; what is cancelled goes on the next time."""
        with self._settling_lock:
            if self._settling is not None:
                self.recipe, kept = self._settling.finish(cancel)
                self._kept.update(kept)
                self._bytes_left -= sum(stack.nbytes for stack in kept.values())
                self._settling = None

    def serves(self, recipe: FeatureRecipe | None) -> bool:
        """Whether features are those of a recipe with its standard; None is one that the image settles."""
        return not self._given.factors if recipe is None else self.recipe == recipe

    def stack(self, number: int) -> Stack:
        """Return the features (d, *tile shape) of a tile."""
        with self._lock:
            kept = self._kept.get(number)
        if kept is not None:
            return kept
        stack = tile_stack(self.channels, self.tiles[number], self.recipe)
        with self._lock:
            if number not in self._kept and stack.nbytes <= self._bytes_left:
                self._kept[number] = stack
                self._bytes_left -= stack.nbytes
        return stack

    def features_in(self, number: int, where: NDArray[np.bool_]) -> Stack:
        """Return the features (d, n) of a tile's pixels in a mask (*tile shape)."""
        if where.all():
            stack = self.stack(number)
            return stack.reshape(len(stack), -1)
        (box,) = ndimage.find_objects(where.view(np.uint8))
        stack = self._some(number, box)
        inside = np.flatnonzero(where[box])
        return np.take(stack.reshape(len(stack), -1), inside, axis=1)

    def sample_features(self, cancel: Cancel | None = None, progress: Progress | None = None) -> Stack:
        """Return the features (d, 4, *middle shape) of those pixels that stand for blocks."""
        with self._blocks_lock:
            if self._block_samples is None:
                shape = self._n_columns, N_SAMPLES, *self.scene.middle.shape
                self._block_samples = np.empty(shape, np.float32)
            self._fill_samples(self._block_samples, cancel, progress)
            return self._block_samples

    def _fill_samples(self, found: Stack, cancel: Cancel | None, progress: Progress | None) -> None:
        """Work out the samples that are missing; whoever is cancelled leaves less to the next."""
        axes = self.scene.sample_axes

        def fill(number: int) -> None:
            if number in self._sampled:
                return
            tile, stack = self.tiles[number], self.stack(number)
            for sample in range(N_SAMPLES):
                rows = [places[sample] for places in axes]
                blocks = tuple(
                    slice(*np.searchsorted(own, (side.start, side.stop)))
                    for own, side in zip(rows, tile, strict=True)
                )
                inside = [
                    own[block] - side.start for own, block, side in zip(rows, blocks, tile, strict=True)
                ]
                picked: tuple[Any, ...] = (slice(None), *np.ix_(*inside))
                found[:, sample][:, *blocks] = stack[picked]
            self._sampled.add(number)

        map_tiles(fill, range(len(self.tiles)), cancel=cancel, progress=progress)

    def every(self, window: Window, cancel: Cancel | None = None) -> Stack:
        """Return the features (d, *shape of the window) of evenly spaced pixels.

        Those of the last window are kept.
        """
        # Whoever asks for what is just being worked out waits for it.
        with self._window_lock:
            if self._last_window is None or self._last_window[0] != window:
                self._last_window = window, self._every(window, cancel)
            return self._last_window[1]

    def scene_of(self, window: Window) -> Scene:
        """Return what cuts see of evenly spaced pixels, without the axes along which there is but one.

        One axis of space is left in any case. That of the last window is kept.
        """
        with self._window_lock:
            if self._last_scene is None or self._last_scene[0] != window:
                lengths = self.finite[window].shape
                is_seen = [length > 1 for length in lengths]
                is_seen[-1] |= not any(is_seen[self.scene.has_frames :])
                shape, spacing = tuple(compress(lengths, is_seen)), self.scene.spacing
                if spacing is not None:
                    steps = [size * side.step for size, side in zip(spacing, window, strict=True)]
                    spacing = tuple(compress(steps, is_seen))
                channels = self.channels[:, *window].reshape(-1, *shape)
                self._last_scene = window, Scene(channels, spacing)
            return self._last_scene[1]

    def _every(self, window: Window, cancel: Cancel | None) -> Stack:
        if not self.tiles:
            return measure(np.ascontiguousarray(self.channels[:, *window]), self.recipe)
        found = np.empty((self._n_columns, *self.finite[window].shape), np.float32)

        def fill(number: int) -> None:
            part = _overlap(self.tiles[number], window)
            if part is not None:
                found[:, *part.places] = self._some(number, part.inside, part.steps)

        def fill_row(index: tuple[int, ...]) -> None:
            row = (side.start + at * side.step for at, side in zip(index, window, strict=False))
            box = *(slice(at, at + 1) for at in row), slice(window[-1].start, window[-1].stop)
            steps = *(slice(None) for _ in index), slice(None, None, window[-1].step)
            places: tuple[Any, ...] = (slice(None), *index)
            found[places] = tile_stack(self.channels, box, self.recipe, steps).reshape(len(found), -1)

        if self._keeps or max(side.step for side in window[:-1]) < _FAR_APART:
            map_tiles(fill, range(len(self.tiles)), cancel=cancel)
        else:
            # Of what lies between rows filters see little.
            map_tiles(fill_row, list(np.ndindex(found.shape[1:-1])), cancel=cancel)
        return found

    def _some(self, number: int, inside: Tile, steps: Tile | None = None) -> Stack:
        """Return the features of a part of a tile, given within the tile, or of evenly spaced pixels of it.

        Only those are measured where nothing is kept.
        """
        tile = self.tiles[number]
        steps = steps or (slice(None),) * len(tile)
        n_wanted = np.prod([side.stop - side.start for side in inside])
        n_all = np.prod([side.stop - side.start for side in tile])
        with self._lock:
            is_kept = number in self._kept
            can_be_kept = n_all * self._n_columns * np.float32().nbytes <= self._bytes_left
        if is_kept or (can_be_kept and 2 * n_wanted > n_all):
            return self.stack(number)[:, *inside][:, *steps]
        part = tuple(
            slice(side.start + own.start, side.start + own.stop)
            for side, own in zip(tile, inside, strict=True)
        )
        return tile_stack(self.channels, part, self.recipe, steps)

    def samples(self, places: NDArray[np.intp], cancel: Cancel | None = None) -> Stack:
        """Return the features (n, d) of pixels, given where they are in the flattened image, ascending.

        Those asked for last are kept: with every stroke only few are new. Nobody writes to them.
        """
        if not self.tiles:
            return apply_standard(self.channels.reshape(len(self.channels), -1)[:, places].T, self.recipe)
        return self._painted.features(places, self._n_columns, self._some, cancel)

    def get_ahead(self, places: NDArray[np.intp]) -> None:
        """Work out what `samples` will be asked for, of some pixels, ascending, beside the last ones."""
        if self.tiles:
            self._painted.get_ahead(places, self._n_columns, self._some)


class Shelf:
    """Keeps the workspace of the image segmented last; whoever comes back to that image finds it."""

    def __init__(self) -> None:
        self._key: Hashable = None
        self._image: NDArray[Any] | None = None
        self._workspace: Workspace | None = None
        self._lock = Lock()

    def workspace(
        self,
        image: NDArray[Any],
        about: Hashable,
        make: Callable[[], Workspace],
        recipe: FeatureRecipe | None = None,
    ) -> Workspace:
        """Return the workspace kept for an array and what else it is about, or the one that is made now.

        With a `recipe` features have to be its own.

        An array is known by the place of its values in memory; whoever changes them calls `clear`.
        """
        # The image is held, so that nothing else can come to lie at its place.
        key = (image.__array_interface__["data"], image.shape, image.strides, image.dtype.str, about)
        with self._lock:
            if self._workspace is not None and key == self._key and self._workspace.serves(recipe):
                return self._workspace
            self._forget()
            workspace = self._workspace = make()
            self._key, self._image = key, image
            return workspace

    def clear(self) -> None:
        """Keep nothing; what is just being made is waited for."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._key = self._image = self._workspace = None


class _Overlap(NamedTuple):
    """Pixels of a window that lie in a tile.

    Attributes
    ----------
    places : tuple of slice
        Where in the window's array.
    inside : tuple of slice
        The smallest part of the tile that holds them.
    steps : tuple of slice
        Which pixels of that part.
    """

    places: Tile
    inside: Tile
    steps: Tile


def _overlap(tile: Tile, window: Window) -> _Overlap | None:
    """Return where a tile and a window meet; None if they do not."""
    places, inside, steps = [], [], []
    for side, every in zip(tile, window, strict=True):
        first = max(0, -(-(side.start - every.start) // every.step))
        stop = -(-(min(side.stop, every.stop) - every.start) // every.step)
        if first >= stop:
            return None
        start = every.start + first * every.step - side.start
        places.append(slice(first, stop))
        inside.append(slice(start, start + (stop - first - 1) * every.step + 1))
        steps.append(slice(None, None, every.step))
    return _Overlap(tuple(places), tuple(inside), tuple(steps))
