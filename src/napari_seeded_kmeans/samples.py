"""Pictures with strokes and truth, for first steps, examples and tests; the manifest names the functions.

Where each picture comes from stands in ``sample_data/README.md``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import as_file, files
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .core.class_colors import color_cycle
from .core.errors import SeededKMeansError
from .io.images import read_image
from .io.seeds import read_labels, read_seeds

LayerData = tuple[NDArray[Any], dict[str, Any], str]
"""What napari makes a layer of: data, how to show it, kind of layer."""


@dataclass(frozen=True, eq=False)
class Sample:
    """A picture, a person's strokes on it, and what is really there.

    Attributes
    ----------
    image : ndarray (*spatial,) or (*spatial, 3)
        Grey values or red, green, blue.
    seeds : ndarray (*spatial,), uint8
        0 = not painted, 1 = background, 2 = foreground, 3 = a further class.
    truth : ndarray (*spatial,), uint8
        The same values for every pixel; 0 = not to be scored.
    spacing : tuple of float or None
        Size of a pixel along each spatial axis, in `unit`; None for a photograph.
    unit : str
        ``"um"``, ``"mm"`` or ``"pixel"``.
    channel_axis : int or None
        Axis of `image` that holds the colours.
    """

    image: NDArray[Any]
    seeds: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    spacing: tuple[float, ...] | None = None
    unit: str = "pixel"
    channel_axis: int | None = None


@dataclass(frozen=True)
class _Entry:
    """Files of one sample, and what they do not say themselves."""

    image: str
    seeds: str
    truth: str
    spacing: tuple[float, ...] | None = None
    unit: str = "pixel"
    contrast_limits: tuple[float, float] | None = None


_ENTRIES: Mapping[str, _Entry] = MappingProxyType(
    {
        "photo": _Entry("photo.png", "photo-strokes.png", "photo-truth.png"),
        "nuclei": _Entry("nuclei.tif", "nuclei-seeds.png", "nuclei-truth.png", (0.32, 0.32), "um"),
        "ct": _Entry("ct.tif", "ct-seeds.png", "ct-truth.png", (1.4, 1.4), "mm", (-1100, 500)),
        "stack": _Entry("stack.tif", "stack-seeds.tif", "stack-truth.tif", (1.5, 0.5, 0.5), "um"),
        "tissue": _Entry("tissue.png", "tissue-seeds.png", "tissue-truth.png", (0.5, 0.5), "um"),
    }
)

NAMES = tuple(_ENTRIES)
"""What `load` knows."""


def load(name: str) -> Sample:
    """Return a sample by name: ``"photo"``, ``"nuclei"``, ``"ct"``, ``"stack"`` or ``"tissue"``.

    The arrays are fresh ones that may be changed.

    Raises
    ------
    SeededKMeansError
        When there is no such sample.
    """
    if name not in _ENTRIES:
        raise SeededKMeansError(f"name must be one of {', '.join(NAMES)}, not {name!r}.")
    entry = _ENTRIES[name]
    with as_file(files(__package__) / "sample_data") as folder:
        image = read_image(folder / entry.image)
        seeds = read_seeds(folder / entry.seeds).astype(np.uint8)
        truth = read_labels(folder / entry.truth).astype(np.uint8)
    channel_axis = seeds.ndim if image.ndim > seeds.ndim else None
    return Sample(image, seeds, truth, entry.spacing, entry.unit, channel_axis)


def photo() -> list[LayerData]:
    """Open a photograph: a cup on its saucer."""
    return _layers("photo")


def nuclei() -> list[LayerData]:
    """Open fluorescent nuclei, 16 bits."""
    return _layers("nuclei")


def ct() -> list[LayerData]:
    """Open a CT-like slice through a chest, in Hounsfield units."""
    return _layers("ct")


def stack() -> list[LayerData]:
    """Open a 3-D stack of cells, planes further apart than pixels."""
    return _layers("stack")


def tissue() -> list[LayerData]:
    """Open stained tissue with three classes."""
    return _layers("tissue")


def _layers(name: str) -> list[LayerData]:
    """Image, hidden truth, and on top the seeds: napari selects the layer added last."""
    sample = load(name)
    place: dict[str, Any] = {}
    if sample.spacing is not None:
        place = {"scale": sample.spacing, "units": (sample.unit,) * len(sample.spacing)}
    look: dict[str, Any] = {"name": name, "rgb": sample.channel_axis is not None}
    if limits := _ENTRIES[name].contrast_limits:
        look["contrast_limits"] = limits
    # Every class a person may paint into a uint8 layer has its colour.
    labels = {"colormap": color_cycle(), **place}
    return [
        (sample.image, {**look, **place}, "image"),
        (sample.truth, {"name": f"{name} truth", "visible": False, **labels}, "labels"),
        (sample.seeds, {"name": f"{name} seeds", **labels}, "labels"),
    ]
