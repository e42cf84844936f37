"""Clicks into the image, taken for a question instead of paint, and where the pointer rests."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Labels
from qtpy.QtCore import QObject, QTimer, Signal

from .seeds_layer import resting
from .source import Source

if TYPE_CHECKING:
    from napari.viewer import Viewer

# Long enough that passing by asks nothing, short enough to feel like an answer.
_REST_MS = 120
# A hand that clicks may move the pointer by so much, on the canvas.
_TREMOR_PX = 4


class Hover(QObject):
    """While it is on, tells of the pixel that the pointer rests on; the brush stays in hand."""

    rested = Signal(object)
    """A pixel, along the spatial axes of the image."""

    def __init__(self, viewer: "Viewer") -> None:
        super().__init__()
        self._viewer = viewer
        self._source: Source | None = None
        self._world: tuple[float, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REST_MS)
        self._timer.timeout.connect(self._on_rested)

    @property
    def is_waiting(self) -> bool:
        """Whether the pointer moved and may come to rest."""
        return bool(self._timer.isActive())

    def start(self, source: Source) -> None:
        """Tell of pixels of this image from now on."""
        if self._source is None:
            self._viewer.mouse_move_callbacks.append(self._on_move)
            self._viewer.mouse_drag_callbacks.append(self._on_press)
            self._viewer.events.mouse_over_canvas.connect(self._on_crossed)
        self._source = source

    def stop(self) -> None:
        """Tell of nothing any more."""
        self._timer.stop()
        if self._source is not None:
            self._viewer.mouse_move_callbacks.remove(self._on_move)
            self._viewer.mouse_drag_callbacks.remove(self._on_press)
            self._viewer.events.mouse_over_canvas.disconnect(self._on_crossed)
            self._source = None

    def _on_move(self, _viewer: Any, event: Any) -> None:
        self._timer.stop()
        # From napari 0.10 on, moves of a drag come here, too; in 3-D no single pixel is under the pointer.
        if not event.is_dragging and self._viewer.dims.ndisplay == 2:
            self._world = tuple(event.position)
            self._timer.start()

    def _on_press(self, _viewer: Any, _event: Any) -> None:
        """Ask nothing where a drag begins: it paints or pans."""
        self._timer.stop()

    def _on_crossed(self, _event: Any) -> None:
        self._timer.stop()

    def _on_rested(self) -> None:
        place = None if self._source is None else pixel_at(self._source, self._world)
        if place is not None:
            self.rested.emit(place)


class Pointer:
    """While it is on, a click calls back with the pixel; the brush rests, and dragging pans."""

    def __init__(self, viewer: "Viewer") -> None:
        self._viewer = viewer
        self._then: Callable[[tuple[int, ...]], None] | None = None
        self._source: Source | None = None
        self._resting: tuple[Labels, str] | None = None

    def start(self, source: Source, seeds: Labels | None, then: Callable[[tuple[int, ...]], None]) -> None:
        """Call ``then(position)`` for every click into the image, in pixels along its spatial axes."""
        self.stop()
        self._source, self._then = source, then
        if seeds is not None:
            self._resting = seeds, str(seeds.mode)
            resting.add(seeds)
            seeds.mode = "pan_zoom"
        self._viewer.mouse_drag_callbacks.append(self._on_press)

    def stop(self) -> None:
        """Let clicks paint again."""
        if self._then is None:
            return
        self._viewer.mouse_drag_callbacks.remove(self._on_press)
        if self._resting is not None:
            seeds, mode = self._resting
            resting.discard(seeds)
            # Whoever chose another tool meanwhile keeps it.
            if seeds.mode == "pan_zoom":
                seeds.mode = mode
        self._then = self._source = self._resting = None

    def _on_press(self, _viewer: Any, event: Any) -> Iterator[None]:
        position, start, way_px = event.position, np.array(event.pos), 0.0
        yield
        while event.type == "mouse_move":
            way_px = max(way_px, float(np.abs(np.array(event.pos) - start).max()))
            yield
        if way_px > _TREMOR_PX:
            return
        place = None if self._source is None else pixel_at(self._source, position)
        if place is not None and self._then is not None:
            self._then(place)


def pixel_at(source: Source, world: tuple[float, ...]) -> tuple[int, ...] | None:
    """Return the pixel of an image at a place of the world, None outside."""
    place = np.rint(source.layer.world_to_data(world)).astype(int)
    axis = source.channel_axis
    spatial = place if axis is None else np.delete(place, axis)
    inside = (spatial >= 0) & (spatial < source.shape)
    return tuple(int(index) for index in spatial) if inside.all() else None
