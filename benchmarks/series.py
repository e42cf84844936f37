"""Time series: strokes on one frame, masks on all others; as frames, as a volume, and by random forests.

Run ``python benchmarks/series.py [--data DIR]``, where DIR holds ``ctc-fluo`` and ``ctc-phc`` as
``<set>/images|masks|scribbles/<series>_t<frame>.tif``: of each series two frames, strokes on the first only.
"""

import argparse
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import skimage.io
from quality import Array, mean_iou
from skimage.feature import multiscale_basic_features
from sklearn.ensemble import RandomForestClassifier

import napari_seeded_kmeans as nsk

N_FRAMES, SIDE = 12, 192
SPEEDS = (0, 4, 12)
SETS = ("ctc-fluo", "ctc-phc")


def film(speed: int) -> tuple[Array, Array, Array]:
    """Return image, seeds and truth of discs that move so many pixels from frame to frame."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:SIDE, :SIDE]
    truth, seeds = np.ones((2, N_FRAMES, SIDE, SIDE), np.uint8)
    seeds[:] = 0
    places = [(30, 20, 1), (90, 60, 1), (150, 170, -1)]
    for frame in range(N_FRAMES):
        for row, column, way in places:
            at = (column + way * speed * frame) % SIDE
            truth[frame][(y - row) ** 2 + (x - at) ** 2 < 14**2] = 2
    for row, column, _ in places:
        seeds[0, row, column - 6 : column + 6] = 2
    seeds[0, 60, 5:180] = seeds[0, 120, 5:180] = 1
    image = np.where(truth == 2, 110, 50) + rng.normal(0, 12, truth.shape)
    return np.clip(image, 0, 255).astype(np.uint8), seeds, truth


def pairs(folder: Path) -> Iterator[tuple[Array, Array, Array]]:
    """Yield image, seeds and truth of two frames of every series, strokes on the first only."""
    paths = sorted((folder / "images").glob("*_t*"))
    for first, second in zip(paths[::2], paths[1::2], strict=True):
        image, seeds, truth = (
            np.stack([_read(folder / part, path.stem) for path in (first, second)])
            for part in ("images", "scribbles", "masks")
        )
        seeds[1] = 0
        yield image, seeds, np.where(truth == 255, 255, truth + 1).astype(np.uint8)


def _read(folder: Path, stem: str) -> Array:
    return skimage.io.imread(next(folder.glob(f"{stem}.*")))


def frames(image: Array, seeds: Array) -> Array:
    """Segment frame by frame, by all strokes."""
    return nsk.segment(image, seeds, spacing=(np.inf, 1, 1)).labels


def volume(image: Array, seeds: Array) -> Array:
    """Take time for a third axis of space."""
    return nsk.segment(image, seeds).labels


def forest_of_frames(image: Array, seeds: Array) -> Array:
    """Grow a forest on the features of every frame, as ilastik does for time."""
    return _forest(np.stack([multiscale_basic_features(frame, sigma_max=16) for frame in image]), seeds)


def forest_of_volume(image: Array, seeds: Array) -> Array:
    """Grow a forest on features of three axes."""
    return _forest(multiscale_basic_features(image, sigma_max=16), seeds)


def _forest(features: Array, seeds: Array) -> Array:
    trees = RandomForestClassifier(100, n_jobs=-1, random_state=0)
    trees.fit(features[seeds > 0], seeds[seeds > 0])
    return trees.predict(features.reshape(-1, features.shape[-1])).reshape(seeds.shape)


METHODS = (frames, volume, forest_of_frames, forest_of_volume)


def row(title: str, films: list[tuple[Array, Array, Array]]) -> str:
    """Return mean IoU on frames without strokes, and seconds, of every method."""
    cells = []
    for method in METHODS:
        ious, start = [], time.perf_counter()
        for image, seeds, truth in films:
            labels = method(image, seeds)
            ious += [
                mean_iou(own, true) for own, true, s in zip(labels, truth, seeds, strict=True) if not s.any()
            ]
        cells.append(f"{np.mean(ious):.3f}  {time.perf_counter() - start:5.2f} s")
    return f"{title:24}" + "".join(f"{cell:>20}" for cell in cells)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    # What is compiled or imported once does not count.
    row("", [film(0)])
    print(f"{'IoU without strokes':24}" + "".join(f"{method.__name__:>20}" for method in METHODS))
    for speed in SPEEDS:
        print(row(f"discs, {speed} px a frame", [film(speed)]), flush=True)
    for name in SETS if arguments.data else ():
        print(row(name, list(pairs(arguments.data / name))), flush=True)


if __name__ == "__main__":
    main()
