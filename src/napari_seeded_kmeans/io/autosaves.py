"""One folder of sessions kept by themselves, found again by the image they belong to."""

import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from platformdirs import user_data_path

from .sessions import SavedSession, read_session, region_path, seeds_path, write_session

DATA_VARIABLE = "SEEDED_KMEANS_DATA_DIR"
"""Environment variable: where to keep sessions instead of the user's data folder."""

_MOST_KEPT = 50


def autosave_folder() -> Path:
    """Return the folder; it need not exist."""
    named = os.environ.get(DATA_VARIABLE)
    root = Path(named) if named else user_data_path("napari-seeded-kmeans", appauthor=False)
    return root / "autosave"


def autosave(session: SavedSession, sitting: str) -> None:
    """Keep a session, in place of the one kept before in the same sitting on the same image.

    Parameters
    ----------
    session : SavedSession
    sitting : str
        Names this run of the program among others.
    """
    folder = autosave_folder()
    path = folder / f"{_key(session.image.digest, session.image.shape, session.image.dtype)}-{sitting}.json"
    is_new = not path.exists()
    write_session(session, path)
    if is_new:
        _prune(folder)


def find_autosave(array: Any, image_digest: str, sitting: str) -> tuple[SavedSession, datetime] | None:
    """Return the newest session of another sitting on an image, and when it was kept; None if there is none.

    Parameters
    ----------
    array : array
        The image; only shape and type are looked at.
    image_digest : str
        What `digest` says of it; nothing is found without one.
    sitting : str
        As in `autosave`.
    """
    key = _key(image_digest, tuple(array.shape), str(array.dtype))
    kept = autosave_folder().glob(f"{key}-*.json") if image_digest else ()
    paths = [path for path in kept if not path.stem.endswith(f"-{sitting}")]
    if not paths:
        return None
    newest = max(paths, key=_kept_at)
    return read_session(newest), datetime.fromtimestamp(_kept_at(newest))


def _key(image_digest: str, shape: tuple[int, ...], dtype: str) -> str:
    return hashlib.blake2b(f"{image_digest} {shape} {dtype}".encode(), digest_size=8).hexdigest()


def _kept_at(path: Path) -> float:
    return path.stat().st_mtime


def _prune(folder: Path) -> None:
    """Delete the oldest sessions when there are too many."""
    for path in sorted(folder.glob("*.json"), key=_kept_at)[:-_MOST_KEPT]:
        path.unlink(missing_ok=True)
        seeds_path(path).unlink(missing_ok=True)
        region_path(path).unlink(missing_ok=True)
