"""An image file of any kind with what it says about its axes; and labels written in kind."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..core.errors import SeededKMeansError
from .geometry import Geometry, read_geometry, write_tiff
from .images import read_image
from .ome_zarr import is_zarr, read_zarr, write_zarr_labels
from .pixels import PathLike
from .seeds import read_labels, write_seeds

TIFF = (".tif", ".tiff")
ZARR = ".zarr"
READABLE = (".png", ".jpg", ".jpeg", *TIFF, ".npy", ".bmp", ".gif", ".webp", ZARR)
"""Endings that mark images among the files of a folder; a file named by itself may have any."""


class Picture(NamedTuple):
    """Pixel values (*spatial[, c]) and the meaning of their axes."""

    values: NDArray[Any]
    geometry: Geometry


def read_picture(path: PathLike) -> Picture:
    """Read an image with its axes and pixel sizes; see `read_image` and `read_zarr`."""
    if is_zarr(path):
        return Picture(*read_zarr(path))
    values = read_image(path)
    is_tiff = Path(path).suffix.lower() in TIFF
    return Picture(values, read_geometry(path, values.ndim) if is_tiff else Geometry())


def read_label_picture(path: PathLike) -> NDArray[Any]:
    """Read a label image or mask of any kind; see `read_labels`."""
    if not is_zarr(path):
        return read_labels(path)
    labels, _ = read_zarr(path)
    if labels.dtype.kind == "f":
        raise SeededKMeansError(f"{path} holds {labels.dtype} values; labels must be integers.")
    return labels


def write_labels(
    labels: NDArray[np.integer],
    path: PathLike,
    geometry: Geometry | None = None,
    colors: Mapping[int, str] | None = None,
) -> None:
    """Write labels (*spatial,) so that other programs read the same values, at the same size.

    TIFF keeps axes and pixel sizes, OME-Zarr the colours too, PNG and NPY the values alone.

    Raises
    ------
    SeededKMeansError
        When the format cannot hold the labels, or the file cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ZARR:
        write_zarr_labels(labels, path, geometry, colors)
    elif suffix in TIFF and labels.ndim >= 2:
        write_tiff(labels, path, geometry or Geometry())
    else:
        write_seeds(labels, path)
