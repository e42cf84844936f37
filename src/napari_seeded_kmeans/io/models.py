"""Models from and to files: plain JSON, so that opening one can run nothing."""

import json
import os
import re
from collections.abc import Mapping
from typing import Any

from ..core.errors import SeededKMeansError
from .files import read_json, safe_writer

FORMAT = "napari-seeded-kmeans model"
VERSION = 1


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
    document = read_json(path, "model")
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


def _join_rows(text: str) -> str:
    """Put innermost lists of numbers on one line each; strings never hold a raw line break."""
    return re.sub(r"\[\n([^\[\]{}\"]*)\]", lambda row: "[" + " ".join(row[1].split()) + "]", text)
