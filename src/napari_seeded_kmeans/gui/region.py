"""A layer as a region of interest: shapes drawn by hand, or labels; reads layers and never changes one."""

import numpy as np
from napari.layers import Labels, Shapes
from numpy.typing import NDArray

from ..core.errors import SeededKMeansError
from ..session import in_pixels
from .source import Source, full_resolution


def region_of(layer: Labels | Shapes, source: Source) -> NDArray[np.bool_]:
    """Return which pixels (*spatial,) of an image lie inside a layer's shapes or labels.

    Raises
    ------
    SeededKMeansError
        When labels have another size than the image, or nothing is inside.
    """
    inside = _inside_labels(layer, source) if isinstance(layer, Labels) else _inside_shapes(layer, source)
    if not inside.any():
        what = "painted" if isinstance(layer, Labels) else "drawn over the image"
        raise SeededKMeansError(f"Nothing is {what} in {layer.name}, the region to segment within.")
    return inside


def _inside_labels(layer: Labels, source: Source) -> NDArray[np.bool_]:
    array = np.asarray(source.to_spatial(full_resolution(layer)))
    if array.shape != source.shape:
        raise SeededKMeansError(
            f"The region {layer.name} is {in_pixels(array.shape)} but the image is {in_pixels(source.shape)}."
        )
    inside: NDArray[np.bool_] = array != 0
    return inside


def _inside_shapes(layer: Shapes, source: Source) -> NDArray[np.bool_]:
    """Return what is inside any shape; shapes of fewer axes hold for every plane."""
    inside = np.zeros(source.shape, bool)
    if not layer.nshapes:
        return inside
    n_axes = min(layer.ndim, inside.ndim)
    # Where the shapes lie on the image, whatever the scale of their layer.
    vertices = [
        np.array([_on_image(layer, source, vertex)[-n_axes:] for vertex in shape]) for shape in layer.data
    ]
    moved = Shapes(vertices, shape_type=list(layer.shape_type), ndim=n_axes)
    masks = moved.to_masks(mask_shape=source.shape[len(source.shape) - n_axes :])
    inside |= masks.any(axis=0)
    return inside


def _on_image(layer: Shapes, source: Source, vertex: NDArray[np.float64]) -> NDArray[np.float64]:
    image = source.layer
    world = np.zeros(max(layer.ndim, image.ndim))
    world[-layer.ndim :] = layer.data_to_world(vertex)
    place = np.asarray(image.world_to_data(tuple(world[-image.ndim :])))
    return place if source.channel_axis is None else np.delete(place, source.channel_axis)
