"""The dock "Choose K": the sum of squares for every K, its elbow, and the image in the K that was clicked."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from qtpy.QtWidgets import QFormLayout, QHBoxLayout, QPushButton, QSpinBox, QWidget

from ..core.clustering import ClusteredImage
from ..core.elbow import Elbow, elbow
from ..core.threads import Cancel, Progress
from ..io.tables import write_table
from ..plots import Look, draw_elbow, new_figure, write_figure
from .cluster_layers import cluster_outputs
from .image_dock import ImageDock
from .plot_view import PlotView
from .save_dialog import save_where_asked
from .source import Source
from .work_bar import WorkBar

if TYPE_CHECKING:
    import napari.viewer

_FIRST_K_MAX, _K_MAX_RANGE = 12, (2, 64)
_SAVE_FILTER = "Curve as PNG (*.png);;Curve as SVG (*.svg);;Table as CSV (*.csv)"


class ChooseK(ImageDock):
    """Find how many clusters an image has; click a K in the curve to see the image in K colours.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        The viewer whose layers are offered and that results are added to.
    """

    def __init__(self, napari_viewer: "napari.viewer.Viewer", parent: QWidget | None = None) -> None:
        super().__init__(napari_viewer, parent)
        self.result: Elbow | None = None
        self._of: Source | None = None
        self.k_max_box = QSpinBox(self)
        self.k_max_box.setRange(*_K_MAX_RANGE)
        self.k_max_box.setValue(_FIRST_K_MAX)
        self.k_max_box.setKeyboardTracking(False)
        self.k_max_box.setToolTip("<p>The largest number of clusters to try.</p>")
        self.plot = PlotView(self)
        self.export_button = QPushButton("Export…", self)
        self.export_button.setToolTip("<p>Save the curve as a picture, or its numbers as a table.</p>")
        self.work_bar = WorkBar(parent=self)
        self.k_max_box.valueChanged.connect(self._on_task_changed)
        self.plot.clicked.connect(self._on_clicked)
        self.export_button.clicked.connect(self._on_export_requested)
        self.work_bar.cancel_requested.connect(self.cancel)
        self._runner.progressed.connect(self.work_bar.show_progress)
        self._viewer.events.theme.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._open(self._form(), self.plot, self.work_bar)

    # ---- what a person, or a script, can ask for ----

    def show_k(self, n_clusters: int) -> None:
        """Show the image in `n_clusters` colours, one of the K that were tried."""
        if self.result is not None:
            self._submit(partial(_draw, self.result, n_clusters), self._on_drawn)

    def export(self, path: str | Path) -> None:
        """Write the curve (.png, .svg, .pdf) or its numbers (.csv)."""
        if self.result is None:
            return
        if Path(path).suffix.lower() == ".csv":
            write_table(self.result.to_rows(), path)
        else:
            figure = new_figure()
            draw_elbow(figure, self.result)
            write_figure(figure, path)
        self.hint_line.show_hint(f"Saved {Path(path).name}.", is_error=False)

    def close_down(self) -> None:
        """Stop the worker and let go of the viewer."""
        self._viewer.events.theme.disconnect(self._on_theme_changed)
        super().close_down()

    # ---- what happens ----

    def _on_source_changed(self) -> None:
        self.result = None
        self.export_button.setEnabled(False)
        source = self._source()
        if source is None:
            self.plot.show_plot(None)
            self._rest()
            return
        space, k_max = self.choice.color_space, self.k_max_box.value()
        self._submit(partial(_find, source, space, k_max), self._on_found)

    def _on_found(self, source: Source, result: Elbow) -> None:
        self.result, self._of = result, source
        self._show_curve(None)
        self.export_button.setEnabled(True)
        self.hint_line.show_hint(
            f"The elbow is at K = {result.suggested}, the best silhouette at K = {result.second_opinion}. "
            "Click a K in the curve to see it.",
            is_error=False,
        )

    def _on_clicked(self, place: float) -> None:
        if self.result is not None:
            self.show_k(int(np.clip(round(place), 1, len(self.result.k))))

    def _on_drawn(self, source: Source, drawn: ClusteredImage) -> None:
        k = len(drawn.centers)
        self._outputs.place(source, cluster_outputs(source, drawn, ("picture",)))
        self._show_curve(k)
        self.hint_line.show_hint(f"The image in {k} colours.", is_error=False)

    def _show_curve(self, chosen: int | None) -> None:
        result = self.result
        if result is not None:

            def draw(figure: Figure, look: Look) -> None:
                draw_elbow(figure, result, chosen=chosen, look=look)

            self.plot.show_plot(draw)

    def _on_theme_changed(self, _event: Any = None) -> None:
        self.plot.set_theme(self._viewer.theme)

    def _on_running_changed(self) -> None:
        self.work_bar.show_running(self.is_running)

    def _on_export_requested(self) -> None:
        name = "elbow.png" if self._of is None else f"{self._of.layer.name} elbow.png"
        save_where_asked(self, "Export the curve", name, _SAVE_FILTER, self.export, self.hint_line)

    def _form(self) -> QWidget:
        view = QWidget(self)
        form = QFormLayout(view)
        form.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        row.addWidget(self.k_max_box, 1)
        row.addWidget(self.export_button)
        form.addRow("Largest K", row)
        return view


def _find(source: Source, color_space: str, k_max: int, cancel: Cancel, progress: Progress) -> Elbow:
    """Try every K, in the worker thread."""
    return elbow(
        source.data,
        k_max,
        color_space=color_space,  # type: ignore[arg-type]
        channel_axis=source.data_channel_axis,
        cancel=cancel,
        progress=progress,
    )


def _draw(result: Elbow, n_clusters: int, _cancel: Cancel, _progress: Progress) -> ClusteredImage:
    drawn = result.image(n_clusters)
    drawn.quantized  # noqa: B018 -- drawn here, so that the layers find it done
    return drawn
