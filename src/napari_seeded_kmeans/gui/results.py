"""The last result: its layers, what is made of it on demand, and what can be asked about it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from napari.layers import Layer
from qtpy.QtCore import QObject, QTimer

from ..core.legend import Legend
from .chosen import Chosen
from .classes import Classes
from .extra_layers import extra_outputs
from .extras import Extras
from .glimpses import Preview
from .insight import Insight
from .job import Answer
from .layers import Outputs
from .output_panel import OutputPanel
from .source import Source
from .updates import Update

if TYPE_CHECKING:
    from napari.viewer import Viewer


class Results(QObject):
    """Shows one result at a time, as the classes are called and drawn now, where the image is now."""

    def __init__(
        self,
        viewer: "Viewer",
        panel: OutputPanel,
        classes: Classes,
        extras: Extras,
        insight: Insight,
        chosen: Chosen,
    ) -> None:
        super().__init__()
        self._viewer = viewer
        self._panel = panel
        self._classes = classes
        self._extras = extras
        self._insight = insight
        self._chosen = chosen
        self._outputs = Outputs(viewer, "segmentation")
        self.last: Update | None = None
        self._shown: Source | None = None
        # Whether the mask shows something newer, of a result that is being worked out.
        self._is_ahead = False
        self._others = QTimer(self)
        self._others.setSingleShot(True)
        self._others.setInterval(0)
        self._others.timeout.connect(self._show_layers)
        panel.changed.connect(self.show)
        insight.clusters_wanted.connect(self.show)
        extras.arrived.connect(self._on_extras_arrived)

    def __contains__(self, layer: Layer) -> bool:
        return layer in self._outputs or layer in self._insight

    @property
    def outputs(self) -> tuple[str, ...]:
        """The kinds of output that are wanted."""
        return self._panel.value()

    def take(self, update: Update) -> None:
        """Show a newer result."""
        self.last, self._shown, self._is_ahead = update, update.source, False
        self.show()
        self._classes.show_shares(update.answer.shares)

    def drop(self) -> None:
        """Have no result; its layers stay, and nothing is asked about it any more."""
        self.last = self._shown = None
        self._extras.cancel()
        self._chosen.clear()

    def take_back(self) -> None:
        """Show what was there before the first result: an empty mask."""
        if self._shown is not None:
            self._outputs.empty(replace(self._shown))
            self._insight.clear()
            self._classes.show_shares({})
            self.drop()

    def drop_if_gone(self) -> None:
        """Have no result if its image is gone, and nothing that is about it."""
        if self.last is not None and self.last.source.layer not in self._viewer.layers:
            self.last = self._shown = None
            self.clear()

    def clear(self) -> None:
        """Tell of no result any more; its layers stay."""
        self._insight.clear()
        self._chosen.clear()

    def leave(self) -> None:
        """Leave the layers to the next dock."""
        self._outputs.leave()

    def has_mask(self, source: Source) -> bool:
        """Whether there is a mask of an image, of whatever strokes."""
        return self._outputs.has_mask(source)

    def get_ready(self, source: Source) -> None:
        """Have the mask's layer there, empty, before the first stroke: napari takes its time to add one."""
        if "mask" in self._panel.value():
            self._outputs.get_ready(source)

    def move(self, source: Source) -> None:
        """Have all that is shown of an image where it is now; sizes that are listed are in its new units."""
        self._outputs.move(source)
        self._insight.move(source)
        if self.last is not None and self.last.source.layer is source.layer:
            self.show()

    def has_size_of(self, source: Source) -> bool:
        """Whether the last result was made of pixels of the size that those of an image have now."""
        return self.last is not None and self.last.request.spacing == source.spacing

    def preview(self, seen: Preview, legend: Legend) -> None:
        """Show what is seen already of a result that is being worked out."""
        if "mask" in self._panel.value() and seen.source.layer in self._viewer.layers:
            self._shown = seen.source
            self._outputs.preview(replace(seen.source), seen.patch, legend)
            self._is_ahead = True

    def show(self) -> None:
        """Show the last result again."""
        if self.last is None:
            return
        self._show_layers()
        source, answer = replace(self.last.source), self.last.answer
        legend, kinds = self._classes.legend, self._panel.value()
        self._insight.show(self.last, legend)
        self._chosen.show(self.last, legend)
        self._extras.ask(source, answer, {*kinds, "clusters"} if self._insight.wants_clusters else kinds)

    def table_writer(self) -> Callable[[str | Path], None] | None:
        """Return what writes the measurements of every object to a file; None while there is no result."""
        if self.last is None:
            return None
        source, answer = replace(self.last.source), self.last.answer
        return self._extras.table_writer(source, answer, self._classes.legend)

    def _show_layers(self) -> None:
        """Show the result's layers; napari takes 0.1 s to add one, so that new ones come one by one."""
        if self.last is None:
            return
        source, answer = replace(self.last.source), self.last.answer
        legend, kinds = self._classes.legend, self._panel.value()
        model = answer.segmentation.model
        model.names, model.colors = dict(legend.names), dict(legend.colors)
        known = self._extras.of(answer)
        wanted = {kind: known[kind] for kind in kinds if kind in known}
        extras = extra_outputs(source, wanted, answer.segmentation.classes, legend)
        is_complete = self._outputs.show(
            source,
            answer.drawn,
            kinds,
            legend,
            answer.n_pixels,
            extras,
            most_new=1,
            keeps_mask=self._is_ahead,
        )
        if not is_complete:
            self._others.start()

    def _on_extras_arrived(self, answer: Answer) -> None:
        if self.last is not None and self.last.answer is answer:
            self.show()
