"""The classes of the seeds that are followed: joins their legend, the list, the layer and the palette."""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from napari.layers import Labels
from qtpy.QtCore import QObject, Signal

from ..core.legend import Legend
from .class_list import ClassList, ClassRow
from .layer_watch import LayerWatch
from .palette import Palette
from .seed_tracker import Change
from .seeds_layer import dress, erase_class, paint_with

# By seeds, not by dock: what classes are called is not forgotten when a dock is closed.
_legends: WeakKeyDictionary[Labels, Legend] = WeakKeyDictionary()


class Classes(QObject):
    """Keeps a legend per seeds layer and shows the one of the layer that is followed."""

    changed = Signal()
    """The legend became another one."""
    chosen = Signal()
    """Somebody chose a class, to paint with it."""

    def __init__(self, view: ClassList, clusters: Palette) -> None:
        super().__init__()
        self._view = view
        self._clusters = clusters
        self._layer: LayerWatch[Labels] = LayerWatch(("selected_label",), self._on_label_selected)
        self._strokes: Mapping[int, int] = {}
        self._shares: Mapping[int, float] = {}
        view.selected.connect(self._on_selected)
        view.renamed.connect(self.rename)
        view.recolored.connect(self.recolor)
        view.visibility_changed.connect(self.set_visible)
        view.add_requested.connect(self._on_add_requested)
        view.delete_requested.connect(self.delete)
        view.ignore_toggled.connect(self.set_ignored)
        clusters.changed.connect(self._on_palette_edited)
        self.follow(None)

    @property
    def legend(self) -> Legend:
        """Names and colours of the seeds that are followed."""
        return Legend() if self._layer.layer is None else _legends.get(self._layer.layer, Legend())

    # ---- what a person, or a script, can ask for ----

    def set_legend(self, legend: Legend) -> None:
        """Take another legend for the seeds that are followed."""
        layer = self._layer.layer
        if layer is not None and legend != self.legend:
            _legends[layer] = legend
            dress(layer, legend)
            self._show()
            # A class that is listed again has what was given to it.
            self._clusters.bring_back(legend.values)
            self.changed.emit()

    def add(self) -> int:
        """Add a class, to be painted from now on; return its value."""
        value = self.legend.next_value(self._clusters.taken_classes)
        self.set_legend(self.legend.adding(value))
        self._on_selected(value)
        return value

    def rename(self, value: int, name: str) -> None:
        """Call a class by another name; an empty one means the usual."""
        self.set_legend(self.legend.renamed(value, name))
        self._show()

    def recolor(self, value: int, color: str) -> None:
        """Draw a class in another colour, ``"#rrggbb"``."""
        self.set_legend(self.legend.recolored(value, color))

    def set_visible(self, value: int, is_visible: bool) -> None:
        """Draw strokes and mask of a class, or not."""
        self.set_legend(self.legend.shown(value, is_visible))

    def set_ignored(self, value: int, is_ignored: bool) -> None:
        """Let strokes of a class teach nothing, or something again."""
        self.set_legend(self.legend.ignoring(value, is_ignored))

    def delete(self, value: int) -> None:
        """Remove a class; its strokes become unpainted in one step that can be undone.

        What was given to it in the palette goes back, and comes again with the strokes, or by the palette's
        own undo.
        """
        layer = self._layer.layer
        if layer is not None:
            erase_class(layer, value)
            self._strokes = {key: n for key, n in self._strokes.items() if key != value}
            self.set_legend(self.legend.without(value))
            # Not before: while it is listed it has what was given to it.
            self._clusters.drop_class(value)
            if layer.selected_label == value and self.legend.values:
                self._on_selected(self.legend.values[0])

    # ---- for the dock ----

    def follow(self, layer: Labels | None) -> None:
        """Show the classes of `layer` from now on."""
        self._layer.watch(layer)
        self._strokes, self._shares = {}, {}
        self._view.set_ready(layer is not None)
        if layer is not None:
            dress(layer, self.legend)
        self._show()

    def show_strokes(self, strokes: Mapping[int, int]) -> None:
        """Show how many strokes there are; classes that are painted are listed from then on."""
        self._strokes = strokes
        self.set_legend(self.legend.listing(strokes))
        self._show()

    def show_painted(self, change: Change | None) -> None:
        """Draw the class one paints with, if it was hidden: nobody means to paint what cannot be seen."""
        layer = self._layer.layer
        if layer is not None and change is not None and layer.selected_label in self.legend.hidden:
            value = int(layer.selected_label)
            if (change.new == value).any():
                self.set_visible(value, True)

    def show_shares(self, shares: Mapping[int, float]) -> None:
        """Show which share of the image each class has got."""
        self._shares = shares
        self._show()

    # ---- what happens ----

    def _on_selected(self, value: int) -> None:
        if self._layer.layer is not None:
            paint_with(self._layer.layer, value)
            self.chosen.emit()

    def _on_palette_edited(self) -> None:
        """List every class that pixels are given to."""
        self.set_legend(self.legend.listing(self._clusters.edits.classes))

    def _on_add_requested(self) -> None:
        self._view.edit_name(self.add())

    def _on_label_selected(self, _event: Any = None) -> None:
        self._show()

    def _show(self) -> None:
        legend, layer = self.legend, self._layer.layer
        rows = [
            ClassRow(
                value,
                legend.name_of(value),
                legend.color_of(value),
                value not in legend.hidden,
                self._strokes.get(value, 0),
                self._shares.get(value),
                value in legend.ignored,
            )
            for value in legend.values
        ]
        self._view.show_rows(rows, None if layer is None else layer.selected_label)
