"""The dock "Seeded segmentation": joins views, session, layers and workers, and decides."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from napari.layers import Image, Labels
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QWidget

from ..estimator import Segmentation
from ..io.sessions import SavedSession
from ..session import Session, Work
from . import handover
from .arrivals import Arrivals
from .chosen import Chosen
from .classes import Classes
from .dock_frame import DockFrame
from .drawing_hold import DrawingHold
from .extras import Extras
from .follower import Follower
from .front import Front
from .image_changes import ImageChanges
from .inputs import Inputs
from .insight import Insight
from .keys import Keys
from .pairing import Pairing
from .records import Records
from .results import Results
from .resumption import resume
from .seed_tracker import Change, SeedTracker
from .sight import Sight
from .sitting import export_script, save_session
from .situation import Situation
from .updates import Updates
from .words import words_for

if TYPE_CHECKING:
    import napari.viewer


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
        self._ignored: frozenset[int] = frozenset()
        self._make_views()
        self._make_workers()
        self._connect_views()
        self._connect_workers()
        handover.take_up_settings(self._viewer, self._front)
        self._on_layers_changed()
        handover.take_up_layers(self._viewer, self._front)
        self._front.show()

    # ---- what a person, or a script, can ask for ----

    @property
    def result(self) -> Segmentation | None:
        """The last result; None while there is none."""
        last = self._results.last
        return None if last is None else last.answer.segmentation

    def new_seeds(self) -> Labels | None:
        """Add an empty seeds layer for the chosen image, ready to paint; None when no image is chosen."""
        source = self._inputs.source
        if source is None:
            return None
        seeds = self._inputs.add_seeds(source)
        self._results.get_ready(source)
        return seeds

    def segment(self) -> None:
        """Start segmenting; nothing happens while something is missing."""
        self._follower.is_behind = True
        self._seeds.look()
        if self._follower.is_behind:
            self._follower.ask(afresh=True)

    def hold(self, is_holding: bool) -> None:
        """Let strokes gather from now on, or have the mask catch up with them."""
        self._follower.hold(is_holding)

    def cancel(self) -> None:
        """Stop what runs; layers stay as they are."""
        self._updates.cancel()
        self._chosen.cancel()
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
        write = self._results.table_writer()
        if write is not None:
            self._records.write(write, path)

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
        handover.leave(self._viewer, self._front)
        for worker in self._workers:
            worker.close()
        self.insight.close()
        self._sight.close()
        self._drawing.release()
        self._front.close()
        self._inputs.let_go()
        self._on_seeds_chosen()
        self._results.leave()
        for event in self._layer_events():
            event.disconnect(self._on_layers_changed)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Be about the last result: views that were hidden with the dock have missed it."""
        super().showEvent(event)
        self._results.show()

    # ---- how it is put together ----

    def _make_views(self) -> None:
        front = self._front = Front(self.session, self)
        self.choice, self.file_bar, self.class_list = front.choice, front.file_bar, front.class_list
        self.run_bar, self.hint_line = front.run_bar, front.hint_line
        self.params, self.outputs = front.params, front.outputs
        self._extras = Extras()
        self.insight = Insight(self._viewer, self._extras, self)
        self._fill(*front.column(), self.insight.palette_fold, self.insight.why_fold)

    def _make_workers(self) -> None:
        self.clusters = self.insight.clusters
        self.classes = Classes(self.class_list, self.clusters)
        self._updates = Updates()
        self._chosen = Chosen(self._front.choices_line, self.params, self._updates)
        self._results = Results(
            self._viewer, self.outputs, self.classes, self._extras, self.insight, self._chosen
        )
        self._pairing = Pairing(self._viewer.layers, self._results.__contains__)
        self._seeds = SeedTracker(self)
        self._inputs = Inputs(self._viewer, self.choice, self._pairing, self._seeds)
        self._keys = Keys(segment=self.segment, cancel=self.cancel, hold=self.hold)
        self._sight, self._drawing = Sight(self._viewer), DrawingHold(self)
        situation = self._situation = Situation(
            self._inputs, self._seeds, self.params, self.classes, self.clusters, self._results
        )
        self._follower = Follower(
            self.session, self.run_bar, self._inputs, situation, self._sight, self._updates
        )
        self._arrivals = Arrivals(
            self.session, self._front, situation, self._results, self._drawing, self._updates
        )
        self._records = Records(self._viewer, self.session, self._inputs, situation.sitting)
        self._image_changes = ImageChanges(
            self.session,
            self._front,
            self._inputs,
            situation,
            self._follower,
            self._updates,
            self._results,
            self.insight,
            self._records,
        )
        self._workers = self._updates, self._extras, self._records
        self._close_in_the_end(*self._workers)

    def _connect_views(self) -> None:
        self.choice.new_requested.connect(self.new_seeds)
        self.file_bar.import_requested.connect(self.import_seeds)
        self.file_bar.export_requested.connect(self.export_seeds)
        self.file_bar.open_session_requested.connect(self.open_session)
        self.file_bar.save_session_requested.connect(self.save_session)
        self.file_bar.export_script_requested.connect(self.export_script)
        self.file_bar.export_table_requested.connect(self.export_measurements)
        self.params.changed.connect(self._on_settings_changed)
        self.clusters.changed.connect(self._on_settings_changed)
        self.classes.changed.connect(self._on_legend_changed)
        self.classes.chosen.connect(self._inputs.take_up_seeds)
        self.outputs.changed.connect(self._on_outputs_changed)
        self.run_bar.live_toggled.connect(self._follower.set_live)
        self.run_bar.segment_requested.connect(self.segment)
        self.run_bar.cancel_requested.connect(self.cancel)
        self.hint_line.restore_requested.connect(self.restore)
        self.hint_line.next_requested.connect(self.paint_here_next)
        self.insight.advised.connect(self.session.advise)

    def _connect_workers(self) -> None:
        self._inputs.seeds_chosen.connect(self._on_seeds_chosen)
        self._seeds.painted.connect(self._on_painted)
        self._seeds.painted.connect(self.classes.show_painted)
        self._seeds.brushed.connect(self._follower.draft)
        self._sight.moved.connect(self._follower.look)
        self._records.resumed.connect(self._on_resumed)
        self._records.counted.connect(self.classes.show_strokes)
        self._updates.dropped.connect(self._follower.fall_behind)
        for failed in (self._updates.aside_failed, self._extras.failed, self._records.failed):
            failed.connect(self._on_aside_failed)
        for event in self._layer_events():
            event.connect(self._on_layers_changed)

    # ---- what happens ----

    def _on_layers_changed(self, _event: Any = None) -> None:
        self._results.drop_if_gone()
        self._inputs.offer()
        self._look()

    def _on_settings_changed(self) -> None:
        self.session.forget()
        self._records.keep()
        self._follower.follow_if_wanted()

    def _on_seeds_chosen(self) -> None:
        seeds = self._seeds.layer
        self._keys.give_to(seeds)
        # What runs is about other seeds, or another image.
        self._updates.cancel()
        self._results.drop()
        self._records.forget()
        self.classes.follow(seeds)
        self.insight.follow(seeds)
        self._follower.is_behind = False
        self.session.stop(Work.UPDATE)
        if seeds is not None:
            self._records.count(self._seeds.snapshot())
            self.file_bar.suggested_name = f"{seeds.name}.{'png' if seeds.ndim == 2 else 'tif'}"
        self._look()
        self.session.hold_offer()
        self._follower.follow_mask()

    def _on_painted(self, _change: Change | None) -> None:
        # What is new is asked for before it is told of, and told of once.
        with self.session.changed.paused(lambda _earlier, latest: latest):
            self._look()
            self._follower.follow()
        self._records.note(self._seeds.snapshot())
        self._follower.get_ready()

    def _on_outputs_changed(self) -> None:
        self._look()
        self._records.keep()
        # Without any, strokes were not followed.
        self._follower.catch_up()

    def _on_legend_changed(self) -> None:
        self._look()
        self._records.keep()
        self._results.show()
        self._arrivals.tell_again()
        ignored = self.classes.legend.ignored
        if ignored != self._ignored:
            self._ignored = ignored
            self._follower.is_behind = self._follower.is_wanted
            # A class that was ignored may be erased already: its strokes must not be learnt from.
            self._seeds.look()
            self._follower.catch_up()

    def _on_resumed(self, saved: SavedSession, image: Image) -> None:
        problem = resume(saved, image, self._front, self._inputs, self.classes, self.clusters)
        if self.run_bar.is_live:
            self.segment()
        if problem:
            # Last, so that it is what stays to be read.
            self.session.fail(problem, None)

    def _on_aside_failed(self, error: Exception) -> None:
        self.session.fail(words_for(error), None)

    # ---- what there is ----

    def _look(self) -> None:
        """Tell the session what is chosen and painted."""
        self.session.observe(self._situation.facts())
