"""Many files: predict beside reading and writing alone, and beside a random forest.

Makes its own pictures in a temporary folder, so that nothing else is needed. One process for all contenders,
which take turns on every file, so that whatever else the machine does hits all alike; times are medians. Predict
is `segment_folder`, as the command runs it: hashes, thumbnails, drift, objects, manifest and flushing to disk
included. Reading and writing is what anybody would write with Pillow, with nothing in between.

Usage: python benchmarks/batch.py [--images 200] [--side 1000] [--default-images 40] [--forest-images 4] [--json]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.batch.run import segment_folder

# The highest of this process alone; what getrusage says may be that of the process that started it.
_PEAKS = """
import re, sys
from pathlib import Path
from napari_seeded_kmeans import segment_folder
for outcome in segment_folder(sys.argv[1], sys.argv[3:], sys.argv[2], jobs=1):
    print(outcome.n_done, re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
"""


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


def measure(folder, arguments):
    """Return the figures of every contender."""
    (folder / "in").mkdir()
    truths = {}
    for number in range(arguments.images):
        picture, truths[number] = make_picture(arguments.side, number)
        nsk.write_image(picture, folder / "in" / f"{number:04d}.png")
    paths = sorted((folder / "in").iterdir())
    picture, mask = make_picture(arguments.side, 0)
    seeds = make_seeds(mask)
    models = {
        "colours": nsk.SeededKMeans(texture=False, coherence=0).fit(picture, seeds),
        "default": nsk.SeededKMeans().fit(picture, seeds),
    }
    limits = {"default": arguments.default_images, "forest": arguments.forest_images}
    runs = {
        name: segment_folder(model, paths[: limits.get(name)], folder / name, jobs=1)
        for name, model in models.items()
    }
    contenders = {
        "read and write": reader_and_writer(models["colours"].predict(picture), folder),
        "colours": lambda _path: next(runs["colours"]),
        "default": lambda _path: next(runs["default"]),
        "forest": predictor(forest(picture, seeds), folder),
    }
    results = take_turns(contenders, limits, paths)
    for run in runs.values():
        list(run)
    for name, model in models.items():
        model.save(folder / f"{name}.json")
        own = paths[: limits.get(name)]
        results[name]["peak_mb"] = peaks(folder, own, name)
    for name in ("colours", "default", "forest"):
        found = [path for path in paths if (folder / name / path.name).exists()]
        scores = [
            iou(nsk.read_labels(folder / name / path.name) == 2, truths[int(path.stem)]) for path in found
        ]
        results[name]["iou"] = float(np.mean(scores))
    return results


def reader_and_writer(labels, folder):
    """Return what reads a picture and writes labels that are there already."""
    narrow = labels.astype(np.uint8)

    def read_and_write(path):
        with Image.open(path) as file:
            np.asarray(file)
        Image.fromarray(narrow).save(folder / "copy.png")

    return read_and_write


def predictor(predict, folder):
    """Return what reads a picture, predicts and writes."""
    (folder / "forest").mkdir()

    def read_predict_write(path):
        with Image.open(path) as file:
            labels = predict(np.asarray(file)).astype(np.uint8)
        Image.fromarray(labels).save(folder / "forest" / path.name)

    return read_predict_write


def take_turns(contenders, limits, paths):
    """Return the median milliseconds a file takes each contender, on the wall and of the processor."""
    times = {name: [] for name in contenders}
    for number, path in enumerate(paths):
        for name, work in contenders.items():
            if number < limits.get(name, len(paths)):
                wall, processor = time.perf_counter(), time.process_time()
                work(path)
                times[name].append((time.perf_counter() - wall, time.process_time() - processor))
    results = {}
    for name, pairs in times.items():
        # The first file of a process compiles and loads.
        wall, processor = np.median(pairs[1:], axis=0) * 1e3
        results[name] = {"n": len(pairs) - 1, "wall_ms": wall, "processor_ms": processor}
    return results


def peaks(folder, paths, name):
    """Return {files done: peak memory in MB} of a process of its own that works through `paths`; Linux."""
    command = [sys.executable, "-c", _PEAKS, folder / f"{name}.json", folder / f"peak-{name}", *paths]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = dict(map(int, line.split()) for line in out.splitlines())
    wanted = sorted({max(1, len(paths) // 4), max(1, len(paths) // 2), len(paths)})
    return {n: round(rows[n] / 1024) for n in wanted}


def iou(found, truth):
    """Return intersection over union."""
    return (found & truth).sum() / max(1, (found | truth).sum())


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--side", type=int, default=1000, help="pixels")
    parser.add_argument("--default-images", type=int, default=40)
    parser.add_argument("--forest-images", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        results = measure(Path(name), arguments)
    if arguments.json:
        print(json.dumps(results, indent=2))
        return
    print(
        f"RGB pictures of {arguments.side} x {arguments.side}, one process, {os.cpu_count()} cores; medians"
    )
    print(f"{'':<16}{'files':>6}{'wall ms':>9}{'x':>7}{'CPU ms':>9}{'x':>7}{'IoU':>8}  peak MB by files done")
    base = results["read and write"]
    for name, row in results.items():
        print(
            f"{name:<16}{row['n']:>6}{row['wall_ms']:>9.0f}{row['wall_ms'] / base['wall_ms']:>7.2f}"
            f"{row['processor_ms']:>9.0f}{row['processor_ms'] / base['processor_ms']:>7.2f}"
            f"{row.get('iou', float('nan')):>8.3f}  {row.get('peak_mb', '')}"
        )


if __name__ == "__main__":
    main()
