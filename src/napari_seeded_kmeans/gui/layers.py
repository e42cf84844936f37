"""The only code that adds or changes layers.

What belongs here: seeds layers, output layers, keys bound to a layer. What does not: when to do it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from napari.layers import Image, Labels
from napari.utils.colormaps import Colormap
from numpy.typing import NDArray

from ..core.class_colors import class_color, color_cycle
from .source import Source

if TYPE_CHECKING:
    from napari.layers import Layer
    from napari.viewer import Viewer

    from ..estimator import Segmentation

KINDS = ("mask", "scores", "uncertainty")
"""The kinds of output a person can keep."""

# Wide enough to see at first sight, thin enough to stay inside most objects.
_BRUSH_SHARE = 0.015
_BRUSH_RANGE = (3, 40)


def add_seeds(viewer: "Viewer", source: Source, seeds: NDArray[np.integer] | None = None) -> Labels:
    """Add a seeds layer over an image, ready to paint class 1; empty unless `seeds` are given."""
    array = np.zeros(source.shape, np.uint8) if seeds is None else seeds
    layer = Labels(
        source.to_layer(array),
        name=f"{source.layer.name} seeds",
        colormap=color_cycle(),
        **source.placement,
    )
    viewer.add_layer(layer)
    low, high = _BRUSH_RANGE
    layer.brush_size = int(np.clip(_BRUSH_SHARE * max(source.shape[-2:]), low, high))
    layer.selected_label = 1
    layer.mode = "paint"
    return layer


def bind_class_keys(layer: Labels) -> None:
    """Let the keys 1 to 9 choose the class to paint, in place of napari's modes (E, P, F, L stay)."""
    for value in range(1, 10):
        layer.bind_key(str(value), _class_painter(value), overwrite=True)


def unbind_class_keys(layer: Labels) -> None:
    """Give the keys 1 to 9 back to napari."""
    for value in range(1, 10):
        layer.bind_key(str(value), None)


def _class_painter(value: int) -> Callable[[Labels], None]:
    # A function, not a partial: napari asks key bindings for their name.
    def paint_class(layer: Labels) -> None:
        layer.selected_label = value
        layer.mode = "paint"

    return paint_class


@dataclass(frozen=True, eq=False)
class _Output:
    """One layer to be shown: how it is made, and which of it is kept up to date."""

    kind: type["Layer"]
    data: NDArray[Any]
    look: dict[str, Any]


@dataclass
class _Shown:
    """The layers that show one image's results, and where they were put."""

    placement: dict[str, Any]
    layers: dict[str, "Layer"] = field(default_factory=dict)


class Outputs:
    """Result layers by the image they belong to: updated in place, made anew once removed.

    A layer is recognised by being the very object made here, never by its name, so that it may be
    renamed and reordered at will.
    """

    def __init__(self, viewer: "Viewer") -> None:
        self._viewer = viewer
        self._shown: WeakKeyDictionary[Image, _Shown] = WeakKeyDictionary()

    def __contains__(self, layer: "Layer") -> bool:
        return any(layer is own for shown in self._shown.values() for own in shown.layers.values())

    def show(self, source: Source, result: "Segmentation", kinds: Collection[str]) -> None:
        """Show `kinds` of `result` over the image; its layers of other kinds are removed."""
        shown = self._shown.setdefault(source.layer, _Shown(source.placement))
        moved = shown.placement != source.placement
        shown.placement = source.placement
        self._forget_removed(shown)
        outputs = _outputs(source, result, kinds)
        for key, layer in list(shown.layers.items()):
            if key not in outputs or outputs[key].data.ndim != layer.ndim:
                self._viewer.layers.remove(shown.layers.pop(key))
        for key, output in outputs.items():
            if key in shown.layers:
                _update(shown.layers[key], output, source.placement if moved else {})
            else:
                shown.layers[key] = output.kind(output.data, **output.look, **source.placement)
                self._insert(source.layer, shown.layers[key])

    def _forget_removed(self, shown: _Shown) -> None:
        present = {id(layer) for layer in self._viewer.layers}
        shown.layers = {key: layer for key, layer in shown.layers.items() if id(layer) in present}

    def _insert(self, image: Image, layer: "Layer") -> None:
        """Put a layer right over the image, under the seeds, and leave the selection as it was."""
        layers = self._viewer.layers
        selected, active = set(layers.selection), layers.selection.active
        layers.insert(layers.index(image) + 1, layer)
        layers.selection.clear()
        layers.selection.update(selected)
        layers.selection.active = active


def _outputs(source: Source, result: "Segmentation", kinds: Collection[str]) -> dict[str, _Output]:
    """Return the layers that `kinds` ask for, the topmost first."""
    name = source.layer.name
    outputs: dict[str, _Output] = {}
    if "mask" in kinds:
        colors = color_cycle(faint_background=True)
        look: dict[str, Any] = {"name": f"{name} mask", "colormap": colors, "opacity": 0.5}
        outputs["mask"] = _Output(Labels, source.to_layer(_small_integers(result.labels)), look)
    scale = {"contrast_limits": (0.0, 1.0), "blending": "additive", "visible": False}
    if "uncertainty" in kinds:
        look = {"name": f"{name} uncertainty", "colormap": "magma", **scale}
        outputs["uncertainty"] = _Output(Image, source.to_layer(result.uncertainty), look)
    if "scores" in kinds:
        for value, score in zip(result.classes, result.scores, strict=True):
            ramp = Colormap(["#000000", class_color(value)], name=f"class {value}")
            look = {"name": f"{name} score {value}", "colormap": ramp, **scale}
            outputs[f"score {value}"] = _Output(Image, source.to_layer(score), look)
    return outputs


def _small_integers(labels: NDArray[np.integer]) -> NDArray[np.integer]:
    """Return labels as uint8 or uint16 where they fit: napari draws int32 twenty times more slowly."""
    if labels.dtype.itemsize > 1 and labels.size and labels.min() >= 0:
        for dtype in (np.uint8, np.uint16):
            if labels.max() <= np.iinfo(dtype).max:
                return labels.astype(dtype, copy=False)
    return labels


def _update(layer: "Layer", output: _Output, placement: dict[str, Any]) -> None:
    """Give a layer new data and perhaps a new place; name, opacity and visibility stay the person's."""
    layer.data = output.data
    for name, value in placement.items():
        setattr(layer, name, value)
