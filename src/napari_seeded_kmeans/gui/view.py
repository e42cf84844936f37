"""Where the viewer looks: brings a pixel into view, and leaves the view alone if it is there already."""

from typing import TYPE_CHECKING, Any

import numpy as np

from .source import Source

if TYPE_CHECKING:
    from napari.viewer import Viewer

# Nearer to the border than this part of the view, a pixel is brought to its middle.
_MARGIN = 0.1


def seen_axes(viewer: "Viewer", source: Source) -> tuple[int, int]:
    """Return which two of the spatial axes are seen side by side; the last two if that cannot be told."""
    n_missing, channel_axis = viewer.dims.ndim - source.layer.ndim, source.channel_axis
    shown = [axis - n_missing for axis in viewer.dims.displayed]
    if channel_axis is not None:
        shown = [axis - (axis > channel_axis) for axis in shown if axis != channel_axis]
    return (shown[-2], shown[-1]) if len(shown) > 1 and min(shown) >= 0 else (-2, -1)


def look_at(viewer: "Viewer", source: Source, position: tuple[int, ...]) -> None:
    """Bring a pixel of an image, given along its spatial axes, into view: its slice, and its place there."""
    layer = source.layer
    place = list(position)
    if source.channel_axis is not None:
        place.insert(source.channel_axis, 0)
    world = np.asarray(layer.data_to_world(place), float)
    offset = viewer.dims.ndim - len(world)
    displayed = set(viewer.dims.displayed)
    for axis, value in enumerate(world, start=offset):
        if axis not in displayed:
            viewer.dims.set_point(axis, value)
    shown = [axis - offset for axis in viewer.dims.displayed if axis >= offset]
    if not _is_seen(layer, np.array(place)[shown], shown):
        # napari 0.9 moved the camera from the viewer to its scene.
        camera: Any = getattr(viewer, "scene", viewer).camera
        camera.center = (*camera.center[: 3 - len(shown)], *world[shown])


def _is_seen(layer: Any, place: np.ndarray[Any, Any], shown: list[int]) -> bool:
    corners = np.asarray(layer.corner_pixels, float)[:, shown]
    margin = _MARGIN * (corners[1] - corners[0])
    return bool((place > corners[0] + margin).all() and (place < corners[1] - margin).all())
