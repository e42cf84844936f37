"""Layers that lie over an image and go with it when it is moved, scaled or turned: seeds and regions.

What does not belong here: layers that show results, which always are where their image is.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from weakref import ReferenceType, WeakKeyDictionary, ref

import numpy as np
from napari.layers import Labels

from .placing import put
from .source import Source, full_resolution, placement_of

if TYPE_CHECKING:
    from napari.layers import Image, Layer

PLACE_EVENTS = ("scale", "translate", "rotate", "shear", "affine", "units", "axis_labels")
# Units and labels of axes say nothing of where pixels are seen.
_GEOMETRY = ("scale", "translate", "rotate", "shear", "affine")


class Companions:
    """Remembers which layers lay exactly over which image, and where that was.

    A layer that lay elsewhere, or was moved by hand since, stays where it is.
    """

    def __init__(self) -> None:
        self._places: WeakKeyDictionary[Layer, tuple[ReferenceType[Image], dict[str, Any]]]
        self._places = WeakKeyDictionary()

    def bring_along(self, layers: "Iterable[Layer]", source: Source) -> None:
        """Put those of `layers` over an image, as it is now, that lay over it when last looked at."""
        now = source.placement
        for layer in layers:
            if not _fits(layer, source):
                continue
            image, before = self._places.pop(layer, (None, now))
            if image is not None and image() is source.layer and before != now and _lies_at(layer, before):
                put(layer, now)
            if _lies_at(layer, now):
                self._places[layer] = ref(source.layer), now


def _fits(layer: "Layer", source: Source) -> bool:
    """Whether a layer has the axes of those over an image, and labels its size."""
    if layer.ndim != len(source.placement["scale"]):
        return False
    is_labels = isinstance(layer, Labels)
    return not is_labels or tuple(source.to_spatial(full_resolution(layer)).shape) == source.shape


def _lies_at(layer: "Layer", placement: dict[str, Any]) -> bool:
    own = placement_of(layer)
    return all(np.allclose(own[name], placement[name]) for name in _GEOMETRY)
