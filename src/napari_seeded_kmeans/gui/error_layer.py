"""The layer that shows where labels are wrong: one per truth, updated in place."""

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from napari.layers import Labels
from numpy.typing import NDArray

from ..core.evaluation import CONFUSED, EXTRA, MISSED

if TYPE_CHECKING:
    from napari.layers import Layer
    from napari.viewer import Viewer

# Okabe and Ito: told apart by everyone, and none of them a class colour next to them in the list.
_COLORS = {None: "#00000000", 0: "#00000000", MISSED: "#d55e00", EXTRA: "#0072b2", CONFUSED: "#f0e442"}
_MEANINGS = {0: "right", MISSED: "missed", EXTRA: "extra", CONFUSED: "another class"}
_PLACE = ("scale", "translate", "rotate", "shear", "affine", "units", "axis_labels")


class ErrorLayers:
    """Layers of errors by the truth they belong to."""

    def __init__(self, viewer: "Viewer") -> None:
        self._viewer = viewer
        self._layers: WeakKeyDictionary[Labels, Labels] = WeakKeyDictionary()

    def __contains__(self, layer: "Layer") -> bool:
        return any(layer is own for own in self._layers.values())

    def show(self, truth: Labels, errors: NDArray[np.uint8]) -> None:
        """Show errors over the truth; hovering says what is wrong."""
        layer = self._layers.get(truth)
        if layer is not None and layer in self._viewer.layers and layer.data.shape == errors.shape:
            layer.data = errors
            return
        place: dict[str, Any] = {name: getattr(truth, name) for name in _PLACE}
        layer = Labels(errors, name=f"{truth.name} errors", colormap=_COLORS, opacity=0.8, **place)
        layer.features = {"index": list(_MEANINGS), "error": list(_MEANINGS.values())}
        self._layers[truth] = layer
        self._viewer.add_layer(layer)
