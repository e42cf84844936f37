"""Keys bound to the seeds layer that is followed, and given back to napari afterwards."""

from collections.abc import Callable, Iterator

from napari.layers import Labels
from qtpy.QtCore import QObject, Qt
from qtpy.QtWidgets import QApplication

from .seeds_layer import paint_with

LAST_KEY = 9
"""The last class with a key of its own."""
_CLASS_KEYS = tuple(map(str, range(1, LAST_KEY + 1)))


class Keys(QObject):
    """Gives keys to one seeds layer at a time: S segments, C cancels, H holds while it is down.

    The keys 1 to 9 choose the class to paint, in place of napari's modes (E, P, F, L stay).
    """

    def __init__(
        self, *, segment: Callable[[], None], cancel: Callable[[], None], hold: Callable[[bool], None]
    ) -> None:
        super().__init__()

        # Functions of their own: napari asks key bindings for their name; a generator is for a key held down.
        def segment_now(_layer: Labels) -> None:
            segment()

        def cancel_now(_layer: Labels) -> None:
            cancel()

        def hold_strokes(_layer: Labels) -> Iterator[None]:
            self._set_held(True)
            yield
            self._set_held(False)

        self._functions = {
            **{key: _class_painter(int(key)) for key in _CLASS_KEYS},
            "S": segment_now,
            "C": cancel_now,
            "H": hold_strokes,
        }
        self._layer: Labels | None = None
        self._hold = hold
        self._is_held = False

    def give_to(self, layer: Labels | None) -> None:
        """Bind the keys to `layer`, and no longer to the one before."""
        application = QApplication.instance()
        if self._layer is not None:
            for key in self._functions:
                self._layer.bind_key(key, None)
            if isinstance(application, QApplication):
                application.applicationStateChanged.disconnect(self._on_application_state)
        self._layer = layer
        if layer is not None:
            for key, function in self._functions.items():
                layer.bind_key(key, function, overwrite=True)
            if isinstance(application, QApplication):
                application.applicationStateChanged.connect(self._on_application_state)

    def _set_held(self, is_held: bool) -> None:
        if is_held != self._is_held:
            self._is_held = is_held
            self._hold(is_held)

    def _on_application_state(self, state: Qt.ApplicationState) -> None:
        """Let go of what is held: napari does not hear of keys that are let go over another program."""
        if state != Qt.ApplicationState.ApplicationActive:
            self._set_held(False)


def _class_painter(value: int) -> Callable[[Labels], None]:
    def paint_class(layer: Labels) -> None:
        paint_with(layer, value)

    return paint_class
