"""CIE L*a*b* of 8-bit red, green, blue (sRGB, white D65): the same bits for a colour wherever it stands."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._kernels.lab import lab_of_pixels
from .threads import map_tiles, tiles

_PIXELS_PER_TILE = 1 << 17
# IEC 61966-2-1; each row over X, Y or Z of white.
_MATRIX = np.array(
    [
        [0.412453, 0.357580, 0.180423],
        [0.212671, 0.715160, 0.072169],
        [0.019334, 0.119193, 0.950227],
    ]
) / np.array([[0.95047], [1.0], [1.08883]])
_SHARES = np.arange(256) / 255
_LIGHT = np.where(_SHARES > 0.04045, ((_SHARES + 0.055) / 1.055) ** 2.4, _SHARES / 12.92)


def bytes_to_lab(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return L*, a*, b* (*spatial, 3) of an image (*spatial, c), whose first three channels count.

    Closer than 0.001 to the values of float64. Every plane is contiguous, as filters want it.
    """
    pixels: NDArray[Any] = image.reshape(-1, image.shape[-1])
    planes = np.empty((3, len(pixels)), np.float32)
    matrix, light = _MATRIX.astype(np.float32), _LIGHT.astype(np.float32)

    def convert(tile: slice) -> None:
        lab_of_pixels(pixels[tile], light, matrix, planes[:, tile])

    map_tiles(convert, tiles(len(pixels), _PIXELS_PER_TILE))
    return np.moveaxis(planes.reshape(3, *image.shape[:-1]), 0, -1)
