"""The units that an image measures its features in, learnt from its own pixels, whatever is painted."""

import numpy as np
from numpy.typing import NDArray

from .features import FeatureRecipe
from .frames import counts_frames
from .standard import measure, measured_boxes, some, standard_of
from .texture import Stack, n_color_columns, tile_stack
from .threads import Cancel, map_tiles

Tile = tuple[slice, ...]


class Settling:
    """Learns the units of one image; what is cancelled goes on the next time.

    Parameters
    ----------
    channels : ndarray (c, *spatial), float32
    finite : ndarray (*spatial,), bool
        Other pixels teach nothing.
    tiles : tuple of Tile
        The parts of the image that features are worked out by; none without texture.
    recipe : FeatureRecipe
        Without units.
    room : int
        How many bytes of features to keep.
    """

    def __init__(
        self,
        channels: Stack,
        finite: NDArray[np.bool_],
        tiles: tuple[Tile, ...],
        recipe: FeatureRecipe,
        room: int,
    ) -> None:
        self._channels, self._finite, self._tiles = channels, finite, tiles
        self._recipe, self._room = recipe, room
        self._has_frames = counts_frames(recipe.spacing, finite.ndim)
        self._raw: dict[int, Stack] = {}
        self._measured: dict[int, Stack] = {}

    def finish(self, cancel: Cancel | None = None) -> tuple[FeatureRecipe, dict[int, Stack]]:
        """Return the recipe with its units, and features in them, by the number of their tile."""
        if not self._tiles:
            places = some(np.flatnonzero(self._finite), self._finite.size)
            colors = self._channels.reshape(len(self._channels), -1)
            return standard_of(self._recipe, colors[:, places].T), {}
        boxes = measured_boxes(self._finite.shape, self._tiles, has_frames=self._has_frames)
        n_pixels = sum(self._finite[box].size for box in boxes)

        def look_at(number: int) -> None:
            if number in self._measured:
                return
            box = boxes[number]
            stack = tile_stack(self._channels, box, self._recipe)
            places = some(np.flatnonzero(self._finite[box]), n_pixels)
            if boxes is self._tiles and stack.nbytes <= self._room:
                self._raw[number] = stack
                self._room -= stack.nbytes
            self._measured[number] = stack.reshape(len(stack), -1)[:, places].T

        map_tiles(look_at, range(len(boxes)), cancel=cancel)
        measured = [self._measured[number] for number in range(len(boxes))]
        recipe = standard_of(self._recipe, np.concatenate(measured))
        n_colors = n_color_columns(recipe, len(self._channels))
        numbers = list(self._raw)
        kept = map_tiles(lambda number: measure(self._raw.pop(number), recipe, n_colors), numbers)
        return recipe, dict(zip(numbers, kept, strict=True))
