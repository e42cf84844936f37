"""CIE L*a*b* of red, green, blue."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel

_BLOCK = 256
_THIRD_OF_ONE_BITS = np.int32(709921077)
_STRAIGHT_UNTIL = np.float32(216 / 24389)
_SLOPE, _START = np.float32(24389 / 27 / 116), np.float32(16 / 116)


@kernel
def _curve(t: np.float32) -> np.float32:
    """Return the curve of CIE 1976, for t >= 0: a cube root with a straight start."""
    # A third of the exponent is a guess within 4 %; each of Halley's steps triples the digits.
    bits = np.float32(t).view(np.int32) // np.int32(3) + _THIRD_OF_ONE_BITS
    guess = np.int32(bits).view(np.float32)
    for _ in range(2):
        cube = guess * guess * guess
        guess = guess * (cube + t + t) / (cube + cube + t)
    return guess if t > _STRAIGHT_UNTIL else t * _SLOPE + _START


@kernel
def lab_of_pixels(
    pixels: NDArray[Any], light: NDArray[np.float32], matrix: NDArray[np.float32], planes_out: NDArray[Any]
) -> None:
    """Write L*, a*, b* of pixels to `planes_out` (3, n), float32.

    Parameters
    ----------
    pixels : (n, c >= 3), unsigned integers: indices into `light`
    light : (n_values,), amount of light for each value
    matrix : (3, 3), from red, green, blue light to X, Y, Z over those of white
    """
    # Planes, which the processor takes eight at a time.
    rgb, xyz = np.zeros((3, _BLOCK), np.float32), np.empty((3, _BLOCK), np.float32)
    for start in range(0, len(pixels), _BLOCK):
        n = min(_BLOCK, len(pixels) - start)
        for i in range(n):
            for c in range(3):
                rgb[c, i] = light[pixels[start + i, c]]
        for c in range(3):
            red, green, blue = matrix[c, 0], matrix[c, 1], matrix[c, 2]
            for i in range(_BLOCK):
                xyz[c, i] = _curve(red * rgb[0, i] + green * rgb[1, i] + blue * rgb[2, i])
        for i in range(n):
            x, y, z = xyz[0, i], xyz[1, i], xyz[2, i]
            planes_out[0, start + i] = np.float32(116) * y - np.float32(16)
            planes_out[1, start + i] = np.float32(500) * (x - y)
            planes_out[2, start + i] = np.float32(200) * (y - z)
