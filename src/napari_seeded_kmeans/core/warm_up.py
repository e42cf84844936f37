"""Compile the kernels ahead of time, away from whoever must not wait.

The first use of a kernel compiles it, for seconds and with the interpreter's lock
held. Compiled code is kept in a folder (see ``_kernels._jit``), so it is enough
that some process once did the work: `start_warm_up` has another process do it,
and `is_warm` tells when loading is all that is left, which `load` does.
"""

import gc
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from ._kernels._jit import cache_folder
from .errors import heard_by
from .kmeans import MIN_GRID_POINTS, kmeans, nearest_center
from .model import Model, segment
from .params import make_params
from .preview import preview, window_of
from .workspace import Workspace

MARKER = "warm"


def is_warm() -> bool:
    """Tell whether the kernels are compiled; looks for one file, never compiles."""
    folder = cache_folder()
    return folder is not None and (folder / MARKER).exists()


def warm_up() -> None:
    """Use every kernel once, the way images do; takes a minute the first time, then a second."""
    _cluster_small_data()
    _segment_small_images()
    _preview_a_larger_image()
    folder = cache_folder()
    if folder is not None:
        (folder / MARKER).touch()


def load() -> None:
    """Load what is compiled, which takes half a second, so that nobody waits for it later."""
    if is_warm():
        with _made_to_last():
            warm_up()


def start_warm_up() -> subprocess.Popen[bytes] | None:
    """Start `warm_up` in another process, unless it is done or has no folder to leave its work in."""
    if is_warm() or cache_folder() is None:
        return None
    return subprocess.Popen(  # noqa: S603 - our own module, in this interpreter
        [sys.executable, "-m", __name__],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _cluster_small_data() -> None:
    """Take every road of K-means: colours, a line, cells, tiles."""
    rng = np.random.default_rng(0)
    colours, greys = (1 << 16, 3), (1 << 10, 1)
    for shape, dtype in [
        (colours, np.uint8),
        (greys, np.uint16),
        ((MIN_GRID_POINTS, 3), np.float64),
        ((99, 8), np.float32),
    ]:
        samples = rng.integers(0, 255, shape).astype(dtype)
        nearest_center(samples, kmeans(samples, 4).centers)


def _segment_small_images() -> None:
    """Segment grey, colour and volume, as one thing and as many, by both presets."""
    rng = np.random.default_rng(0)
    for shape, n_spatial in [((40, 40), 2), ((40, 40, 3), 2), ((12, 20, 20), 3)]:
        image = rng.integers(0, 256, shape, dtype=np.uint8)
        seeds = np.zeros(shape[:n_spatial], np.uint8)
        seeds[..., 2:8, 2:8], seeds[..., -8:-2, -8:-2] = 1, 2
        for params in (
            make_params(spread="strokes"),
            make_params(spread="everywhere"),
            make_params("classic"),
        ):
            with heard_by(_ignore):
                segment(image, seeds, params)


def _preview_a_larger_image() -> None:
    """Segment what is worked on in strips and pieces, and look at some pixels of it."""
    image = np.random.default_rng(0).integers(0, 256, (400, 400, 3), dtype=np.uint8)
    image[:, 200:] //= 2
    seeds = np.zeros((400, 400), np.uint8)
    seeds[10:20, 10:90], seeds[60:70, 310:390] = 1, 2
    everywhere = slice(0, 400), slice(0, 400)

    def look(model: Model, workspace: Workspace, painted: NDArray[np.integer], _: NDArray[np.bool_]) -> None:
        preview(model, workspace, painted, window_of(everywhere))
        # Of a part it counts what was there before.
        part = window_of((slice(0, 300), slice(0, 400)))
        preview(model, workspace, painted, part, before=painted[part], spread="strokes")

    segment(image, seeds, make_params(spread="strokes"), on_sketch=look, lazy=True)


@contextmanager
def _made_to_last() -> Iterator[None]:
    """Have the garbage collector take all that is made meanwhile for old, at once and uncounted.

    Tens of thousands of objects that stay to the end would else make it look through all there are,
    which stops every thread for a fifth of a second, in the middle of a stroke.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # Out of the young generations, and back into the oldest.
        gc.freeze()
        gc.unfreeze()
        if was_enabled:
            gc.enable()


def _ignore(_note: str) -> None:
    """Images as small as these have few colours; nobody wants to hear of it."""


if __name__ == "__main__":
    warm_up()
