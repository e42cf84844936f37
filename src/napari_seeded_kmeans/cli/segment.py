"""Segment one image from strokes on it.

STROKES is a picture of red (foreground) and blue (background) strokes, or an
image whose values are the classes (0 = not painted, 1 = background). Two
classes 1 and 2 in a flat image give a white and black mask; everything else
gives labels with the values that were painted. Without -o the result is
K/STROKES-NAME.png (.tif for stacks) beside the image.
"""

import argparse
from pathlib import Path
from typing import Any

from .terminal import add_estimate_option, add_json_option, print_result, progress_bar, spacing


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and one option for each setting."""
    from .settings import add_settings

    parser.add_argument("image", metavar="IMAGE", type=Path, help="PNG, JPEG, TIFF, NPY, ...")
    parser.add_argument("strokes", metavar="STROKES", type=Path, help="strokes or classes, of the same size")
    parser.add_argument(
        "-o", "--output", metavar="OUT", type=Path, help="file, or folder if it has no ending"
    )
    parser.add_argument("--channel-axis", metavar="N", type=int, help="axis of the channels (default: last)")
    parser.add_argument(
        "--spacing",
        metavar="SIZES",
        type=spacing,
        help="pixel size: one, or one for each axis as in 1.5,0.5,0.5; inf,1,1 for frames in time",
    )
    parser.add_argument("--random-state", metavar="N", type=int, default=0, help="(default: 0)")
    add_estimate_option(parser)
    add_json_option(parser)
    add_settings(parser)


def run(arguments: argparse.Namespace) -> None:
    """Read, segment, write, and say what came out."""
    from ..core.params import make_params
    from ..estimator import segment
    from ..io.images import read_image
    from ..io.seeds import read_seeds
    from .settings import given_settings

    settings = given_settings(arguments)
    params = make_params(arguments.preset, **settings)
    image = read_image(arguments.image)
    seeds = read_seeds(arguments.strokes, blur_sigma_px=params.blur_sigma_px)
    suffix = ".png" if seeds.ndim == 2 else ".tif"
    output = _output(arguments, folder=str(params.n_clusters), suffix=suffix)
    with progress_bar("segmenting") as progress:
        result = segment(
            image,
            seeds,
            channel_axis=arguments.channel_axis,
            spacing=arguments.spacing,
            random_state=arguments.random_state,
            preset=arguments.preset,
            progress=progress,
            **settings,
        )
    _write(result, output)
    if arguments.estimate:
        result.model.estimate_accuracy([(image, seeds)], channel_axis=arguments.channel_axis)
    accuracy = result.model.accuracy_
    shares = {str(value): float((result.labels == value).mean()) for value in result.classes}
    report = {
        "output": str(output),
        "classes": list(result.classes),
        "shares": shares,
        "params": result.model.params.model_dump(),
        "choices": result.choices.to_dict(),
        "estimated_accuracy": None if accuracy is None else accuracy.to_dict(),
    }
    of_image = ", ".join(f"class {value} {share:.1%}" for value, share in shares.items())
    chosen = (f"{title}: {words}" for title, words in result.model.summary().items())
    print_result(arguments, report, f"{output}: {of_image}", *chosen)


def _write(result: Any, output: Path) -> None:
    from ..io.images import write_image
    from ..io.seeds import write_seeds

    if result.classes == (1, 2) and result.labels.ndim == 2:
        write_image(result.mask, output)
    else:
        write_seeds(result.labels, output)


def _output(arguments: argparse.Namespace, *, folder: str, suffix: str) -> Path:
    """Return where the result goes, which is never one of the inputs."""
    from ..core.errors import SeededKMeansError

    output: Path | None = arguments.output
    name = f"{arguments.strokes.stem}{suffix}"
    if output is None:
        output = arguments.image.parent / folder / name
    elif output.is_dir() or not output.suffix:
        output = output / name
    if output.resolve() in (arguments.image.resolve(), arguments.strokes.resolve()):
        raise SeededKMeansError(f"output {output} is one of the inputs.")
    return output
