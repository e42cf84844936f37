"""Many files: predict beside reading and writing alone, and beside a random forest.

Makes its own pictures in a temporary folder, so that nothing else is needed. `--images 200` is the
figure that counts; fewer are quicker. One process each, two threads in all contenders. Times per file
are medians, as the machine may do other things meanwhile.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.batch.run import segment_folder
from napari_seeded_kmeans.io.pictures import read_picture, write_labels


def make_picture(side, seed):
    """Bright cells on a darker ground, uneven light, noise; and the truth."""
    from scipy import ndimage

    rng = np.random.default_rng(seed)
    mask = (
        ndimage.gaussian_filter(rng.normal(size=(side, side)).astype(np.float32), side / 60)
        > 0.4 * 60 / side / 3.5
    )
    light = np.linspace(-15, 15, side)[:, None]
    colors = np.where(mask[..., None], (150, 90, 160), (215, 200, 220)) + light[..., None]
    noise = rng.normal(0, 9, (side, side, 1)) + rng.normal(0, 5, (side, side, 3))
    return np.clip(colors + noise, 0, 255).astype(np.uint8), mask


def make_seeds(mask):
    """Three strokes a class, well inside."""
    seeds = np.zeros(mask.shape, np.uint8)
    rows = np.linspace(0.1, 0.9, 6).round(2)
    for number, row in enumerate(rows):
        y = int(row * mask.shape[0])
        inside = mask[y : y + 4] == bool(number % 2)
        seeds[y : y + 4][inside] = 1 + number % 2
    return seeds


def forest(picture, seeds):
    """100 trees on the colours smoothed at four scales: a plain pixel classifier."""
    from skimage.feature import multiscale_basic_features
    from sklearn.ensemble import RandomForestClassifier

    def features(image):
        return multiscale_basic_features(image, sigma_max=8, channel_axis=-1)

    painted = seeds > 0
    classifier = RandomForestClassifier(100, max_depth=10, max_samples=0.05, n_jobs=2, random_state=0)
    classifier.fit(features(picture)[painted], seeds[painted])

    def predict(image):
        stack = features(image)
        return classifier.predict(stack.reshape(-1, stack.shape[-1])).reshape(image.shape[:2])

    return predict


def times_per_file(work, paths):
    """Return the seconds of every file; the first one, which compiles and loads, is done twice."""
    work(paths[0])
    seconds = []
    for path in paths:
        started = time.perf_counter()
        work(path)
        seconds.append(time.perf_counter() - started)
    return seconds


def batch_times(model, paths, output):
    """Return the seconds of every file but the first, hashes, thumbnails, drift and objects included."""
    seconds, started = [], time.perf_counter()
    for _ in segment_folder(model, paths, output, jobs=1):
        seconds.append(time.perf_counter() - started)
        started = time.perf_counter()
    return seconds[1:]


def peak_of(n_files, folder, model):
    """Return the peak memory in MB of a process of its own that works through `n_files` files."""
    script = (
        "import sys, resource; from napari_seeded_kmeans import segment_folder;"
        "[None for _ in segment_folder(sys.argv[1], sys.argv[3:], sys.argv[2], jobs=1)];"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    paths = sorted((folder / "in").iterdir())[:n_files]
    command = [sys.executable, "-c", script, model, folder / f"peak{n_files}", *paths]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return int(out) / (1 if sys.platform == "darwin" else 1024) / (1024 if sys.platform == "darwin" else 1)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--side", type=int, default=1000, help="pixels")
    parser.add_argument("--forest-images", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        results = measure(Path(name), arguments)
    if arguments.json:
        print(json.dumps(results, indent=2))
        return
    print(
        f"{arguments.images} RGB pictures of {arguments.side} x {arguments.side}, one process, {os.cpu_count()} cores"
    )
    print(f"{'median per file':<34}{'ms':>8}{'x reading and writing':>24}")
    for what in (
        "read and write",
        "predict",
        "predict by colours alone",
        "predict and measure (batch)",
        "forest",
    ):
        print(f"{what:<34}{results[what] * 1e3:>8.0f}{results[what] / results['read and write']:>24.2f}")
    print(
        f"peak memory: {results['peak_few']:.0f} MB with {results['n_few']} files, {results['peak_many']:.0f} MB with all"
    )
    print(f"IoU of the pictures: {results['iou']:.3f}, of the forest {results['forest_iou']:.3f}")


def measure(folder, arguments):
    """Return all figures, in seconds and MB."""
    (folder / "in").mkdir()
    truths = {}
    for number in range(arguments.images):
        picture, truths[number] = make_picture(arguments.side, number)
        nsk.write_image(picture, folder / "in" / f"{number:04d}.png")
    paths = sorted((folder / "in").iterdir())
    picture, mask = make_picture(arguments.side, 0)
    seeds = make_seeds(mask)
    model = nsk.SeededKMeans().fit(picture, seeds)
    by_colors = nsk.SeededKMeans(texture=False, coherence=0).fit(picture, seeds)
    model.save(folder / "model.json")
    labels = [model.predict(read_picture(path).values).astype(np.uint8) for path in paths[:4]]

    def copy(path):
        read_picture(path)
        write_labels(labels[0], folder / "copy" / path.name)

    def predict_with(some_model):
        def predict(path):
            found = some_model.predict(read_picture(path).values).astype(np.uint8)
            write_labels(found, folder / "plain" / path.name)

        return predict

    plain = forest(picture, seeds)
    found = {}

    def predict_by_forest(path):
        found[path] = plain(read_picture(path).values).astype(np.uint8)
        write_labels(found[path], folder / "forest" / path.name)

    forest_paths = paths[1 : 1 + arguments.forest_images]
    results = {
        "read and write": median(times_per_file(copy, paths)),
        "predict": median(times_per_file(predict_with(model), paths)),
        "predict by colours alone": median(times_per_file(predict_with(by_colors), paths)),
        "predict and measure (batch)": median(batch_times(model, paths, folder / "out")),
        "forest": median(times_per_file(predict_by_forest, forest_paths)),
        "iou": float(np.mean([iou(labels[i] == 2, truths[i]) for i in range(1, 4)])),
        "forest_iou": float(
            np.mean([iou(found[path] == 2, truths[int(path.stem)]) for path in forest_paths])
        ),
        "n_few": max(2, arguments.images // 10),
    }
    results["peak_few"] = peak_of(results["n_few"], folder, folder / "model.json")
    results["peak_many"] = peak_of(arguments.images, folder, folder / "model.json")
    return results


def iou(found, truth):
    """Return intersection over union."""
    return (found & truth).sum() / max(1, (found | truth).sum())


if __name__ == "__main__":
    main()
