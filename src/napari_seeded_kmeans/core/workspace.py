"""What depends on an image alone, and not on what is painted on it.

Colours, edges and the stack of features stay the same from stroke to stroke:
they are worked out when they are needed, and kept for the next time.
"""

from dataclasses import replace
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .coherence import Scene
from .features import FeatureRecipe
from .filters import iter_tiles
from .texture import Stack, compute_channels, n_columns, tile_stack
from .threads import Cancel, map_tiles

Tile = tuple[slice, ...]

KEPT_BYTES = 1 << 30
"""How much of the stack is kept by default: that of 7 megapixels in colour, of 21 in grey."""


class Workspace:
    """An image, ready to be painted on; may be used by several threads.

    Parameters
    ----------
    image : ndarray (*spatial[, c])
        Checked, channels last.
    recipe : FeatureRecipe
        What features are made; its standard does not matter.
    spacing : tuple of float, optional
        Pixel size along each axis, for what neighbours have to do with each other.
    kept_bytes : int
        Features beyond this are worked out again each time.

    Attributes
    ----------
    recipe : FeatureRecipe
        Without a standard.
    channels : ndarray (c, *spatial), float32
        Colours; those of black where the image is not finite.
    finite : ndarray (*spatial,), bool
    scene : Scene
        What cuts see.
    tiles : tuple
        The parts of the image that features are worked out by; none without texture.
    """

    def __init__(
        self,
        image: NDArray[Any],
        recipe: FeatureRecipe,
        spacing: tuple[float, ...] | None = None,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        self.recipe = replace(recipe, offsets=(), factors=())
        self.channels, self.finite = compute_channels(image, self.recipe)
        self.scene = Scene(self.channels, spacing)
        self.tiles: tuple[Tile, ...] = tuple(iter_tiles(self.finite.shape)) if recipe.sigmas_px else ()
        self._kept: dict[int, Stack] = {}
        self._bytes_left = kept_bytes
        self._lock = Lock()

    def stack(self, number: int) -> Stack:
        """Return the features (d, *tile shape) of a tile, as they are: nothing is standardised."""
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

    def samples(self, mask: NDArray[np.bool_], cancel: Cancel | None = None) -> Stack:
        """Return the features (n, d) of the pixels in `mask`, in the order of ``image[mask]``."""
        if not self.tiles:
            return self.channels[:, mask].T
        own = [number for number, tile in enumerate(self.tiles) if mask[tile].any()]

        def pick(number: int) -> Stack:
            stack = self.stack(number)
            return stack.reshape(len(stack), -1)[:, np.flatnonzero(mask[self.tiles[number]])]

        parts = map_tiles(pick, own, cancel=cancel)
        places = np.flatnonzero(mask)
        samples = np.empty((len(places), n_columns(self.recipe, len(self.channels), mask.ndim)), np.float32)
        for number, part in zip(own, parts, strict=True):
            samples[np.searchsorted(places, _places_in(self.tiles[number], mask))] = part.T
        return samples


def _places_in(tile: Tile, mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return where in the whole image the pixels of a mask in a tile are."""
    inside = np.nonzero(mask[tile])
    corner = (side.start for side in tile)
    places: NDArray[np.intp] = np.ravel_multi_index(
        tuple(axis + start for axis, start in zip(inside, corner, strict=True)), mask.shape
    )
    return places
