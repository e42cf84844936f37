"""Puts layers where they belong: over an image, or an image where its session had it, as large as it was."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import SeededKMeansError
from ..io.placement import Placement
from ..io.sessions import SavedSession
from .source import Source

if TYPE_CHECKING:
    from napari.layers import Image, Layer


def put(layer: "Layer", placement: Placement) -> None:
    """Put a layer somewhere that napari knows."""
    for name, value in placement.items():
        setattr(layer, name, value)


def place(image: "Image", placement: Placement) -> None:
    """Put an image where a file says.

    Raises
    ------
    SeededKMeansError
        When napari does not know the units; nothing is changed then.
    """
    try:
        image.units = placement["units"]
    except (TypeError, ValueError) as error:
        raise SeededKMeansError(f"placement is not usable: {error}.") from None
    put(image, placement)


def is_unplaced(image: "Image") -> bool:
    """Whether nobody has said yet where an image lies, nor how large its pixels are."""
    own, n = Source(image).placement, image.ndim
    usual = {"scale": np.ones(n), "translate": np.zeros(n), "affine": np.eye(n + 1)}
    usual |= dict.fromkeys(("rotate", "shear"), np.eye(n))
    is_usual = all(np.array_equal(own[name], value) for name, value in usual.items())
    return is_usual and set(own["units"]) == {"pixel"}


def words_for_size(saved: SavedSession, source: Source) -> str:
    """Return what to say if pixels have another size than in the session; empty if they have not."""
    if saved.placement is None:
        return ""
    scale = np.abs(saved.placement["scale"])
    # Colour is no axis of a layer.
    before = scale if saved.is_rgb or saved.channel_axis is None else np.delete(scale, saved.channel_axis)
    if len(before) == len(source.pixel_size) and np.allclose(before, source.pixel_size):
        return ""
    return (
        f"Pixels of {source.layer.name} are {_size(source.pixel_size)} here but were {_size(before)}, so "
        "that the mask may differ: give the layer that scale again and press Segment."
    )


def _size(lengths: Iterable[float]) -> str:
    return " x ".join(f"{length:g}" for length in lengths)
