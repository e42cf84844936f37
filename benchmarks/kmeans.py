"""K-means: speed and quality beside scikit-learn, OpenCV and faiss, in one run.

The photograph is scikit-image's astronaut, enlarged, with noise; the grey image is
its camera man in 16 bits; samples of many features are clouds. All times are of fit and label of every pixel; medians
of several runs for us, of `--repeat` runs for the peers. Ratios are what counts:
the peers run on the same machine, in the same minutes.
"""

import argparse
import json
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from statistics import median

import cv2
import faiss
import numpy as np
from skimage import data, transform
from sklearn.cluster import KMeans

from napari_seeded_kmeans.core.colours import histogram
from napari_seeded_kmeans.core.kmeans import kmeans
from napari_seeded_kmeans.core.optimum_1d import kmeans_1d_path, label_1d

OUR_RUNS = 7
PATIENT = 1e-5
"""Against the best of ten starts we make one, and let it settle further."""


def photograph(side: int, sigma: float = 6) -> np.ndarray:
    """Return side * side pixels of 8-bit RGB (n, 3)."""
    rng = np.random.default_rng(0)
    image = transform.resize(data.astronaut(), (side, side, 3), order=1, preserve_range=True)
    noisy = image + rng.normal(0, sigma, image.shape)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8).reshape(-1, 3)


def grey16(side: int) -> np.ndarray:
    """Return side * side pixels of 16-bit grey (n,)."""
    rng = np.random.default_rng(0)
    image = transform.resize(data.camera(), (side, side), order=1, preserve_range=True) * 257.0
    return np.clip(np.rint(image + rng.normal(0, 400, image.shape)), 0, 65535).astype(np.uint16).ravel()


def timed(function: Callable[[], object], runs: int) -> tuple[float, object]:
    """Return the median seconds of `runs` calls, and the last result."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        result = function()
        seconds.append(time.perf_counter() - start)
    return median(seconds), result


def error(pixels: np.ndarray, centers: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean squared error over all pixels, in float64."""
    total = 0.0
    for part in np.array_split(np.arange(len(pixels)), max(1, len(pixels) >> 20)):
        total += float(((pixels[part].astype(np.float64) - centers[labels[part]]) ** 2).sum())
    return total / len(pixels)


def features(n: int, d: int) -> np.ndarray:
    """Return n samples of d features (n, d) float32: 40 clouds of unlike size and spread."""
    rng = np.random.default_rng(0)
    clouds = rng.gamma(1.0, size=40)
    which = rng.choice(40, n, p=clouds / clouds.sum())
    samples = rng.normal(size=(40, d))[which] * 2 + rng.normal(size=(n, d)) * (0.3 + clouds[which, None])
    return samples.astype(np.float32)


def by_sklearn(pixels: np.ndarray, k: int, n_init: int) -> tuple[np.ndarray, np.ndarray]:
    """Fit as a user would, in float32: its fastest way."""
    found = KMeans(k, n_init=n_init, random_state=0).fit(pixels.astype(np.float32))
    return found.cluster_centers_, found.labels_


def by_opencv(pixels: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Fit with k-means++ and 30 iterations."""
    cv2.setRNGSeed(0)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.1)
    _, labels, centers = cv2.kmeans(pixels.astype(np.float32), k, None, criteria, 1, cv2.KMEANS_PP_CENTERS)
    return centers, labels.ravel()


def by_faiss(pixels: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Fit on faiss's own subsample (256 points a centre), then assign all."""
    samples = np.ascontiguousarray(pixels, dtype=np.float32)
    fitted = faiss.Kmeans(3, k, niter=25, seed=1)
    fitted.train(samples)
    return fitted.centroids, fitted.index.search(samples, 1)[1].ravel()


def compare(
    pixels: np.ndarray, k: int, peers: dict[str, Callable], repeat: int, tol: float = 1e-4
) -> list[dict]:
    """Return one row for us, converged to `tol`, and one for each peer."""
    kmeans(pixels, k)
    ours, found = timed(lambda: kmeans(pixels, k, tol=tol), OUR_RUNS)
    rows = [{"who": "ours", "k": k, "seconds": ours, "mse": error(pixels, found.centers, found.labels)}]
    for name, peer in peers.items():
        seconds, (centers, labels) = timed(lambda peer=peer: peer(pixels, k), repeat)
        # Ours once more beside every peer: the machine may have become slower meanwhile.
        ours, _ = timed(lambda: kmeans(pixels, k, tol=tol), OUR_RUNS)
        mse = error(pixels, centers, labels)
        rows.append(
            {"who": name, "k": k, "seconds": seconds, "ours": ours, "ratio": seconds / ours, "mse": mse}
        )
    return rows


def on_a_line(side: int, repeat: int) -> list[dict]:
    """Return rows for 16-bit grey: K = 16, and every K up to 32 besides."""
    pixels = grey16(side)

    def every_k() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        colours = histogram(pixels[:, None])
        path = kmeans_1d_path(colours.points[0], colours.counts.astype(np.float64), 32)
        centers = path.centers[15]
        labels = label_1d(colours.points[0], centers).astype(np.uint8)
        return centers[:, None], colours.spread(labels, np.int32), path.inertia

    kmeans(pixels, 16)
    one, _ = timed(lambda: kmeans(pixels, 16), OUR_RUNS)
    ours, (our_centers, our_labels, inertia) = timed(every_k, OUR_RUNS)
    seconds, (centers, labels) = timed(lambda: by_sklearn(pixels[:, None], 16, 1), repeat)
    again, _ = timed(every_k, OUR_RUNS)
    column = pixels[:, None]
    mse = error(column, our_centers, our_labels)
    return [
        {"who": "ours, K = 16", "k": 16, "seconds": one, "mse": mse},
        {
            "who": "ours, K = 16 and every K from 1 to 32",
            "k": 16,
            "seconds": ours,
            "mse": inertia[15] / len(pixels),
        },
        {
            "who": "scikit-learn, K = 16",
            "k": 16,
            "seconds": seconds,
            "ours": again,
            "ratio": seconds / again,
            "mse": error(column, centers, labels),
        },
    ]


def scaling(k: int, megapixels: list[int]) -> list[dict]:
    """Return time and peak memory as the picture grows, each size in a process of its own."""
    rows = []
    for size in megapixels:
        code = f"import kmeans; kmeans.print_scale({size}, {k})"
        done = subprocess.run([sys.executable, "-c", code], cwd=sys.path[0], capture_output=True, check=True)
        rows.append(json.loads(done.stdout))
    return rows


def print_scale(megapixels: int, k: int) -> None:
    """Print one row of `scaling` as JSON."""
    side = int(1024 * megapixels**0.5)
    tile = photograph(min(side, 2048))
    pixels = np.tile(tile, (side * side // len(tile), 1))
    kmeans(pixels, k)
    counted, colours = timed(lambda: histogram(pixels), 3)
    seconds, _ = timed(lambda: kmeans(pixels, k), 3)
    spread, _ = timed(lambda: colours.spread(np.zeros(len(colours.counts), np.uint8), np.int32), 3)
    tracemalloc.start()
    kmeans(pixels, k)
    peak = tracemalloc.get_traced_memory()[1]
    row = {
        "megapixels": megapixels,
        "k": k,
        "colours": len(colours.counts),
        "seconds": seconds,
        "count": counted,
        "label": spread,
        "fit": seconds - counted - spread,
        "peak_MB": peak / 1e6,
        "pixels_MB": pixels.nbytes / 1e6,
    }
    print(json.dumps(row))


def profile(pixels: np.ndarray, k: int) -> list[str]:
    """Return where the time goes, by function of ours."""
    import cProfile
    import pstats

    from napari_seeded_kmeans.core.threads import get_num_threads, set_num_threads

    threads = get_num_threads()
    set_num_threads(1)
    profiler = cProfile.Profile()
    profiler.runcall(kmeans, pixels, k)
    set_num_threads(threads)
    stats = pstats.Stats(profiler).stats
    named = [
        (row[3], row[0], f"{name}")
        for (path, _, name), row in stats.items()
        if "napari_seeded_kmeans" in path
    ]
    return [
        f"{1e3 * total:8.1f} ms  {calls:6d} calls  {name}" for total, calls, name in sorted(named)[::-1][:18]
    ]


def show(rows: list[dict]) -> None:
    """Print rows as a table."""
    for row in rows:
        print(
            "  ".join(
                f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
                for name, value in row.items()
            )
        )
    print(flush=True)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--side", type=int, default=2048, help="side of the picture in pixels")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each peer")
    parser.add_argument("--quick", action="store_true", help="leave out K = 256 and the best of ten")
    options = parser.parse_args()
    pixels = photograph(options.side)
    peers = {
        "scikit-learn": lambda x, k: by_sklearn(x, k, 1),
        "opencv": by_opencv,
        "faiss, subsample": by_faiss,
    }
    results: dict[str, object] = {}

    def keep(title: str, rows: list) -> None:
        results[title] = rows
        if not options.json:
            print(title)
            show(rows) if rows and isinstance(rows[0], dict) else print("\n".join(rows), flush=True)

    keep("photograph, K = 8", compare(pixels, 8, peers, options.repeat))
    keep("photograph, K = 64", compare(pixels, 64, peers, options.repeat))
    for d in (16, 39):
        table = compare(features(200_000, d), 64, {"scikit-learn": peers["scikit-learn"]}, options.repeat)
        keep(f"200,000 samples of {d} features, K = 64", table)
    keep("grey, 16 bits", on_a_line(options.side, options.repeat))
    keep("size, K = 64", scaling(64, [1, 4, 16, 64]))
    keep("profile, K = 64, one thread", profile(pixels, 64))
    if not options.quick:
        keep("photograph, K = 256", compare(pixels, 256, {"scikit-learn": peers["scikit-learn"]}, 1))
        ten = {"scikit-learn, best of 10": lambda x, k: by_sklearn(x, k, 10)}
        keep("photograph, K = 8, best of 10", compare(pixels, 8, ten, 1, PATIENT))
        keep("photograph, K = 64, best of 10", compare(pixels, 64, ten, 1, PATIENT))
    if options.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
