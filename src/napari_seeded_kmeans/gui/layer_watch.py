"""Listening to one layer at a time, bound and let go explicitly."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from napari.layers import Layer

L = TypeVar("L", bound="Layer")


class LayerWatch(Generic[L]):
    """Calls back when one of `events` of the watched layer fires."""

    def __init__(self, events: tuple[str, ...], callback: Callable[[Any], None]) -> None:
        self._events = events
        self._callback = callback
        self.layer: L | None = None

    def watch(self, layer: L | None) -> None:
        """Listen to `layer`, and no longer to the one before."""
        if self.layer is not None:
            for name in self._events:
                getattr(self.layer.events, name).disconnect(self._callback)
        self.layer = layer
        if layer is not None:
            for name in self._events:
                getattr(layer.events, name).connect(self._callback)
