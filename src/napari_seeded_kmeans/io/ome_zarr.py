"""OME-Zarr: the finest level of an image, and labels beside it; NGFF 0.4 and 0.5.

https://ngff.openmicroscopy.org. Needs the package zarr, which is imported here and only when used.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import SeededKMeansError
from .files import safe_folder
from .geometry import Geometry
from .pixels import PathLike

_MARKS = (".zgroup", ".zarray", "zarr.json")
_UNITS = {"micrometer": "µm", "millimeter": "mm", "nanometer": "nm", "meter": "m"}


def is_zarr(path: PathLike) -> bool:
    """Whether a folder is a Zarr array or group."""
    return any((Path(path) / mark).is_file() for mark in _MARKS)


def read_zarr(path: PathLike) -> tuple[NDArray[Any], Geometry]:
    """Read a Zarr array, or the finest level of an OME-Zarr image or label image.

    Raises
    ------
    SeededKMeansError
        When there is none, it is damaged, or zarr is not installed.
    """
    zarr = _import_zarr()
    try:
        node = zarr.open(str(path), mode="r")
        geometry = Geometry()
        if not hasattr(node, "shape"):
            scales = _multiscales(node.attrs, path)
            level = scales["datasets"][0]
            geometry = _geometry(scales, level)
            node = node[level["path"]]
        values = np.asarray(node[...])
    except SeededKMeansError:
        raise
    # Damaged stores raise whatever their codec or JSON parser raises.
    except Exception as error:
        said = " ".join(str(error).split()).rstrip(".")
        raise SeededKMeansError(f"cannot read {path}: it is no readable Zarr ({said}).") from error
    if values.size == 0 or values.dtype.kind not in "biuf":
        raise SeededKMeansError(f"cannot read {path}: it holds {values.dtype} of shape {values.shape}.")
    return values, geometry


def write_zarr_labels(
    labels: NDArray[np.integer],
    path: PathLike,
    geometry: Geometry | None = None,
    colors: Mapping[int, str] | None = None,
) -> None:
    """Write labels (*spatial,) as an OME-Zarr label image, NGFF 0.4.

    Put it at ``image.zarr/labels/NAME`` and viewers show it over the image; that folder's list of label
    images is kept up to date.

    Parameters
    ----------
    labels : ndarray (*spatial,), integer
    path : str or path-like
        The folder to write, complete or not there; replaced if it is a Zarr already.
    geometry : Geometry, optional
        Axes and pixel sizes.
    colors : mapping of int to str, optional
        Colours of the values as ``"#rrggbb"``.

    Raises
    ------
    SeededKMeansError
        When `path` is another kind of folder or cannot be written, or zarr is not installed.
    """
    zarr = _import_zarr()
    target = Path(path)
    if target.exists() and not is_zarr(target):
        raise SeededKMeansError(f"cannot write {path}: it is there already, and no Zarr.")
    try:
        with safe_folder(target) as unfinished:
            group = zarr.open_group(str(unfinished), mode="w", zarr_format=2)
            chunks = _chunks(labels.shape)
            group.create_array("0", shape=labels.shape, dtype=labels.dtype, chunks=chunks)[...] = labels
            group.attrs.update(_label_attributes(labels.ndim, geometry or Geometry(), colors or {}))
        if target.parent.name == "labels" and is_zarr(target.parent.parent):
            parent = zarr.open_group(str(target.parent), mode="a", zarr_format=2)
            parent.attrs["labels"] = sorted({*parent.attrs.get("labels", []), target.name})
    except OSError as error:
        raise SeededKMeansError(f"cannot write {path}: {error.strerror or error}.") from error


def _import_zarr() -> Any:
    try:
        import zarr
    except ImportError:
        raise SeededKMeansError("Zarr needs the package zarr: pip install zarr.") from None
    return zarr


def _multiscales(attributes: Mapping[str, Any], path: PathLike) -> Mapping[str, Any]:
    """Return the first image of an OME-Zarr group: version 0.5 keeps it under "ome", 0.4 at the top."""
    found = {**attributes, **attributes.get("ome", {})}.get("multiscales")
    if not found:
        raise SeededKMeansError(f"cannot read {path}: it is a Zarr group, but no OME-Zarr image.")
    image: Mapping[str, Any] = found[0]
    return image


def _geometry(scales: Mapping[str, Any], level: Mapping[str, Any]) -> Geometry:
    axes = scales.get("axes", [])
    letters = "".join(axis["name"] for axis in axes).upper()
    named = {axis.get("unit", "") for axis in axes if axis.get("type") == "space"}
    units = {_UNITS.get(name, name) for name in named}
    factors = np.ones(len(axes))
    for part in (level, scales):
        for transform in part.get("coordinateTransformations", ()):
            if transform["type"] == "scale":
                factors *= transform["scale"]
    unit = units.pop() if len(units) == 1 else None
    spacing = tuple(factors.tolist()) if unit else None
    return Geometry(letters if set(letters) <= set("TCZYX") else "", spacing, unit or "pixel")


def _label_attributes(n_axes: int, geometry: Geometry, colors: Mapping[int, str]) -> dict[str, Any]:
    letters = geometry.axes if len(geometry.axes) == n_axes else "TCZYX"[-n_axes:]
    kinds = {"T": "time", "C": "channel"}
    names = {unit: name for name, unit in _UNITS.items()}
    unit = {"unit": names[geometry.unit]} if geometry.unit in names else {}
    axes = [
        {"name": letter.lower(), "type": kinds.get(letter, "space"), **({} if letter in kinds else unit)}
        for letter in letters
    ]
    scale = {"type": "scale", "scale": list(geometry.spacing or (1.0,) * n_axes)}
    legend = [
        {"label-value": value, "rgba": [*bytes.fromhex(color[1:]), 255]} for value, color in colors.items()
    ]
    return {
        "multiscales": [
            {
                "version": "0.4",
                "axes": axes,
                "datasets": [{"path": "0", "coordinateTransformations": [scale]}],
            }
        ],
        "image-label": {"version": "0.4", "colors": legend},
    }


def _chunks(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Planes of at most 1024 x 1024: what a viewer asks for."""
    return (*(1,) * (len(shape) - 2), *(min(length, 1024) for length in shape[-2:]))
