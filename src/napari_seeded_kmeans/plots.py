"""The curves that are looked at: drawn on a matplotlib figure, in a window or into a file.

matplotlib takes a while to import and is therefore imported by the functions.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .core.errors import SeededKMeansError
from .io.files import safe_writer
from .io.pixels import PathLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .core.elbow import Elbow

# Okabe and Ito.
_CURVE, _SECOND, _MARK = "#0072b2", "#cc79a7", "#d55e00"
_SUFFIXES = (".png", ".svg", ".pdf")


class Look(NamedTuple):
    """The colours of what is around the curves."""

    text: str = "#222222"
    paper: str = "#ffffff"
    curve: str = _CURVE


def new_figure(width_in: float = 6.0, height_in: float = 4.0) -> "Figure":
    """Return an empty figure that belongs to no window."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width_in, height_in), layout="constrained")


def draw_elbow(
    figure: "Figure", elbow: "Elbow", *, chosen: int | None = None, look: Look | None = None
) -> None:
    """Draw the within-cluster sum of squares, the silhouette and the elbow for K = 1, 2, ...

    Parameters
    ----------
    figure : Figure
        What it holds is cleared.
    elbow : Elbow
    chosen : int, optional
        A K to ring.
    look : Look, optional
        Colours of text and paper; default dark on white.
    """
    from matplotlib.ticker import MaxNLocator

    look = look or Look()
    figure.clear()
    axes = figure.add_subplot()
    axes.plot(elbow.k, elbow.wcss, "o-", color=look.curve, label="sum of squares")
    axes.axvline(elbow.suggested, color=_MARK, linestyle=":", label=f"elbow: K = {elbow.suggested}")
    if chosen is not None:
        axes.plot([chosen], [elbow.wcss[chosen - 1]], "o", markersize=12, fillstyle="none", color=_MARK)
    axes.set_xlabel("number of clusters K")
    axes.set_ylabel("within-cluster sum of squares")
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    handles, labels = axes.get_legend_handles_labels()
    _paint(figure, axes, look)
    if np.isfinite(elbow.silhouette).any():
        second = axes.twinx()
        second.plot(elbow.k, elbow.silhouette, ".--", color=_SECOND, label="silhouette")
        second.set_ylabel("silhouette")
        more_handles, more_labels = second.get_legend_handles_labels()
        handles, labels = handles + more_handles, labels + more_labels
        _paint(figure, second, look)
        # Clicks and the ring belong to the curve.
        second.set_navigate(False)
    figure.legend(
        handles,
        labels,
        loc="outside upper center",
        ncols=2,
        columnspacing=1.0,
        frameon=False,
        labelcolor=look.text,
        fontsize="small",
    )


def draw_ious(figure: "Figure", ious: Sequence[float], *, look: Look | None = None) -> None:
    """Draw how the scores of a folder are spread: every picture, quartiles, mean.

    Parameters
    ----------
    figure : Figure
        What it holds is cleared.
    ious : sequence of float
        At least one.
    look : Look, optional
        Colours of text and paper; default dark on white.
    """
    from matplotlib.ticker import MaxNLocator

    look = look or Look()
    figure.clear()
    axes = figure.add_subplot()
    ranked = np.sort(np.asarray(ious))[::-1]
    axes.bar(np.arange(1, len(ranked) + 1), ranked, width=0.9, color=look.curve)
    low, middle, high = np.quantile(ranked, [0.25, 0.5, 0.75])
    axes.axhspan(low, high, color=_SECOND, alpha=0.2, label=f"quartiles {low:.3f} to {high:.3f}")
    axes.axhline(middle, color=_SECOND, label=f"median {middle:.3f}")
    axes.axhline(ranked.mean(), color=_MARK, linestyle=":", label=f"mean {ranked.mean():.3f}")
    axes.set_xlabel("pictures, best first")
    axes.set_ylabel("IoU")
    axes.set_ylim(0, 1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False, labelcolor=look.text, fontsize="small")
    _paint(figure, axes, look)


def write_figure(figure: "Figure", path: PathLike) -> None:
    """Write a figure as .png, .svg or .pdf; the file is complete or not there.

    Raises
    ------
    SeededKMeansError
        When the name's ending is another, or the file cannot be written.
    """
    check_figure_path(path)
    with safe_writer(path) as file:
        figure.savefig(file, format=Path(path).suffix[1:].lower(), dpi=150, facecolor=figure.get_facecolor())


def check_figure_path(path: PathLike) -> None:
    """Say so when a figure cannot be written under this name."""
    if Path(path).suffix.lower() not in _SUFFIXES:
        raise SeededKMeansError(f"cannot write {path}: its name must end in {', '.join(_SUFFIXES)}.")


def _paint(figure: "Figure", axes: "Axes", look: Look) -> None:
    figure.set_facecolor(look.paper)
    axes.set_facecolor(look.paper)
    axes.tick_params(colors=look.text, labelsize="small")
    for text in (axes.xaxis.label, axes.yaxis.label):
        text.set_color(look.text)
        text.set_fontsize("small")
    for spine in axes.spines.values():
        spine.set_color(look.text)
    for offset in (axes.xaxis.get_offset_text(), axes.yaxis.get_offset_text()):
        offset.set_color(look.text)
        offset.set_fontsize("small")
