"""The dock "Cluster colours": the image in K colours, for as long as the slider moves."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from napari.layers import Labels
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QPushButton, QWidget
from superqt import QLabeledSlider

from ..core.clustering import ClusteredImage, EveryK
from ..core.threads import Cancel, Progress
from ..estimator import SeededKMeans
from .cluster_layers import as_seen, cluster_outputs
from .image_dock import ImageDock
from .palette_view import PaletteView
from .save_dialog import save_where_asked
from .seeds_layer import add_seeds
from .source import Source

if TYPE_CHECKING:
    import napari.viewer

MAX_K = 32
_FIRST_K = 8
# One byte is kept per colour and K.
_MOST_KEPT_COLORS = 1 << 22
_KEEP = {
    "picture": ("Picture", "The image with every pixel in the mean colour of its cluster."),
    "labels": ("Labels", "The number of every pixel's cluster, 1 the largest, in the class colours."),
}
_TO_CLASSES_HELP = (
    "Paint the surest pixels of each cluster into a seeds layer, with the classes in the table, "
    "and go on in the dock Seeded segmentation."
)

_TO_MODEL_HELP = (
    "A model whose classes are these clusters, as in the table: the dock Batch applies it to a folder of "
    "images."
)
_MODEL_FILTER = "Models (*.json)"


class _Shown(NamedTuple):
    """What the layers show: enough to show it again with other boxes ticked."""

    source: Source
    result: ClusteredImage


class ClusterColours(ImageDock):
    """Redraw an image in K colours; move the slider and the picture follows.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        The viewer whose layers are offered and that results are added to.
    """

    def __init__(self, napari_viewer: "napari.viewer.Viewer", parent: QWidget | None = None) -> None:
        super().__init__(napari_viewer, parent)
        self._every_k: EveryK | None = None
        self._shown: _Shown | None = None
        self.k_slider = QLabeledSlider(Qt.Orientation.Horizontal, self)
        self.k_slider.setRange(1, MAX_K)
        self.k_slider.setValue(_FIRST_K)
        self.k_slider.setToolTip("<p>How many colours the image is redrawn in.</p>")
        self.palette_view = PaletteView(self)
        self.to_classes_button = QPushButton("Make these clusters classes", self)
        self.to_classes_button.setToolTip(f"<p>{_TO_CLASSES_HELP}</p>")
        self.to_model_button = QPushButton("Save them as a model…", self)
        self.to_model_button.setToolTip(f"<p>{_TO_MODEL_HELP}</p>")
        self._boxes = {kind: QCheckBox(title, self) for kind, (title, _) in _KEEP.items()}
        for kind, (_, help_text) in _KEEP.items():
            self._boxes[kind].setToolTip(f"<p>{help_text}</p>")
        self._boxes["picture"].setChecked(True)
        self.k_slider.valueChanged.connect(self._on_k_changed)
        self.to_classes_button.clicked.connect(self.make_classes)
        self.to_model_button.clicked.connect(self._on_model_requested)
        for box in self._boxes.values():
            box.toggled.connect(self._on_keep_changed)
        self._open(self._form(), self.palette_view, self.to_classes_button, self.to_model_button)

    # ---- what a person, or a script, can ask for ----

    @property
    def result(self) -> ClusteredImage | None:
        """What is shown right now."""
        return None if self._shown is None else self._shown.result

    def set_n_clusters(self, n_clusters: int) -> None:
        """Redraw in this many colours, 1 to 32."""
        self.k_slider.setValue(n_clusters)

    def keep(self, *kinds: str) -> None:
        """Keep these layers: "picture", "labels"."""
        for kind, box in self._boxes.items():
            box.setChecked(kind in kinds)

    def make_classes(self) -> Labels | None:
        """Add a seeds layer that makes classes of the clusters; None when nothing is clustered yet."""
        if self._shown is None:
            return None
        source, result = self._shown
        layer = add_seeds(self._viewer, source, result.to_seeds(self.palette_view.classes()))
        self.hint_line.show_hint(
            f"{layer.name} holds the classes: paint on it, or press Segment in the dock Seeded segmentation.",
            is_error=False,
        )
        return layer

    def save_model(self, path: str | Path) -> None:
        """Write the clusters, with the classes in the table, as a model that Batch applies to a folder."""
        if self._shown is not None:
            model = SeededKMeans.from_clusters(self._shown.result, self.palette_view.classes())
            model.save(path)
            self.hint_line.show_hint(f"Saved the model as {Path(path).name}.", is_error=False)

    # ---- what happens ----

    def _on_model_requested(self) -> None:
        title = "Save the clusters as a model"
        save_where_asked(self, title, "", _MODEL_FILTER, self.save_model, self.hint_line)

    def _on_source_changed(self) -> None:
        self._shown = None
        source = self._source()
        self._every_k = None if source is None else _every_k(source, self.choice.color_space)
        self._enable(is_enabled=False)
        self._ask()

    def _on_k_changed(self) -> None:
        self._ask()

    def _on_keep_changed(self) -> None:
        if self._shown is not None:
            source, result = self._shown
            self._outputs.place(source, cluster_outputs(source, result, self._kinds()))

    def _ask(self) -> None:
        if self._every_k is None:
            self._rest()
            return
        self._submit(partial(_draw, self._every_k, self.k_slider.value()), self._on_drawn)

    def _on_drawn(self, source: Source, result: ClusteredImage) -> None:
        self._shown = _Shown(source, result)
        self._outputs.place(source, cluster_outputs(source, result, self._kinds()))
        self.palette_view.show_palette(as_seen(source, result.colors), result.shares.tolist())
        self._enable(is_enabled=True)
        k, wanted = len(result.centers), self.k_slider.value()
        said = f"The image has only {k} distinct colours." if k < wanted else _sentence(result)
        self.hint_line.show_hint(said, is_error=False)
        self._look_ahead()

    def _look_ahead(self) -> None:
        """Find the next K while nobody asks for anything, so that the slider answers at once."""
        if self._every_k is not None and not self.is_running:
            self._runner.submit(
                partial(_find_next, self._every_k, self.k_slider.value()), self._on_looked_ahead
            )

    def _on_looked_ahead(self, found: int | None) -> None:
        if found is not None:
            self._look_ahead()

    def _enable(self, *, is_enabled: bool) -> None:
        for button in (self.to_classes_button, self.to_model_button):
            button.setEnabled(is_enabled)

    def _kinds(self) -> tuple[str, ...]:
        return tuple(kind for kind, box in self._boxes.items() if box.isChecked())

    def _form(self) -> QWidget:
        view = QWidget(self)
        form = QFormLayout(view)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Colours", self.k_slider)
        keep = QHBoxLayout()
        for box in self._boxes.values():
            keep.addWidget(box)
        keep.addStretch(1)
        form.addRow("Keep", keep)
        return view


def _every_k(source: Source, color_space: str) -> EveryK:
    return EveryK(source.data, color_space, channel_axis=source.data_channel_axis)


def _draw(every_k: EveryK, n_clusters: int, cancel: Cancel, _progress: Progress) -> ClusteredImage:
    """Cluster, in the worker thread."""
    result = every_k.image(n_clusters, cancel)
    # Looked at here, so that drawing the layers finds it done.
    result.quantized  # noqa: B018
    return result


def _find_next(every_k: EveryK, n_clusters: int, cancel: Cancel, _progress: Progress) -> int | None:
    missing = every_k.next_missing(n_clusters, MAX_K)
    if missing is None or len(every_k.table(cancel).counts) > _MOST_KEPT_COLORS:
        return None
    every_k.clusters(missing, cancel)
    return missing


def _sentence(result: ClusteredImage) -> str:
    largest = f"The largest cluster covers {result.shares[0]:.1%} of the image"
    return f"{largest}, the smallest {result.shares[-1]:.1%}."
