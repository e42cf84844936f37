"""One layer on top that lights up some pixels of an image, hidden while there is nothing to show."""

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Labels
from napari.utils.colormaps import CyclicLabelColormap
from numpy.typing import NDArray
from qtpy.QtCore import QTimer

from .layers import mark_as_result
from .placing import put
from .source import Source

if TYPE_CHECKING:
    from napari.layers import Layer
    from napari.viewer import Viewer

Mask = NDArray[np.bool_]

# No class has it, and hardly any picture.
_LIGHT = "#ff00ff"
_OPACITY = 0.75
_RADIUS_SHARE = 0.03
_LEAST_RADIUS_PX = 5.0


class Highlight:
    """Lights up pixels over one image at a time.

    The layer stays, hidden, while nothing is lit: napari adds one in a quarter of a second, and needs twice
    as long to remove it.
    """

    def __init__(self, viewer: "Viewer") -> None:
        self._viewer = viewer
        self._layer: Labels | None = None
        self._placement: dict[str, Any] = {}

    def __contains__(self, layer: "Layer") -> bool:
        return layer is self._layer

    def get_ready(self, source: Source) -> None:
        """Have the layer there before it is needed."""
        self._over(source)

    def move(self, source: Source) -> None:
        """Have the layer, if there is one, where the image is now."""
        if self._layer is not None and self._layer.ndim == len(source.placement["scale"]):
            self._put(self._layer, source.placement)

    def show(self, source: Source, pixels: NDArray[np.bool_]) -> None:
        """Light up `pixels` (*spatial,), and no others."""
        layer = self._over(source)
        layer.data = source.to_layer(pixels.view(np.uint8))
        layer.visible = True

    def hide(self) -> None:
        """Light up nothing."""
        if self._layer is not None:
            self._layer.visible = False

    def clear(self) -> None:
        """Light up nothing, and leave nothing behind."""
        layer, self._layer = self._layer, None
        if layer is not None and layer in self._viewer.layers:
            layer.visible = False
            # What is told of a layer that goes comes amid napari's own removing of several.
            QTimer.singleShot(0, partial(self._remove, layer))

    def _remove(self, layer: Labels) -> None:
        if layer in self._viewer.layers:
            self._viewer.layers.remove(layer)

    def _over(self, source: Source) -> Labels:
        """Return the layer, where the image is now."""
        array = source.to_layer(np.zeros(source.shape, np.uint8))
        layer = self._layer
        if layer is None or layer not in self._viewer.layers or layer.data.shape != array.shape:
            self.clear()
            layer = self._add(source, array)
        else:
            self._put(layer, source.placement)
        return layer

    def _put(self, layer: Labels, placement: dict[str, Any]) -> None:
        if placement != self._placement:
            put(layer, placement)
            self._placement = placement

    def _add(self, source: Source, array: NDArray[np.uint8]) -> Labels:
        """Add the layer, hidden, and leave the selection as it was."""
        layers = self._viewer.layers
        selected, active = set(layers.selection), layers.selection.active
        layer = Labels(
            array,
            name=f"{source.layer.name} highlight",
            opacity=_OPACITY,
            colormap=CyclicLabelColormap(colors=["#00000000", _LIGHT], background_value=0),
            **source.placement,
        )
        mark_as_result(layer)
        # Before it is there: whoever hears of a new layer asks at once whether it is this one.
        self._layer, self._placement = layer, source.placement
        layers.append(layer)
        # Not before: napari 0.7 cannot add a hidden layer to a view in 3-D.
        layer.visible = False
        layers.selection.clear()
        layers.selection.update(selected)
        layers.selection.active = active
        return layer


def ring(shape: tuple[int, ...], position: tuple[int, ...], axes: tuple[int, int] = (-2, -1)) -> Mask:
    """Return a ring (*spatial,) around a pixel, in the plane of two axes."""
    first, second = sorted(axis % len(shape) for axis in axes)
    y, x = np.ogrid[tuple(slice(-position[axis], shape[axis] - position[axis]) for axis in (first, second))]
    radius = max(_LEAST_RADIUS_PX, _RADIUS_SHARE * max(shape[first], shape[second]))
    pixels = np.zeros(shape, bool)
    plane = tuple(slice(None) if axis in (first, second) else at for axis, at in enumerate(position))
    pixels[plane] = np.abs(np.hypot(y, x) - radius) <= max(1.0, radius / 10)
    return pixels
