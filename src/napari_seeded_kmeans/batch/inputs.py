"""Folders, globs and lists -> the files to do, each with a place of its own in the output folder."""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import SeededKMeansError
from ..io.files import reason
from ..io.ome_zarr import is_zarr
from ..io.pictures import READABLE, TIFF, ZARR

PathLike = str | os.PathLike[str]
Inputs = PathLike | Sequence[PathLike]

_WILDCARDS = "*?["


@dataclass(frozen=True)
class Item:
    """One input.

    Attributes
    ----------
    path : Path
        The file, as it was named or found.
    place : Path
        Where its outputs go, relative to the output folder, without an ending.
    problem : str
        Why it cannot be done; empty for most.
    """

    path: Path
    place: Path
    problem: str = ""


def find_items(inputs: Inputs, output: Path | None = None) -> list[Item]:
    """Return the files that `inputs` mean, in a stable order, none twice.

    Parameters
    ----------
    inputs : path, glob, or sequence of them
        A folder stands for the images right in it, in order of their names; a pattern such as
        ``"run*/**/*.tif"`` for what it matches. A name with wildcards that exists is a name.
    output : Path, optional
        The output folder: what lies in it is no input.

    Raises
    ------
    SeededKMeansError
        When an input is the output folder, a folder cannot be read, or there is no file at all.
    """
    names = [inputs] if isinstance(inputs, str | os.PathLike) else list(inputs)
    own = None if output is None else output.resolve()
    items: list[Item] = []
    seen: set[Path] = set()
    takers: dict[str, Path] = {}
    for name in names:
        for path, place in _expand(Path(name), own):
            resolved = _resolve(path)
            if resolved in seen or (own is not None and own in resolved.parents):
                continue
            seen.add(resolved)
            items.append(_claim(path, place, takers))
    if not items:
        raise SeededKMeansError(f"inputs hold no image: {', '.join(map(str, names)) or 'nothing was given'}.")
    return items


def label_suffix(path: Path, n_axes: int) -> str:
    """Return the ending of the label file: in kind for TIFF and Zarr, else PNG for flat images."""
    suffix = path.suffix.lower()
    if suffix == ZARR:
        return ZARR
    return ".tif" if suffix in TIFF or n_axes > 2 else ".png" if n_axes == 2 else ".npy"


def find_twin(folder: Path, place: Path) -> Path | None:
    """Return the image with the place and name of an input in another folder, whatever its ending."""
    for suffix in READABLE:
        for ending in (suffix, suffix.upper()):
            path = folder / place.parent / (place.name + ending)
            if path.exists():
                return path
    return None


def _expand(path: Path, own: Path | None) -> Iterator[tuple[Path, Path]]:
    """Yield the files one input stands for, and where each lies below the folder or pattern."""
    if path.is_dir() and not is_zarr(path):
        _refuse_same(path, own)
        for found in _images_in(path):
            yield found, Path(found.name)
    elif not os.path.lexists(path) and any(mark in str(path) for mark in _WILDCARDS):
        parts = path.parts
        fixed = next(index for index, part in enumerate(parts) if any(mark in part for mark in _WILDCARDS))
        root = Path(*parts[:fixed])
        _refuse_same(root, own)
        for found in sorted(root.glob(str(Path(*parts[fixed:])))):
            if found.is_file() or is_zarr(found):
                yield found, found.relative_to(root)
    else:
        _refuse_same(path.parent, own)
        yield path, Path(path.name)


def _refuse_same(folder: Path, own: Path | None) -> None:
    """Labels have the names of their images: in one folder they would overwrite them."""
    if own is not None and _resolve(folder) == own:
        raise SeededKMeansError(f"output {own} is an input folder: choose another, or one inside it.")


def _images_in(folder: Path) -> list[Path]:
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise SeededKMeansError(f"cannot read {folder}: {reason(error)}.") from error
    return [path for path in paths if path.suffix.lower() in READABLE and not path.name.startswith(".")]


def _resolve(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        # A link that leads in a circle: reading it will say so.
        return path.absolute()


def _claim(path: Path, name: Path, takers: dict[str, Path]) -> Item:
    """Give an input its place, unless an earlier one has it.

    Names that differ by case or by how an umlaut is composed are one name on many disks.
    """
    place = name.with_suffix("") if name.suffix else name
    key = unicodedata.normalize("NFC", str(place)).casefold()
    taker = takers.setdefault(key, path)
    if taker is path:
        return Item(path, place)
    how = "has the same name" if taker.stem == path.stem else "differs by case or spelling only"
    return Item(path, place, f"its outputs would overwrite those of {taker}, which {how}")
