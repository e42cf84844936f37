"""The dock "Remove background": one image while the controls move, or a whole folder."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from qtpy.QtCore import Qt
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QCheckBox, QColorDialog, QFormLayout, QHBoxLayout, QPushButton, QWidget
from superqt import QLabeledSlider

from ..background_folder import BackgroundOutcome, summarise_ious
from ..core.background import BackgroundRemoval, judge_by_frame
from ..core.clustering import EveryK
from ..core.threads import Cancel, Progress
from .background_folder_view import BackgroundFolderView, FolderTask
from .cluster_layers import background_outputs
from .editors import Number, WholeNumber
from .fold import Fold
from .image_dock import ImageDock
from .readiness import kernels
from .runner import Runner
from .source import Source
from .words import words_for

if TYPE_CHECKING:
    import napari.viewer

_FIRST_K, _MAX_K = 3, 12
_FIRST_SPECKS_PERCENT = 1.0
_KEEP = {
    "mask": ("Mask", "The subject as labels, with the value 2: the foreground."),
    "cut-out": ("Cut-out", "The picture with its background transparent, or in a colour."),
}
_BORDER_HELP = (
    "A cluster that owns at least this part of the picture's frame is background. Auto: two thirds of an "
    "even split."
)
_SPECKS_HELP = "Specks and holes below this part of the picture are taken for their surroundings."


class _Shown(NamedTuple):
    """What the layers show: enough to show it again with other boxes ticked."""

    source: Source
    result: BackgroundRemoval


class RemoveBackground(ImageDock):
    """Find the subject of a picture: whatever has not the colours of its frame.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        The viewer whose layers are offered and that results are added to.
    """

    favourite_space = "lab"

    def __init__(self, napari_viewer: "napari.viewer.Viewer", parent: QWidget | None = None) -> None:
        super().__init__(napari_viewer, parent)
        self._every_k: EveryK | None = None
        self._shown: _Shown | None = None
        self._color: tuple[int, int, int] | None = None
        self._folder_runner = Runner(kernels.wait)
        self.outcomes: list[BackgroundOutcome] = []
        self.k_slider = QLabeledSlider(Qt.Orientation.Horizontal, self)
        self.k_slider.setRange(2, _MAX_K)
        self.k_slider.setValue(_FIRST_K)
        self.k_slider.setToolTip("<p>How many colours the picture is reduced to.</p>")
        self.border_box = WholeNumber(0, 100, optional=True, unit="%", parent=self)
        self.border_box.set_value(None)
        self.border_box.setToolTip(f"<p>{_BORDER_HELP}</p>")
        self.specks_box = Number(0, 100, optional=False, unit="%", parent=self)
        self.specks_box.set_value(_FIRST_SPECKS_PERCENT)
        self.specks_box.setToolTip(f"<p>{_SPECKS_HELP}</p>")
        self._boxes = {kind: QCheckBox(title, self) for kind, (title, _) in _KEEP.items()}
        for kind, (_, help_text) in _KEEP.items():
            self._boxes[kind].setToolTip(f"<p>{help_text}</p>")
            self._boxes[kind].setChecked(True)
            self._boxes[kind].toggled.connect(self._show)
        self.color_button = QPushButton(self)
        self.color_button.setToolTip("<p>What to put behind the subject in the cut-out.</p>")
        self.color_button.clicked.connect(self._on_color_requested)
        self.k_slider.valueChanged.connect(self._ask)
        self.border_box.edited.connect(self._ask)
        self.specks_box.edited.connect(self._ask)
        self.folder_view = BackgroundFolderView(self)
        self.folder_view.start_requested.connect(self._on_folder_requested)
        self.folder_view.cancel_requested.connect(self.cancel_folder)
        self._folder_runner.progressed.connect(self.folder_view.show_progress)
        self._folder_runner.failed.connect(self._on_folder_failed)
        self._viewer.events.theme.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.set_color(None)
        self._open(self._form(), Fold("A whole folder", self.folder_view, self))

    # ---- what a person, or a script, can ask for ----

    @property
    def result(self) -> BackgroundRemoval | None:
        """What is shown right now."""
        return None if self._shown is None else self._shown.result

    def set_color(self, color: tuple[int, int, int] | None) -> None:
        """Put a colour behind the subject in the cut-out; None makes the background transparent."""
        self._color = color
        self.color_button.setText("on nothing" if color is None else f"on {QColor(*color).name()}")
        self._show()

    def keep(self, *kinds: str) -> None:
        """Keep these layers: "mask", "cut-out"."""
        for kind, box in self._boxes.items():
            box.setChecked(kind in kinds)

    def run_folder(self, images: str | Path, results: str | Path, truth: str | Path | None = None) -> None:
        """Start removing the background of a folder of images with the settings of this dock."""
        border = self.border_box.value()
        task = FolderTask(
            Path(images),
            Path(results),
            None if truth is None else Path(truth),
            self._color,
            {
                "n_clusters": self.k_slider.value(),
                "color_space": self.choice.color_space if self._image.layer else self.favourite_space,
                "border_share": None if border is None else border / 100,
                "min_share": (self.specks_box.value() or 0) / 100,
            },
        )
        self.folder_view.show_running(True)
        self._folder_runner.submit(task.run, self._on_folder_done)

    def cancel_folder(self) -> None:
        """Stop working through the folder; what is written stays."""
        self._folder_runner.cancel()
        self.folder_view.show_running(False)

    def close_down(self) -> None:
        """Stop the workers and let go of the viewer."""
        self._folder_runner.close()
        self._viewer.events.theme.disconnect(self._on_theme_changed)
        super().close_down()

    # ---- what happens ----

    def _on_source_changed(self) -> None:
        self._shown = None
        source = self._source()
        self._every_k = None
        if source is not None:
            self._every_k = EveryK(
                source.data,
                self.choice.color_space,
                channel_axis=source.data_channel_axis,
                is_quick=True,
            )
        self._ask()

    def _ask(self) -> None:
        if self._every_k is None:
            self._rest()
            return
        border, specks = self.border_box.value(), self.specks_box.value() or 0
        wish = partial(
            _find,
            self._every_k,
            self.k_slider.value(),
            None if border is None else border / 100,
            specks / 100,
        )
        self._submit(wish, self._on_found)

    def _on_found(self, source: Source, result: BackgroundRemoval) -> None:
        self._shown = _Shown(source, result)
        self._show()
        n_background, k = int(result.is_background.sum()), len(result.is_background)
        self.hint_line.show_hint(
            f"The subject covers {result.mask.mean():.1%} of the image. {n_background} of {k} clusters own "
            f"{result.border_share:.0%} of the frame, or most of it, and are background.",
            is_error=False,
        )

    def _show(self) -> None:
        if self._shown is None:
            return
        source, result = self._shown
        kinds = [kind for kind, box in self._boxes.items() if box.isChecked()]
        if result.clusters.colors.shape[1] not in (1, 3):
            kinds = [kind for kind in kinds if kind != "cut-out"]
        # Anew, because the image may have been moved since.
        self._outputs.place(source, background_outputs(replace(source), result, tuple(kinds), self._color))

    def _on_color_requested(self) -> None:
        color = QColorDialog.getColor(QColor(*(self._color or (255, 255, 255))), self, "Behind the subject")
        self.set_color((color.red(), color.green(), color.blue()) if color.isValid() else None)

    def _on_folder_requested(self) -> None:
        images, results, truth = self.folder_view.folders()
        if images is None or results is None:
            self.hint_line.show_hint("Choose the folder of images and one for the results.", is_error=True)
        else:
            self.run_folder(images, results, truth)

    def _on_folder_done(self, outcomes: list[BackgroundOutcome]) -> None:
        self.outcomes = outcomes
        self.folder_view.show_running(False)
        self.folder_view.show_outcomes(outcomes)
        failed = [outcome.error for outcome in outcomes if outcome.error is not None]
        statistics = summarise_ious(outcomes)
        said = f"{sum(outcome.mask is not None for outcome in outcomes)} of {len(outcomes)} pictures done."
        if statistics is not None:
            said += (
                f" IoU: mean {statistics.mean:.3f}, median {statistics.median:.3f}, quartiles "
                f"{statistics.first_quartile:.3f} and {statistics.third_quartile:.3f}; best "
                f"{statistics.best.name}, worst {statistics.worst.name}."
            )
        if failed:
            said += f" {len(failed)} with a problem: {failed[0]}"
        self.hint_line.show_hint(said, is_error=bool(failed))

    def _on_folder_failed(self, error: Exception) -> None:
        self.folder_view.show_running(False)
        self.hint_line.show_hint(words_for(error), is_error=True)

    def _on_theme_changed(self, _event: Any = None) -> None:
        self.folder_view.plot.set_theme(self._viewer.theme)

    def _form(self) -> QWidget:
        view = QWidget(self)
        form = QFormLayout(view)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Colours", self.k_slider)
        form.addRow("Border share", self.border_box)
        form.addRow("Drop below", self.specks_box)
        keep = QHBoxLayout()
        for box in self._boxes.values():
            keep.addWidget(box)
        keep.addWidget(self.color_button, 1)
        form.addRow("Keep", keep)
        return view


def _find(
    every_k: EveryK,
    n_clusters: int,
    border_share: float | None,
    min_share: float,
    cancel: Cancel,
    _progress: Progress,
) -> BackgroundRemoval:
    """Judge clusters that may be there already, in the worker thread."""
    clusters = every_k.image(n_clusters, cancel)
    return judge_by_frame(every_k.table(), clusters, border_share=border_share, min_share=min_share)
