"""One decorator that owns every compile option, and the folder for compiled code.

Numba's own disk cache notices changes in a kernel's file, but not in the files of
the kernels it calls; and two processes that fill an empty cache at once can file
one kernel's code under another's signature. Here the folder's name covers the
sources of all kernels, and every compiled signature has a file of its own that
appears in one piece.
"""

import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import numba
from numba.core.caching import CompileResultCacheImpl, FunctionCache, UserWideCacheLocator
from numba.core.serialize import dumps
from platformdirs import user_cache_path

F = TypeVar("F", bound=Callable[..., Any])

CACHE_VARIABLE = "SEEDED_KMEANS_CACHE_DIR"
"""Environment variable: where to keep compiled code instead of the user's cache folder."""


def kernel(function: F) -> F:
    """Compile `function` in nopython mode, without the GIL, cached on disk if there is a place."""
    return _compile(function, fused=False)


def fused_kernel(function: F) -> F:
    """Compile like `kernel`; ``a * b + c`` may be rounded once, as processors do it in one step.

    Nothing else is loosened: sums keep their order, NaN and inf their meaning. Write sums so
    that each + has one product: then there is one way to fuse them, and each row gets the same bits.
    """
    return _compile(function, fused=True)


def _compile(function: F, *, fused: bool) -> F:
    fastmath: bool | set[str] = {"contract"} if fused else False
    compiled: Any = numba.njit(nogil=True, error_model="numpy", boundscheck=False, fastmath=fastmath)(
        function
    )
    if cache_folder() is not None:
        # What cache=True does, with our own cache.
        compiled._cache = _KernelCache(function)
    kept: F = compiled
    return kept


@cache
def cache_folder() -> Path | None:
    """Return the folder for compiled code, or None where it cannot be written to."""
    named = os.environ.get(CACHE_VARIABLE)
    root = Path(named) if named else user_cache_path("napari-seeded-kmeans", appauthor=False)
    folder = root / f"{_version()}-numba{numba.__version__}-{sys.implementation.cache_tag}-{_digest()}"
    probe = folder / f"probe-{uuid4().hex}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError:
        return None
    return folder


def _version() -> str:
    try:
        return version("napari-seeded-kmeans")
    except PackageNotFoundError:
        return "0"


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


class _Locator(UserWideCacheLocator):
    """Tells numba about our folder."""

    def get_cache_path(self) -> str:
        return str(cache_folder())


class _Impl(CompileResultCacheImpl):
    _locator_classes = [_Locator]  # noqa: RUF012 - numba's own name and type


class _KernelCache(FunctionCache):
    """Numba's cache of compiled functions, with one file per signature and no index."""

    _impl_class = _Impl

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        name = f"{function.__module__}.{function.__qualname__}"
        self._cache_file: Any = _Files(Path(self.cache_path), name)


class _Files:
    """Compiled code by key; whatever goes wrong is the same as not having it."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name

    def load(self, key: object) -> Any:
        try:
            kept_key, data = pickle.loads(self._path(key).read_bytes())  # noqa: S301 - written by `save`
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            return None
        return data if kept_key == key else None

    def save(self, key: object, data: Any) -> None:
        path = self._path(key)
        part = path.with_suffix(f".{uuid4().hex}")
        try:
            part.write_bytes(dumps((key, data)))  # type: ignore[no-untyped-call]
            part.replace(path)
        except OSError:
            part.unlink(missing_ok=True)

    def flush(self) -> None:
        for path in self._folder.glob(f"{self._name}-*"):
            path.unlink(missing_ok=True)

    def _path(self, key: object) -> Path:
        digest = hashlib.sha256(repr(key).encode()).hexdigest()[:24]
        return self._folder / f"{self._name}-{digest}.bin"
