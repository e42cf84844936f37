"""Background removal beside a plain writing of the source document's steps.

The plain writing: rescale, LAB, K-means with K = 3 and 30 iterations at most, clusters that own at least an
even share of the border are background, back to full size. It is run with scikit-learn and with OpenCV (ten
starts each, as their tutorials have it, and one), on pictures at half and at full size. Prints, for each, the
mean and median IoU over the pictures, the median time a picture takes, on the wall and of the processor, and
how many times longer that is than ours.

Usage: python benchmarks/background.py [--data DIR] [--limit N] [--runs N] [--json]

DIR holds `images/NAME.*` and `masks/NAME.*` (0 = background, 255 = not scored); without it the shipped photograph
is used.
"""

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import mean, median
from time import perf_counter, process_time

import cv2
import numpy as np
from skimage.color import rgb2lab
from skimage.transform import rescale, resize
from sklearn.cluster import KMeans

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans import samples

K, MAX_ITER = 3, 30
Method = Callable[[np.ndarray], np.ndarray]


def by_scikit_learn(pixels: np.ndarray, n_init: int) -> np.ndarray:
    """Return the cluster of every pixel."""
    return KMeans(K, n_init=n_init, max_iter=MAX_ITER, random_state=0).fit_predict(pixels)


def by_opencv(pixels: np.ndarray, n_init: int) -> np.ndarray:
    """Return the cluster of every pixel."""
    cv2.setRNGSeed(0)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, MAX_ITER, 0.1)
    _, labels, _ = cv2.kmeans(pixels.astype(np.float32), K, None, stop, n_init, cv2.KMEANS_PP_CENTERS)
    return labels.ravel()


def plain(
    image: np.ndarray, cluster: Callable[[np.ndarray, int], np.ndarray], n_init: int, scale: float
) -> np.ndarray:
    """Return the mask as the document writes it."""
    picture = rescale(image, scale, channel_axis=-1, anti_aliasing=True) if scale < 1 else image
    lab = rgb2lab(picture)
    labels = cluster(lab.reshape(-1, 3), n_init).reshape(lab.shape[:2])
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    shares = np.bincount(border, minlength=K) / len(border)
    mask = ~(shares >= 1 / K)[labels]
    return mask if scale == 1 else resize(mask, image.shape[:2], order=0, anti_aliasing=False)


def ours(image: np.ndarray) -> np.ndarray:
    """Return the mask with default settings."""
    return nsk.remove_background(image).mask


METHODS: dict[str, Method] = {
    "ours": ours,
    **{
        f"{name}, {n_init} start{'s' if n_init > 1 else ''}, {size} size": partial(
            plain, cluster=cluster, n_init=n_init, scale=scale
        )
        for size, scale in (("half", 0.5), ("full", 1.0))
        for name, cluster in (("scikit-learn", by_scikit_learn), ("OpenCV", by_opencv))
        for n_init in (10, 1)
    },
}


def pictures(data: Path | None, limit: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return (image, truth, scored) of every picture."""
    if data is None:
        sample = samples.load("photo")
        return [(sample.image, sample.truth == 2, sample.truth != 0)]
    found = []
    for path in sorted((data / "images").iterdir())[: limit or None]:
        values = nsk.read_labels(next((data / "masks").glob(f"{path.stem}.*")))
        found.append((nsk.read_image(path), (values > 0) & (values != 255), values != 255))
    return found


def iou(mask: np.ndarray, truth: np.ndarray, scored: np.ndarray) -> float:
    """Intersection over union where it is scored."""
    union = ((mask | truth) & scored).sum()
    return float((mask & truth & scored).sum() / union) if union else 1.0


def timed(method: Method, image: np.ndarray, runs: int) -> tuple[np.ndarray, float, float]:
    """Return the mask and the median seconds of a run, on the wall and of the processor."""
    wall, processor = [], []
    for _ in range(runs):
        starts = perf_counter(), process_time()
        mask = method(image)
        wall.append(perf_counter() - starts[0])
        processor.append(process_time() - starts[1])
    return mask, median(wall), median(processor)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--limit", type=int, default=0, help="only the first N pictures")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = pictures(options.data, options.limit)
    for method in METHODS.values():
        method(found[0][0][:64, :64])  # What compiles or is imported on first use does not count.
    ours(found[0][0])
    results: dict[str, list[tuple[float, float, float]]] = {name: [] for name in METHODS}
    for image, truth, scored in found:
        for name, method in METHODS.items():
            mask, wall, processor = timed(method, image, options.runs)
            results[name].append((iou(mask, truth, scored), wall, processor))
    own = np.array(results["ours"])
    rows = [
        {
            "method": name,
            "iou_mean": mean(score for score, _, _ in row),
            "iou_median": median(score for score, _, _ in row),
            "seconds": median(wall for _, wall, _ in row),
            "ratio": float(np.median(np.array(row)[:, 1] / own[:, 1])),
            "processor_seconds": median(processor for _, _, processor in row),
            "processor_ratio": float(np.median(np.array(row)[:, 2] / own[:, 2])),
        }
        for name, row in results.items()
    ]
    if options.json:
        print(json.dumps(rows, indent=2))
        return
    print(f"{len(found)} pictures, medians but for the mean IoU; times ours picture by picture")
    print(f"{'method':<36}{'mean IoU':>9}{'median':>8}{'wall ms':>9}{'x':>7}{'CPU ms':>9}{'x':>7}")
    for row in rows:
        print(
            f"{row['method']:<36}{row['iou_mean']:>9.3f}{row['iou_median']:>8.3f}"
            f"{1000 * row['seconds']:>9.1f}{row['ratio']:>7.1f}"
            f"{1000 * row['processor_seconds']:>9.1f}{row['processor_ratio']:>7.1f}"
        )


if __name__ == "__main__":
    main()
