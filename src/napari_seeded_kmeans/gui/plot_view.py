"""A matplotlib figure in the window, in the colours of napari's theme."""

from collections.abc import Callable

from matplotlib.backend_bases import MouseEvent
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from napari.utils.theme import get_theme
from qtpy.QtCore import Signal
from qtpy.QtWidgets import QVBoxLayout, QWidget

from ..plots import Look, new_figure

_WIDTH_PX, _HEIGHT_PX = 240, 280


class PlotView(QWidget):
    """Shows what a function draws, and says where it was clicked.

    The function is called again when the theme changes.
    """

    clicked = Signal(float)
    """The place of a click on the horizontal axis."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figure = new_figure()
        self.canvas = FigureCanvasQTAgg(self.figure)  # type: ignore[no-untyped-call]
        self.canvas.setFixedHeight(_HEIGHT_PX)
        self.canvas.setMinimumWidth(_WIDTH_PX)
        self.canvas.mpl_connect("button_press_event", self._on_pressed)
        self._draw: Callable[[Figure, Look], None] | None = None
        self._look = Look()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)
        self.setVisible(False)

    def show_plot(self, draw: Callable[[Figure, Look], None] | None) -> None:
        """Show what ``draw(figure, look)`` draws; None shows nothing."""
        self._draw = draw
        self.setVisible(draw is not None)
        self._redraw()

    def set_theme(self, name: str) -> None:
        """Use the colours of a theme of napari."""
        theme = get_theme(name)
        is_dark = sum(theme.background.as_rgb_tuple()[:3]) < 3 * 128
        # Okabe and Ito's two blues: each is readable on one of the grounds.
        curve = "#56b4e9" if is_dark else "#0072b2"
        self._look = Look(theme.text.as_hex(), theme.background.as_hex(), curve)
        self._redraw()

    def _redraw(self) -> None:
        if self._draw is not None:
            self._draw(self.figure, self._look)
            self.canvas.draw_idle()  # type: ignore[no-untyped-call]

    def _on_pressed(self, event: MouseEvent) -> None:
        if event.inaxes is not None and event.xdata is not None:
            self.clicked.emit(float(event.xdata))
