"""Safe writing: a file is complete under its name, or not there at all."""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..core.errors import SeededKMeansError

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


def reason(error: OSError) -> str:
    """Return what the system said, without number and path, as part of a sentence."""
    return (error.strerror or str(error)).strip().rstrip(".").lower()


def remove_leftovers(folder: str | os.PathLike[str]) -> None:
    """Delete what `safe_writer` leaves behind in a folder and those below when its process is killed."""
    for path in Path(folder).rglob(".*.tmp"):
        if _TEMPORARY.fullmatch(path.name):
            path.unlink(missing_ok=True)
