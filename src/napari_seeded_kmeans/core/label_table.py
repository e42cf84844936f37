"""Labels by look-up, where nothing but a pixel's own few bits decides.

*Strategy.* Without texture, coherence, blur and smoothing, pixels of one value
have one label. There are 16.8 million colours of 8 bits, but images of one kind
share most of theirs: a table holds the label of every colour seen so far, and
only new ones are scored. From the second image of a folder on, predicting is
reading a table.
"""

from functools import lru_cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._kernels.label_table import PENDING, UNKNOWN, enter_labels, look_up_labels
from .cleanup import clean
from .colours import interleaved_bits
from .distinct import has_few_values
from .features import compute_features
from .looks import look_scores
from .model import Model, same_frames
from .standard import apply_standard
from .threads import Cancel, map_tiles, tiles

_PIXELS_PER_TILE = 1 << 17
_NO_TABLE = np.empty(0, np.uint8)


@lru_cache(maxsize=2)
def table_of(model: Model) -> "LabelTable":
    """Return the table of a model, with what it has learnt from earlier images."""
    return LabelTable(model)


class LabelTable:
    """The labels of colours under one model; may be used by several threads, one after the other.

    Parameters
    ----------
    model : Model
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._tables: dict[np.dtype[Any], NDArray[np.uint8]] = {}
        self._lock = Lock()

    def takes(self, image: NDArray[Any]) -> bool:
        """Return whether a pixel's value alone decides, in an image (*spatial[, c]) with few values."""
        recipe, params = self.model.recipe, self.model.params
        looks_around = recipe.sigmas_px or recipe.blur_sigma_px or params.coherence or params.smooth_px
        is_small = image.dtype.kind == "u" and has_few_values(image.dtype, recipe.n_channels or 1)
        fits = not recipe.n_channels or image.shape[-1] == recipe.n_channels
        is_possible = image.size > 0 and len(self.model.classes) < PENDING
        return is_possible and is_small and fits and not looks_around

    def predict(
        self,
        image: NDArray[Any],
        *,
        spacing: tuple[float, ...] | None = None,
        cancel: Cancel | None = None,
    ) -> NDArray[np.integer]:
        """Return the labels (*spatial,) of an image that it `takes`: the class values, cleaned."""
        classes = np.array(self.model.classes)
        narrow = np.min_scalar_type(classes.max() if classes.min() >= 0 else -np.abs(classes).max() - 1)
        labels = classes.astype(narrow)[self._indices(image, cancel)]
        settled = self.model.params.model_copy(update={"spread": "everywhere"})
        _, spacing = same_frames(self.model.recipe, spacing, labels.ndim)
        return clean(
            labels, lambda where: self._scores(image[where]), self.model.classes, settled, spacing=spacing
        )

    def _indices(self, image: NDArray[Any], cancel: Cancel | None) -> NDArray[np.uint8]:
        """Return the index of each pixel's class, (*spatial,)."""
        n_channels = self.model.recipe.n_channels
        shape = image.shape[:-1] if n_channels else image.shape
        pixels = np.ascontiguousarray(image).reshape(-1, n_channels or 1)
        spread = interleaved_bits(pixels.shape[1], 8 * image.dtype.itemsize)
        labels, unknown = np.empty(len(pixels), np.uint8), np.empty(len(pixels), np.int64)
        parts = tiles(len(pixels), _PIXELS_PER_TILE)
        with self._lock:
            # Taken out: if something goes wrong, entries would stay pending for ever.
            table = self._tables.pop(image.dtype, _NO_TABLE)
            if not len(table):
                table = np.full(1 << (8 * image.dtype.itemsize * pixels.shape[1]), UNKNOWN, np.uint8)

            def look_up(tile: slice) -> NDArray[np.int64]:
                n = look_up_labels(pixels[tile], spread, table, labels[tile], unknown[tile])
                found: NDArray[np.int64] = unknown[tile][:n] + tile.start
                return found

            new = np.concatenate(map_tiles(look_up, parts, cancel=cancel))
            if len(new):
                values = pixels[new]
                enter_labels(values, spread, self._classify(values), table)
                map_tiles(look_up, parts, cancel=cancel)
            self._tables[image.dtype] = table
        return labels.reshape(shape)

    def _classify(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        pixels = values if self.model.recipe.n_channels else values[:, 0]
        indices: NDArray[np.uint8] = self._scores(pixels).argmax(axis=0).astype(np.uint8)
        return indices

    def _scores(self, pixels: NDArray[Any]) -> NDArray[np.float32]:
        """Return the class scores (n_classes, n) of pixels (n[, c])."""
        samples = apply_standard(compute_features(pixels, self.model.recipe), self.model.recipe)
        return look_scores(self.model.looks[0], samples, self.model.classes)
