"""CIE lightness of values that know neither black nor white, and where those are."""

import numpy as np
from numpy.typing import NDArray

# What share of an image's values may lie outside its window, on either side.
_OUTSIDE = 0.001
# Padding: a group of the lowest values, off the others by more than its width and a fifth of theirs.
_PADDING_GAP = 0.2
_PADDING_WIDTH = 1.0
_PADDING_SHARE = 0.5
_PADDING_BLUR = 0.005


def black_and_white(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return both ends of ascending values, outliers and padding left out."""
    n_outside = int(_OUTSIDE * len(values))
    low, high = values[n_outside], values[-1 - n_outside]
    # A gap holds a few: what lies between padding and image is blurred.
    n_between = 1 + int(_PADDING_BLUR * len(values))
    before, after = values[:-n_between], values[n_between:]
    gaps = after - before
    is_padding = (gaps > _PADDING_GAP * (high - after)) & (before - low < _PADDING_WIDTH * gaps)
    is_padding[:n_outside] = False
    is_padding[int(_PADDING_SHARE * len(values)) :] = False
    if is_padding.any():
        low = after[np.flatnonzero(is_padding)[-1]]
    return float(low), float(high)


def lightness(values: NDArray[np.float32], window: tuple[tuple[float, float], ...]) -> NDArray[np.float32]:
    """CIE lightness of values in their window, up to 100; below black, as far the other way."""
    if not window:
        return values
    low, high = np.array(window, np.float64).T
    width = np.where(high > low, high - low, 1)
    shares = np.minimum((values - low.astype(np.float32)) / width.astype(np.float32), np.float32(1))
    shares[np.isinf(values)] = np.nan
    sizes = np.abs(shares)
    # The curve of CIE 1976 L*: a cube root with a straight start.
    curved: NDArray[np.float32] = np.where(
        sizes > np.float32(216 / 24389),
        np.copysign(np.float32(116) * np.cbrt(sizes) - 16, shares),
        shares * np.float32(24389 / 27),
    )
    return curved
