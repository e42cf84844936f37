"""What can be asked about the last result: its palette, single pixels, doubts; and what lights up for it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Labels, Layer
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QTimer, Signal
from qtpy.QtWidgets import QPushButton, QWidget

from ..core.legend import Legend
from .extras import Extras, Pixel
from .fold import Fold
from .highlight import Highlight, ring
from .inspector import Case, Inspector
from .job import Answer
from .palette import Palette
from .palette_table import PaletteTable
from .pointer import Hover, Pointer
from .source import Source
from .updates import Update
from .view import look_at, seen_axes
from .why_panel import WhyPanel

if TYPE_CHECKING:
    from napari.viewer import Viewer

# As long as this after a fold was opened, or a result came, nobody waits for the window.
_IDLE_MS = 300


class Insight(QObject):
    """Joins the folds "Palette" and "Why?" with the viewer, for one result at a time."""

    advised = Signal(str)
    """Where to paint next, as a sentence."""
    clusters_wanted = Signal()
    """A fold was opened or closed, so that other extras are worth computing."""

    def __init__(self, viewer: "Viewer", extras: Extras, parent: QWidget) -> None:
        super().__init__()
        self._viewer = viewer
        self._extras = extras
        self.table = PaletteTable(parent)
        self.palette_fold = Fold("Palette", self.table, parent)
        self.panel = WhyPanel(parent)
        self.why_fold = Fold("Why?", self.panel, parent)
        self.clusters = Palette(self.table)
        self._inspector = Inspector(self.panel)
        self._highlight = Highlight(viewer)
        self._pointer = Pointer(viewer)
        self._hover = Hover(viewer)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(_IDLE_MS)
        self._idle.timeout.connect(self._get_ready)
        self._seeds: Labels | None = None
        self._last: Update | None = None
        self._legend = Legend()
        # Whether the selected rows light up: after an edit one wants to see the mask.
        self._is_lit = True
        self.clusters.selected.connect(self._on_rows_selected)
        self.clusters.changed.connect(self._on_palette_edited)
        self.table.pick_toggled.connect(self._on_pick_toggled)
        self.panel.pin_toggled.connect(self._on_pin_toggled)
        self._hover.rested.connect(self._inspector.pass_by)
        self._inspector.pixel_requested.connect(self._on_pixel_requested)
        self._inspector.strokes_found.connect(self._on_strokes_found)
        for fold in (self.palette_fold, self.why_fold):
            fold.toggled.connect(self._on_fold_toggled)
        viewer.dims.events.ndisplay.connect(self._on_ndisplay)
        self._on_ndisplay()

    def __contains__(self, layer: Layer) -> bool:
        return layer in self._highlight

    @property
    def wants_clusters(self) -> bool:
        """Whether somebody sees what the pixels of the clusters are needed for."""
        return self.table.isVisible() or self.panel.isVisible()

    def follow(self, seeds: Labels | None) -> None:
        """Be about the seeds in another layer from now on; they have no result yet."""
        self._seeds = seeds
        self.clusters.follow(seeds)
        self.clear()

    def clear(self) -> None:
        """Be about no result."""
        self._last = None
        self.clusters.clear()
        self._inspector.clear()
        self._idle.stop()
        self._highlight.clear()
        self.stop_pointing()

    def clear_if_resized(self) -> None:
        """Be about no result if its image has another shape by now."""
        last = self._last
        if last is not None and last.answer.segmentation.labels.shape != last.source.shape:
            self.clear()

    def stop_pointing(self) -> None:
        """Let clicks into the image paint again."""
        for button in (self.table.pick_button, self.panel.pin_button):
            button.setChecked(False)
        self._pointer.stop()
        self._hover.stop()

    def close(self) -> None:
        """Point at nothing any more, and let go of the viewer."""
        self.stop_pointing()
        self._viewer.dims.events.ndisplay.disconnect(self._on_ndisplay)

    def show(self, update: Update, legend: Legend) -> None:
        """Be about a result, as its classes are called and drawn now."""
        is_new = self._last is not update
        self._last, self._legend = update, legend
        source, answer = replace(update.source), update.answer
        model, found = answer.segmentation.model.model_, self._extras.of(answer).get("clusters")
        if model is None:
            return
        self.clusters.show(source, model, update.request.edits, legend, found)
        self._inspector.show(Case(source, answer.segmentation, model, answer.seeds, legend, found))
        self._follow_pointer()
        self._idle.start()
        if is_new and not self.table.chosen_numbers():
            # What was lit up was about another result.
            self._highlight.hide()
        self._light_up()

    def move(self, source: Source) -> None:
        """Have what lights up over an image where that is now."""
        if self._last is not None and self._last.source.layer is source.layer:
            self._highlight.move(source)

    def paint_here_next(self) -> None:
        """Go to where a stroke would help most, and say between which classes the doubt is."""
        if self._last is not None:
            answer = self._last.answer
            self._extras.find_doubt(self._last.source, answer, partial(self._on_doubt_found, answer))

    # ---- what happens ----

    def _on_ndisplay(self, _event: Any = None) -> None:
        """Let no click ask in 3-D: it would be about a pixel of a plane that nobody sees."""
        is_flat = self._viewer.dims.ndisplay == 2
        if not is_flat:
            for button in (self.table.pick_button, self.panel.pin_button):
                button.setChecked(False)
        self.table.set_flat(is_flat)
        self.panel.set_flat(is_flat)

    def _on_fold_toggled(self, is_open: bool) -> None:
        if not is_open:
            self.stop_pointing()
            self._highlight.hide()
        self._follow_pointer()
        self._idle.start()
        self.clusters_wanted.emit()

    def _get_ready(self) -> None:
        """Have at hand what lights up, once somebody may want it."""
        if self._last is not None and self.wants_clusters:
            self._highlight.get_ready(replace(self._last.source))

    def _follow_pointer(self) -> None:
        """Let the pointer ask while somebody sees the answer, and there is one."""
        if self._last is not None and self.panel.isVisible():
            self._hover.start(self._last.source)
        else:
            self._hover.stop()

    def _on_rows_selected(self) -> None:
        self._is_lit = True
        if not self.table.chosen_numbers():
            self._highlight.hide()
        self._light_up()

    def _on_palette_edited(self) -> None:
        self._is_lit = self.clusters.seeks_row
        self._highlight.hide()

    def _light_up(self) -> None:
        """Light up the pixels of the selected clusters, once they are known."""
        pixels = self.clusters.selected_pixels() if self._is_lit and self.table.isVisible() else None
        if pixels is not None and self._last is not None:
            self._highlight.show(replace(self._last.source), pixels)

    def _on_pick_toggled(self, is_on: bool) -> None:
        self._point(is_on, self.panel.pin_button, self._on_color_picked)

    def _on_pin_toggled(self, is_on: bool) -> None:
        if not is_on:
            self._inspector.unpin()
        self._point(is_on, self.table.pick_button, self._inspector.pin)

    def _point(self, is_on: bool, other: QPushButton, then: Callable[[tuple[int, ...]], None]) -> None:
        """Let clicks into the image ask, instead of what another button let them do; or let them paint."""
        if is_on and self._last is not None:
            other.setChecked(False)
            self._pointer.start(self._last.source, self._seeds, then)
        else:
            self._pointer.stop()

    def _on_color_picked(self, position: tuple[int, ...]) -> None:
        self.table.pick_button.setChecked(False)
        last = self._last
        if last is not None and self._seeds is not None:
            class_value = int(self._seeds.selected_label)
            if class_value == 0 or class_value in self._legend.ignored:
                # It would teach nothing.
                which = "One that is ignored" if class_value else "The eraser"
                self.advised.emit(f"{which} takes no colour: choose a class first, then press Add colour.")
                return

            def add(pixel: Pixel) -> None:
                self.clusters.add_color(pixel.features, class_value, position)

            self._extras.look_at(last.source, last.answer, position, add)

    def _on_pixel_requested(self, position: tuple[int, ...]) -> None:
        last = self._last
        if last is not None and last.answer.segmentation.model.model_ is not None:
            then = partial(self._inspector.answer, position, last.answer.segmentation.model.model_)
            self._extras.look_at(last.source, last.answer, position, then, in_passing=True)

    def _on_strokes_found(self, pixels: NDArray[np.bool_], position: tuple[int, ...]) -> None:
        if self._last is not None:
            source = replace(self._last.source)
            self._highlight.show(source, pixels)
            look_at(self._viewer, source, position)

    def _on_doubt_found(self, answer: Answer, position: tuple[int, ...] | None) -> None:
        if self._last is None or self._last.answer is not answer:
            return
        if position is None:
            self.advised.emit("Nothing is in doubt away from your strokes.")
            return
        source = replace(self._last.source)
        self._highlight.show(source, ring(source.shape, position, seen_axes(self._viewer, source)))
        look_at(self._viewer, source, position)
        first, second = map(self._legend.name_of, answer.best_two(position))
        self.advised.emit(f"Is it {first} or {second} in the ring? Paint a short stroke of it there.")
