"""A layer as a region of interest: shapes drawn by hand, or labels; reads layers and never changes one."""

from itertools import pairwise
from typing import Any

import numpy as np
from napari.layers import Labels, Shapes
from numpy.typing import NDArray
from skimage.draw import line, polygon

from ..core.errors import SeededKMeansError
from ..session import in_pixels
from .source import Source, full_resolution

# Shapes that are not filled.
_STROKES = ("line", "path")
_ELLIPSE_POINTS = 100
# Vertices differ by less only because they were moved from one layer's scale to another's.
_FLAT_PX = 1e-3


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
    n_axes = min(layer.ndim, inside.ndim)
    for kind, shape in zip(layer.shape_type, layer.data, strict=True):
        # Where the shape lies on the image, whatever the scale of its layer.
        vertices = np.array([_on_image(layer, source, vertex)[-n_axes:] for vertex in shape])
        _fill(inside, kind, vertices)
    return inside


def _fill(inside: NDArray[np.bool_], kind: str, vertices: NDArray[np.float64]) -> None:
    """Set the pixels of one shape (n, last axes of `inside`), in all planes that its vertices reach."""
    is_flat = np.ptp(vertices, axis=0) < _FLAT_PX
    n_axes = len(is_flat)
    # It was drawn in the plane in which its vertices differ, whichever that is in a view of rolled axes.
    plane = sorted(sorted(range(n_axes), key=lambda axis: (not is_flat[axis], axis))[-2:])
    shape = inside.shape[-n_axes:]
    rows, columns = _pixels(kind, vertices[:, plane], (shape[plane[0]], shape[plane[1]]))
    if not len(rows):
        return
    low, high = np.rint([vertices.min(axis=0), vertices.max(axis=0)]).astype(int)
    low[plane], high[plane] = (rows.min(), columns.min()), (rows.max(), columns.max())
    box = tuple(slice(max(0, first), max(0, last + 1)) for first, last in zip(low, high, strict=True))
    mask = np.zeros((high - low + 1)[plane], bool)
    mask[rows - rows.min(), columns - columns.min()] = True
    others = tuple(axis for axis in range(n_axes) if axis not in plane)
    place: tuple[Any, ...] = (..., *box)
    inside[place] |= np.expand_dims(mask, others)


def _pixels(
    kind: str, vertices: NDArray[np.float64], shape: tuple[int, int]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns of what napari draws for a shape in a plane, inside `shape`."""
    if kind in _STROKES:
        ends = np.rint(np.clip(vertices, 0, np.array(shape) - 1)).astype(int).tolist()
        pieces = [np.stack(line(*start, *end)) for start, end in pairwise(ends)]  # type: ignore[no-untyped-call]
        rows, columns = np.concatenate(pieces, axis=1)
    else:
        outline = _ellipse(vertices) if kind == "ellipse" else vertices
        rows, columns = polygon(outline[:, 0], outline[:, 1], shape)  # type: ignore[no-untyped-call]
    return rows, columns


def _ellipse(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the outline that napari draws for an ellipse, given the corners of the box around it."""
    angles = np.linspace(0, 2 * np.pi, _ELLIPSE_POINTS)
    radii = np.diff(corners[:3], axis=0) / 2
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    outline: NDArray[np.float64] = corners.mean(axis=0) + circle @ radii
    return outline


def _on_image(layer: Shapes, source: Source, vertex: NDArray[np.float64]) -> NDArray[np.float64]:
    image = source.layer
    world = np.zeros(max(layer.ndim, image.ndim))
    world[-layer.ndim :] = layer.data_to_world(vertex)
    place = np.asarray(image.world_to_data(tuple(world[-image.ndim :])))
    return place if source.channel_axis is None else np.delete(place, source.channel_axis)
