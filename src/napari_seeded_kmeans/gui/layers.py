"""Layers that show results: what they are made of, and keeping them up to date.

What does not belong here: when to do it, and layers that a person paints on.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

import numpy as np
from napari.layers import Image, Labels
from numpy.typing import NDArray

from ..core.legend import Legend
from ..core.patch import Patch
from .in_place import small_integers, write_labels
from .left_layers import leave, take_up
from .pictures import Pictures
from .seeds_layer import dress, legend_of
from .shown import Output, Shown, move, own_data, rename, update
from .source import Source

if TYPE_CHECKING:
    from napari.layers import Layer
    from napari.viewer import Viewer

    from ..estimator import Segmentation

_made_here: "WeakSet[Layer]" = WeakSet()
_MASK_OPACITY = 0.5

# Result layers that lie over the mask; all others lie under it.
_ON_TOP = ("objects",)


def is_result(layer: "Layer") -> bool:
    """Whether a dock, this one or another, made this layer to show a result."""
    return layer in _made_here


def mark_as_result(layer: "Layer") -> None:
    """Note that this layer shows a result, so that nothing is segmented or learnt from it unasked."""
    _made_here.add(layer)


class Outputs:
    """Result layers by the image they belong to: updated in place, made anew once removed.

    A layer is recognised by being the very object made here, never by its name, so that it may be
    renamed and reordered at will.

    Parameters
    ----------
    viewer : Viewer
    owner : str
        The kind of dock: what one of that kind left in the viewer is gone on with.
    """

    def __init__(self, viewer: "Viewer", owner: str = "") -> None:
        self._viewer = viewer
        self._owner = owner
        self._shown: WeakKeyDictionary[Image, dict[str, Shown]] = WeakKeyDictionary(
            take_up(owner, viewer.layers)
        )
        self._pictures = Pictures(viewer.layers)
        viewer.dims.events.ndisplay.connect(self._on_ndisplay)

    def __contains__(self, layer: "Layer") -> bool:
        return any(layer is own.layer for shown in self._shown.values() for own in shown.values())

    def show(
        self,
        source: Source,
        result: "Segmentation",
        kinds: Collection[str],
        legend: Legend | None = None,
        n_pixels: Mapping[int, int] | None = None,
        extras: Mapping[str, Output] | None = None,
        most_new: int | None = None,
        keeps_mask: bool = False,
    ) -> bool:
        """Show `kinds` of `result` over the image; its layers of other kinds are removed.

        With `n_pixels` per class, the mask's features say how large every class is. Kinds that are made
        elsewhere are among `extras`, or else stay as they are; so does a mask that is ahead of the result,
        if it `keeps_mask`. Return as `place` does.
        """
        legend = (legend or Legend()).listing(result.classes)
        wanted = {*kinds, *(map(score_key, result.classes) if "scores" in kinds else ())}
        found = {key: output for key, output in (extras or {}).items() if key in wanted}
        on_top = {kind: found.pop(kind) for kind in _ON_TOP if kind in found}
        # What was removed meanwhile is ahead of nothing.
        keeps_mask = keeps_mask and self._mask_of(source) is not None
        masks = {"mask": _mask(source, result.labels)} if "mask" in kinds and not keeps_mask else {}
        is_complete = self.place(source, {**on_top, **masks, **found}, wanted, most_new)
        mask = self._shown[source.layer].get("mask")
        if mask is not None:
            self._dress(mask.layer, legend)
            if n_pixels is not None:
                mask.layer.features = _measurements(source, legend, n_pixels)
        return is_complete

    def leave(self) -> None:
        """Have nothing to do with these layers any more: the next dock of this kind has."""
        leave(self._owner, self._shown)
        self._shown.clear()

    def has_mask(self, source: Source) -> bool:
        """Whether there is a mask of an image, perhaps one that the person has painted on since."""
        shown = self._shown.get(source.layer, {}).get("mask")
        return shown is not None and shown.layer in self._viewer.layers

    def get_ready(self, source: Source) -> None:
        """Add an empty mask, unless there is one."""
        if self._mask_of(source) is None:
            self._add_mask(source, np.zeros(source.shape, np.uint8))

    def preview(self, source: Source, patch: Patch, legend: Legend) -> None:
        """Show some labels in the mask until the result is there; elsewhere it stays as it is."""
        labels, shown = small_integers(patch.labels), self._mask_of(source)
        patch = replace(patch, labels=labels)
        array = np.zeros(source.shape, labels.dtype) if shown is None else source.to_spatial(shown.array)
        if shown is None or array.shape != source.shape or not np.can_cast(labels.dtype, array.dtype):
            kind = np.result_type(array, labels)
            array = array.astype(kind) if array.shape == source.shape else np.zeros(source.shape, kind)
            patch.put(array)
            self._add_mask(source, array, legend)
        else:
            write_labels(self._viewer, shown.layer, array, patch, is_passing=True)
            move(shown, source.placement)
            # It shows no result any more.
            self._shown[source.layer]["mask"] = replace(shown, data=shown.array, placement=source.placement)
            self._dress(shown.layer, legend)

    def empty(self, source: Source) -> None:
        """Have a mask without labels, if there is one, and no other result of an image."""
        self.place(source, {}, kept=("mask",))
        if "mask" in self._shown[source.layer]:
            self._add_mask(source, np.zeros(source.shape, np.uint8))

    def move(self, source: Source) -> None:
        """Have the layers of an image where it is now."""
        shown = self._shown.get(source.layer, {})
        for key, own in shown.items():
            if own.layer.ndim == len(source.placement["scale"]):
                move(own, source.placement)
                shown[key] = replace(own, placement=source.placement)

    def _mask_of(self, source: Source) -> "Shown | None":
        """Return the mask of an image, if it is there and still has the array that was made here."""
        mask = self._shown.get(source.layer, {}).get("mask")
        is_there = mask is not None and mask.layer in self._viewer.layers and mask.layer.data is mask.array
        return mask if is_there else None

    def _add_mask(self, source: Source, labels: NDArray[np.integer], legend: Legend | None = None) -> None:
        mask = _mask(source, labels)
        self.place(source, {"mask": mask}, kept=(*self._shown.get(source.layer, {}), "mask"))
        self._dress(self._shown[source.layer]["mask"].layer, legend or Legend())

    def _dress(self, mask: Labels, legend: Legend) -> None:
        dress(mask, legend, is_result=True, is_solid=self._viewer.dims.ndisplay == 3)

    def _on_ndisplay(self, _event: Any = None) -> None:
        for shown in self._shown.values():
            if "mask" in shown:
                mask = shown["mask"].layer
                self._dress(mask, legend_of(mask))

    def place(
        self,
        source: Source,
        outputs: Mapping[str, Output],
        kept: Collection[str] = (),
        most_new: int | None = None,
    ) -> bool:
        """Show `outputs`, the topmost first, over the image; its layers by other keys go, unless `kept`.

        At most so many layers are added; return whether all are there.
        """
        n_left = len(outputs) if most_new is None else most_new
        present = {id(layer) for layer in self._viewer.layers}
        before = {
            key: shown
            for key, shown in self._shown.get(source.layer, {}).items()
            if id(shown.layer) in present
        }
        for key, shown in list(before.items()):
            is_of_use = _can_hold(shown.layer, outputs[key]) if key in outputs else key in kept
            if not is_of_use:
                self._pictures.let_go(source.layer, shown.layer)
                self._viewer.layers.remove(before.pop(key).layer)
        now = self._shown[source.layer] = dict(before)
        below: Layer = source.layer
        for key, output in reversed(list(outputs.items())):
            if key in before:
                layer = before[key].layer
                update(self._viewer, before[key], output)
                name = rename(before[key], output)
                now[key] = Shown(layer, output.data, layer.data, output.placement, name, output.class_name)
            elif not n_left:
                continue
            else:
                n_left -= 1
                layer = output.kind(own_data(output), **output.look, **output.current, **output.placement)
                mark_as_result(layer)
                # Before it is there: whoever hears of a new layer asks at once whether it is one of these.
                name = output.look["name"]
                now[key] = Shown(layer, output.data, layer.data, output.placement, name, output.class_name)
                self._insert(below, layer)
                # Not before: napari 0.7 cannot add a hidden layer to a view in 3-D.
                if output.picture:
                    self._pictures.take(source.layer, output.picture, layer)
            below = layer
        return now.keys() >= outputs.keys()

    def _insert(self, below: "Layer", layer: "Layer") -> None:
        """Put a layer right over another one, under the seeds, and leave the selection as it was."""
        layers = self._viewer.layers
        selected, active = set(layers.selection), layers.selection.active
        layers.insert(layers.index(below) + 1, layer)
        layers.selection.clear()
        layers.selection.update(selected)
        layers.selection.active = active


def score_key(value: int) -> str:
    """Return the key of the layer with the scores of a class."""
    return f"score {value}"


def _mask(source: Source, labels: NDArray[np.integer]) -> Output:
    look = {"name": f"{source.layer.name} mask", "opacity": _MASK_OPACITY}
    return Output(Labels, source.to_layer(small_integers(labels)), look, source.placement)


def _measurements(source: Source, legend: Legend, n_pixels: Mapping[int, int]) -> dict[str, Any]:
    """Return columns with a row per class: pixels, share of the image, and size in the layer's units."""
    values = list(n_pixels)
    pixels = np.array([n_pixels[value] for value in values])
    return {
        "index": values,
        "class": [legend.name_of(value) for value in values],
        "pixels": pixels,
        "share": pixels / np.prod(source.shape),
        "size": pixels * np.prod(source.pixel_size[source.has_frames :]),
    }


def _can_hold(layer: "Layer", output: Output) -> bool:
    is_rgb = bool(getattr(layer, "rgb", False))
    return bool(output.data.ndim == layer.data.ndim) and is_rgb == output.look.get("rgb", False)
