"""Labels written into a layer's own array, and drawn again where they are new.

For another array napari would compile the layer's shaders again; and handing all of a large image to the
graphics card with every stroke takes longer than drawing it.
"""

from typing import TYPE_CHECKING
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray

from ..core.patch import Patch, hull_of

if TYPE_CHECKING:
    from napari.layers import Labels
    from napari.viewer import Viewer

# Layers whose thumbnails do not show what came in passing.
_old_thumbnails: "WeakSet[Labels]" = WeakSet()
# What napari converts before it is drawn cannot be drawn in part.
_MOST_BYTES = 2
# From here on all is handed over at once.
_MANY = 0.5
# Every part that is handed over costs as much as so many pixels in all.
_FEW_PIXELS = 1 << 22


def small_integers(labels: NDArray[np.integer]) -> NDArray[np.integer]:
    """Return labels as uint8 or uint16 where they fit: napari draws int32 twenty times more slowly."""
    if labels.dtype.itemsize > 1 and labels.size and labels.min() >= 0:
        for dtype in (np.uint8, np.uint16):
            if labels.max() <= np.iinfo(dtype).max:
                return labels.astype(dtype, copy=False)
    return labels


def write_labels(
    viewer: "Viewer",
    layer: "Labels",
    array: NDArray[np.integer],
    patch: Patch,
    *,
    is_passing: bool = False,
) -> None:
    """Put a patch into the array of a layer, or a view of it, and have that shown.

    What is `is_passing` is not worth a new thumbnail: napari draws its whole list of layers again for one.
    """
    boxes = patch.put(array)
    if not boxes:
        if not is_passing and layer in _old_thumbnails:
            _old_thumbnails.discard(layer)
            layer.refresh(data_displayed=False, highlight=False, extent=False, thumbnail=True)
        return
    if is_passing:
        _old_thumbnails.add(layer)
    else:
        _old_thumbnails.discard(layer)
    hull = hull_of(boxes)
    if array[hull].size <= _FEW_PIXELS:
        boxes = [hull]
    n_new = sum(array[box].size for box in boxes)
    is_little = (n_new < _MANY * array.size or len(boxes) == 1) and _is_drawn_in_parts(viewer, layer)
    if is_little:
        for box in boxes:
            layer.events.labels_update(data=array[box], offset=tuple(side.start for side in box))
    layer.refresh(data_displayed=not is_little, highlight=False, extent=False, thumbnail=not is_passing)


def _is_drawn_in_parts(viewer: "Viewer", layer: "Labels") -> bool:
    """Whether the pixels of a layer's array are those of the picture on the graphics card, in order."""
    displayed, n_axes = tuple(viewer.dims.displayed), viewer.dims.ndim
    return bool(
        layer.ndim == 2
        and displayed == (n_axes - 2, n_axes - 1)
        and layer.visible
        and layer.loaded
        and not layer.contour
        and layer.data.dtype.itemsize <= _MOST_BYTES
    )
