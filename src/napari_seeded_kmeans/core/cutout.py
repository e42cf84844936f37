"""The result as a picture: what was segmented in colour, the rest in grey."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import SeededKMeansError

# Rec. 601 luma, the grey of most picture programs.
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def cut_out(image: ArrayLike, mask: ArrayLike) -> NDArray[np.uint8]:
    """Show the foreground in colour over a grey background.

    Parameters
    ----------
    image : array (*spatial, 3), (*spatial, 4) or (*spatial,), any real dtype
        uint8 is shown as it is; other types are stretched from their smallest to their largest finite value.
        A fourth channel is left out. An image without channels is shown grey, its background dimmed.
    mask : array (*spatial,), bool or integer
        Nonzero is foreground.

    Returns
    -------
    ndarray (*spatial, 3), uint8

    Raises
    ------
    SeededKMeansError
        When the shapes do not fit.
    """
    array, inside = np.asarray(image), np.asarray(mask).astype(bool)
    if array.shape not in (inside.shape, (*inside.shape, 3), (*inside.shape, 4)):
        raise SeededKMeansError(f"mask has shape {inside.shape}, but the image's shape is {array.shape}.")
    shown = as_uint8(array)
    if array.shape == inside.shape:
        dimmed = np.where(inside, shown, shown // 3)
        return np.repeat(dimmed[..., np.newaxis], 3, axis=-1)
    colour = shown[..., :3]
    grey = np.rint(colour @ _LUMA).astype(np.uint8)[..., np.newaxis]
    return np.where(inside[..., np.newaxis], colour, grey)


def as_uint8(array: NDArray[Any]) -> NDArray[np.uint8]:
    """Return an array as bytes to show: uint8 as it is, else stretched from least to most; NaN is 0."""
    if array.dtype == np.uint8:
        return array
    values = array.astype(np.float64)
    finite = np.isfinite(values)
    low = float(values.min(where=finite, initial=np.inf))
    high = float(values.max(where=finite, initial=-np.inf))
    span = high - low if high > low else 1.0
    stretched: NDArray[np.uint8] = np.rint(np.where(finite, (values - low) / span, 0) * 255).astype(np.uint8)
    return stretched
