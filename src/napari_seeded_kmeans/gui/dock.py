"""The dock "Seeded segmentation": joins views, session, layers and workers, and decides."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari.layers import Image, Labels, Layer
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QFrame, QWidget

from ..io.sessions import SavedSession
from ..session import Facts, Session, Stage, Work
from .activity import Activity
from .class_list import ClassList
from .classes import Classes
from .controls import controls
from .dock_frame import DockFrame
from .extra_layers import extra_outputs
from .extras import Extras
from .file_bar import FileBar
from .hint_line import HintLine
from .inputs import Inputs
from .insight import Insight
from .job import Answer, Request
from .keys import Keys
from .layer_choice import LayerChoice
from .layers import Outputs
from .output_panel import OutputPanel
from .pairing import Pairing
from .params_form import ParamsForm
from .records import Records
from .run_bar import RunBar
from .seed_tracker import Change, SeedTracker
from .sight import Sight
from .sitting import Sitting, export_script, save_session
from .source import Source
from .updates import Preview, Update, Updates
from .words import words_for

if TYPE_CHECKING:
    import napari.viewer

# What is done sooner needs neither progress nor a way out.
_SLOW_MS = 300


class SeededSegmentation(DockFrame):
    """Paint a few strokes per class, and the mask follows.

    Everything the window does can be done from a script by the public methods.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        The viewer whose layers are offered and that results are added to.
    """

    def __init__(self, napari_viewer: "napari.viewer.Viewer", parent: QWidget | None = None) -> None:
        super().__init__(napari_viewer, parent)
        self.session = Session()
        self._make_views()
        self._make_workers()
        self._last: Update | None = None
        self._ignored: frozenset[int] = frozenset()
        self._is_holding = False
        self._is_behind = False
        self._connect()
        self._on_layers_changed()
        self._on_session_changed()

    # ---- what a person, or a script, can ask for ----

    def new_seeds(self) -> Labels | None:
        """Add an empty seeds layer for the chosen image, ready to paint; None when no image is chosen."""
        source = self._inputs.source
        return None if source is None else self._inputs.add_seeds(source)

    def segment(self) -> None:
        """Start segmenting; nothing happens while something is missing."""
        self._is_behind = True
        self._seeds.look()
        if self._is_behind:
            self._update(afresh=True)

    def hold(self, is_holding: bool) -> None:
        """Let strokes gather from now on, or have the mask catch up with them."""
        self._is_holding = is_holding
        self._follow()

    def cancel(self) -> None:
        """Stop what runs; layers stay as they are."""
        self._updates.cancel()
        self._records.cancel()
        self.session.stop()

    def import_seeds(self, path: str | Path) -> None:
        """Start reading a stroke picture or a seed image, to become the seeds of the chosen image."""
        self._records.import_seeds(path)

    def export_seeds(self, path: str | Path) -> None:
        """Start writing the chosen seeds to a PNG or TIFF that comes back the same."""
        self._seeds.look()
        self._records.export_seeds(path)

    def save_session(self, path: str | Path) -> None:
        """Start writing strokes, classes and settings, to go on later; the image is only referred to."""
        self._seeds.look()
        self._records.write_sitting(save_session, path)

    def export_script(self, path: str | Path) -> None:
        """Start writing a Python script that gives the same mask."""
        self._seeds.look()
        self._records.write_sitting(export_script, path)

    def export_measurements(self, path: str | Path) -> None:
        """Start writing what is measured of every object of the last result, as CSV."""
        if self._last is not None:
            source, answer = replace(self._last.source), self._last.answer
            self._records.write(self._extras.table_writer(source, answer, self.classes.legend), path)

    def open_session(self, path: str | Path) -> None:
        """Start reading a session, to go on with on the image it belongs to, which is opened if need be."""
        self._records.open_session(path)

    def restore(self) -> None:
        """Bring back what was painted on the chosen image before the viewer was closed."""
        self._records.restore()

    def paint_here_next(self) -> None:
        """Go to where a stroke would help most, and say between which classes the doubt is."""
        self.insight.paint_here_next()

    def close_down(self) -> None:
        """Stop the workers and let go of viewer and layers; the dock is of no use afterwards."""
        self._slow_timer.stop()
        for worker in self._workers:
            worker.close()
        self.insight.stop_pointing()
        self._sight.close()
        self._activity.show(False)
        self._inputs.let_go()
        self._on_seeds_chosen()
        for event in self._layer_events():
            event.disconnect(self._on_layers_changed)

    # ---- how it is put together ----

    def _make_views(self) -> None:
        self.choice = LayerChoice(self)
        self.file_bar = FileBar(self)
        self.class_list = ClassList(self)
        self.params = ParamsForm(self)
        self._extras = Extras()
        self.insight = Insight(self._viewer, self._extras, self)
        self.outputs = OutputPanel(self)
        self.run_bar = RunBar(self)
        self.hint_line = HintLine(self)
        self._buttons: dict[str, Any] = {
            "segment": self.run_bar.segment_button,
            "new": self.choice.new_button,
            "import": self.file_bar.import_button,
            "export": self.file_bar.export_button,
            "session": self.file_bar.session_button,
            "save session": self.file_bar.save_session_action,
            "export script": self.file_bar.export_script_action,
            "export table": self.file_bar.export_table_action,
        }
        # What one needs all the time comes first: seen without scrolling on small screens, too.
        self._fill(
            self.choice,
            self.file_bar,
            self.class_list,
            self.run_bar,
            self.hint_line,
            _rule(),
            self.params,
            _rule(),
            self.outputs,
            self.insight.palette_fold,
            self.insight.why_fold,
        )

    def _make_workers(self) -> None:
        self.classes = Classes(self.class_list)
        self.clusters = self.insight.clusters
        self._outputs = Outputs(self._viewer)
        self._pairing = Pairing(self._viewer.layers, self._is_output)
        self._seeds = SeedTracker(self)
        self._inputs = Inputs(self._viewer, self.choice, self._pairing, self._seeds)
        self._keys = Keys(segment=self.segment, cancel=self.cancel, hold=self.hold)
        self._updates = Updates()
        self._sight = Sight(self._viewer)
        self._activity = Activity("Seeded segmentation")
        self._records = Records(self._viewer, self.session, self._inputs, self._sitting)
        self._workers = self._updates, self._extras, self._records
        self._close_in_the_end(*self._workers)
        self._slow_timer = QTimer(self)
        self._slow_timer.setSingleShot(True)
        self._slow_timer.setInterval(_SLOW_MS)

    def _connect(self) -> None:
        self._inputs.image_chosen.connect(self._on_image_chosen)
        self._inputs.pixels_changed.connect(self._on_pixels_changed)
        self._inputs.channels_chosen.connect(self._on_channels_chosen)
        self._inputs.region_changed.connect(self._on_region_changed)
        self._inputs.seeds_chosen.connect(self._on_seeds_chosen)
        self._seeds.painted.connect(self._on_painted)
        self.choice.new_requested.connect(self.new_seeds)
        self.file_bar.import_requested.connect(self.import_seeds)
        self.file_bar.export_requested.connect(self.export_seeds)
        self.file_bar.open_session_requested.connect(self.open_session)
        self.file_bar.save_session_requested.connect(self.save_session)
        self.file_bar.export_script_requested.connect(self.export_script)
        self.file_bar.export_table_requested.connect(self.export_measurements)
        self.params.changed.connect(self._on_params_changed)
        self.outputs.changed.connect(self._on_outputs_changed)
        self.run_bar.live_toggled.connect(self._on_live_toggled)
        self.run_bar.segment_requested.connect(self.segment)
        self.run_bar.cancel_requested.connect(self.cancel)
        self._slow_timer.timeout.connect(self.session.show_slow)
        self._updates.progressed.connect(self.run_bar.show_progress)
        self._updates.progressed.connect(self._activity.step)
        self._updates.previewed.connect(self._on_previewed)
        self._updates.arrived.connect(self._on_arrived)
        self._sight.moved.connect(self._on_sight_moved)
        self._updates.dropped.connect(self.session.fail)
        self._updates.failed.connect(self._on_failed)
        self._extras.arrived.connect(self._on_extras_arrived)
        self._extras.failed.connect(self._on_failed)
        self._records.resumed.connect(self._on_resumed)
        self._records.counted.connect(self.classes.show_strokes)
        self._records.failed.connect(self._on_failed)
        self.hint_line.restore_requested.connect(self.restore)
        self.classes.changed.connect(self._on_legend_changed)
        self.clusters.changed.connect(self._on_palette_changed)
        self.insight.clusters_wanted.connect(self._show_last)
        self.insight.advised.connect(self.session.advise)
        self.hint_line.next_requested.connect(self.paint_here_next)
        self.session.changed.connect(self._on_session_changed)
        for event in self._layer_events():
            event.connect(self._on_layers_changed)

    # ---- what happens ----

    def _on_layers_changed(self, _event: Any = None) -> None:
        if self._last is not None and self._last.source.layer not in self._viewer.layers:
            self._last = None
            self.insight.clear()
        self._inputs.offer()
        self._look()

    def _on_image_chosen(self) -> None:
        self._look()
        self._records.look_for_kept()

    def _on_pixels_changed(self) -> None:
        self._look()
        self._catch_up()
        self._last = None
        self._records.look_for_kept()

    def _on_channels_chosen(self) -> None:
        self._look()
        self._catch_up()

    def _on_region_changed(self) -> None:
        self._look()
        self._records.keep()
        self._catch_up()

    def _on_palette_changed(self) -> None:
        self.session.forget()
        self._records.keep()
        self._catch_up()

    def _on_params_changed(self) -> None:
        self.session.forget()
        self._records.keep()
        self._catch_up()

    def _on_live_toggled(self, is_live: bool) -> None:
        if is_live and self.session.stage is Stage.READY:
            self._is_behind = True
            self._follow()

    def _on_seeds_chosen(self) -> None:
        seeds = self._seeds.layer
        self._keys.give_to(seeds)
        # What runs is about other seeds, or another image.
        self._updates.cancel()
        self._extras.cancel()
        self._records.forget()
        self.classes.follow(seeds)
        self.insight.follow(seeds)
        self._last, self._is_behind = None, False
        self.session.stop(Work.UPDATE)
        if seeds is not None:
            self._records.count(self._seeds.snapshot())
            self.file_bar.suggested_name = f"{seeds.name}.{'png' if seeds.ndim == 2 else 'tif'}"
        self._look()

    def _on_painted(self, _change: Change | None) -> None:
        self._look()
        # The result first: counting and keeping can wait that long.
        self._is_behind = True
        self._follow()
        self._records.count(self._seeds.snapshot())
        self._records.keep()
        source = self._inputs.source
        if source is not None and self.session.stage is Stage.NEEDS_STROKES and self.run_bar.is_live:
            self._updates.get_ready(source, self._request(source), self._sight.visible(source))

    def _on_legend_changed(self) -> None:
        self._look()
        self._records.keep()
        self._show_last()
        ignored = self.classes.legend.ignored
        if ignored != self._ignored:
            self._ignored = ignored
            self._catch_up()

    def _on_outputs_changed(self) -> None:
        self._show_last()
        self._look()

    def _on_previewed(self, seen: Preview) -> None:
        if "mask" in self.outputs.value() and seen.source.layer in self._viewer.layers:
            legend = self.classes.legend.listing(tuple(self._seeds.counts))
            self._outputs.preview(replace(seen.source), seen.labels, legend)

    def _on_sight_moved(self) -> None:
        source = self._inputs.source
        if source is not None:
            self._updates.look(self._sight.visible(source))

    def _on_arrived(self, update: Update, is_followed: bool) -> None:
        self._last = update
        self._look()
        self._show_last()
        self.classes.show_shares(update.answer.shares)
        if not is_followed:
            how = "paint more" if self.run_bar.is_live else "paint more and press Segment again"
            self.session.finish(f"{update.answer.describe(self.classes.legend)} Where it is wrong, {how}.")

    def _on_extras_arrived(self, answer: Answer) -> None:
        if self._last is not None and self._last.answer is answer:
            self._show_last()

    def _on_resumed(self, saved: SavedSession, image: Image) -> None:
        """Go on where a session ended: image, channels, settings, strokes, classes, edits, region."""
        self.choice.choose_image(image)
        if not image.rgb:
            self.choice.choose_channels(saved.channel_axis)
        self.params.set_value(saved.preset, **saved.params)
        source = Source(image, self.choice.channel_axis)
        self._inputs.add_seeds(source, saved.seeds)
        self.classes.set_legend(saved.legend)
        self.clusters.set_edits(saved.edits)
        if saved.region is not None:
            self._inputs.add_region(source, saved.region)
        if self.run_bar.is_live:
            self.segment()

    def _on_failed(self, error: Exception) -> None:
        self.session.fail(words_for(error))

    def _on_session_changed(self) -> None:
        """Derive the state of every control from the session."""
        session = self.session
        self.hint_line.show_hint(
            session.hint,
            is_error=session.is_error,
            has_offer=session.has_offer,
            has_next=session.has_advice,
        )
        self.run_bar.show_running(session.is_slow)
        self._activity.show(session.is_slow)
        if not session.running:
            self._slow_timer.stop()
        elif not session.is_slow and not self._slow_timer.isActive():
            self._slow_timer.start()
        for name, control in controls(session).items():
            self._buttons[name].setEnabled(control.is_enabled)
            # Rich text, so that Qt wraps it.
            self._buttons[name].setToolTip(f"<p>{control.tooltip}</p>")

    # ---- what there is ----

    def _look(self) -> None:
        """Tell the session what is chosen and painted."""
        source, counts = self._inputs.source, self._seeds.counts
        ignored = self.classes.legend.ignored
        self.session.observe(
            Facts(
                image_shape=None if source is None else source.shape,
                seeds_shape=self._inputs.seeds_shape,
                classes=tuple(value for value in counts if value not in ignored),
                painted_px=sum(counts.values()),
                keeps_output=bool(self.outputs.value()),
                region_problem=self._inputs.region_problem,
                has_result=self._last is not None,
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

    def _update(self, *, afresh: bool = False) -> None:
        """Ask for a result of what is there now."""
        source = self._inputs.source
        if source is None or not self.session.can_segment:
            return
        self._is_behind = False
        self.session.start()
        self._updates.ask(source, self._request(source), self._sight.visible(source), afresh=afresh)

    def _request(self, source: Source) -> Request:
        return Request(
            image=source.data,
            seeds=self._inputs.seeds(source),
            channel_axis=source.data_channel_axis,
            spacing=source.spacing,
            preset=self.params.preset,
            params=self.params.overrides(),
            edits=self.clusters.edits,
            ignore=tuple(sorted(self.classes.legend.ignored)),
            region=self._inputs.region,
        )

    def _sitting(self) -> Sitting | None:
        """Return all that leads to the result; None while seeds do not fit or nothing is painted."""
        source, facts = self._inputs.source, self.session.facts
        if source is None or facts.seeds_shape != facts.image_shape or not facts.painted_px:
            return None
        path = self._records.path_of(source.layer)
        return Sitting(self._request(source), source.layer.name, path, self.classes.legend)

    def _show_last(self) -> None:
        """Show the last result, as the classes are called and drawn now, where the image is now."""
        if self._last is None:
            return
        source, answer = replace(self._last.source), self._last.answer
        legend, kinds = self.classes.legend, self.outputs.value()
        model = answer.segmentation.model
        model.names, model.colors = dict(legend.names), dict(legend.colors)
        extras = extra_outputs(source, self._extras.of(answer), legend)
        self._outputs.show(source, answer.segmentation, kinds, legend, answer.n_pixels, extras)
        self.insight.show(self._last, legend)
        self._extras.ask(source, answer, {*kinds, "clusters"} if self.insight.wants_clusters else kinds)

    def _is_output(self, layer: Layer) -> bool:
        return layer in self._outputs or layer in self.insight


def _rule() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    return line
