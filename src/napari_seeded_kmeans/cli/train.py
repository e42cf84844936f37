"""Train one model on several images and their seeds.

SEEDS are pictures of red and blue strokes or images whose values are the
classes. With --from-masks they are existing masks or label images, of which
seeds are made: 0 becomes class 1 (background), k becomes k + 1.
"""

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from .terminal import add_estimate_option, add_json_option, print_result, progress_bar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments and one option for each setting."""
    from .settings import add_settings

    parser.add_argument(
        "pairs", metavar="IMAGE SEEDS", nargs="+", type=Path, help="images, each with its seeds"
    )
    parser.add_argument("-m", "--model", metavar="MODEL", type=Path, required=True, help="JSON file to write")
    parser.add_argument(
        "--from-masks",
        metavar="HOW",
        choices=("eroded", "thinned", "sampled"),
        help="SEEDS are masks: use the inside of every object (eroded), its middle line (thinned) or random "
        "pixels (sampled)",
    )
    parser.add_argument("--ignore", metavar="N", type=int, help="value of masks that teaches nothing")
    parser.add_argument(
        "--name",
        metavar="N=NAME",
        action="append",
        default=[],
        type=_class_name,
        help="call class N by a name, such as 2=nuclei; may be repeated",
    )
    parser.add_argument("--channel-axis", metavar="N", type=int, help="axis of the channels (default: last)")
    parser.add_argument("--random-state", metavar="N", type=int, default=0, help="(default: 0)")
    add_estimate_option(parser)
    add_json_option(parser)
    add_settings(parser)


def run(arguments: argparse.Namespace) -> None:
    """Read the pairs one by one, fit, and write the model."""
    from ..core.errors import SeededKMeansError
    from ..estimator import SeededKMeans
    from .settings import given_settings

    paths = arguments.pairs
    if len(paths) % 2:
        raise SeededKMeansError(f"{paths[-1]} has no seeds: give IMAGE SEEDS, IMAGE SEEDS, and so on.")
    if arguments.model.resolve() in {path.resolve() for path in paths}:
        raise SeededKMeansError(f"model {arguments.model} is one of the inputs.")
    settings = given_settings(arguments)
    estimator = SeededKMeans(preset=arguments.preset, random_state=arguments.random_state, **settings)
    images = paths[::2]
    with progress_bar("training") as progress:
        pairs = partial(_read, images, paths[1::2], estimator.params.blur_sigma_px, arguments, progress)
        names = [path.name for path in images]
        estimator.fit_many(pairs(), names=names, channel_axis=arguments.channel_axis)
        if arguments.estimate:
            estimator.estimate_accuracy(pairs(), channel_axis=arguments.channel_axis)
    unknown = [value for value, _ in arguments.name if value not in estimator.classes]
    if unknown:
        raise SeededKMeansError(f"name is for class {unknown[0]}, but the seeds have {estimator.classes}.")
    estimator.names = dict(arguments.name)
    estimator.save(arguments.model)
    classes = {str(value): estimator.name_of(value) for value in estimator.classes}
    report = {
        "model": str(arguments.model),
        "images": len(images),
        "classes": classes,
        "choices": estimator.choices.to_dict(),
        "estimated_accuracy": None if estimator.accuracy_ is None else estimator.accuracy_.to_dict(),
    }
    named = ", ".join(f"{value} {name}" for value, name in classes.items())
    n_images = "1 image" if len(images) == 1 else f"{len(images)} images"
    chosen = (f"{title}: {words}" for title, words in estimator.summary().items())
    print_result(arguments, report, f"{arguments.model}: trained on {n_images}; classes {named}", *chosen)


def _read(
    images: list[Path], seeds: list[Path], blur_sigma_px: float, arguments: argparse.Namespace, progress: Any
) -> Iterator[tuple[Any, Any]]:
    from ..core.mask_seeds import seeds_from_labels
    from ..io.ome_zarr import is_zarr
    from ..io.pictures import read_label_picture, read_picture
    from ..io.seeds import read_seeds

    for number, (image, painted) in enumerate(zip(images, seeds, strict=True)):
        progress(number, len(images))
        pixels = read_picture(image).values
        if arguments.from_masks:
            labels = read_label_picture(painted)
            yield pixels, seeds_from_labels(labels, arguments.from_masks, ignore=arguments.ignore)
        elif is_zarr(painted):
            yield pixels, read_label_picture(painted)
        else:
            yield pixels, read_seeds(painted, blur_sigma_px=blur_sigma_px)


def _class_name(text: str) -> tuple[int, str]:
    value, _, name = text.partition("=")
    if not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not N=NAME")
    return int(value), name
