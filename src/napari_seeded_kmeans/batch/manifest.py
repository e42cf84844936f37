"""The record of a run: one JSON line for the settings, one for each finished file.

Lines are appended and flushed to disk as files finish, so that a run that is
killed can be resumed; at the end the file is put into the order of the inputs.
It holds neither dates nor times: the same run gives the same bytes.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..core.errors import SeededKMeansError
from ..io.files import reason, safe_writer
from .outcome import Outcome

NAME = "manifest.jsonl"
FORMAT = "napari-seeded-kmeans manifest"
_BLOCK = 1 << 20


def hash_path(path: Path) -> str:
    """Return the SHA-256 of a file, or of all files of a folder (Zarr) with their names."""
    digest = hashlib.sha256()
    if path.is_dir():
        for part in sorted(path.rglob("*")):
            if part.is_file():
                digest.update(os.fsencode(part.relative_to(path)))
                digest.update(bytes.fromhex(hash_path(part)))
        return digest.hexdigest()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


class Manifest:
    """Appends rows while it is open; read an earlier one with `read_manifest`."""

    def __init__(self, folder: Path, header: Mapping[str, Any], finished: Iterable[Outcome]) -> None:
        self.path = folder / NAME
        self._header = header
        self._write([outcome.to_row() for outcome in finished])
        try:
            self._file = self.path.open("ab")
        except OSError as error:
            raise SeededKMeansError(f"cannot write {self.path}: {reason(error)}.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def append(self, outcome: Outcome) -> None:
        """Write one row, so that it survives whatever comes next."""
        try:
            self._file.write(_line(outcome.to_row()))
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise SeededKMeansError(f"cannot write {self.path}: {reason(error)}.") from error

    def rewrite(self, outcomes: Iterable[Outcome]) -> None:
        """Replace the rows by those of `outcomes`, in their order."""
        self._file.close()
        self._write([outcome.to_row() for outcome in outcomes])

    def _write(self, rows: list[dict[str, Any]]) -> None:
        with safe_writer(self.path) as file:
            file.writelines(_line(row) for row in [dict(self._header), *rows])


def read_manifest(folder: Path, header: Mapping[str, Any]) -> list[Outcome]:
    """Return the outcomes an earlier run recorded; empty when there was none.

    Raises
    ------
    SeededKMeansError
        When that run had another model or other settings.
    """
    path = folder / NAME
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SeededKMeansError(f"cannot read {path}: {reason(error)}.") from error
    rows = [row for line in lines if (row := _parse(line)) is not None]
    if not rows or rows[0].get("format") != FORMAT:
        raise SeededKMeansError(f"cannot resume: {path} is no manifest.")
    differing = sorted(key for key in {*header, *rows[0]} if rows[0].get(key) != header.get(key))
    if differing:
        raise SeededKMeansError(
            f"cannot resume: {path} is of a run with another {', '.join(differing)}; "
            "leave resume out to start anew."
        )
    return [outcome for row in rows[1:] if (outcome := _outcome(row)) is not None]


def _line(row: Mapping[str, Any]) -> bytes:
    # ASCII keeps names that are not even valid Unicode.
    return json.dumps(row, allow_nan=False).encode("ascii") + b"\n"


def _parse(line: bytes) -> dict[str, Any] | None:
    """Return a row; None for a line that was cut off when the process was killed."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _outcome(row: Mapping[str, Any]) -> Outcome | None:
    try:
        return Outcome.from_row(row)
    except (KeyError, TypeError, ValueError):
        return None
