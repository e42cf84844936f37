"""Compile the kernels ahead of time, away from whoever must not wait.

The first use of a kernel compiles it, for seconds and with the interpreter's lock
held. Compiled code is kept in a folder (see ``_kernels._jit``), so it is enough
that some process once did the work: `start_warm_up` has another process do it,
and `is_warm` tells when loading is all that is left.
"""

import subprocess
import sys
import warnings

import numpy as np

from ._kernels._jit import cache_folder
from .errors import SeededKMeansWarning
from .kmeans import MIN_GRID_POINTS, kmeans, nearest_center
from .model import segment
from .params import make_params

MARKER = "warm"


def is_warm() -> bool:
    """Tell whether the kernels are compiled; looks for one file, never compiles."""
    folder = cache_folder()
    return folder is not None and (folder / MARKER).exists()


def warm_up() -> None:
    """Use every kernel once, the way images do; takes a minute the first time, then a second."""
    _cluster_small_data()
    _segment_small_images()
    folder = cache_folder()
    if folder is not None:
        (folder / MARKER).touch()


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
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SeededKMeansWarning)
                segment(image, seeds, params)


if __name__ == "__main__":
    warm_up()
