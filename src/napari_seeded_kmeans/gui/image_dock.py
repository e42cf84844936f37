"""What the docks that need no strokes have in common: an image, a worker, result layers, a hint line."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from napari.layers import Image
from qtpy.QtWidgets import QWidget

from ..core.threads import Cancel, Progress
from .dock_frame import DockFrame
from .hint_line import HintLine
from .image_choice import ImageChoice
from .layer_watch import LayerWatch
from .layers import Outputs
from .pairing import Pairing
from .readiness import kernels
from .runner import Runner
from .source import Source, channel_choices, full_resolution, guess_channel_axis
from .words import words_for

if TYPE_CHECKING:
    import napari.viewer

T = TypeVar("T")

_NO_IMAGE = "Open an image, or take one from File > Open Sample > Seeded K-means."


class ImageDock(DockFrame):
    """A dock about one image, worked on in the background.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        The viewer whose layers are offered and that results are added to.
    """

    favourite_space = "rgb"
    # From the start as wide as a plot needs, which may come later: a dock does not widen by itself.
    narrowest_px = 290

    def __init__(self, napari_viewer: "napari.viewer.Viewer", parent: QWidget | None = None) -> None:
        super().__init__(napari_viewer, parent)
        self._runner = Runner(kernels.wait)
        self._outputs = Outputs(self._viewer, type(self).__name__)
        self._pairing = Pairing(self._viewer.layers, self._outputs.__contains__)
        self._image: LayerWatch[Image] = LayerWatch(("data",), self._on_image_data)
        self._ticket = 0
        self.is_running = False
        self.choice = ImageChoice(self)
        self.hint_line = HintLine(self)

    def close_down(self) -> None:
        """Stop the worker and let go of viewer and layers; the dock is of no use afterwards."""
        self._runner.close()
        self._image.watch(None)
        self._outputs.leave()
        for event in self._layer_events():
            event.disconnect(self._on_layers_changed)

    def cancel(self) -> None:
        """Stop what runs; layers stay as they are."""
        self._runner.cancel()
        self._set_running(False)

    # ---- for the docks ----

    def _on_source_changed(self) -> None:
        """React to another image, other channels, another colour space or new pixels."""
        raise NotImplementedError

    def _on_task_changed(self) -> None:
        # What runs is about something else.
        self._runner.cancel()
        self._on_source_changed()

    def _on_running_changed(self) -> None:
        """React to work beginning or ending."""

    def _open(self, *views: QWidget) -> None:
        """Lay out `views` between image and hint line, and begin to listen; the last act of __init__."""
        self._fill(self.choice, *views, self.hint_line)
        self.choice.image_chosen.connect(self._on_image_chosen)
        self.choice.channels_chosen.connect(self._on_channels_chosen)
        self.choice.space_chosen.connect(self._on_task_changed)
        self._runner.failed.connect(self._on_failed)
        for event in self._layer_events():
            event.connect(self._on_layers_changed)
        self._close_in_the_end(self._runner)
        self._on_layers_changed()
        if self._image.layer is None:
            self._on_task_changed()

    def _source(self) -> Source | None:
        image = self._image.layer
        return None if image is None else Source(image, self.choice.channel_axis)

    def _submit(self, work: Callable[[Cancel, Progress], T], then: Callable[[Source, T], None]) -> None:
        """Run `work` on the chosen image; `then` gets the result if that image is still the same."""
        source = self._source()
        if source is None:
            self._rest()
            return
        self._ticket += 1
        self._set_running(True)
        self._runner.submit(work, partial(self._on_done, self._ticket, source, source.data, then))

    def _rest(self) -> None:
        """Do nothing, for want of an image."""
        self.cancel()
        self.hint_line.show_hint(_NO_IMAGE, is_error=False)

    def _fail(self, message: str) -> None:
        self._set_running(False)
        self.hint_line.show_hint(message, is_error=True)

    # ---- what happens ----

    def _on_layers_changed(self, _event: Any = None) -> None:
        self.choice.offer_images(self._pairing.images(), self._pairing.best_image(self._image.layer))

    def _on_image_chosen(self) -> None:
        self._image.watch(self.choice.image)
        self._on_image_data()

    def _on_image_data(self, _event: Any = None) -> None:
        image = self._image.layer
        axes = () if image is None else channel_choices(image)
        shape = () if image is None else full_resolution(image).shape
        names = [f"axis {axis} ({shape[axis]} channels)" for axis in axes]
        guessed = None if image is None else guess_channel_axis(image)
        # Neither choice is news by itself: the image is.
        self.choice.blockSignals(True)
        self.choice.offer_channels(axes, names, guessed)
        self._offer_spaces()
        self.choice.blockSignals(False)
        self._on_task_changed()

    def _on_channels_chosen(self) -> None:
        self.choice.blockSignals(True)
        self._offer_spaces()
        self.choice.blockSignals(False)
        self._on_task_changed()

    def _offer_spaces(self) -> None:
        source = self._source()
        axis = None if source is None else source.data_channel_axis
        n_channels = 0 if source is None or axis is None else source.data.shape[axis]
        self.choice.offer_spaces(is_colour=n_channels in (3, 4), wish=self.favourite_space)

    def _on_done(
        self, ticket: int, source: Source, data: Any, then: Callable[[Source, T], None], result: T
    ) -> None:
        # Otherwise the next job begins right now.
        if ticket == self._ticket:
            self._set_running(False)
        # New pixels, or another image, have already asked for their own result.
        if source.layer in self._viewer.layers and source.data is data:
            then(source, result)

    def _on_failed(self, error: Exception) -> None:
        self._fail(words_for(error))

    def _set_running(self, is_running: bool) -> None:
        self.is_running = is_running
        self._on_running_changed()
