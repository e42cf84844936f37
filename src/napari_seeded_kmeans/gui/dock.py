"""The dock "Seeded segmentation": joins views, session, layers and worker, and decides."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from napari.layers import Image, Labels
from numpy.typing import NDArray
from qtpy.QtCore import QEvent, QSize, QTimer
from qtpy.QtWidgets import QApplication, QFileDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from ..core.threads import Cancel, Progress
from ..io.images import read_image
from ..io.seeds import read_seeds, write_seeds
from ..io.sessions import SavedSession, read_session
from ..session import Facts, Session, Stage, Work, in_pixels
from .class_list import ClassList
from .classes import Classes
from .controls import controls
from .hint_line import HintLine
from .job import Request
from .keeper import Keeper
from .layer_choice import LayerChoice
from .layer_watch import LayerWatch
from .layers import Outputs, add_seeds, bind_keys, unbind_keys
from .output_panel import OutputPanel
from .pairing import Pairing
from .params_form import ParamsForm
from .run_bar import RunBar
from .runner import Runner
from .seed_tracker import Change, SeedTracker
from .sitting import Sitting, export_script, save_session
from .source import Source, channel_choices, full_resolution, guess_channel_axis
from .updates import Update, Updates
from .words import words_for

if TYPE_CHECKING:
    import napari.viewer

# What is done sooner needs neither progress nor a way out.
_SLOW_MS = 300
_OPEN_FILTER = "Strokes and seeds (*.png *.tif *.tiff *.jpg *.jpeg *.bmp *.npy);;All files (*)"
_SESSION_FILTER = "Session (*.json)"
_SAVE_FILTER = "PNG (*.png);;TIFF (*.tif *.tiff)"


class SeededSegmentation(QScrollArea):
    """Paint a few strokes per class, and the mask follows.

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
        self._updates = Updates()
        self._files = Runner()
        self._keeper = Keeper()
        self._outputs = Outputs(self._viewer)
        self._pairing = Pairing(self._viewer.layers, self._outputs.__contains__)
        self._image: LayerWatch[Image] = LayerWatch(("data",), self._on_image_data)
        self._seeds = SeedTracker(self)
        self._last: Update | None = None
        self._found: SavedSession | None = None
        # Where images came from that were opened with their session.
        self._paths: WeakKeyDictionary[Image, str] = WeakKeyDictionary()
        self._is_holding = False
        self._is_behind = False
        self._slow_timer = QTimer(self)
        self._slow_timer.setSingleShot(True)
        self._slow_timer.setInterval(_SLOW_MS)
        self.choice = LayerChoice(self)
        self.class_list = ClassList(self)
        self.classes = Classes(self.class_list)
        self.params = ParamsForm(self)
        self.outputs = OutputPanel(self)
        self.run_bar = RunBar(self)
        self.hint_line = HintLine(self)
        self._buttons: dict[str, Any] = {
            "segment": self.run_bar.segment_button,
            "new": self.choice.new_button,
            "import": self.choice.import_button,
            "export": self.choice.export_button,
            "session": self.choice.session_button,
            "save session": self.choice.save_session_action,
            "export script": self.choice.export_script_action,
        }
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
        """Start segmenting; nothing happens while something is missing."""
        self._is_behind = True
        self._seeds.look()
        if self._is_behind:
            self._update()

    def hold(self, is_holding: bool) -> None:
        """Let strokes gather from now on, or have the mask catch up with them."""
        self._is_holding = is_holding
        self._follow()

    def cancel(self) -> None:
        """Stop what runs; layers stay as they are."""
        self._updates.cancel()
        self._files.cancel()
        self.session.stop()

    def import_seeds(self, path: str | Path) -> None:
        """Start reading a stroke picture or a seed image, to become the seeds of the chosen image."""
        source = self._source()
        if source is not None:
            self.session.start(Work.FILES)
            self._files.submit(partial(_read, path), partial(self._on_seeds_read, source, Path(path).name))

    def export_seeds(self, path: str | Path) -> None:
        """Start writing the chosen seeds to a PNG or TIFF that comes back the same."""
        seeds = self._seeds_array()
        if seeds is not None:
            self.session.start(Work.FILES)
            self._files.submit(partial(_write, np.array(seeds), path), self._on_seeds_written)

    def save_session(self, path: str | Path) -> None:
        """Start writing strokes, classes and settings, to go on later; the image is only referred to."""
        self._write_sitting(save_session, path)

    def export_script(self, path: str | Path) -> None:
        """Start writing a Python script that gives the same mask."""
        self._write_sitting(export_script, path)

    def open_session(self, path: str | Path) -> None:
        """Start reading a session, to go on with on the image it belongs to, which is opened if need be."""
        images = [full_resolution(layer) for layer in self._pairing.images()]
        self.session.start(Work.FILES)
        self._files.submit(partial(_read_session, path, images), partial(self._on_session_read, Path(path)))

    def restore(self) -> None:
        """Bring back what was painted on the chosen image before the viewer was closed."""
        if self._found is not None and self._image.layer is not None:
            self._resume(self._found, self._image.layer)

    def close_down(self) -> None:
        """Stop the worker and let go of viewer and layers; the dock is of no use afterwards."""
        self._slow_timer.stop()
        self._updates.close()
        self._files.close()
        self._keeper.close()
        self._image.watch(None)
        self._follow_seeds(None)
        for event in self._layer_events():
            event.disconnect(self._on_layers_changed)
        self._last = None

    # ---- what happens ----

    def _connect(self) -> None:
        self.choice.image_chosen.connect(self._on_image_chosen)
        self.choice.channels_chosen.connect(self._on_channels_chosen)
        self.choice.seeds_chosen.connect(self._on_seeds_chosen)
        self.choice.new_requested.connect(self.new_seeds)
        self.choice.import_requested.connect(self._on_import_requested)
        self.choice.export_requested.connect(self._on_export_requested)
        self.choice.open_session_requested.connect(self._on_open_session_requested)
        self.choice.save_session_requested.connect(self._on_save_session_requested)
        self.choice.export_script_requested.connect(self._on_export_script_requested)
        self.params.changed.connect(self._on_params_changed)
        self.outputs.changed.connect(self._on_outputs_changed)
        self.run_bar.live_toggled.connect(self._on_live_toggled)
        self.run_bar.segment_requested.connect(self.segment)
        self.run_bar.cancel_requested.connect(self.cancel)
        self._seeds.painted.connect(self._on_painted)
        self._slow_timer.timeout.connect(self.session.show_slow)
        self._updates.progressed.connect(self.run_bar.show_progress)
        self._updates.arrived.connect(self._on_arrived)
        self._updates.dropped.connect(self.session.fail)
        self._updates.failed.connect(self._on_failed)
        self._files.failed.connect(self._on_file_failed)
        self._keeper.counted.connect(self.classes.show_strokes)
        self._keeper.found.connect(self._on_found)
        self._keeper.failed.connect(self._on_failed)
        self.hint_line.restore_requested.connect(self.restore)
        self.classes.changed.connect(self._on_legend_changed)
        self.session.changed.connect(self._on_session_changed)
        for event in self._layer_events():
            event.connect(self._on_layers_changed)
        # A window can go without closing its docks. The workers have no parent, so they outlive this widget.
        application = QApplication.instance()
        for worker in (self._updates, self._files, self._keeper):
            self.destroyed.connect(worker.close)
            if application is not None:
                application.aboutToQuit.connect(worker.close)

    def _layer_events(self) -> tuple[Any, ...]:
        events = self._viewer.layers.events
        return events.inserted, events.removed, events.reordered, events.renamed

    def _on_layers_changed(self, _event: Any = None) -> None:
        if self._last is not None and self._last.source.layer not in self._viewer.layers:
            self._last = None
        self.choice.offer_images(self._pairing.images(), self._pairing.best_image(self._image.layer))
        self._offer_seeds()
        self._look()

    def _on_image_chosen(self) -> None:
        self._image.watch(self.choice.image)
        self._offer_channels()
        self._offer_seeds()
        self._look()
        self._look_for_kept()

    def _on_image_data(self, _event: Any = None) -> None:
        self._offer_channels()
        self._look()
        self._catch_up()
        self._last = None
        self._look_for_kept()

    def _on_channels_chosen(self) -> None:
        self._offer_seeds()
        self._look()
        self._catch_up()

    def _on_params_changed(self) -> None:
        self.session.forget()
        self._keep()
        self._catch_up()

    def _on_live_toggled(self, is_live: bool) -> None:
        if is_live and self.session.stage is Stage.READY:
            self._is_behind = True
            self._follow()

    def _on_seeds_chosen(self) -> None:
        self._follow_seeds(self.choice.seeds)
        if self._seeds.layer is not None and self._image.layer is not None:
            self._pairing.remember(self._seeds.layer, self._image.layer)
        self._look()

    def _on_painted(self, _change: Change | None) -> None:
        self._look()
        self._keeper.count(self._seeds.snapshot())
        self._keep()
        self._is_behind = True
        self._follow()

    def _on_legend_changed(self) -> None:
        self._keep()
        self._show_last()

    def _on_outputs_changed(self) -> None:
        self._show_last()
        self._look()

    def _on_arrived(self, update: Update, is_followed: bool) -> None:
        self._last = update
        self._show_last()
        self.classes.show_shares(update.answer.shares)
        if not is_followed:
            how = "paint more" if self.run_bar.is_live else "paint more and press Segment again"
            self.session.finish(f"{update.answer.summary} Where it is wrong, {how}.")

    def _on_seeds_read(self, source: Source, name: str, seeds: NDArray[np.integer]) -> None:
        self.session.stop(Work.FILES)
        if source.layer not in self._viewer.layers:
            self.session.fail(
                f"{source.layer.name} was removed meanwhile, so {name} was not imported.", Work.FILES
            )
        elif seeds.shape != source.shape:
            self.session.fail(
                f"{name} is {in_pixels(seeds.shape)} but the image is {in_pixels(source.shape)}: "
                "choose strokes of the same size.",
                Work.FILES,
            )
        else:
            self._add_seeds(source, seeds)

    def _on_found(self, saved: SavedSession, kept_at: datetime) -> None:
        self._found = saved
        self.session.offer(f"What you painted on this image was kept, {kept_at:%d %B %Y, %H:%M}.")

    def _on_session_read(self, path: Path, read: tuple[SavedSession, Any]) -> None:
        self.session.stop(Work.FILES)
        saved, data = read
        layer = next((one for one in self._pairing.images() if full_resolution(one) is data), None)
        if data is None:
            size = in_pixels(saved.image.shape)
            self.session.fail(f"{path.name} belongs to {saved.image.name} ({size}): open that image first.")
            return
        if layer is None:
            layer = self._viewer.add_image(data, name=saved.image.name)
            self._paths[layer] = saved.image.path
        self._resume(saved, layer)

    def _on_written(self, path: Path) -> None:
        self.session.finish(f"Saved {path.name}.", Work.FILES)

    def _on_seeds_written(self, path: Path) -> None:
        self.session.finish(f"Saved the seeds as {path.name}.", Work.FILES)

    def _on_failed(self, error: Exception) -> None:
        self.session.fail(words_for(error))

    def _on_file_failed(self, error: Exception) -> None:
        self.session.fail(words_for(error), Work.FILES)

    def _on_import_requested(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Import strokes or seeds", "", _OPEN_FILTER)
        if path:
            self.import_seeds(path)

    def _on_export_requested(self) -> None:
        seeds = self._seeds_array()
        suffix = "png" if seeds is not None and seeds.ndim == 2 else "tif"
        name = "seeds" if self._seeds.layer is None else self._seeds.layer.name
        path, _ = QFileDialog.getSaveFileName(self, "Export seeds", f"{name}.{suffix}", _SAVE_FILTER)
        if path:
            self.export_seeds(path)

    def _on_open_session_requested(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open session", "", _SESSION_FILTER)
        if path:
            self.open_session(path)

    def _on_save_session_requested(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, "Save session", "session.json", _SESSION_FILTER)
        if path:
            self.save_session(path)

    def _on_export_script_requested(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, "Export as script", "segment.py", "Python (*.py)")
        if path:
            self.export_script(path)

    def _on_session_changed(self) -> None:
        """Derive the state of every control from the session."""
        session = self.session
        self.hint_line.show_hint(session.hint, is_error=session.is_error, has_offer=session.has_offer)
        self.run_bar.show_running(self.session.is_slow)
        if not self.session.running:
            self._slow_timer.stop()
        elif not self.session.is_slow and not self._slow_timer.isActive():
            self._slow_timer.start()
        for name, control in controls(self.session).items():
            self._buttons[name].setEnabled(control.is_enabled)
            # Rich text, so that Qt wraps it.
            self._buttons[name].setToolTip(f"<p>{control.tooltip}</p>")

    # ---- what there is ----

    def _source(self) -> Source | None:
        image = self._image.layer
        return None if image is None else Source(image, self.choice.channel_axis)

    def _seeds_array(self) -> Any:
        """Return the chosen seeds (*spatial,) without copying them; None when none are chosen."""
        source, seeds = self._source(), self._seeds.layer
        return None if source is None or seeds is None else source.to_spatial(full_resolution(seeds))

    def _look(self) -> None:
        """Tell the session what is chosen and painted."""
        source, seeds, counts = self._source(), self._seeds_array(), self._seeds.counts
        self.session.observe(
            Facts(
                image_shape=None if source is None else source.shape,
                seeds_shape=None if seeds is None else tuple(seeds.shape),
                classes=tuple(counts),
                painted_px=sum(counts.values()),
                keeps_output=bool(self.outputs.value()),
            )
        )

    def _follow(self) -> None:
        """Update if the mask is behind, and should follow by itself."""
        if self._is_behind and self.run_bar.is_live and not self._is_holding:
            self._update()

    def _catch_up(self) -> None:
        """Follow what is not painted: only once there is a result, so that nothing starts unasked."""
        if self._last is not None:
            self._is_behind = True
            self._follow()

    def _update(self) -> None:
        """Ask for a result of what is there now."""
        source = self._source()
        if source is None or not self.session.can_segment:
            return
        self._is_behind = False
        self.session.start()
        self._updates.ask(source, self._request(source))

    def _request(self, source: Source) -> Request:
        return Request(
            image=source.data,
            seeds=source.to_spatial(self._seeds.snapshot()),
            channel_axis=source.data_channel_axis,
            spacing=source.spacing,
            preset=self.params.preset,
            params=self.params.overrides(),
        )

    def _sitting(self) -> Sitting | None:
        """Return all that leads to the result; None while seeds do not fit or nothing is painted."""
        source, facts = self._source(), self.session.facts
        if source is None or facts.seeds_shape != facts.image_shape or not facts.painted_px:
            return None
        path = source.layer.source.path or self._paths.get(source.layer, "")
        return Sitting(self._request(source), source.layer.name, str(path), self.classes.legend)

    def _write_sitting(self, write: Callable[..., Path], path: str | Path) -> None:
        self._seeds.look()
        sitting = self._sitting()
        if sitting is not None:
            self.session.start(Work.FILES)
            self._files.submit(partial(write, sitting, path), self._on_written)

    def _resume(self, saved: SavedSession, image: Image) -> None:
        """Go on where a session ended: image, channels, settings, strokes, classes."""
        self.choice.choose_image(image)
        if not image.rgb:
            self.choice.choose_channels(saved.channel_axis)
        self.params.set_value(saved.preset, **saved.params)
        self._add_seeds(Source(image, self.choice.channel_axis), saved.seeds)
        self.classes.set_legend(saved.legend)
        if self.run_bar.is_live:
            self.segment()

    def _show_last(self) -> None:
        """Show the last result, as the classes are called and drawn now, where the image is now."""
        if self._last is not None:
            answer, legend = self._last.answer, self.classes.legend
            model = answer.segmentation.model
            model.names, model.colors = dict(legend.names), dict(legend.colors)
            self._outputs.show(
                replace(self._last.source),
                answer.segmentation,
                self.outputs.value(),
                legend,
                answer.n_pixels,
            )

    def _keep(self) -> None:
        """Keep the sitting, so that nothing is lost."""
        sitting = self._sitting()
        if sitting is not None:
            self._keeper.keep(sitting)

    def _look_for_kept(self) -> None:
        self._found = None
        self.session.offer("")
        source = self._source()
        if source is not None:
            self._keeper.look_for(source.data)

    def _offer_channels(self) -> None:
        image = self._image.layer
        axes = () if image is None else channel_choices(image)
        shape = () if image is None else full_resolution(image).shape
        names = [f"axis {axis} ({shape[axis]} channels)" for axis in axes]
        self.choice.offer_channels(axes, names, None if image is None else guess_channel_axis(image))

    def _offer_seeds(self) -> None:
        best = self._pairing.best_seeds(self._seeds.layer, self._source())
        self.choice.offer_seeds(self._pairing.seeds(), best)

    def _add_seeds(self, source: Source, seeds: NDArray[np.integer] | None) -> Labels:
        layer = add_seeds(self._viewer, source, seeds)
        self._pairing.remember(layer, source.layer)
        self.choice.choose_image(source.layer)
        self.choice.choose_seeds(layer)
        return layer

    def _follow_seeds(self, seeds: Labels | None) -> None:
        if self._seeds.layer is not None:
            unbind_keys(self._seeds.layer)
        self._seeds.follow(seeds)
        # What runs is about other seeds, or another image.
        self._updates.cancel()
        self._keeper.forget()
        self.classes.follow(seeds)
        self._last, self._is_behind = None, False
        self.session.stop(Work.UPDATE)
        if seeds is not None:
            bind_keys(seeds, segment=self.segment, cancel=self.cancel, hold=self.hold)
            self._keeper.count(self._seeds.snapshot())

    # ---- the widget itself ----

    def event(self, event: QEvent | None) -> bool:
        """Notice being closed: napari takes a closed dock's widget out of the window and says no more."""
        if event is not None and event.type() == QEvent.Type.ParentChange and self.parent() is None:
            self.close_down()
        return bool(super().event(event))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Ask for the width of the content, so that one scrolls down but never sideways."""
        bar = self.verticalScrollBar()
        width = self._content.minimumSizeHint().width() + (0 if bar is None else bar.sizeHint().width())
        return QSize(width, super().minimumSizeHint().height())

    def _lay_out(self) -> None:
        self._content = QWidget(self)
        layout = QVBoxLayout(self._content)
        layout.setContentsMargins(6, 6, 6, 6)
        for view in (
            self.choice,
            self.class_list,
            _rule(),
            self.params,
            _rule(),
            self.outputs,
            self.run_bar,
            self.hint_line,
        ):
            layout.addWidget(view)
        layout.addStretch(1)
        self.setWidget(self._content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)


def _rule() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    return line


def _read_session(
    path: str | Path, images: list[Any], _cancel: Cancel, _progress: Progress
) -> tuple[SavedSession, Any]:
    """Return a session and its image: one of `images`, else from the file it came from, else None."""
    saved = read_session(path)
    for image in images:
        if saved.image.is_of(image):
            return saved, image
    if saved.image.digest and Path(saved.image.path).is_file():
        stored = read_image(saved.image.path)
        if saved.image.is_of(stored):
            return saved, stored
    return saved, None


def _read(path: str | Path, _cancel: Cancel, _progress: Progress) -> NDArray[np.integer]:
    return read_seeds(path)


def _write(seeds: NDArray[np.integer], path: str | Path, _cancel: Cancel, _progress: Progress) -> Path:
    write_seeds(seeds, path)
    return Path(path)
