"""Which part of an image a person sees, and that they look elsewhere.

What belongs here: camera, slider and slice, as pixels of an image. What does not: what is shown.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QObject, QTimer, Signal

from .source import Source

if TYPE_CHECKING:
    from napari.viewer import Viewer

# While a person zooms or scrolls there are many events; they are seen when they pause for this long.
_PAUSE_MS = 40


class Sight(QObject):
    """Where a viewer looks."""

    moved = Signal()
    """The view rests somewhere else."""

    def __init__(self, viewer: "Viewer") -> None:
        super().__init__()
        self._viewer = viewer
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.moved)
        for event in self._events():
            event.connect(self._on_event)

    def visible(self, source: Source) -> tuple[slice, ...]:
        """Return the part of an image's spatial axes that is seen; one plane of an axis with a slider."""
        layer, dims = source.layer, self._viewer.dims
        n_missing = dims.ndim - layer.ndim
        shown = [axis - n_missing for axis in dims.displayed]
        corners = np.array(layer.corner_pixels, float)
        if layer.multiscale:
            corners *= layer.downsample_factors[layer.data_level]
        point = layer.world_to_data(np.array(dims.point)[n_missing:])
        sides = []
        for axis, length in enumerate(source.data.shape[: layer.ndim]):
            if axis in shown:
                start, stop = max(0, int(corners[0, axis])), min(length, int(corners[1, axis]) + 1)
                sides.append(slice(start, stop) if stop - start > 1 else slice(0, length))
            else:
                index = int(np.clip(round(point[axis]), 0, length - 1))
                sides.append(slice(index, index + 1))
        return tuple(side for axis, side in enumerate(sides) if axis != source.channel_axis)

    def close(self) -> None:
        """Look no longer."""
        self._timer.stop()
        for event in self._events():
            event.disconnect(self._on_event)

    def _events(self) -> list[Any]:
        # napari 0.9 moved the camera from the viewer to its scene.
        camera = getattr(self._viewer, "scene", self._viewer).camera.events
        dims = self._viewer.dims.events
        return [camera.center, camera.zoom, dims.current_step, dims.order, dims.ndisplay]

    def _on_event(self, _event: Any = None) -> None:
        self._timer.start()
