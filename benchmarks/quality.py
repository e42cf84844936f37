"""Masks from strokes, beside what people use now: same strokes, same process, everyone's defaults.

Run ``python benchmarks/quality.py --data DIR [--peers | --ablation | --curve | --stability | --deciles | --speed]``,
where DIR holds sets as ``<set>/images|masks|scribbles/<id>.*`` (mask 255 is not scored; scribble k + 1 is
class k).
"""

import argparse
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
import skimage.io
from peers import PEERS, Array, Method, grabcut
from scipy import ndimage

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.core.coherence import best_class, light_cut
from napari_seeded_kmeans.core.evidence import Evidence

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


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--strokes", default="scribbles", help="the folder of strokes")
    parser.add_argument("--images", type=int, default=10_000, help="most images of a set, evenly taken")
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), help="all of them, or those named")
    parser.add_argument(
        "--patience",
        type=float,
        default=300.0,
        help="seconds after which a peer gets no more images of a set",
    )
    parser.add_argument("--parts", nargs="+", choices=list(WITHOUT), help="what to switch off; default all")
    for name in ("ablation", "curve", "stability", "deciles", "speed"):
        parser.add_argument(f"--{name}", action="store_true")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.curve:
        learning_curve(arguments)
    elif arguments.stability:
        stability(arguments)
    elif arguments.deciles:
        error_by_uncertainty(arguments)
    elif arguments.speed:
        speed(arguments)
    elif arguments.ablation:
        wanted = arguments.parts or list(WITHOUT)[1:]
        compare({name: WITHOUT[name] for name in ["default", *wanted]}, arguments)
    else:
        wanted = [] if arguments.peers is None else arguments.peers or list(PEERS)
        compare({"ours": ours()} | {name: PEERS[name] for name in wanted}, arguments)


class Score(NamedTuple):
    """How one method did on one image."""

    iou: float
    boundary: float
    seconds: float
    processor_seconds: float


def compare(methods: dict[str, Method], arguments: argparse.Namespace) -> None:
    """Print what every method reaches on every set, and the mean of the sets.

    A cell is mean IoU, boundary F, and median seconds and processor seconds; in brackets on how many images,
    where patience ended before the set did.
    """
    means: dict[str, list[float]] = {name: [] for name in methods}
    print(f"{'set':16}" + "".join(f"{name[:26]:>32}" for name in methods), flush=True)
    for name in arguments.sets:
        scores: dict[str, list[Score]] = {method: [] for method in methods}
        n_images = 0
        for image, seeds, truth in load(arguments, name):
            n_images += 1
            for method, function in methods.items():
                spent = sum(score.seconds for score in scores[method])
                if spent < arguments.patience or method in ("ours", "default"):
                    scores[method] += measure(function, image, seeds, truth)
        if not n_images:
            continue
        cells = [_cell(scores[method], n_images) for method in methods]
        for method in methods:
            if scores[method]:
                means[method].append(float(np.mean([score.iou for score in scores[method]])))
        print(f"{name:16}" + "".join(f"{cell:>32}" for cell in cells), flush=True)
    summary = [f"{np.mean(row):.3f} of {len(row)} sets" if row else "-" for row in means.values()]
    print(f"{'mean':16}" + "".join(f"{cell:>32}" for cell in summary))


def _cell(scores: list[Score], n_images: int) -> str:
    if not scores:
        return "-"
    iou, boundary = np.mean(scores, axis=0)[:2]
    seconds, processor_seconds = np.median(scores, axis=0)[2:]
    few = "" if len(scores) == n_images else f" ({len(scores)})"
    return f"{iou:.3f}  F {boundary:.2f} {seconds:.2f}/{processor_seconds:.2f} s{few}"


def measure(method: Method, image: Array, seeds: Array, truth: Array) -> list[Score]:
    """Return the score of a method on an image; empty where it does not apply."""
    start, processor_start = time.perf_counter(), time.process_time()
    try:
        labels = method(image, seeds)
    except NotImplementedError:
        return []
    taken = time.perf_counter() - start, time.process_time() - processor_start
    return [Score(mean_iou(labels, truth), boundary_f(labels, truth), *taken)]


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


def ours(*changes: tuple[str, Any], **settings: Any) -> Method:
    """Return our segmentation with some settings changed, and some names of `core` that are no settings."""

    def method(image: Array, seeds: Array) -> Array:
        wanted = settings
        if image.ndim > seeds.ndim and settings.get("color_space") == "intensity":
            wanted = {}
        with ExitStack() as changed:
            for name, value in changes:
                changed.enter_context(patch(f"napari_seeded_kmeans.core.{name}", value))
            return nsk.segment(image, seeds, **wanted).labels

    return method


def one_look(index: int) -> tuple[str, Any]:
    """Return the change that reads a single look of every model."""

    def find(model: Any, *rest: Any) -> Any:
        return Evidence(replace(model, looks=model.looks[index:][:1]), *rest)

    return "model.Evidence", find


def every_best(view: Any, *_: Any) -> Array:
    """Give every pixel that is not painted its best class, instead of a light cut."""
    return np.where(view.seeds >= 0, view.seeds, best_class(view.scores))


def cut_lightly(view: Any, *_: Any) -> Array:
    """Cut lightly, where a strong cut is due."""
    return light_cut(view)


WITHOUT = {
    "default": ours(),
    "without texture": ours(texture=False),
    "colours' look alone": ours(one_look(0)),
    "texture's look alone": ours(one_look(1)),
    "without learnt weights": ours(cluster_weights="share"),
    "one bandwidth for all": ours(bandwidth=1.0),
    "one cluster per class": ours(n_clusters=1),
    "16 clusters of few pixels": ours(n_clusters=16),
    "without lightness": ours(color_space="intensity"),
    "without reach": ours(reach=0.0),
    "without judging unpainted": ours(judge_unpainted=False),
    "without settled outlines": ours(settle_outline=False),
    "without cuts": ours(coherence=0.0),
    "without light cut": ours(("labelling.light_cut", every_best)),
    "without strong cut": ours(("labelling.strong_cut", cut_lightly)),
    "no edges of colours": ours(("coherence._EDGE_CONTRAST", 0.0)),
    "no edges of scores": ours(("coherence._EDGE_SCORE", 0.0)),
    "cuts of all at once": ours(("scene._N_MIDDLE", 1 << 62), ("scene._N_SKETCH", 1 << 62)),
    "always everywhere": ours(spread="everywhere"),
    "always strokes": ours(spread="strokes"),
    "fragments are things": ours(("spread._FRAGMENT", 0.0)),
    "without hole filling": ours(fill_holes=False),
    "without smallest piece": ours(min_size_px=0),
    "strokes can be overruled": ours(keep_seeds=False),
}


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


def speed(arguments: argparse.Namespace, n_pixels: int = 1_000_000, n_runs: int = 3) -> None:
    """Print what a million pixels of every set take, ours beside the forest: the least of some runs."""
    methods = {"ours": ours(), "forest": PEERS["forest"]}
    for name in arguments.sets:
        image, seeds, _ = next(load(arguments, name))
        factor = (n_pixels / seeds.size) ** (1 / seeds.ndim)
        seeds = ndimage.zoom(seeds, factor, order=0)
        image = ndimage.zoom(image, [factor] * seeds.ndim + [1] * (image.ndim - seeds.ndim), order=1)
        least: dict[str, tuple[float, float]] = {}
        for method, function in methods.items():
            taken = [measure(function, image, seeds, seeds)[0] for _ in range(n_runs)]
            least[method] = min(one.seconds for one in taken), min(one.processor_seconds for one in taken)
        (seconds, own), (others_seconds, others) = least["ours"], least["forest"]
        print(
            f"{name:16} {' x '.join(map(str, seeds.shape)):18} ours {seconds:.2f}/{own:.2f} s  "
            f"forest {others_seconds:.2f}/{others:.2f} s  {others_seconds / seconds:.1f}x/{others / own:.1f}x",
            flush=True,
        )


if __name__ == "__main__":
    main()
