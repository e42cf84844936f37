"""Which image and which seeds layer to take when nobody chose: reads layers, changes none."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar
from weakref import ReferenceType, WeakKeyDictionary, ref

import numpy as np
from napari.layers import Image, Labels
from numpy.typing import NDArray

from .layers import is_result
from .seeds_layer import has_own_table, is_called_seeds

if TYPE_CHECKING:
    from napari.components import LayerList
    from napari.layers import Layer

    from .source import Source

L = TypeVar("L", bound="Layer")

# As many as there are keys for.
_MOST_CLASSES = 9
_SOME_PX = 1 << 20
# Whoever begins with one class paints lines of it; what fills more of the image is a region, or a mask.
_AREA_SHARE = 0.1
_REGION_WORDS = frozenset(("roi", "rois", "region", "regions", "mask", "masks"))


class Pairing:
    """Remembers which seeds were used with which image, so that none are taken for another by mistake."""

    def __init__(self, layers: "LayerList", is_output: Callable[["Layer"], bool]) -> None:
        self._layers = layers
        self.is_output = is_output
        self._image_of: WeakKeyDictionary[Labels, ReferenceType[Image]] = WeakKeyDictionary()

    def images(self) -> list[Image]:
        """Return what can be segmented: every image that is not a result."""
        return self._inputs(Image)

    def seeds(self) -> list[Labels]:
        """Return what can be painted on: every labels layer that is not a result."""
        return self._inputs(Labels)

    def seeds_of(self, image: Image) -> list[Labels]:
        """Return all seeds that belong to an image."""
        return [layer for layer in self.seeds() if self._owner(layer) is image]

    def remember(self, seeds: Labels, image: Image) -> None:
        """Note that these seeds belong to this image from now on."""
        self._image_of[seeds] = ref(image)

    def best_image(self, current: Image | None) -> Image | None:
        """Return the image chosen so far if it is still there, else the active or the newest one."""
        images = self.images()
        active = self._layers.selection.active
        for candidate in (current, active):
            if _holds(images, candidate):
                return candidate
        # Another dock's results can be chosen, but are no first choice.
        originals = [image for image in images if not is_result(image)]
        return (originals or images or [None])[-1]

    def best_seeds(self, current: Labels | None, source: "Source | None") -> Labels | None:
        """Return seeds for an image: those used with it before, else the likeliest that fit it.

        Objects that somebody numbered or measured are none, nor are regions: whoever wants to paint on them
        chooses them. The ones chosen so far stay if they belong to the image, whether they fit or not.
        """
        if source is None:
            return None
        layers = self.seeds()
        own = self.seeds_of(source.layer)
        if own:
            return current if _holds(own, current) else own[-1]
        unowned = [layer for layer in layers if self._owner(layer) is None]
        free = [layer for layer in unowned if layer.visible and not is_result(layer)]
        fitting = [layer for layer in free if _fits(layer, source)]
        named = [layer for layer in fitting if is_called_seeds(layer)]
        if named:
            return named[-1]
        return next((layer for layer in reversed(fitting) if _may_be_strokes(layer)), None)

    def _owner(self, seeds: Labels) -> Image | None:
        reference = self._image_of.get(seeds)
        image = reference() if reference is not None else None
        return image if _holds(self._layers, image) else None

    def _inputs(self, kind: type[L]) -> list[L]:
        return [layer for layer in self._layers if isinstance(layer, kind) and not self.is_output(layer)]


def _fits(seeds: Labels, source: "Source") -> bool:
    return not seeds.multiscale and source.to_spatial(seeds.data).shape == source.shape


def _may_be_strokes(layer: Labels) -> bool:
    """Whether a layer may have been painted on for classes: no region, objects, or table from elsewhere."""
    words = set(re.findall("[a-z]+", layer.name.lower()))
    is_plain = has_own_table(layer) and words.isdisjoint(_REGION_WORDS)
    return is_plain and isinstance(layer.data, np.ndarray) and _are_few_strokes(layer.data)


def _are_few_strokes(array: NDArray[np.integer]) -> bool:
    """Whether there are no more values than a person has classes, nor one alone that fills an area.

    Looks at pixels far apart: this is asked whenever layers come or go.
    """
    step = max(1, round((array.size / _SOME_PX) ** (1 / array.ndim)))
    some = array[(slice(None, None, step),) * array.ndim]
    values, counts = np.unique(some[some != 0], return_counts=True)
    is_area = len(values) == 1 and counts[0] > _AREA_SHARE * some.size
    return len(values) <= _MOST_CLASSES and not is_area


def _holds(layers: "Sequence[Layer] | LayerList", wanted: "Layer | None") -> bool:
    return any(layer is wanted for layer in layers)
