"""What the docks Evaluate and Batch have in common: a worker, a run bar, a hint line, a way to close."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from qtpy.QtWidgets import QWidget

from ..core.threads import Cancel, Progress
from .dock_frame import DockFrame
from .hint_line import HintLine
from .readiness import kernels
from .run_bar import RunBar
from .runner import Runner
from .words import words_for

if TYPE_CHECKING:
    import napari.viewer

T = TypeVar("T")


class ToolDock(DockFrame):
    """A dock with one button that starts one kind of work.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        The viewer whose layers are offered and that results are added to.
    """

    def __init__(
        self, napari_viewer: "napari.viewer.Viewer", button: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(napari_viewer, parent)
        self._runner = Runner(kernels.wait)
        self.is_running = False
        self.run_bar = RunBar(self)
        self.run_bar.segment_button.setText(button)
        self.run_bar.live_box.setVisible(False)
        self.hint_line = HintLine(self)

    def cancel(self) -> None:
        """Stop what runs."""
        self._runner.cancel()
        self._set_running(False)

    def close_down(self) -> None:
        """Stop the worker and let go of the viewer; the dock is of no use afterwards."""
        self._runner.close()
        for event in self._layer_events():
            event.disconnect(self._on_layers_changed)

    # ---- for the docks ----

    def _start(self) -> None:
        """Do what the button says."""
        raise NotImplementedError

    def _on_layers_changed(self, _event: Any = None) -> None:
        """React to layers that come, go, move or are renamed."""

    def _on_running_changed(self) -> None:
        """React to work beginning or ending."""

    def _why_not(self) -> str:
        """Return why the button cannot work now; empty if it can."""
        return ""

    def _open(self, *views: QWidget) -> None:
        """Lay out `views` above run bar and hint line, and begin to listen; the last act of __init__."""
        self._fill(*views, self.run_bar, self.hint_line)
        self.run_bar.segment_requested.connect(self._start)
        self.run_bar.cancel_requested.connect(self.cancel)
        self._runner.progressed.connect(self.run_bar.show_progress)
        self._runner.failed.connect(self._on_failed)
        for event in self._layer_events():
            event.connect(self._on_layers_changed)
        self._close_in_the_end(self._runner)
        self._on_layers_changed()
        self._refresh()

    def _submit(self, work: Callable[[Cancel, Progress], T], then: Callable[[T], None]) -> None:
        def deliver(result: T) -> None:
            self._set_running(False)
            then(result)

        self._set_running(True)
        self._runner.submit(work, deliver)

    def _say(self, text: str, *, is_error: bool = False) -> None:
        self.hint_line.show_hint(text, is_error=is_error)

    def _refresh(self) -> None:
        """Derive the state of the button; what is missing stands in the hint line."""
        why_not = self._why_not()
        self.run_bar.segment_button.setEnabled(not why_not and not self.is_running)
        self.run_bar.segment_button.setToolTip(f"<p>{why_not}</p>" if why_not else "")
        if why_not and not self.is_running:
            self._say(why_not)

    # ---- what happens ----

    def _on_failed(self, error: Exception) -> None:
        self._set_running(False)
        self._say(words_for(error), is_error=True)

    def _set_running(self, is_running: bool) -> None:
        self.is_running = is_running
        self.run_bar.show_running(is_running)
        self._refresh()
        self._on_running_changed()
