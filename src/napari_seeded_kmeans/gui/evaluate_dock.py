"""The dock "Evaluate": a labels layer against the truth, class by class, and a layer of the errors."""

import csv
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Labels
from numpy.typing import NDArray
from qtpy.QtWidgets import QCheckBox, QFormLayout, QPushButton, QWidget

from ..batch.compare import as_masks
from ..core.evaluation import Scores, error_map, evaluate
from ..core.threads import Cancel, Progress
from ..io.files import safe_writer
from .editors import Number, WholeNumber
from .error_layer import ErrorLayers
from .fold import Fold
from .layer_choice import Combo
from .number_table import NumberTable
from .save_dialog import save_where_asked
from .source import full_resolution
from .tool_dock import ToolDock

if TYPE_CHECKING:
    import napari.viewer

_COLUMNS = {
    "iou": "IoU",
    "dice": "Dice",
    "precision": "Prec.",
    "recall": "Recall",
    "boundary_f": "Bnd. F",
}
_MOST_IGNORED = 2**31 - 1
_FIRST_TOLERANCE = 2.0
_MOST_TOLERANCE = 1000.0


@dataclass(frozen=True, eq=False)
class _Question:
    """What is compared, as it was when the button was pressed."""

    prediction: NDArray[Any]
    truth: NDArray[Any]
    masks: bool
    ignore: int | None
    tolerance: float
    spacing: tuple[float, ...]

    def answer(self, _cancel: Cancel, progress: Progress) -> tuple[Scores, NDArray[np.uint8]]:
        """Compare, in the worker thread."""
        predicted, true = np.asarray(self.prediction), np.asarray(self.truth)
        ignore = self.ignore
        if self.masks:
            predicted, true, ignore = as_masks(predicted, true, ignore)
        errors = error_map(predicted, true, ignore=ignore)
        progress(1, 2)
        scores = evaluate(predicted, true, ignore=ignore, tolerance=self.tolerance, spacing=self.spacing)
        return scores, errors


class Evaluate(ToolDock):
    """Compare a labels layer with the truth.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        The viewer whose layers are offered and that the layer of errors is added to.

    Attributes
    ----------
    scores : Scores or None
        The last result.
    """

    def __init__(self, napari_viewer: "napari.viewer.Viewer", parent: QWidget | None = None) -> None:
        super().__init__(napari_viewer, "Evaluate", parent)
        self.scores: Scores | None = None
        self._errors = ErrorLayers(self._viewer)
        self.prediction_combo = Combo("no labels open", self)
        self.truth_combo = Combo("no labels open", self)
        self.ignore_box = WholeNumber(0, _MOST_IGNORED, optional=True, unit="", parent=self)
        self.ignore_box.setSpecialValueText("none")
        self.ignore_box.set_value(None)
        self.tolerance_box = Number(0, _MOST_TOLERANCE, optional=False, unit="", parent=self)
        self.tolerance_box.set_value(_FIRST_TOLERANCE)
        self.masks_box = QCheckBox("Foreground only, as one class", self)
        self.masks_box.setToolTip(
            "<p>Compare all that is not background. Background is 0, or 1 in labels without any 0.</p>"
        )
        self.table = NumberTable(["Class", *_COLUMNS.values()], self, even=True)
        self.table.setToolTip("<p>IoU, Dice, precision, recall and boundary F of each class.</p>")
        self.confusion = NumberTable(["Truth \\ found"], self)
        self.save_button = QPushButton("Save table…", self)
        self.save_button.clicked.connect(self._on_save_requested)
        self.prediction_combo.chosen.connect(self._refresh)
        self.truth_combo.chosen.connect(self._refresh)
        self._results = QWidget(self)
        self._open(self._form(), self._result_view())

    # ---- what a person, or a script, can ask for ----

    def evaluate(self) -> None:
        """Start comparing the chosen layers; nothing happens while something is missing."""
        if not self._why_not() and not self.is_running:
            self._start()

    def choose(self, prediction: Labels, truth: Labels) -> None:
        """Choose the layers to compare."""
        self.prediction_combo.set_value(prediction)
        self.truth_combo.set_value(truth)

    def save(self, path: str | Path) -> None:
        """Write the table as CSV."""
        if self.scores is None:
            return
        text = StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(["class", *_COLUMNS])
        for name, row in (*self.scores.per_class.items(), ("mean", self.scores)):
            writer.writerow([name, *(getattr(row, column) for column in _COLUMNS)])
        with safe_writer(path) as file:
            file.write(text.getvalue().encode())

    # ---- what happens ----

    def _start(self) -> None:
        prediction, truth = self.prediction_combo.value(), self.truth_combo.value()
        question = _Question(
            full_resolution(prediction),
            full_resolution(truth),
            self.masks_box.isChecked(),
            self.ignore_box.value(),
            float(self.tolerance_box.value() or 0),
            tuple(float(size) for size in np.abs(truth.scale)),
        )
        self._submit(question.answer, partial(self._on_evaluated, truth))

    def _on_evaluated(self, truth: Labels, answer: tuple[Scores, NDArray[np.uint8]]) -> None:
        self.scores, errors = answer
        self._show_tables(self.scores)
        self._results.setVisible(True)
        if truth in self._viewer.layers:
            self._errors.show(truth, errors)
        wrong = 1 - self.scores.accuracy
        self._say(
            f"Mean IoU {self.scores.iou:.3f}. {wrong:.2%} of the pixels are wrong: the layer of errors "
            "shows what was missed, what is extra, and what has another class."
        )

    def _show_tables(self, scores: Scores) -> None:
        self.table.clear_rows()
        for name, row in (*scores.per_class.items(), ("mean", scores)):
            self.table.add_row([str(name), *(float(getattr(row, column)) for column in _COLUMNS)])
        self.confusion.clear_rows()
        names = ["background", *map(str, scores.classes[1:])]
        self.confusion.setColumnCount(len(names) + 1)
        self.confusion.setHorizontalHeaderLabels(["Truth \\ found", *names])
        for name, counts in zip(names, scores.confusion.tolist(), strict=True):
            self.confusion.add_row([name, *counts])

    def _on_layers_changed(self, _event: Any = None) -> None:
        labels = [
            layer for layer in self._viewer.layers if isinstance(layer, Labels) and layer not in self._errors
        ]
        names = [layer.name for layer in labels]
        truths = [layer for layer in labels if "truth" in layer.name.lower()]
        others = [layer for layer in labels if layer not in truths and "seed" not in layer.name.lower()]
        for combo, candidates in ((self.truth_combo, truths), (self.prediction_combo, others)):
            known = combo.value()
            best = known if any(layer is known for layer in labels) else (candidates or [None])[-1]
            combo.offer(labels, names, best)
        self._refresh()

    def _why_not(self) -> str:
        prediction, truth = self.prediction_combo.value(), self.truth_combo.value()
        if prediction is None or truth is None:
            missing = "a labels layer to judge" if prediction is None else "the truth"
            return f"Choose {missing}: both are labels layers of the same size."
        if prediction is truth:
            return "Choose two different layers: this one agrees with itself."
        shapes = [tuple(full_resolution(layer).shape) for layer in (prediction, truth)]
        if shapes[0] != shapes[1]:
            return (
                f"{prediction.name} is {shapes[0]} and {truth.name} is {shapes[1]}: sizes must be the same."
            )
        return ""

    def _on_save_requested(self) -> None:
        save_where_asked(self, "Save the table", "scores.csv", "CSV (*.csv)", self.save, self.hint_line)

    # ---- the widget itself ----

    def _form(self) -> QWidget:
        view = QWidget(self)
        form = QFormLayout(view)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow("Labels", self.prediction_combo)
        form.addRow("Truth", self.truth_combo)
        form.addRow("Ignore value", self.ignore_box)
        form.addRow("Tolerance", self.tolerance_box)
        form.addRow("", self.masks_box)
        self.ignore_box.setToolTip("<p>Pixels with this value in the truth are not scored.</p>")
        self.tolerance_box.setToolTip(
            "<p>How far apart boundaries may lie and still agree, in the units of the truth's scale.</p>"
        )
        return view

    def _result_view(self) -> QWidget:
        form = QFormLayout(self._results)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(self.table)
        form.addRow(Fold("Confusion, in pixels", self.confusion, self))
        form.addRow(self.save_button)
        self._results.setVisible(False)
        return self._results
