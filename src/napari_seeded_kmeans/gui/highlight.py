"""One layer on top that lights up some pixels of an image, and goes when there is nothing to show."""

from typing import TYPE_CHECKING

import numpy as np
from napari.layers import Labels
from napari.utils.colormaps import CyclicLabelColormap
from numpy.typing import NDArray

from .layers import mark_as_result
from .source import Source

if TYPE_CHECKING:
    from napari.layers import Layer
    from napari.viewer import Viewer

# No class has it, and hardly any picture.
_LIGHT = "#ff00ff"
_OPACITY = 0.75
_RADIUS_SHARE = 0.03
_LEAST_RADIUS_PX = 5.0


class Highlight:
    """Lights up pixels over one image at a time."""

    def __init__(self, viewer: "Viewer") -> None:
        self._viewer = viewer
        self._layer: Labels | None = None

    def __contains__(self, layer: "Layer") -> bool:
        return layer is self._layer

    def show(self, source: Source, pixels: NDArray[np.bool_]) -> None:
        """Light up `pixels` (*spatial,), and no others."""
        array = source.to_layer(pixels.view(np.uint8))
        layer = self._layer
        if layer is not None and layer in self._viewer.layers and layer.data.shape == array.shape:
            layer.data = array
            return
        self.clear()
        selected, active = set(self._viewer.layers.selection), self._viewer.layers.selection.active
        self._layer = Labels(
            array,
            name=f"{source.layer.name} highlight",
            opacity=_OPACITY,
            colormap=CyclicLabelColormap(colors=["#00000000", _LIGHT], background_value=0),
            **source.placement,
        )
        mark_as_result(self._layer)
        self._viewer.layers.append(self._layer)
        self._viewer.layers.selection.clear()
        self._viewer.layers.selection.update(selected)
        self._viewer.layers.selection.active = active

    def clear(self) -> None:
        """Light up nothing."""
        layer, self._layer = self._layer, None
        if layer is not None and layer in self._viewer.layers:
            self._viewer.layers.remove(layer)


def ring(shape: tuple[int, ...], position: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return a ring (*spatial,) around a pixel, in the plane of the last two axes."""
    y, x = np.ogrid[
        tuple(slice(-place, length - place) for place, length in zip(position, shape, strict=True))
    ][-2:]
    radius = max(_LEAST_RADIUS_PX, _RADIUS_SHARE * max(shape[-2:]))
    plane = np.abs(np.hypot(y, x) - radius) <= max(1.0, radius / 10)
    pixels = np.zeros(shape, bool)
    pixels[position[:-2]] = plane
    return pixels
