"""Images from and to files: PNG, JPEG, TIFF, NPY, and reading whatever else Pillow reads."""

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from ..core.errors import SeededKMeansError
from .files import safe_writer
from .pixels import PathLike, read_pixels

_TIFF = (".tif", ".tiff")
_JPEG_DTYPES: dict[int, tuple[type, ...]] = {1: (np.uint8,), 3: (np.uint8,)}
# By number of channels.
_PICTURE_DTYPES: dict[str, dict[int, tuple[type, ...]]] = {
    ".png": {1: (np.uint8, np.uint16), 3: (np.uint8,), 4: (np.uint8,)},
    ".jpg": _JPEG_DTYPES,
    ".jpeg": _JPEG_DTYPES,
}
_SUFFIXES = (*_PICTURE_DTYPES, *_TIFF, ".npy")


def read_image(path: PathLike) -> NDArray[Any]:
    """Read an image as a viewer would show it.

    Palettes become colours, 1-bit pictures bool. A camera's orientation mark
    is obeyed. Opacity is resolved by laying the picture over white.

    Parameters
    ----------
    path : str or path-like
        PNG, JPEG, TIFF (several pages become the first axis), NPY, or another format Pillow reads.

    Returns
    -------
    ndarray (*spatial,) or (*spatial, channels), the file's dtype

    Raises
    ------
    SeededKMeansError
        When the file is missing, unreadable, broken, empty, or holds no real numbers.
    """
    pixels = read_pixels(path)
    return _over_white(pixels.colors) if pixels.has_alpha else pixels.colors


def write_image(image: ArrayLike, path: PathLike) -> None:
    """Write an image; its name's ending says how, and the file is complete or not there.

    Parameters
    ----------
    image : array
        A bool array is written black and white. PNG takes uint8 and uint16 (y, x) and uint8
        (y, x, 3 or 4), JPEG uint8 (y, x) and (y, x, 3); TIFF and NPY take any shape and real dtype.
    path : str or path-like
        Ending in .png, .jpg, .jpeg, .tif, .tiff or .npy.

    Raises
    ------
    SeededKMeansError
        When the ending is unknown, the format cannot hold the array, or the file cannot be written.
    """
    array = np.asarray(image)
    is_flat = array.dtype == bool
    if is_flat and Path(path).suffix.lower() != ".npy":
        array = array.astype(np.uint8) * np.uint8(255)
    # Four channels of 16 bits are a microscope's, not red, green, blue and opacity.
    color_depths: dict[int, tuple[type, ...]] = {3: (np.uint8, np.uint16), 4: (np.uint8,)}
    is_color = array.ndim == 3 and array.dtype in color_depths.get(array.shape[-1], ())
    write_array(array, path, is_color=is_color, is_flat=is_flat)


def write_array(
    array: NDArray[Any], path: PathLike, *, is_color: bool = False, is_flat: bool = False
) -> None:
    """Write `array` as it is.

    `is_color` says whether its last axis holds red, green, blue; `is_flat`, whether most neighbours are
    equal, as in labels: then only runs are looked for, which is quicker and no larger.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _SUFFIXES:
        raise SeededKMeansError(f"cannot write {path}: its name must end in {', '.join(_SUFFIXES)}.")
    if array.size == 0 or array.dtype.kind not in "biuf":
        raise SeededKMeansError(f"cannot write {path}: the array is {array.dtype} {array.shape}.")
    if not _fits(array, suffix, array.shape[-1] if is_color else 1):
        raise SeededKMeansError(
            f"cannot write {path}: {suffix} holds no array of {array.dtype} {array.shape}; .tif or .npy may."
        )
    with safe_writer(path) as file:
        if suffix == ".npy":
            np.save(file, array, allow_pickle=False)
        elif suffix in _TIFF:
            photometric = "rgb" if is_color else "minisblack"
            tifffile.imwrite(file, array, photometric=photometric, compression="zlib", metadata={})
        else:
            strategy = zlib.Z_RLE if is_flat else zlib.Z_DEFAULT_STRATEGY
            options = {"compress_type": strategy} if suffix == ".png" else {"quality": 95}
            Image.fromarray(array).save(file, "PNG" if suffix == ".png" else "JPEG", **options)


def _fits(array: NDArray[Any], suffix: str, n_channels: int) -> bool:
    """Whether files of this kind give the array back as it was (JPEG: nearly)."""
    if suffix == ".npy":
        return True
    if suffix in _TIFF:
        return array.ndim >= 2 and array.dtype.itemsize <= 8
    is_picture = array.ndim == (2 if n_channels == 1 else 3)
    return is_picture and array.dtype in _PICTURE_DTYPES[suffix].get(n_channels, ())


def _over_white(picture: NDArray[Any]) -> NDArray[Any]:
    """Lay a picture with opacity as its last channel over white; (y, x, 2) becomes (y, x)."""
    colors, alpha = picture[..., :-1], picture[..., -1:]
    is_float = picture.dtype.kind == "f"
    white = 1.0 if is_float else np.iinfo(picture.dtype).max
    if (alpha != white).any():
        opacity = alpha / white
        mixed = colors * opacity + white * (1 - opacity)
        colors = (mixed if is_float else np.rint(mixed)).astype(picture.dtype)
    return np.ascontiguousarray(colors[..., 0] if colors.shape[-1] == 1 else colors)
