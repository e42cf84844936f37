"""Segment the photograph that comes along, and score the result.

Writes mask.png, cutout.png (the foreground in colour over grey), overlay.png
(strokes and outline) and scores.json; needs no window.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from .terminal import add_json_option, print_result, progress_bar

_OUTLINE = (255, 200, 0)
_STROKES = {1: (40, 90, 255), 2: (255, 40, 40)}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, default=Path("demo-output"), help="(default: %(default)s)"
    )
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> None:
    """Run the main job once and show what it gives."""
    from ..core.cutout import cut_out
    from ..core.evaluation import evaluate
    from ..estimator import segment
    from ..io.files import safe_writer
    from ..io.images import write_image
    from ..samples import load

    sample = load("photo")
    with progress_bar("segmenting") as progress:
        result = segment(sample.image, sample.seeds, progress=progress)
    scores = evaluate(result.mask, sample.truth, ignore=0)
    pictures = {
        "mask": result.mask,
        "cutout": cut_out(sample.image, result.mask),
        "overlay": _overlay(sample.image, sample.seeds, result.mask),
    }
    paths = {name: arguments.output / f"{name}.png" for name in pictures}
    for name, picture in pictures.items():
        write_image(picture, paths[name])
    paths["scores"] = arguments.output / "scores.json"
    with safe_writer(paths["scores"]) as file:
        file.write((json.dumps(scores.to_dict(), indent=2) + "\n").encode())
    files = {name: str(path) for name, path in paths.items()}
    lines = [f"IoU {scores.iou:.3f}", *(f"{name:<8}{path}" for name, path in files.items())]
    print_result(arguments, {"iou": scores.iou, "files": files}, *lines)


def _overlay(image: Any, seeds: Any, mask: Any) -> Any:
    """Draw the strokes and the outline of the mask over the image."""
    from scipy import ndimage

    picture = image.copy()
    for value, color in _STROKES.items():
        picture[seeds == value] = color
    picture[ndimage.binary_dilation(mask) & ~ndimage.binary_erosion(mask, border_value=1)] = _OUTLINE
    return picture
