"""The dock "Batch": train on the open images, apply to a folder of them."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QUrl, Signal
from qtpy.QtGui import QDesktopServices
from qtpy.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from ..batch.outcome import Outcome
from ..batch.report import NAME as REPORT
from ..batch.run import segment_folder
from ..core.threads import Cancel, Progress
from ..estimator import SeededKMeans
from .batch_options import BatchOptions
from .fold import Fold
from .folder_button import FolderButton
from .number_table import NumberTable
from .params_form import ParamsForm
from .save_dialog import ask_where_to_save
from .tool_dock import ToolDock
from .training_pairs import TrainingPair, training_pairs

if TYPE_CHECKING:
    import napari.viewer

_BAD, _ODD = "#d55e00", "#e69f00"
_MODEL_FILTER = "Models (*.json)"


@dataclass(frozen=True, eq=False)
class _Task:
    """A run as it was asked for."""

    model: SeededKMeans
    images: Path
    results: Path
    options: dict[str, Any]

    def run(self, arrived: Any, cancel: Cancel, progress: Progress) -> list[Outcome]:
        """Work through the folder, in the worker thread; `arrived` is told of each file."""
        outcomes = []
        for outcome in segment_folder(self.model, self.images, self.results, cancel=cancel, **self.options):
            outcomes.append(outcome)
            if not cancel():
                arrived(outcome)
                progress(outcome.n_done, outcome.n_total)
        return outcomes


class Batch(ToolDock):
    """Apply one model to a folder of images.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        The viewer whose images and seeds a model is trained on.

    Attributes
    ----------
    model : SeededKMeans or None
        What is applied.
    outcomes : list of Outcome
        What became of the files of the last run so far.
    """

    _arrived = Signal(object)

    def __init__(self, napari_viewer: "napari.viewer.Viewer", parent: QWidget | None = None) -> None:
        super().__init__(napari_viewer, "Segment folder", parent)
        self.model: SeededKMeans | None = None
        self.outcomes: list[Outcome] = []
        self._started_s = 0.0
        self._model_label = QLabel("none yet", self)
        self._model_label.setWordWrap(True)
        self.train_button = QPushButton("Train", self)
        self.open_button = QPushButton("Open…", self)
        self.save_button = QPushButton("Save…", self)
        self.images_button = FolderButton("choose…", "The folder of images.", self)
        self.results_button = FolderButton("choose…", "The folder to write labels and report to.", self)
        self.truth_button = FolderButton("none", "A folder of masks named like the images.", self)
        self.params = ParamsForm(self)
        self.options = BatchOptions(self)
        self.table = NumberTable(["Image", "Result", "IoU", "Fit"], self)
        self.table.setVisible(False)
        self.report_button = QPushButton("Open report", self)
        self.report_button.setVisible(False)
        self._connect()
        settings = Fold("Settings for training", self.params, self)
        self._open(self._form(), settings, self.options, self.table, self.report_button)

    # ---- what a person, or a script, can ask for ----

    def train(self) -> None:
        """Start training on the open images that have seeds, with the settings of the form."""
        pairs = training_pairs(self._viewer.layers)
        if pairs and not self.is_running:
            settings = {"preset": self.params.preset, **self.params.overrides()}
            self._submit(partial(_fit, pairs, settings), self.set_model)

    def open_model(self, path: str | Path) -> None:
        """Start reading a model file."""
        self._submit(lambda _cancel, _progress: SeededKMeans.load(path), self.set_model)

    def save_model(self, path: str | Path) -> None:
        """Start writing the model as JSON."""
        model = self.model
        if model is not None:
            self._submit(lambda _cancel, _progress: model.save(path), partial(self._on_saved, Path(path)))

    def set_model(self, model: SeededKMeans) -> None:
        """Apply this model from now on."""
        self.model = model
        images = model.training_.images if model.training_ else ()
        names = ", ".join(image.name or "an array" for image in images) or "unknown images"
        classes = ", ".join(f"{value} {model.name_of(value)}" for value in model.classes)
        self._model_label.setText(f"{classes}; trained on {names}")
        self._refresh()
        if not self._why_not():
            self._say("Ready. The results are written as the files are finished.")

    def keep(self, *names: str) -> None:
        """Tick these options, and no others: "view", "scores", "resume"."""
        self.options.set_value(**{name: name in names for name in ("view", "scores", "resume")})

    def segment(self) -> None:
        """Start working through the folder; nothing happens while something is missing."""
        if not self._why_not() and not self.is_running:
            self._start()

    # ---- what happens ----

    def _connect(self) -> None:
        self.train_button.clicked.connect(self.train)
        self.open_button.clicked.connect(self._on_open_requested)
        self.save_button.clicked.connect(self._on_save_requested)
        self.report_button.clicked.connect(self._on_report_requested)
        for button in (self.images_button, self.results_button, self.truth_button):
            button.changed.connect(self._refresh)
        self._arrived.connect(self._on_arrived)

    def _start(self) -> None:
        images, results = self.images_button.value(), self.results_button.value()
        if self.model is None or images is None or results is None:
            return
        options = {**self.options.value(), "truth": self.truth_button.value()}
        task = _Task(self.model, images, results, options)
        self.outcomes = []
        self.table.clear_rows()
        self.table.setVisible(True)
        self.report_button.setVisible(False)
        self._started_s = monotonic()
        self._say("Starting…")
        self._submit(partial(task.run, self._arrived.emit), self._on_finished)

    def cancel(self) -> None:
        """Stop what runs; what is written stays, and a later run can go on from there."""
        was_running = self.is_running
        super().cancel()
        if was_running:
            self._say("Stopped. What is done is kept: tick 'Go on with an earlier run' to go on.")

    def _on_arrived(self, outcome: Outcome) -> None:
        if not self.is_running:
            return
        self.outcomes.append(outcome)
        iou = None if outcome.scores is None else float(outcome.scores["iou"])
        ratio = None if outcome.drift is None else round(float(outcome.drift["error_ratio"]), 1)
        remark = outcome.problem or outcome.drift_warning
        color = _BAD if outcome.status != "done" else _ODD if remark else None
        state = "unlike training" if color == _ODD else outcome.status
        self.table.add_row([outcome.path.name, state, iou, ratio], tooltip=remark, color=color)
        self.table.scrollToBottom()
        left = outcome.n_total - outcome.n_done
        seconds = (monotonic() - self._started_s) / outcome.n_done * left
        self._say(f"{outcome.n_done} of {outcome.n_total} done, about {_duration(seconds)} to go.")

    def _on_finished(self, outcomes: list[Outcome]) -> None:
        n_failed = sum(outcome.status != "done" for outcome in outcomes)
        n_odd = sum(bool(outcome.drift_warning) for outcome in outcomes)
        parts = [f"{len(outcomes) - n_failed} of {len(outcomes)} done"]
        parts += [f"{n_failed} with problems"] if n_failed else []
        parts += [f"{n_odd} unlike the training images"] if n_odd else []
        self.report_button.setVisible(True)
        self._say(f"{', '.join(parts)}. Point at a coloured row to see why.", is_error=n_failed > 0)

    def _on_saved(self, path: Path, _nothing: None) -> None:
        self._say(f"Saved the model as {path.name}.")

    def _on_layers_changed(self, _event: Any = None) -> None:
        self._on_running_changed()

    def _on_running_changed(self) -> None:
        n_pairs = len(training_pairs(self._viewer.layers))
        self.train_button.setEnabled(n_pairs > 0 and not self.is_running)
        self.train_button.setToolTip(
            f"<p>Train on the {n_pairs} open image(s) with seeds.</p>"
            if n_pairs
            else "<p>Open images and paint seeds on them first: layers named like 'IMAGE seeds'.</p>"
        )
        self.open_button.setEnabled(not self.is_running)
        self.save_button.setEnabled(self.model is not None and not self.is_running)

    def _why_not(self) -> str:
        if self.model is None:
            return "Train on the open images and their seeds, or open a model."
        if self.images_button.value() is None:
            return "Choose the folder of images."
        if self.results_button.value() is None:
            return "Choose the folder to write to."
        return ""

    def _on_open_requested(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open a model", "", _MODEL_FILTER)
        if path:
            self.open_model(path)

    def _on_save_requested(self) -> None:
        path = ask_where_to_save(self, "Save the model", "model.json", _MODEL_FILTER)
        if path:
            self.save_model(path)

    def _on_report_requested(self) -> None:
        folder = self.results_button.value()
        if folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder / REPORT)))

    # ---- the widget itself ----

    def _form(self) -> QWidget:
        view = QWidget(self)
        form = QFormLayout(view)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        buttons = QHBoxLayout()
        for button in (self.train_button, self.open_button, self.save_button):
            buttons.addWidget(button)
        form.addRow("Model", self._model_label)
        form.addRow("", buttons)
        form.addRow("Images", self.images_button)
        form.addRow("Results", self.results_button)
        form.addRow("Truth", self.truth_button)
        return view


def _fit(
    pairs: list[TrainingPair], settings: dict[str, Any], _cancel: Cancel, _progress: Progress
) -> SeededKMeans:
    return SeededKMeans(**settings).fit_many(
        ((pair.image, pair.seeds) for pair in pairs), names=[pair.name for pair in pairs]
    )


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
