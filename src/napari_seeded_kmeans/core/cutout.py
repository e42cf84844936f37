"""The result as a picture: what was segmented in colour, the rest in grey."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import SeededKMeansError

# Rec. 601 luma, the grey of most picture programs.
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


# One hot pixel must not leave the rest black: so little of a picture may be darker than black, or brighter
# than white, in per cent. So many pixels tell how much that is.
_BEYOND = 0.1
_MANY_VALUES = 1 << 18


def cut_out(
    image: ArrayLike, mask: ArrayLike, *, contrast: tuple[float, float] | None = None
) -> NDArray[np.uint8]:
    """Show the foreground in colour over a grey background.

    Parameters
    ----------
    image : array (*spatial, 3), (*spatial, 4) or (*spatial,), any real dtype
        A fourth channel is left out. An image without channels is shown grey, its background dimmed.
    mask : array (*spatial,), bool or integer
        Nonzero is foreground.
    contrast : (float, float), optional
        The values to be shown black and white. Default: uint8 is shown as it is; in other types the darkest
        0.1 % of the values are black and the brightest 0.1 % white.

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
    shown = as_uint8(array, contrast)
    if array.shape == inside.shape:
        dimmed = np.where(inside, shown, shown // 3)
        return np.repeat(dimmed[..., np.newaxis], 3, axis=-1)
    colour = shown[..., :3]
    grey = np.rint(colour @ _LUMA).astype(np.uint8)[..., np.newaxis]
    return np.where(inside[..., np.newaxis], colour, grey)


def as_uint8(array: NDArray[Any], contrast: tuple[float, float] | None = None) -> NDArray[np.uint8]:
    """Return an array as bytes to show, from black to white in `contrast`, see `cut_out`; NaN is 0."""
    if array.dtype == np.uint8 and contrast in (None, (0, 255)):
        return array
    values = array.astype(np.float64)
    finite = np.isfinite(values)
    low, high = _contrast(values[finite]) if contrast is None else contrast
    span = high - low if high > low else 1.0
    shares = np.clip(np.where(finite, (values - low) / span, 0), 0, 1)
    stretched: NDArray[np.uint8] = np.rint(shares * 255).astype(np.uint8)
    return stretched


def _contrast(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return black and white for finite values (n,): all but very few lie between them."""
    if not values.size:
        return 0.0, 1.0
    # Odd, so that it does not walk down the columns of most images.
    some = values[:: values.size // _MANY_VALUES | 1]
    low, high = np.percentile(some, (_BEYOND, 100 - _BEYOND)).tolist()
    # Of a picture that is nearly all one value, the few others are what is to be seen.
    return (low, high) if low < high else (float(values.min()), float(values.max()))
