"""Layers a person paints on, and the colours and names that labels wear.

What does not belong here: when to do it, and layers that show results.
"""

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

import numpy as np
from napari.layers import Labels
from napari.utils.colormaps import CyclicLabelColormap
from numpy.typing import NDArray

from ..core.cleanup import background_class
from ..core.legend import Legend
from .source import Source

if TYPE_CHECKING:
    from napari.viewer import Viewer

# Wide enough to see at first sight, thin enough to stay inside most objects.
_BRUSH_SHARE = 0.015
_BRUSH_RANGE = (3, 40)
_SEED_WORDS = ("seed", "stroke", "scribble")
_made_here: WeakSet[Labels] = WeakSet()
# What each was dressed in last: its legend, and that of the colours.
_worn: WeakKeyDictionary[Labels, tuple[Legend, Legend]] = WeakKeyDictionary()
resting: WeakSet[Labels] = WeakSet()
"""Layers whose brush rests because clicks ask for something, whatever class is chosen."""


def add_seeds(viewer: "Viewer", source: Source, seeds: NDArray[np.integer] | None = None) -> Labels:
    """Add a seeds layer over an image, ready to paint class 1; empty unless `seeds` are given."""
    array = np.zeros(source.shape, np.uint8) if seeds is None else seeds
    layer = Labels(
        source.to_layer(array),
        name=f"{source.layer.name} seeds",
        colormap=Legend().color_cycle(),
        **source.placement,
    )
    _made_here.add(layer)
    viewer.add_layer(layer)
    low, high = _BRUSH_RANGE
    layer.brush_size = int(np.clip(_BRUSH_SHARE * max(source.shape[-2:]), low, high))
    layer.selected_label = 1
    layer.mode = "paint"
    return layer


def is_called_seeds(layer: Labels) -> bool:
    """Whether the name of a layer says that it was painted on."""
    return any(word in layer.name.lower() for word in _SEED_WORDS)


def is_for_seeds(layer: Labels) -> bool:
    """Whether a layer was made here to be painted on, or says so by its name."""
    return layer in _made_here or is_called_seeds(layer)


def paint_with(layer: Labels, value: int) -> None:
    """Make `value` the class to paint, with the brush unless it rests or a tool like it is in hand."""
    layer.selected_label = value
    if layer not in resting and layer.mode not in ("paint", "fill", "polygon"):
        layer.mode = "paint"


def erase_class(layer: Labels, value: int) -> None:
    """Make everything of one class unpainted, in one step that can be undone."""
    places = np.nonzero(np.asarray(layer.data) == value)
    if len(places[0]):
        layer.data_setitem(places, 0)


def dress(layer: Labels, legend: Legend, *, is_result: bool = False, is_solid: bool = False) -> None:
    """Give a labels layer the colours of `legend`, and its names to be read under the mouse.

    Nothing happens while they are the ones it was given before: what the person changed since stays. Results
    are faint in the background, and without one where they are seen as solids, which it would hide.
    """
    if is_solid and is_result:
        colored = legend.shown(background_class(legend.values), False) if legend.values else legend
    else:
        colored = legend
    before, colored_before = _worn.get(layer, (None, None))
    if (before, colored_before) == (legend, colored):
        return
    _worn[layer] = legend, colored
    layer.colormap = CyclicLabelColormap(
        colors=colored.color_cycle(faint_background=is_result), background_value=0
    )
    if before == legend:
        return
    if is_result or has_own_table(layer):
        layer.features = {
            "index": list(legend.values),
            "class": [legend.name_of(value) for value in legend.values],
        }
    else:
        _name_rows(layer, before, legend)


def legend_of(layer: Labels) -> Legend:
    """Return the legend that a layer was dressed in last."""
    return _worn[layer][0] if layer in _worn else Legend()


def has_own_table(layer: Labels) -> bool:
    """Whether the features of a layer are none, or only those that seeds are given here."""
    return set(layer.features) <= {"index", "class"}


def _name_rows(layer: Labels, before: Legend | None, legend: Legend) -> None:
    """Say in a table from elsewhere what classes are called, unless it has such a column of its own."""
    table = layer.features
    values = list(table["index"] if "index" in table else range(len(table)))
    told = None if before is None else [before.name_of(value) for value in values]
    if "class" not in table or list(table["class"]) == told:
        layer.features = table.assign(**{"class": [legend.name_of(value) for value in values]})
