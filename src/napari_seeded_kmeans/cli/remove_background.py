"""Cut the background away from pictures.

Colours that own enough of a picture's frame are background. For every picture,
DIR gets masks/NAME.png (white and black) and cutouts/NAME.png; with --truth
also scores.csv and scores.png.
"""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .cluster import add_clustering_options, clustering_options
from .terminal import add_json_option, print_result, progress_bar

if TYPE_CHECKING:
    from ..background_folder import BackgroundOutcome, IouStatistics


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "inputs", metavar="IMAGE|FOLDER", type=Path, nargs="+", help="pictures, or folders of them"
    )
    parser.add_argument(
        "-o", "--output", metavar="DIR", type=Path, required=True, help="folder for the results"
    )
    parser.add_argument("--truth", metavar="DIR", type=Path, help="folder of masks named like the pictures")
    parser.add_argument("--ignore", metavar="N", type=int, help="do not score where the truth has this value")
    parser.add_argument("-k", "--n-clusters", metavar="K", type=int, default=3, help="2 to 256 (default: 3)")
    parser.add_argument(
        "--border-share",
        metavar="X",
        type=float,
        help="clusters that own this part of the frame are background (default: two thirds of 1/K)",
    )
    parser.add_argument(
        "--min-share",
        metavar="X",
        type=float,
        default=0.01,
        help="specks and holes below this part of the picture vanish (default: 0.01)",
    )
    parser.add_argument(
        "--color", metavar="R,G,B", type=_color, help="put this colour behind the subject (default: nothing)"
    )
    add_clustering_options(parser, color_space="lab")
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Work through the pictures, name those that failed, and show the scores."""
    from ..background_folder import find_images, remove_background_folder, summarise_ious
    from ..core.errors import SeededKMeansError

    paths = find_images(arguments.inputs)
    outcomes = []
    with progress_bar("removing backgrounds") as progress:
        for outcome in remove_background_folder(
            paths,
            arguments.output,
            truth=arguments.truth,
            ignore=arguments.ignore,
            color=arguments.color,
            n_clusters=arguments.n_clusters,
            border_share=arguments.border_share,
            min_share=arguments.min_share,
            **clustering_options(arguments),
        ):
            outcomes.append(outcome)
            progress(len(outcomes), len(paths))
    if len(outcomes) == 1 and outcomes[0].mask is None:
        raise SeededKMeansError(str(outcomes[0].error))
    statistics = summarise_ious(outcomes)
    if arguments.truth is not None:
        _write_scores(outcomes, arguments.output)
    failed = [outcome.error for outcome in outcomes if outcome.error is not None]
    report = {
        "outcomes": [_plain(asdict(outcome)) for outcome in outcomes],
        "iou": None if statistics is None else _plain(asdict(statistics)),
    }
    print_result(arguments, report, *_lines(outcomes, statistics))
    for error in failed:
        sys.stderr.write(f"seeded-kmeans: {' '.join(error.split())}\n")
    return 1 if failed else 0


def _color(text: str) -> tuple[int, ...]:
    """Read ``255,255,255``."""
    return tuple(int(part) for part in text.split(","))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Path) else value for name, value in row.items()}


def _write_scores(outcomes: "list[BackgroundOutcome]", folder: Path) -> None:
    from ..background_folder import write_outcomes
    from ..plots import draw_ious, new_figure, write_figure

    write_outcomes(outcomes, folder / "scores.csv")
    ious = [outcome.iou for outcome in outcomes if outcome.iou is not None]
    if ious:
        figure = new_figure()
        draw_ious(figure, ious)
        write_figure(figure, folder / "scores.png")


def _lines(outcomes: "list[BackgroundOutcome]", statistics: "IouStatistics | None") -> list[str]:
    done = [outcome for outcome in outcomes if outcome.foreground is not None]
    lines = [
        f"{outcome.path.name}: subject {outcome.foreground:.1%}"
        + ("" if outcome.iou is None else f", IoU {outcome.iou:.3f}")
        for outcome in done
    ]
    if statistics is not None:
        lines += [
            f"IoU of {statistics.n}: mean {statistics.mean:.3f}, median {statistics.median:.3f}, "
            f"quartiles {statistics.first_quartile:.3f} and {statistics.third_quartile:.3f}",
            f"best {statistics.best.name}, worst {statistics.worst.name}",
        ]
    return lines
