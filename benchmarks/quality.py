"""Masks from strokes, beside what people use now: same strokes, same process, everyone's defaults.

Run ``python benchmarks/quality.py --data DIR [--peers | --ablation | --curve | --stability | --deciles]``,
where DIR holds sets as ``<set>/images|masks|scribbles/<id>.*`` (mask 255 is not scored; scribble k + 1 is
class k).
"""

import argparse
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np
import skimage.io
from numpy.typing import NDArray
from scipy import ndimage
from skimage.feature import multiscale_basic_features
from skimage.segmentation import random_walker
from sklearn.ensemble import RandomForestClassifier

import napari_seeded_kmeans as nsk

Array = NDArray[Any]
Method = Callable[[Array, Array], Array]

SETS = (
    "grabcut50",
    "dsb2018",
    "isbi2012-em",
    "ctc-phc",
    "ctc-fluo",
    "lungct2d",
    "acdc",
    "acdc3d",
    "hippocampus3d",
)
WITHOUT = {
    "default": {},
    "without texture": {"texture": False},
    "without learnt weights": {"cluster_weights": "share"},
    "without lightness": {"color_space": "intensity"},
    "without reach": {"reach": 0.0},
    "without judging unpainted colours": {"judge_unpainted": False},
    "without cuts": {"coherence": 0.0},
    "always everywhere": {"spread": "everywhere"},
    "always strokes": {"spread": "strokes"},
    "without hole filling": {"fill_holes": False},
    "without smallest piece": {"min_size_px": 0},
}


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--strokes", default="scribbles", help="the folder of strokes")
    parser.add_argument("--images", type=int, default=10_000, help="most images of a set, evenly taken")
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), help="all of them, or those named")
    for name in ("ablation", "curve", "stability", "deciles"):
        parser.add_argument(f"--{name}", action="store_true")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.curve:
        learning_curve(arguments)
    elif arguments.stability:
        stability(arguments)
    elif arguments.deciles:
        error_by_uncertainty(arguments)
    elif arguments.ablation:
        compare({name: ours(**settings) for name, settings in WITHOUT.items()}, arguments)
    else:
        wanted = [] if arguments.peers is None else arguments.peers or list(PEERS)
        compare({"ours": ours()} | {name: PEERS[name] for name in wanted}, arguments)


def compare(methods: dict[str, Method], arguments: argparse.Namespace) -> None:
    """Print mean IoU, boundary F and seconds of every method on every set, and the mean of the sets."""
    means: dict[str, list[float]] = {name: [] for name in methods}
    print(f"{'set':16}" + "".join(f"{name[:24]:>26}" for name in methods))
    for name in arguments.sets:
        rows = [
            [measure(method, image, seeds, truth) for method in methods.values()]
            for image, seeds, truth in load(arguments, name)
        ]
        if not rows:
            continue
        cells = []
        for method, scores in zip(methods, zip(*rows, strict=True), strict=True):
            known = [score for score in scores if score is not None]
            if known:
                iou, boundary = np.mean(known, axis=0)[:2]
                seconds = median(score[2] for score in known)
                means[method].append(iou)
                cells.append(f"{iou:.3f}  F {boundary:.2f}  {seconds:5.2f} s")
            else:
                cells.append("-")
        print(f"{name:16}" + "".join(f"{cell:>26}" for cell in cells), flush=True)
    print(f"{'mean':16}" + "".join(f"{np.mean(row) if row else np.nan:>26.3f}" for row in means.values()))


def measure(method: Method, image: Array, seeds: Array, truth: Array) -> tuple[float, float, float] | None:
    """Return mean foreground IoU, boundary F and seconds; None where the method does not apply."""
    start = time.perf_counter()
    try:
        labels = method(image, seeds)
    except NotImplementedError:
        return None
    seconds = time.perf_counter() - start
    return mean_iou(labels, truth), boundary_f(labels, truth), seconds


def load(arguments: argparse.Namespace, name: str) -> Iterator[tuple[Array, Array, Array]]:
    """Yield image, seeds and truth, both with class values from 1; 255 is not scored."""
    paths = sorted((arguments.data / name / "images").glob("*"))
    step = max(1, -(-len(paths) // arguments.images))
    for path in paths[::step]:
        image, seeds, truth = (
            skimage.io.imread(next((arguments.data / name / part).glob(f"{path.stem}.*")))
            for part in ("images", arguments.strokes, "masks")
        )
        if image.ndim == seeds.ndim + 1:
            image = image[..., :3]
        yield image, seeds, np.where(truth == 255, 255, truth + 1).astype(np.uint8)


def mean_iou(labels: Array, truth: Array) -> float:
    """Mean intersection over union of the classes above background, where scored."""
    scored = truth != 255
    ious = []
    for value in np.unique(truth[scored & (truth > 1)]):
        found, true = (labels == value) & scored, truth == value
        ious.append((found & true).sum() / max((found | true).sum(), 1))
    return float(np.mean(ious)) if ious else float("nan")


def boundary_f(labels: Array, truth: Array, tolerance: int = 2) -> float:
    """F measure of the foreground's outline, within two pixels."""

    def outline(mask: Array) -> Array:
        return mask & ~ndimage.binary_erosion(mask, border_value=1)

    found, true = outline((labels > 1) & (truth != 255)), outline((truth > 1) & (truth != 255))
    if not found.any() or not true.any():
        return 0.0
    precision = (ndimage.distance_transform_edt(~true)[found] <= tolerance).mean()
    recall = (ndimage.distance_transform_edt(~found)[true] <= tolerance).mean()
    return float(2 * precision * recall / max(precision + recall, 1e-9))


def ours(**settings: Any) -> Method:
    """Return our segmentation with some settings changed."""

    def method(image: Array, seeds: Array) -> Array:
        wanted = settings
        if image.ndim > seeds.ndim and settings.get("color_space") == "intensity":
            wanted = {}
        return nsk.segment(image, seeds, **wanted).labels

    return method


def notebook(image: Array, seeds: Array) -> Array:
    """Follow the source document: K = 64 a side, sum of exponentials, clean-up."""
    if seeds.ndim > 2:
        raise NotImplementedError
    return nsk.segment(to_8_bit(image), seeds, preset="classic").labels


def grabcut(image: Array, seeds: Array) -> Array:
    """Let OpenCV iterate five times, strokes as certain and the rest as probable."""
    if seeds.ndim > 2 or seeds.max() > 2:
        raise NotImplementedError
    picture = to_8_bit(image)
    if picture.ndim == 2:
        picture = np.dstack([picture] * 3)
    mask = np.full(seeds.shape, cv2.GC_PR_BGD, np.uint8)
    near = ndimage.distance_transform_edt(seeds != 2) < ndimage.distance_transform_edt(seeds != 1)
    mask[near] = cv2.GC_PR_FGD
    mask[seeds == 1], mask[seeds == 2] = cv2.GC_BGD, cv2.GC_FGD
    cv2.setRNGSeed(0)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(np.ascontiguousarray(picture), mask, None, *models, 5, cv2.GC_INIT_WITH_MASK)
    return np.where((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD), 2, 1)


def forest(image: Array, seeds: Array) -> Array:
    """Grow a hundred trees on multiscale features, as ilastik, Labkit, Weka and APOC do."""
    features = multiscale_basic_features(
        image, sigma_min=1, sigma_max=16, channel_axis=-1 if image.ndim > seeds.ndim else None
    )
    trees = RandomForestClassifier(100, n_jobs=-1, random_state=0)
    trees.fit(features[seeds > 0], seeds[seeds > 0])
    return trees.predict(features.reshape(-1, features.shape[-1])).reshape(seeds.shape)


def walker(image: Array, seeds: Array) -> Array:
    """Let scikit-image's random walker walk, with its defaults and the conjugate-gradient solver."""
    if seeds.ndim > 2:
        raise NotImplementedError
    axis = -1 if image.ndim > seeds.ndim else None
    return random_walker(to_8_bit(image) / 255.0, seeds.astype(int), mode="cg_j", channel_axis=axis)


PEERS: dict[str, Method] = {
    "notebook": notebook,
    "GrabCut": grabcut,
    "forest": forest,
    "random walker": walker,
}


def to_8_bit(image: Array) -> Array:
    """Stretch to 8 bits between the 0.5 % and 99.5 % quantiles, unless it has 8 bits."""
    if image.dtype == np.uint8:
        return image
    low, high = np.quantile(image, [0.005, 0.995])
    return (np.clip((image - low) / max(high - low, 1e-9), 0, 1) * 255).astype(np.uint8)


def learning_curve(arguments: argparse.Namespace, most: int = 10, enough: float = 0.9) -> None:
    """Print how many strokes a robot needs: each goes to the centre of the largest error."""
    methods = {"ours": ours(), "GrabCut": grabcut}
    needed: dict[str, list[int]] = {name: [] for name in methods}
    for number, (image, seeds, truth) in enumerate(load(arguments, "grabcut50"), start=1):
        for name, method in methods.items():
            painted = seeds.copy()
            for n_strokes in range(most + 1):
                labels = method(image, painted)
                if mean_iou(labels, truth) >= enough or n_strokes == most:
                    break
                paint(painted, labels, truth)
            needed[name].append(n_strokes if mean_iou(labels, truth) >= enough else most + 1)
        print(f"image {number}: {', '.join(f'{name} {row[-1]}' for name, row in needed.items())}", flush=True)
    for name, counts in needed.items():
        reached = np.mean(np.array(counts) <= most)
        print(
            f"{name}: {np.mean(counts):.2f} more strokes on average to IoU {enough} "
            f"(median {median(counts)}; within {most}: {reached:.0%})"
        )


def paint(seeds: Array, labels: Array, truth: Array, radius: int = 4) -> None:
    """Dab the true class on the innermost pixel of the largest wrong piece."""
    pieces, n_pieces = ndimage.label((labels != truth) & (truth != 255))
    if not n_pieces:
        return
    largest = pieces == np.bincount(pieces.ravel())[1:].argmax() + 1
    depth = ndimage.distance_transform_edt(np.pad(largest, 1))[1:-1, 1:-1]
    centre = np.unravel_index(depth.argmax(), depth.shape)
    y, x = np.indices(seeds.shape)
    dab = (y - centre[0]) ** 2 + (x - centre[1]) ** 2 <= min(radius, max(depth.max() - 1, 0)) ** 2
    seeds[dab & (truth == truth[centre])] = truth[centre]


def error_by_uncertainty(arguments: argparse.Namespace) -> None:
    """Print the share of wrong pixels in every tenth of an image's pixels, the surest first."""
    for name in arguments.sets:
        rates = []
        for image, seeds, truth in load(arguments, name):
            found = nsk.segment(image, seeds)
            counted = (truth != 255) & (seeds == 0)
            wrong = (found.labels != truth)[counted]
            order = np.argsort(found.uncertainty[counted], kind="stable")
            rates.append([part.mean() for part in np.array_split(wrong[order], 10)])
        if rates:
            cells = " ".join(f"{rate:.3f}" for rate in np.mean(rates, axis=0))
            print(f"{name:16} {cells}", flush=True)


def stability(arguments: argparse.Namespace) -> None:
    """Print the agreement of results when a tenth of the painted pixels is dropped."""
    for name in arguments.sets:
        agreements = []
        for number, (image, seeds, _) in enumerate(load(arguments, name)):
            dropped = np.random.default_rng(number).random(seeds.shape) < 0.1
            first = nsk.segment(image, seeds).labels
            second = nsk.segment(image, np.where(dropped, 0, seeds)).labels
            agreements.append(mean_iou(second, first))
        if agreements:
            print(f"{name:16} median IoU {median(agreements):.3f}, least {min(agreements):.3f}", flush=True)


if __name__ == "__main__":
    main()
