"""Seeds made of what is there: shapes drawn by hand, and masks segmented before."""

from typing import TYPE_CHECKING

import numpy as np
from napari.layers import Image, Labels, Shapes
from napari.utils.notifications import show_info
from numpy.typing import NDArray
from scipy import ndimage

from ..core.errors import SeededKMeansError
from ..core.mask_seeds import How, seeds_from_labels
from ..core.seeds import BACKGROUND, FOREGROUND
from .seeds_layer import add_seeds
from .source import Source, full_resolution, guess_channel_axis

if TYPE_CHECKING:
    import napari.viewer

_CLASS_COLUMN = "class"
_STROKES = ("line", "path")


def shapes_to_seeds(viewer: "napari.viewer.Viewer") -> Labels | None:
    """Turn the visible shapes layers into seeds of the image below them.

    A shape's class is its value in the features column "class"; without one, that of its layer: the
    number at the end of the layer's name, 1 if the name has "background" in it, else 2.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        The viewer with shapes and image.

    Returns
    -------
    Labels or None
        The new seeds layer; None, and a note to the person, if something is missing.
    """
    try:
        return _shapes_to_seeds(viewer)
    except SeededKMeansError as error:
        show_info(str(error))
        return None


def labels_to_seeds(viewer: "napari.viewer.Viewer", how: How = "eroded") -> Labels | None:
    """Turn the selected labels layer into seeds: of each object the inside, middle line or some pixels.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
        The viewer with labels and image.
    how : {"eroded", "thinned", "sampled"}
        See `seeds_from_labels`.

    Returns
    -------
    Labels or None
        The new seeds layer; None, and a note to the person, if something is missing.
    """
    try:
        layer = viewer.layers.selection.active
        if not isinstance(layer, Labels):
            raise SeededKMeansError("Select the labels layer that seeds are to be made of.")
        source = _source(viewer)
        seeds = seeds_from_labels(np.asarray(source.to_spatial(full_resolution(layer))), how)
        if seeds.shape != source.shape:
            raise SeededKMeansError(
                f"{layer.name} is {seeds.shape} but the image is {source.shape}: sizes must be the same."
            )
        return add_seeds(viewer, source, seeds)
    except SeededKMeansError as error:
        show_info(str(error))
        return None


def _shapes_to_seeds(viewer: "napari.viewer.Viewer") -> Labels:
    source = _source(viewer)
    layers = [
        layer for layer in viewer.layers if isinstance(layer, Shapes) and layer.visible and layer.nshapes
    ]
    if not layers:
        raise SeededKMeansError("Draw some shapes first: each shapes layer is one class.")
    seeds = np.zeros(source.shape, np.uint8)
    for layer in layers:
        if layer.ndim > seeds.ndim:
            raise SeededKMeansError(f"{layer.name} has {layer.ndim} axes, but the image has {seeds.ndim}.")
        masks = layer.to_masks(mask_shape=seeds.shape[seeds.ndim - layer.ndim :])
        for mask, kind, width, value in zip(
            masks, layer.shape_type, layer.edge_width, _classes(layer), strict=True
        ):
            seeds[..., _widened(mask, width) if kind in _STROKES else mask] = value
    return add_seeds(viewer, source, seeds)


def _widened(line: NDArray[np.bool_], width: float) -> NDArray[np.bool_]:
    """Return a line as wide as it is drawn; napari's own masks of lines are a pixel wide."""
    if not line.any():
        return line
    widened: NDArray[np.bool_] = ndimage.distance_transform_edt(~line) <= width / 2
    return widened


def _classes(layer: Shapes) -> list[int]:
    """Return the class of each shape."""
    if _CLASS_COLUMN in layer.features:
        try:
            values = [int(value) for value in layer.features[_CLASS_COLUMN]]
        except (TypeError, ValueError):
            raise SeededKMeansError(f"{layer.name} has classes that are no numbers.") from None
        if not all(0 < value < 256 for value in values):
            raise SeededKMeansError(f"{layer.name} has classes that are not from 1 to 255: {values}.")
        return values
    last = layer.name.split()[-1] if layer.name.split() else ""
    named = int(last) if last.isdecimal() and 0 < int(last) < 256 else 0
    guess = BACKGROUND if "background" in layer.name.lower() else FOREGROUND
    return [named or guess] * layer.nshapes


def _source(viewer: "napari.viewer.Viewer") -> Source:
    """Return the selected image, else the topmost visible one."""
    images = [layer for layer in viewer.layers if isinstance(layer, Image) and layer.visible]
    active = viewer.layers.selection.active
    if isinstance(active, Image):
        images = [active]
    if not images:
        raise SeededKMeansError("Open the image that the seeds are for.")
    return Source(images[-1], guess_channel_axis(images[-1]))
