"""Models from and to files: plain JSON, so that opening one can run nothing."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core.errors import SeededKMeansError
from .files import reason, safe_writer

FORMAT = "napari-seeded-kmeans model"
VERSION = 1
# Models take kilobytes; what is larger than this is something else.
_MAX_BYTES = 64 * 2**20


def write_model(model: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write the plain form of a model as JSON.

    Keys keep their order and every float comes back bit for bit, so that equal
    models are equal files.

    Parameters
    ----------
    model : mapping
        Strings, numbers, bools, None, lists and mappings of them.
    path : str or path-like
        The file to write.

    Raises
    ------
    SeededKMeansError
        When a number is not finite, or the file cannot be written.
    """
    document = {"format": FORMAT, "version": VERSION, **model}
    try:
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise SeededKMeansError(f"cannot write {path}: {error}.") from None
    with safe_writer(path) as file:
        file.write((_join_rows(text) + "\n").encode())


def read_model(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read back what `write_model` was given.

    Raises
    ------
    SeededKMeansError
        When the file is unreadable, no model, or written by a newer version.
    """
    document = _read_json(Path(path))
    if not isinstance(document, dict) or document.pop("format", None) != FORMAT:
        raise SeededKMeansError(f'{path} is not a model: its "format" is not "{FORMAT}".')
    version = document.pop("version", None)
    if type(version) is not int or version < 1:
        raise SeededKMeansError(f'{path} is not a model: its "version" is {version!r}.')
    if version > VERSION:
        raise SeededKMeansError(
            f"{path} is a model of version {version}, and this release reads up to {VERSION}: update it."
        )
    return document


def _read_json(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise SeededKMeansError(f"{path} is not a model: it is larger than {_MAX_BYTES >> 20} MiB.")
        return json.loads(data.decode(), parse_constant=_refuse)
    except OSError as error:
        raise SeededKMeansError(f"cannot read {path}: {reason(error)}.") from error
    except SeededKMeansError:
        raise
    except (ValueError, RecursionError) as error:
        raise SeededKMeansError(f"{path} is not a model: it is no JSON ({error}).") from error


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")


def _join_rows(text: str) -> str:
    """Put innermost lists of numbers on one line each; strings never hold a raw line break."""
    return re.sub(r"\[\n([^\[\]{}\"]*)\]", lambda row: "[" + " ".join(row[1].split()) + "]", text)
