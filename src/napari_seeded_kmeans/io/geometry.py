"""Axes and pixel sizes that a TIFF states, read and written: OME, ImageJ and plain resolution tags."""

from dataclasses import dataclass
from typing import Any, Self
from uuid import NAMESPACE_URL, uuid5

import tifffile
from numpy.typing import NDArray

from .files import safe_writer
from .pixels import PathLike

CHANNEL_AXES = "CS"
_PIXEL = "pixel"
# One spelling per unit, as OME has it; ImageJ and people have others.
_UNITS = {"um": "µm", "μm": "µm", "micron": "µm", "microns": "µm", "inch": "in"}
_UM_PER_CM = 10_000.0
_METRES = {"pm": 1e-12, "Å": 1e-10, "nm": 1e-9, "µm": 1e-6, "mm": 1e-3, "cm": 1e-2, "m": 1.0, "in": 0.0254}
_CENTIMETRES = 3


@dataclass(frozen=True)
class Geometry:
    """What the axes of an array mean.

    Attributes
    ----------
    axes : str
        One letter per axis: T, C, Z, Y, X, S (colours) as OME has them; empty where unknown.
    spacing : tuple of float or None
        Size of a pixel along each axis, in `unit`; 1 along axes without a size.
    unit : str
        ``"µm"``, ``"mm"``, ...; ``"pixel"`` where unknown.
    """

    axes: str = ""
    spacing: tuple[float, ...] | None = None
    unit: str = _PIXEL

    @property
    def channel_axis(self) -> int | None:
        """The axis that holds channels, where the file says so."""
        return next((index for index, letter in enumerate(self.axes) if letter in CHANNEL_AXES), None)

    def measured_axes(self, n_axes: int) -> tuple[int, ...]:
        """Return the axes in which a size is measured: not time; all where nothing is known of them."""
        in_space = [index for index, letter in enumerate(self.axes) if letter in "ZYX"]
        return tuple(in_space or range(n_axes))

    def without(self, axis: int) -> Self:
        """Return the geometry of the array without one axis."""
        spacing = None if self.spacing is None else self.spacing[:axis] + self.spacing[axis + 1 :]
        return type(self)(self.axes[:axis] + self.axes[axis + 1 :], spacing, self.unit)


def read_geometry(path: PathLike, n_axes: int) -> Geometry:
    """Return what a TIFF says about the `n_axes` axes that `read_image` gives.

    Whatever the file leaves unsaid, or says about another number of axes, stays unknown.
    """
    try:
        with tifffile.TiffFile(path) as tiff:
            axes = tiff.series[0].axes
            sizes, unit = _sizes(tiff)
    # The picture itself was read; what its tags say wrongly is not worth failing for.
    except Exception:
        return Geometry()
    if "S" in axes:
        axes = axes.replace("S", "") + "S"
    if len(axes) != n_axes:
        return Geometry()
    spacing = tuple(sizes.get(letter, 1.0) for letter in axes) if sizes else None
    return Geometry(axes if set(axes) <= set("TCZYXS") else "", spacing, unit if sizes else _PIXEL)


def write_tiff(array: NDArray[Any], path: PathLike, geometry: Geometry) -> None:
    """Write an array (*spatial,) as TIFF, with axes and pixel sizes as OME where they are known.

    Equal arrays give equal files.
    """
    known = len(geometry.axes) == array.ndim and set(geometry.axes) <= set("TZYX")
    with safe_writer(path) as file:
        if known and geometry.axes.endswith("YX"):
            tifffile.imwrite(
                file,
                array,
                ome=True,
                photometric="minisblack",
                compression="zlib",
                metadata=_ome(geometry),
                **_resolution(geometry),
            )
        else:
            tifffile.imwrite(file, array, photometric="minisblack", compression="zlib", metadata={})


def _sizes(tiff: tifffile.TiffFile) -> tuple[dict[str, float], str]:
    """Return pixel sizes by axis letter, and their unit."""
    if tiff.ome_metadata:
        return _ome_sizes(tiff.ome_metadata)
    tags = tiff.pages.first.tags
    sizes = {
        letter: tags[name].value[1] / tags[name].value[0]
        for letter, name in (("X", "XResolution"), ("Y", "YResolution"))
        if name in tags and tags[name].value[0] > 0
    }
    if tiff.imagej_metadata is not None:
        spacing = tiff.imagej_metadata.get("spacing")
        unit = str(tiff.imagej_metadata.get("unit") or "").replace("\\u00B5", "µ")
        sizes |= {"Z": abs(float(spacing))} if spacing else {}
        return (sizes, _unit(unit)) if unit and unit != _PIXEL else ({}, _PIXEL)
    # Pictures for screens say 72 or 96 dots per inch without meaning it; centimetres are meant.
    if "ResolutionUnit" in tags and tags["ResolutionUnit"].value == _CENTIMETRES:
        return {letter: size * _UM_PER_CM for letter, size in sizes.items()}, "µm"
    return {}, _PIXEL


def _ome_sizes(xml: str) -> tuple[dict[str, float], str]:
    images = tifffile.xml2dict(xml)["OME"]["Image"]
    pixels = (images[0] if isinstance(images, list) else images)["Pixels"]
    units = {letter: _unit(str(pixels.get(f"PhysicalSize{letter}Unit", "µm"))) for letter in "XYZ"}
    sizes = {
        letter: float(pixels[f"PhysicalSize{letter}"])
        for letter in "XYZ"
        if float(pixels.get(f"PhysicalSize{letter}", 0)) > 0
    }
    common = units[next(iter(sizes), "X")]
    for letter, size in sizes.items():
        if units[letter] != common:
            if not {units[letter], common} <= _METRES.keys():
                return {}, _PIXEL
            sizes[letter] = size * _METRES[units[letter]] / _METRES[common]
    return sizes, common


def _unit(name: str) -> str:
    return _UNITS.get(name, name)


def _ome(geometry: Geometry) -> dict[str, Any]:
    """Return what tifffile writes into the OME header."""
    header: dict[str, Any] = {
        "axes": geometry.axes,
        # tifffile would take a random one, and no two runs would write equal files.
        "UUID": f"urn:uuid:{uuid5(NAMESPACE_URL, repr(geometry))}",
    }
    for letter, size in zip(geometry.axes, geometry.spacing or (), strict=False):
        if letter in "XYZ":
            header |= {f"PhysicalSize{letter}": size, f"PhysicalSize{letter}Unit": geometry.unit}
    return header


def _resolution(geometry: Geometry) -> dict[str, Any]:
    """Return resolution tags for readers that know no OME; they hold centimetres."""
    if geometry.spacing is None or geometry.unit != "µm":
        return {}
    per_cm = tuple(_UM_PER_CM / size for size in geometry.spacing[:-3:-1])
    return {"resolution": per_cm, "resolutionunit": "CENTIMETER"}
