"""Seeds and label images from and to files.

Seeds come as a picture of red and blue strokes or as an image whose values are
the classes. Which of the two a file is, its content says: colours are strokes,
grey values and palette indices are classes. A picture with a palette counts as
strokes when red and blue are its only colours.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.errors import SeededKMeansError
from ..core.seeds import strokes_to_seeds
from .images import write_array
from .pixels import PathLike, Pixels, read_pixels

# A palette colour whose channels differ by more than this is a colour, not a grey.
_GREY_TOLERANCE = 64


def read_strokes(path_or_array: PathLike | ArrayLike, *, blur_sigma_px: float = 0.0) -> NDArray[np.uint8]:
    """Read a picture of red (foreground) and blue (background) strokes.

    Parameters
    ----------
    path_or_array : path, or array (y, x, 3) or (y, x, 4), uint8
        The picture: strokes on a black, white, grey or transparent ground.
    blur_sigma_px : float
        Sigma in pixels of a 5x5 Gaussian applied first, as the classic preset does; 0 is none.

    Returns
    -------
    ndarray (y, x), uint8
        0 = not painted, 1 = blue (background), 2 = red (foreground).

    Raises
    ------
    SeededKMeansError
        When the file is unreadable, the picture has no colours, or one of the two colours is missing.
    """
    if not isinstance(path_or_array, str | os.PathLike):
        return strokes_to_seeds(path_or_array, blur_sigma_px=blur_sigma_px)
    return _strokes(read_pixels(path_or_array), path_or_array, blur_sigma_px)


def read_seeds(path: PathLike, *, blur_sigma_px: float = 0.0) -> NDArray[np.integer]:
    """Read seeds, from a stroke picture or from an image whose values are the classes.

    Parameters
    ----------
    path : str or path-like
        The file; its content decides which of the two it is.
    blur_sigma_px : float
        As in `read_strokes`; classes are never blurred.

    Returns
    -------
    ndarray (*spatial,), integer
        0 = not painted, any other value is a class.

    Raises
    ------
    SeededKMeansError
        When the file is unreadable, or holds neither strokes nor integers.
    """
    pixels = read_pixels(path)
    if _is_stroke_picture(pixels):
        return _strokes(pixels, path, blur_sigma_px)
    labels = _labels(pixels, path)
    return labels.astype(np.uint8) if labels.dtype == np.bool_ else labels


def read_labels(path: PathLike) -> NDArray[np.integer] | NDArray[np.bool_]:
    """Read a label image or mask: the values as stored, palette indices included.

    A mask saved as a colour picture with equal channels is taken as grey.

    Returns
    -------
    ndarray (*spatial,), integer or bool

    Raises
    ------
    SeededKMeansError
        When the file is unreadable, has colours, or holds no integers.
    """
    return _labels(read_pixels(path), path)


def write_seeds(seeds: ArrayLike, path: PathLike) -> None:
    """Write seeds or labels so that every value comes back.

    Parameters
    ----------
    seeds : array (*spatial,), integer
        PNG takes two axes and values up to 65,535, and stores the narrowest unsigned type; TIFF and NPY
        take any shape and integer type, and keep the type.
    path : str or path-like
        Ending in .png, .tif, .tiff or .npy.

    Raises
    ------
    SeededKMeansError
        When the format cannot hold the seeds, or the file cannot be written.
    """
    array = np.asarray(seeds)
    suffix = Path(path).suffix.lower()
    if array.dtype.kind not in "iub":
        raise SeededKMeansError(f"seeds must be an integer array, not {array.dtype}.")
    if suffix in (".jpg", ".jpeg"):
        raise SeededKMeansError(f"cannot write {path}: JPEG changes values; use .png or .tif.")
    if array.dtype.kind == "b":
        array = array.astype(np.uint8)
    elif suffix == ".png" and array.size and array.min() >= 0:
        array = array.astype(np.min_scalar_type(array.max()))
    write_array(array, path, is_flat=True)


def _strokes(pixels: Pixels, path: PathLike, blur_sigma_px: float) -> NDArray[np.uint8]:
    colors = pixels.colors
    if colors.dtype == np.uint16:
        colors = (colors >> 8).astype(np.uint8)
    try:
        return strokes_to_seeds(colors, blur_sigma_px=blur_sigma_px)
    except SeededKMeansError as error:
        raise SeededKMeansError(f"{path}: {error}") from None


def _is_stroke_picture(pixels: Pixels) -> bool:
    colors = pixels.colors
    if colors.dtype != np.uint8 or colors.ndim != 3 or colors.shape[-1] not in (3, 4):
        return pixels.is_color
    if pixels.is_color and colors is pixels.stored:
        return not _is_grey(pixels)
    # A palette, or an array that may be colours as well as a small stack of labels.
    try:
        seeds = strokes_to_seeds(colors)
    except SeededKMeansError:
        return False
    rgb = colors[..., :3].astype(np.int16)
    is_colored = rgb.max(axis=-1) - rgb.min(axis=-1) > _GREY_TOLERANCE
    return not (is_colored & (seeds == 0)).any()


def _labels(pixels: Pixels, path: PathLike) -> NDArray[Any]:
    values = pixels.stored
    if values.dtype.kind == "f":
        raise SeededKMeansError(f"{path} holds {values.dtype} values; labels must be integers.")
    if values is not pixels.colors or not (pixels.is_color or pixels.has_alpha):
        return values
    if not _is_grey(pixels):
        raise SeededKMeansError(f"{path} is a colour picture, not a label image.")
    return np.ascontiguousarray(values[..., 0])


def _is_grey(pixels: Pixels) -> bool:
    """Whether red, green and blue are equal wherever the picture is not fully transparent."""
    colors = pixels.colors[..., :-1] if pixels.has_alpha else pixels.colors
    equal = (colors == colors[..., :1]).all(axis=-1)
    return bool((equal | (pixels.colors[..., -1] == 0)).all() if pixels.has_alpha else equal.all())
