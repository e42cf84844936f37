"""Listening to one layer at a time, bound and let go explicitly."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from napari.layers import Layer

L = TypeVar("L", bound="Layer")


class LayerWatch(Generic[L]):
    """Calls back when one of `events` of the watched layer fires; those it does not have are passed over."""

    def __init__(self, events: tuple[str, ...], callback: Callable[[Any], None]) -> None:
        self._events = events
        self._callback = callback
        self.layer: L | None = None

    def watch(self, layer: L | None) -> None:
        """Listen to `layer`, and no longer to the one before."""
        for event in self._known_events():
            event.disconnect(self._callback)
        self.layer = layer
        for event in self._known_events():
            event.connect(self._callback)

    def _known_events(self) -> list[Any]:
        if self.layer is None:
            return []
        emitters = self.layer.events.emitters
        return [emitters[name] for name in self._events if name in emitters]
