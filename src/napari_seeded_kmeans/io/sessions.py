"""Sittings on an image, to files and back: JSON for the settings, a TIFF of the seeds beside it.

The image itself is not kept, only how to know it again: name, path, shape, type and digest.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import SeededKMeansError
from ..core.legend import Legend
from ..core.palette_edits import NO_EDITS, PaletteEdits
from ..core.params import make_params
from .digests import is_digest_of
from .files import read_json, safe_writer
from .flat_tiff import write_flat
from .placement import Placement, read_placement
from .seeds import read_labels

FORMAT = "napari-seeded-kmeans session"
VERSION = 1
_ENDINGS = (".json", ".py")


@dataclass(frozen=True)
class ImageReference:
    """How to know an image again.

    Attributes
    ----------
    name, path : str
        What it was called and where it came from; the path may be empty.
    shape : tuple of int
        Channels included.
    dtype, digest : str
        The digest is that of `digests.digest`.
    """

    name: str
    path: str
    shape: tuple[int, ...]
    dtype: str
    digest: str

    def is_of(self, array: Any) -> bool:
        """Whether `array` is this image, as far as one can tell."""
        if tuple(array.shape) != self.shape or str(array.dtype) != self.dtype:
            return False
        # Sessions of earlier releases have no digest of what was not in memory.
        return not self.digest or is_digest_of(self.digest, array)


@dataclass(frozen=True, eq=False)
class SavedSession:
    """Everything that leads to a result, but the image.

    Attributes
    ----------
    placement : mapping or None
        Where the image lay, its pixel size included; None in sessions of earlier releases.
    is_rgb : bool or None
        Whether the last axis of the image was shown as colour; None as above.
    channels : tuple of int or None
        Those that count; None is all.
    has_frames : bool
        Whether the first spatial axis was time.
    outputs : tuple of str or None
        Which layers were kept of the result; None in sessions of earlier releases.
    """

    image: ImageReference
    seeds: NDArray[np.integer]
    channel_axis: int | None
    preset: str
    params: Mapping[str, Any]
    legend: Legend
    edits: PaletteEdits = NO_EDITS
    region: NDArray[np.bool_] | None = None
    placement: Placement | None = None
    is_rgb: bool | None = None
    channels: tuple[int, ...] | None = None
    has_frames: bool = False
    outputs: tuple[str, ...] | None = None


def beside(path: str | os.PathLike[str], ending: str) -> Path:
    """Return the file of that ending that belongs to the session or script in `path`."""
    path = Path(path)
    # Names may have dots of their own: scan.v1 and scan.v2 share nothing.
    return path.with_name((path.stem if path.suffix.lower() in _ENDINGS else path.name) + ending)


def seeds_path(path: str | os.PathLike[str]) -> Path:
    """Return where the seeds of the session in `path` are."""
    return beside(path, ".seeds.tif")


def region_path(path: str | os.PathLike[str]) -> Path:
    """Return where the region of the session in `path` is, if it has one."""
    return beside(path, ".region.tif")


def write_session(session: SavedSession, path: str | os.PathLike[str]) -> None:
    """Write a session; both files are complete or not there.

    Raises
    ------
    SeededKMeansError
        When a file cannot be written.
    """
    document = {
        "format": FORMAT,
        "version": VERSION,
        "image": asdict(session.image),
        "channel_axis": session.channel_axis,
        "channels": None if session.channels is None else list(session.channels),
        "frames": session.has_frames,
        "preset": session.preset,
        "params": dict(session.params),
        "classes": session.legend.to_rows(),
        "palette_edits": session.edits.to_dict() if session.edits else None,
        "has_region": session.region is not None,
        "placement": None if session.placement is None else dict(session.placement),
        "rgb": session.is_rgb,
        "outputs": None if session.outputs is None else list(session.outputs),
    }
    # Seeds first: should the power go in between, strokes are there with the settings of a moment ago.
    write_flat(session.seeds, seeds_path(path))
    if session.region is not None:
        write_flat(session.region.astype(np.uint8), region_path(path))
    with safe_writer(path) as file:
        file.write((json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())


def read_session(path: str | os.PathLike[str]) -> SavedSession:
    """Read back what `write_session` was given; opening a session runs nothing.

    Raises
    ------
    SeededKMeansError
        When a file is unreadable, no session, or written by a newer version.
    """
    document = read_json(path, "session")
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise SeededKMeansError(f'{path} is not a session: its "format" is not "{FORMAT}".')
    if document.get("version") != VERSION:
        raise SeededKMeansError(f"{path} is of version {document.get('version')!r}, not {VERSION}: update.")
    try:
        image, axis = document["image"], document["channel_axis"]
        texts = {name: str(image[name]) for name in ("name", "path", "dtype", "digest")}
        reference = ImageReference(shape=tuple(int(length) for length in image["shape"]), **texts)
        preset, params = str(document["preset"]), dict(document["params"])
        legend = Legend.from_rows(document["classes"])
        channel_axis = None if axis is None else int(axis)
        # Sessions of earlier releases have no edits, region, placement or outputs, and all channels count.
        channels = _read_channels(document.get("channels"), reference.shape, channel_axis)
        edits = PaletteEdits.from_dict(document.get("palette_edits") or NO_EDITS.to_dict())
        has_region = bool(document.get("has_region"))
        is_rgb = None if document.get("rgb") is None else bool(document["rgb"])
        place = document.get("placement")
        outputs = None if document.get("outputs") is None else tuple(map(str, document["outputs"]))
    except (KeyError, TypeError, ValueError) as error:
        raise SeededKMeansError(f"{path} is not a session: {error!r}.") from None
    make_params(preset, **params)
    if is_rgb and reference.shape[-1:] not in ((3,), (4,)):
        raise SeededKMeansError(f"{path} is not a session: its image has no colour on its last axis.")
    placement = None if place is None else read_placement(place, len(reference.shape) - bool(is_rgb))
    seeds = _read_beside(path, ".seeds.tif")
    spatial = list(reference.shape)
    if channel_axis is not None and -len(spatial) <= channel_axis < len(spatial):
        del spatial[channel_axis]
    if seeds.shape != tuple(spatial):
        raise SeededKMeansError(f"{path}: its seeds have shape {seeds.shape}, not {tuple(spatial)}.")
    region = _read_beside(path, ".region.tif") != 0 if has_region else None
    if region is not None and region.shape != seeds.shape:
        raise SeededKMeansError(f"{path}: its region has shape {region.shape}, not {seeds.shape}.")
    return SavedSession(
        reference,
        seeds.astype(seeds.dtype),
        channel_axis,
        preset,
        params,
        legend,
        edits,
        region,
        placement=placement,
        is_rgb=is_rgb,
        channels=channels,
        has_frames=bool(document.get("frames")),
        outputs=outputs,
    )


def _read_channels(rows: Any, shape: tuple[int, ...], axis: int | None) -> tuple[int, ...] | None:
    """Return the channels that count, ascending; a ValueError if the image has no such channels."""
    if rows is None:
        return None
    channels = tuple(sorted({int(row) for row in rows}))
    n_channels = shape[axis] if axis is not None and -len(shape) <= axis < len(shape) else 0
    if not channels or channels[0] < 0 or channels[-1] >= n_channels:
        raise ValueError(f"channels {rows} of {n_channels}")
    return channels


def _read_beside(path: str | os.PathLike[str], ending: str) -> NDArray[Any]:
    own, earlier = beside(path, ending), Path(path).with_suffix(ending)
    # What comes after the last dot was once taken for an ending.
    return read_labels(own if own.exists() or not earlier.exists() else earlier)
