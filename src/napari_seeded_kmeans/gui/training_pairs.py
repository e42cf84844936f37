"""Which open images have seeds painted on them: reads layers, changes none."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from napari.layers import Image, Labels
from numpy.typing import NDArray

from .seeds_layer import is_called_seeds
from .source import Source, full_resolution, guess_channel_axis

if TYPE_CHECKING:
    from napari.layers import Layer


class TrainingPair(NamedTuple):
    """An image and the seeds on it, as they are now."""

    name: str
    source: Source
    seeds: NDArray[np.integer]

    @property
    def image(self) -> Any:
        """The pixels with their channels last."""
        axis = self.source.data_channel_axis
        data = np.asarray(self.source.data)
        return data if axis is None else np.moveaxis(data, axis, -1)


def training_pairs(layers: "Iterable[Layer]") -> list[TrainingPair]:
    """Return the images that have painted seeds of their size, in the order of the layer list.

    Seeds belong to the image whose name their own begins with; where there is only one image, any
    layer called seeds, strokes or scribbles will do.
    """
    layers = list(layers)
    images = [layer for layer in layers if isinstance(layer, Image)]
    seeds = [layer for layer in layers if isinstance(layer, Labels) and is_called_seeds(layer)]
    pairs = []
    for image in images:
        source = Source(image, guess_channel_axis(image))
        own = [layer for layer in seeds if layer.name.startswith(image.name)]
        for layer in own or (seeds if len(images) == 1 else []):
            array = np.asarray(source.to_spatial(full_resolution(layer)))
            if array.shape == source.shape and array.any():
                pairs.append(TrainingPair(image.name, source, array.copy()))
                break
    return pairs
