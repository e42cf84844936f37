"""Answers about single pixels and about contradictions: joins the panel, the last result and the view."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import QObject, Signal

from ..core.explanation import Conflict, NearCluster, find_conflicts, nearest_clusters
from ..core.legend import Legend
from ..core.model import Model
from .cluster_layers import hex_colors
from .extras import Clusters, Pixel
from .source import Source
from .why_panel import WhyPanel
from .why_words import NearRow, Question, conflict, why

if TYPE_CHECKING:
    from ..estimator import Segmentation

_PROMPT = "<p>Rest the pointer on a pixel of the image.</p>"


@dataclass(frozen=True, eq=False)
class Case:
    """A result and what it was made of; `clusters` are None until they are known."""

    source: Source
    result: "Segmentation"
    model: Model
    seeds: NDArray[np.integer]
    legend: Legend
    clusters: Clusters | None

    def painted_on(self, rows: Sequence[int]) -> NDArray[np.intp]:
        """Return where, in the flattened image, the painted pixels behind some clusters are."""
        if self.clusters is None:
            return np.empty(0, np.intp)
        behind = np.isin(self.clusters.painted_rows, rows)
        return self.clusters.painted[behind]


class Inspector(QObject):
    """Keeps the question that was asked last, and answers it again whenever the result is another.

    The pixel under the pointer is asked about in passing, unless one is pinned.
    """

    pixel_requested = Signal(object)
    """A position (*spatial,) of which what is known is to be given to `answer`."""
    strokes_found = Signal(object, object)
    """Pixels (*spatial,) to light up, and the position of one of them."""

    def __init__(self, view: WhyPanel) -> None:
        super().__init__()
        self._view = view
        self._case: Case | None = None
        self._position: tuple[int, ...] | None = None
        self._is_pinned = False
        self._near: tuple[NearCluster, ...] = ()
        self._pixel: Pixel | None = None
        self._seen_by: Model | None = None
        self._conflicts: tuple[Conflict, ...] = ()
        # Which of them is told of, and whether its strokes were lit up.
        self._told, self._is_lit = 0, False
        view.strokes_requested.connect(self._on_strokes_requested)
        view.conflict_requested.connect(self._on_conflict_requested)

    def pin(self, position: tuple[int, ...]) -> None:
        """Ask why a pixel, given along the spatial axes, has its class, and hold on to it."""
        self._is_pinned = True
        self._ask(position)

    def unpin(self) -> None:
        """Let the question follow the pointer again."""
        self._is_pinned = False

    def pass_by(self, position: tuple[int, ...]) -> None:
        """Ask about a pixel if it is seen, and none is pinned."""
        if not self._is_pinned and position != self._position and self._view.isVisible():
            self._ask(position)

    def answer(self, position: tuple[int, ...], model: Model, pixel: Pixel) -> None:
        """Answer the question about a position, given what is known of it, unless it is over."""
        if self._case is not None and position == self._position and model is self._case.model:
            self._pixel, self._seen_by = pixel, model
            self._answer()

    def show(self, case: Case) -> None:
        """Take another result to ask about."""
        is_new = self._case is None or self._case.model is not case.model
        self._case = case
        self._view.set_ready(True)
        if is_new:
            self._conflicts, self._told, self._is_lit = find_conflicts(case.model), 0, False
        if not self._view.isVisible():
            return
        self._show_conflict()
        if self._position is None:
            self._view.show_answer(_PROMPT)
        elif self._seen_by is case.model:
            self._answer()
        else:
            self._ask(self._position)

    def clear(self) -> None:
        """Forget result and question."""
        self._case = self._position = self._pixel = self._seen_by = None
        self._is_pinned = False
        self._near, self._conflicts = (), ()
        self._view.show_answer("")
        self._view.show_conflict("")
        self._view.pin_button.setChecked(False)
        self._view.set_ready(False)

    # ---- what happens ----

    def _ask(self, position: tuple[int, ...]) -> None:
        self._position, self._pixel, self._seen_by, self._near = position, None, None, ()
        if self._case is None:
            return
        if self._case.result.labels[position]:
            self.pixel_requested.emit(position)
        else:
            # Such a pixel may not even have features.
            self._answer()

    def _answer(self) -> None:
        case, position = self._case, self._position
        if case is None or position is None:
            return
        pixel = self._pixel
        self._near = () if pixel is None else nearest_clusters(case.model, pixel.features)
        question = Question(
            position,
            int(case.result.labels[position]),
            int(case.seeds[position]),
            {} if pixel is None else dict(zip(case.result.classes, pixel.scores.tolist(), strict=True)),
            0.0 if pixel is None else pixel.strangeness,
            [self._row(case, near.row, near.distance) for near in self._near],
        )
        self._view.show_answer(why(question, case.legend), has_strokes=bool(self._near))

    def _show_conflict(self) -> None:
        case = self._case
        if case is None or not self._conflicts:
            self._view.show_conflict("")
            return
        first, second = (self._row(case, row, 0) for row in self._conflicts[self._told].rows)
        n = len(self._conflicts)
        text = conflict(first, second, self._told + 1, n, case.legend)
        self._view.show_conflict(text, has_next=self._is_lit and n > 1)

    def _row(self, case: Case, row: int, distance: float) -> NearRow:
        palette = case.model.palette
        n_painted = None if case.clusters is None else len(case.painted_on([row]))
        color = hex_colors(case.source, palette.centers[row : row + 1], case.model)[0]
        return NearRow(color, int(palette.classes[row]), distance, n_painted)

    def _on_strokes_requested(self) -> None:
        if self._case is not None and self._near:
            self._find_strokes(self._case, (self._near[0].row,))

    def _on_conflict_requested(self) -> None:
        if self._case is not None and self._conflicts:
            if self._is_lit:
                self._told = (self._told + 1) % len(self._conflicts)
            self._is_lit = self._find_strokes(self._case, self._conflicts[self._told].rows)
            # What is said is about what is lit up.
            self._show_conflict()

    def _find_strokes(self, case: Case, rows: tuple[int, ...]) -> bool:
        """Have the strokes behind some clusters lit up; return whether there are any."""
        behind = case.painted_on(rows)
        if len(behind):
            shape = case.seeds.shape
            places = np.stack(np.unravel_index(behind, shape), axis=-1)
            aim = places.mean(axis=0) if self._position is None else np.array(self._position)
            nearest = places[((places - aim) ** 2).sum(axis=1).argmin()]
            pixels = np.zeros(shape, bool)
            pixels.flat[behind] = True
            self.strokes_found.emit(pixels, tuple(int(index) for index in nearest))
        return len(behind) > 0
