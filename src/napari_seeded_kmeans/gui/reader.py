"""Opening a picture of red and blue strokes as a seeds layer."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..core.class_colors import color_cycle
from ..core.errors import SeededKMeansError

LayerData = tuple[Any, dict[str, Any], str]


def get_reader(path: str | Sequence[str]) -> Callable[[str], list[LayerData]] | None:
    """Return a reader of a stroke picture, or None when this is not one.

    The picture is read here, because only its pixels tell strokes from a photograph of brush strokes.

    Parameters
    ----------
    path : str or sequence of str
        What napari was asked to open.

    Returns
    -------
    callable or None
        Called with the path, it returns one labels layer: 1 = blue (background), 2 = red (foreground).
    """
    from ..io.seeds import read_strokes

    if not isinstance(path, str):
        return None
    try:
        seeds = read_strokes(path)
    except SeededKMeansError:
        return None
    layer: LayerData = (seeds, {"name": Path(path).stem, "colormap": color_cycle()}, "labels")

    def read(_path: str) -> list[LayerData]:
        return [layer]

    return read
