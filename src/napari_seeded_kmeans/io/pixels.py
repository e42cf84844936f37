"""Bytes of an image file -> pixel values, whatever the format.

A file is known by its first bytes, never by its name, and read without
running anything in it. What a picture means is decided by the caller: labels
are values as stored, strokes and photographs the colours they stand for.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from ..core.errors import SeededKMeansError, warn
from .files import reason

PathLike = str | os.PathLike[str]

_NPY_MAGIC = b"\x93NUMPY"
_TIFF_MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
# Pillow's modes whose values are numbers of their own; all others are made RGB.
_PLAIN_MODES = ("L", "I", "F", "I;16", "I;16B", "I;16L", "LA", "RGB", "RGBA")


class Pixels(NamedTuple):
    """What a file holds.

    Attributes
    ----------
    stored : ndarray
        The values as stored: the indices, if the file has a palette.
    colors : ndarray
        The colours they stand for; `stored` itself unless the file has a palette.
    is_color : bool
        Whether the file says that the last axis of `colors` is red, green, blue.
    has_alpha : bool
        Whether the file says that the last channel of `colors` is opacity.
    """

    stored: NDArray[Any]
    colors: NDArray[Any]
    is_color: bool
    has_alpha: bool


def read_pixels(path: PathLike) -> Pixels:
    """Read what a file holds; see `read_image` for formats and errors."""
    try:
        if Path(path).is_dir():
            raise SeededKMeansError(f"cannot read {path}: it is a folder.")
        with Path(path).open("rb") as file:
            head = file.read(32)
            if not head:
                raise SeededKMeansError(f"cannot read {path}: the file is empty.")
            file.seek(0)
            pixels = _decoder(head)(file)
    except SeededKMeansError:
        raise
    # Broken bytes make the decoders raise just about anything, tokenize.TokenError included.
    except Exception as error:
        raise SeededKMeansError(f"cannot read {path}: {_explain(error)}.") from error
    _check_values(pixels.stored, path)
    if _loses_bits(head):
        warn(
            f"{path} holds 16 bits a channel, of which the upper 8 were read; TIFF keeps all.",
        )
    return pixels


def _decoder(head: bytes) -> Callable[[BinaryIO], Pixels]:
    if head.startswith(_NPY_MAGIC):
        return _decode_npy
    return _decode_tiff if head.startswith(_TIFF_MAGICS) else _decode_picture


def _explain(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "it is not an image of a known format"
    if isinstance(error, OSError) and error.strerror:
        return reason(error)
    if isinstance(error, MemoryError):
        return "it claims to be larger than the memory"
    said = " ".join(str(error).split()).rstrip(".")
    return f"it is damaged or not supported ({said or type(error).__name__})"


def _check_values(values: NDArray[Any], path: PathLike) -> None:
    if values.dtype.kind not in "biuf":
        raise SeededKMeansError(f"cannot read {path}: it holds {values.dtype}, not real numbers.")
    if values.size == 0:
        raise SeededKMeansError(f"cannot read {path}: it holds no pixels (shape {values.shape}).")


def _loses_bits(head: bytes) -> bool:
    """Whether this is the start of a 16-bit colour PNG, which Pillow reads as 8-bit."""
    return head.startswith(_PNG_MAGIC) and head[24] == 16 and head[25] != 0


def _decode_npy(file: BinaryIO) -> Pixels:
    values = np.lib.format.read_array(file, allow_pickle=False)
    if values.dtype.kind in "biuf":
        values = values.astype(values.dtype.newbyteorder("="), copy=False)
    return Pixels(values, values, is_color=False, has_alpha=False)


def _decode_tiff(file: BinaryIO) -> Pixels:
    with tifffile.TiffFile(file) as tiff:
        series = tiff.series[0]
        page = series.keyframe
        try:
            values = series.asarray()
        except ValueError as error:
            if "imagecodecs" not in str(error):
                raise
            values = _tiff_pages_by_pillow(file)
        if "S" in series.axes and values.shape == series.shape:
            values = np.moveaxis(values, series.axes.index("S"), -1)
        if page.photometric == tifffile.PHOTOMETRIC.PALETTE and page.colormap is not None:
            colors = (np.moveaxis(page.colormap, 0, -1)[values] >> 8).astype(np.uint8)
            return Pixels(values, colors, is_color=True, has_alpha=False)
        is_color = page.photometric == tifffile.PHOTOMETRIC.RGB and values.shape[-1] in (3, 4)
        has_alpha = is_color and values.shape[-1] == 4 and 0 not in page.extrasamples
    return Pixels(values, values, is_color, has_alpha)


def _tiff_pages_by_pillow(file: BinaryIO) -> NDArray[Any]:
    """Read the pages of a TIFF whose compression tifffile cannot undo by itself, such as LZW."""
    file.seek(0)
    with Image.open(file) as picture:
        pages = [np.array(page) for page in ImageSequence.Iterator(picture)]
    return np.stack(pages) if len(pages) > 1 else pages[0]


def _decode_picture(file: BinaryIO) -> Pixels:
    with Image.open(file) as picture:
        picture.load()
        ImageOps.exif_transpose(picture, in_place=True)
    if picture.mode == "1":
        # Pillow's own array of these has bytes of 255 for True, which no other library expects.
        values = np.array(picture.convert("L")) > 0
        return Pixels(values, values, is_color=False, has_alpha=False)
    values = np.array(picture)
    has_alpha = picture.mode in ("LA", "RGBA")
    if picture.mode in _PLAIN_MODES:
        return Pixels(values, values, picture.mode in ("RGB", "RGBA"), has_alpha)
    has_alpha = picture.has_transparency_data
    colors = np.array(picture.convert("RGBA" if has_alpha else "RGB"))
    if picture.mode not in ("P", "PA"):
        return Pixels(colors, colors, is_color=True, has_alpha=has_alpha)
    indices = values[..., 0] if picture.mode == "PA" else values
    return Pixels(indices, colors, is_color=True, has_alpha=has_alpha)
