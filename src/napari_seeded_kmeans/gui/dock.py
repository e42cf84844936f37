"""The dock "Seeded segmentation": joins views, session, layers and worker, and decides."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Image, Labels
from numpy.typing import NDArray
from qtpy.QtCore import QEvent, QTimer
from qtpy.QtWidgets import QApplication, QFileDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from ..core.threads import Cancel, Progress
from ..io.seeds import read_seeds, write_seeds
from ..session import Facts, Session, Stage, in_pixels
from .hint_line import HintLine
from .job import Answer, Request
from .layer_choice import LayerChoice
from .layers import Outputs, add_seeds, bind_class_keys, unbind_class_keys
from .output_panel import OutputPanel
from .pairing import Pairing
from .params_form import ParamsForm
from .run_bar import RunBar
from .runner import Runner
from .source import Source, channel_choices, full_resolution, guess_channel_axis
from .words import words_for

if TYPE_CHECKING:
    import napari.viewer

# A stroke fires many events; looking once it pauses is soon enough for the hint line.
_LOOK_DELAY_MS = 100
_OPEN_FILTER = "Strokes and seeds (*.png *.tif *.tiff *.jpg *.jpeg *.bmp *.npy);;All files (*)"
_SAVE_FILTER = "PNG (*.png);;TIFF (*.tif *.tiff)"
_SEEDS_EVENTS = ("paint", "labels_update", "set_data", "data")


class SeededSegmentation(QScrollArea):
    """Paint a few strokes per class, press Segment, get a mask.

    Everything the window does can be done from a script by the public methods.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        The viewer whose layers are offered and that results are added to.
    """

    def __init__(self, napari_viewer: "napari.viewer.Viewer", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # napari hands plugins a proxy, under which no object is itself.
        self._viewer = getattr(napari_viewer, "__wrapped__", napari_viewer)
        self.session = Session()
        self._runner = Runner()
        self._outputs = Outputs(self._viewer)
        self._pairing = Pairing(self._viewer.layers, self._outputs.__contains__)
        self._last: tuple[Source, Answer] | None = None
        self._image: Image | None = None
        self._seeds: Labels | None = None
        self._look_timer = QTimer(self)
        self._look_timer.setSingleShot(True)
        self._look_timer.setInterval(_LOOK_DELAY_MS)
        self.choice = LayerChoice(self)
        self.params = ParamsForm(self)
        self.outputs = OutputPanel(self)
        self.run_bar = RunBar(self)
        self.hint_line = HintLine(self)
        self._lay_out()
        self._connect()
        self._on_layers_changed()
        self._on_session_changed()

    # ---- what a person, or a script, can ask for ----

    def new_seeds(self) -> Labels | None:
        """Add an empty seeds layer for the chosen image, ready to paint; None when no image is chosen."""
        source = self._source()
        return None if source is None else self._add_seeds(source, None)

    def segment(self) -> None:
        """Start segmenting; nothing happens while something is missing or a job runs."""
        source = self._source()
        seeds = self._seeds_array()
        if source is None or seeds is None or not self.session.can_segment:
            return
        request = Request(
            source.data,
            seeds.copy(),
            source.data_channel_axis,
            source.spacing,
            self.params.preset,
            self.params.overrides(),
        )
        self.session.start()
        self._runner.submit(request.run, partial(self._on_segmented, source, source.data))

    def cancel(self) -> None:
        """Stop what runs; layers stay as they are."""
        self._runner.cancel()
        self.session.stop()

    def import_seeds(self, path: str | Path) -> None:
        """Start reading a stroke picture or a seed image and add it as the seeds of the chosen image."""
        source = self._source()
        if source is not None:
            self.session.start()
            self._runner.submit(partial(_read, path), partial(self._on_seeds_read, source, Path(path).name))

    def export_seeds(self, path: str | Path) -> None:
        """Start writing the chosen seeds to a PNG or TIFF that comes back the same."""
        seeds = self._seeds_array()
        if seeds is not None:
            self.session.start()
            self._runner.submit(partial(_write, seeds.copy(), path), self._on_seeds_written)

    def close_down(self) -> None:
        """Stop the worker and let go of viewer and layers; the dock is of no use afterwards."""
        self._look_timer.stop()
        self._runner.close()
        self._watch_image(None)
        self._watch_seeds(None)
        for event in self._layer_events():
            event.disconnect(self._on_layers_changed)
        self._last = None

    # ---- reacting ----

    def _connect(self) -> None:
        self.choice.image_chosen.connect(self._on_image_chosen)
        self.choice.channels_chosen.connect(self._on_channels_chosen)
        self.choice.seeds_chosen.connect(self._on_seeds_chosen)
        self.choice.new_requested.connect(self.new_seeds)
        self.choice.import_requested.connect(self._on_import_requested)
        self.choice.export_requested.connect(self._on_export_requested)
        self.params.changed.connect(self.session.forget)
        self.outputs.changed.connect(self._on_outputs_changed)
        self.run_bar.segment_requested.connect(self.segment)
        self.run_bar.cancel_requested.connect(self.cancel)
        self._look_timer.timeout.connect(self._look)
        self._runner.progressed.connect(self.run_bar.show_progress)
        self._runner.failed.connect(self._on_failed)
        self.session.changed.connect(self._on_session_changed)
        for event in self._layer_events():
            event.connect(self._on_layers_changed)
        # The runner has no parent: it must outlive this widget for as long as its thread needs.
        self.destroyed.connect(self._runner.close)
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self._runner.close)

    def _layer_events(self) -> tuple[Any, ...]:
        events = self._viewer.layers.events
        return events.inserted, events.removed, events.reordered, events.renamed

    def _on_layers_changed(self, _event: Any = None) -> None:
        self.choice.offer_images(self._pairing.images(), self._pairing.best_image(self._image))
        self._offer_seeds()
        self._look()

    def _on_image_chosen(self) -> None:
        self._watch_image(self.choice.image)
        self._offer_channels()
        self._offer_seeds()
        self._look()

    def _on_image_data(self, _event: Any = None) -> None:
        self._offer_channels()
        self._look()

    def _on_channels_chosen(self) -> None:
        self._offer_seeds()
        self._look()

    def _on_seeds_chosen(self) -> None:
        self._watch_seeds(self.choice.seeds)
        if self._seeds is not None and self._image is not None:
            self._pairing.remember(self._seeds, self._image)
        self._look()

    def _on_seeds_painted(self, _event: Any = None) -> None:
        self._look_timer.start()

    def _on_outputs_changed(self) -> None:
        if self._last is not None and self._last[0].layer in self._viewer.layers:
            source, answer = self._last
            self._outputs.show(source, answer.segmentation, self.outputs.value())
        self._look()

    def _on_segmented(self, source: Source, data: Any, answer: Answer) -> None:
        if source.layer not in self._viewer.layers:
            self.session.fail(f"{source.layer.name} was removed meanwhile, so its result was dropped.")
        elif source.data is not data:
            self.session.fail(f"{source.layer.name} has new data since: press Segment again.")
        else:
            self._last = source, answer
            self._outputs.show(source, answer.segmentation, self.outputs.value())
            self.session.finish(answer.summary)

    def _on_seeds_read(self, source: Source, name: str, seeds: NDArray[np.integer]) -> None:
        self.session.stop()
        if source.layer not in self._viewer.layers:
            self.session.fail(f"{source.layer.name} was removed meanwhile, so {name} was not imported.")
        elif seeds.shape != source.shape:
            self.session.fail(
                f"{name} is {in_pixels(seeds.shape)} but the image is {in_pixels(source.shape)}: "
                "choose strokes of the same size."
            )
        else:
            self._add_seeds(source, seeds)

    def _on_seeds_written(self, path: Path) -> None:
        self.session.finish(f"Saved the seeds as {path.name}.")

    def _on_failed(self, error: Exception) -> None:
        self.session.fail(words_for(error))

    def _on_import_requested(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Import strokes or seeds", "", _OPEN_FILTER)
        if path:
            self.import_seeds(path)

    def _on_export_requested(self) -> None:
        name = f"{self._seeds.name}.png" if self._seeds is not None and self._seeds.ndim == 2 else "seeds.tif"
        path, _ = QFileDialog.getSaveFileName(self, "Export seeds", name, _SAVE_FILTER)
        if path:
            self.export_seeds(path)

    def _on_session_changed(self) -> None:
        """Derive the state of every control from the session."""
        session, stage = self.session, self.session.stage
        is_running = stage is Stage.RUNNING
        self.hint_line.show_hint(session.hint, is_error=session.is_error)
        self.run_bar.show_running(is_running)
        has_image, wait = session.facts.image_shape is not None, "Wait until the work is done, or cancel it."
        for button, is_enabled, help_text, why_not in (
            (
                self.run_bar.segment_button,
                session.can_segment,
                "Learn the classes from the strokes and find them in the whole image.",
                wait if is_running else session.hint,
            ),
            (
                self.choice.new_button,
                has_image,
                "Make an empty seeds layer over this image, ready to paint.",
                "Open an image first.",
            ),
            (
                self.choice.import_button,
                has_image and not is_running,
                "Read a picture of red and blue strokes, or a seed image, as the seeds of this image.",
                wait if is_running else "Open an image first: the strokes must have its size.",
            ),
            (
                self.choice.export_button,
                session.facts.painted_px > 0 and not is_running,
                "Save the seeds as PNG or TIFF; importing it gives the same seeds.",
                wait if is_running else "Nothing is painted yet.",
            ),
        ):
            button.setEnabled(is_enabled)
            button.setToolTip(f"<p>{help_text if is_enabled else why_not}</p>")

    # ---- looking ----

    def _source(self) -> Source | None:
        return None if self._image is None else Source(self._image, self.choice.channel_axis)

    def _seeds_array(self) -> NDArray[np.integer] | None:
        """Return the chosen seeds without copying them; None when none are chosen."""
        source = self._source()
        if source is None or self._seeds is None:
            return None
        array: NDArray[np.integer] = source.to_spatial(full_resolution(self._seeds))
        return array

    def _look(self) -> None:
        """Tell the session what is chosen and painted."""
        source, seeds = self._source(), self._seeds_array()
        painted = np.empty(0, np.uint8)
        if source is not None and seeds is not None and seeds.shape == source.shape:
            array = np.asarray(seeds)
            painted = array[array != 0]
        self.session.observe(
            Facts(
                image_shape=None if source is None else source.shape,
                seeds_shape=None if seeds is None else tuple(seeds.shape),
                classes=tuple(np.unique(painted).tolist()),
                painted_px=painted.size,
                keeps_output=bool(self.outputs.value()),
            )
        )

    def _offer_channels(self) -> None:
        if self._image is None:
            self.choice.offer_channels((), (), None)
            return
        axes = channel_choices(self._image)
        shape = full_resolution(self._image).shape
        names = [f"axis {axis} ({shape[axis]} channels)" for axis in axes]
        self.choice.offer_channels(axes, names, guess_channel_axis(self._image))

    def _offer_seeds(self) -> None:
        best = self._pairing.best_seeds(self._seeds, self._source())
        self.choice.offer_seeds(self._pairing.seeds(), best)

    def _add_seeds(self, source: Source, seeds: NDArray[np.integer] | None) -> Labels:
        layer = add_seeds(self._viewer, source, seeds)
        self._pairing.remember(layer, source.layer)
        self.choice.choose_image(source.layer)
        self.choice.choose_seeds(layer)
        return layer

    def _watch_image(self, image: Image | None) -> None:
        if self._image is not None:
            self._image.events.data.disconnect(self._on_image_data)
        self._image = image
        if image is not None:
            image.events.data.connect(self._on_image_data)

    def _watch_seeds(self, seeds: Labels | None) -> None:
        if self._seeds is not None:
            unbind_class_keys(self._seeds)
            for name in _SEEDS_EVENTS:
                getattr(self._seeds.events, name).disconnect(self._on_seeds_painted)
        self._seeds = seeds
        if seeds is not None:
            bind_class_keys(seeds)
            for name in _SEEDS_EVENTS:
                getattr(seeds.events, name).connect(self._on_seeds_painted)

    # ---- the widget itself ----

    def event(self, event: QEvent | None) -> bool:
        """Notice being closed: napari takes a closed dock's widget out of the window and says no more."""
        if event is not None and event.type() == QEvent.Type.ParentChange and self.parent() is None:
            self.close_down()
        return bool(super().event(event))

    def _lay_out(self) -> None:
        content = QWidget(self)
        layout = QVBoxLayout(content)
        for view in (self.choice, _rule(), self.params, _rule(), self.outputs, self.run_bar, self.hint_line):
            layout.addWidget(view)
        layout.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)


def _rule() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    return line


def _read(path: str | Path, _cancel: Cancel, _progress: Progress) -> NDArray[np.integer]:
    return read_seeds(path)


def _write(seeds: NDArray[np.integer], path: str | Path, _cancel: Cancel, _progress: Progress) -> Path:
    write_seeds(seeds, path)
    return Path(path)
