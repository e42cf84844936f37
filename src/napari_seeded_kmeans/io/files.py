"""Safe writing: a file or folder is complete under its name, or not there at all; and reading JSON."""

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from ..core.errors import SeededKMeansError

# Models and sessions take kilobytes; what is larger than this is something else.
_MAX_BYTES = 64 * 2**20
_TEMPORARY = re.compile(r"\.[0-9a-f]{16}\.tmp")


@contextmanager
def safe_writer(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file that takes its name only after everything was written.

    The bytes go to a temporary file in the same folder, which replaces `path`
    when the block ends and vanishes when the block raises. Missing folders are
    made. A link is followed: its target is replaced, the link stays.

    Parameters
    ----------
    path : str or path-like
        The file to write.

    Yields
    ------
    binary file
        Open for writing.

    Raises
    ------
    SeededKMeansError
        When the file system refuses; the sentence names the path.
    """
    target = Path(os.path.realpath(path))
    # Not built from the target's name, which may already be as long as a name can be.
    temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise SeededKMeansError(f"cannot write {os.fspath(path)}: {reason(error)}.") from error


@contextmanager
def safe_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Fill a folder that takes its name only after everything was written; what has the name is replaced.

    Parameters
    ----------
    path : str or path-like
        The folder to write.

    Yields
    ------
    Path
        A name in the same folder, under which nothing is yet. It vanishes when the block raises.

    Raises
    ------
    SeededKMeansError
        When the file system refuses; the sentence names the path.
    """
    target = Path(os.path.realpath(path))
    new, old = (target.with_name(f".{secrets.token_hex(8)}.tmp") for _ in range(2))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield new
            if target.exists():
                target.rename(old)
            try:
                new.rename(target)
            except OSError:
                if old.exists():
                    old.rename(target)
                raise
        finally:
            for rest in (new, old):
                shutil.rmtree(rest, ignore_errors=True)
    except OSError as error:
        raise SeededKMeansError(f"cannot write {os.fspath(path)}: {reason(error)}.") from error


def read_json(path: str | os.PathLike[str], kind: str) -> Any:
    """Return what the JSON in a file says, which is to be a `kind`: "model", "session".

    Raises
    ------
    SeededKMeansError
        When the file is unreadable, too large, or no JSON.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise SeededKMeansError(f"{path} is not a {kind}: it is larger than {_MAX_BYTES >> 20} MiB.")
        return json.loads(data.decode(), parse_constant=_refuse)
    except OSError as error:
        raise SeededKMeansError(f"cannot read {path}: {reason(error)}.") from error
    except SeededKMeansError:
        raise
    except (ValueError, RecursionError) as error:
        raise SeededKMeansError(f"{path} is not a {kind}: it is no JSON ({error}).") from error


def reason(error: OSError) -> str:
    """Return what the system said, without number and path, as part of a sentence."""
    return (error.strerror or str(error)).strip().rstrip(".").lower()


def remove_leftovers(folder: str | os.PathLike[str]) -> None:
    """Delete what `safe_writer` and `safe_folder` leave behind when their process is killed, below, too."""
    for path in list(Path(folder).rglob(".*.tmp")):
        if not _TEMPORARY.fullmatch(path.name):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")
