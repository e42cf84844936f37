"""Compare a mask or label image with the truth.

A mask (1-bit, or 0 and 255) may meet a label image of one class; in label
images without any 0, 1 is background. Prints IoU, Dice, precision, recall and boundary F for
each class and their means. Of two folders, images with the same name are compared, and the
table has one line for each.
"""

import argparse
import csv
import io
from pathlib import Path
from statistics import mean, median
from types import SimpleNamespace
from typing import Any

from .terminal import add_json_option, print_result, progress_bar, say, spacing

_COLUMNS = {
    "iou": "IoU",
    "dice": "Dice",
    "precision": "precision",
    "recall": "recall",
    "boundary_f": "boundary F",
}
_OPTIONS = ("masks", "ignore", "background", "tolerance", "spacing")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("prediction", metavar="PREDICTION", type=Path, help="mask, label image or folder")
    parser.add_argument("truth", metavar="TRUTH", type=Path, help="image of the same size, or folder")
    parser.add_argument("--csv", metavar="FILE", type=Path, help="write the table to this file, too")
    parser.add_argument("--ignore", metavar="N", type=int, help="do not score where TRUTH has this value")
    parser.add_argument("--background", metavar="N", type=int, help="value that is no class, next to 0")
    parser.add_argument(
        "--masks", action="store_true", help="compare all that is not background as one class"
    )
    parser.add_argument(
        "--tolerance",
        metavar="X",
        type=float,
        default=2.0,
        help="how far apart boundaries may lie and still agree, in pixels or units of spacing (default: 2)",
    )
    parser.add_argument(
        "--spacing",
        metavar="SIZES",
        type=spacing,
        help="pixel size: one, or one for each axis as in 1.5,0.5,0.5",
    )
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Read, compare, and print or write the table."""
    from ..batch.compare import compare
    from ..io.ome_zarr import is_zarr
    from ..io.pictures import read_label_picture

    options = {
        name: getattr(arguments, name) for name in ("masks", "ignore", "background", "tolerance", "spacing")
    }
    if arguments.prediction.is_dir() and not is_zarr(arguments.prediction):
        return _compare_folders(arguments, options)
    scores = compare(read_label_picture(arguments.prediction), read_label_picture(arguments.truth), **options)
    rows: dict[str, Any] = {
        **{str(value): found for value, found in scores.per_class.items()},
        "mean": scores,
    }
    if arguments.csv is not None:
        _write_csv("class", rows, arguments.csv)
    print_result(arguments, scores.to_dict(), *_table("class", rows))
    return 0


def _compare_folders(arguments: argparse.Namespace, options: dict[str, Any]) -> int:
    """Compare image by image; the ones that cannot be compared are named and left out of the means."""
    from ..batch.compare import evaluate_folder
    from ..core.errors import SeededKMeansError

    scores: dict[str, Any] = {}
    failed: dict[str, str] = {}
    with progress_bar("comparing") as progress:
        for comparison in evaluate_folder(arguments.prediction, arguments.truth, **options):
            if comparison.scores is None:
                failed[comparison.path.name] = comparison.problem
                say(f"{comparison.path.name}: {comparison.problem}")
            else:
                scores[comparison.path.name] = comparison.scores
            progress(len(scores) + len(failed), comparison.n_total)
    if not scores:
        raise SeededKMeansError(f"nothing in {arguments.prediction} could be compared.")
    means = {
        name: SimpleNamespace(
            **{column: average(getattr(found, column) for found in scores.values()) for column in _COLUMNS}
        )
        for name, average in (("mean", mean), ("median", median))
    }
    rows = {**scores, **means}
    if arguments.csv is not None:
        _write_csv("image", rows, arguments.csv)
    report = {
        "images": {name: found.to_dict() for name, found in scores.items()},
        **{name: vars(found) for name, found in means.items()},
        "failed": failed,
    }
    print_result(arguments, report, *_table("image", rows))
    return 1 if failed else 0


def _table(title: str, rows: dict[str, Any]) -> list[str]:
    width = max(len(name) for name in (title, *rows)) + 1
    header = f"{title:<{width}}" + "".join(f"{column:>12}" for column in _COLUMNS.values())
    lines = [
        f"{name:<{width}}" + "".join(f"{getattr(scores, column):>12.4f}" for column in _COLUMNS)
        for name, scores in rows.items()
    ]
    return [header, *lines]


def _write_csv(title: str, rows: dict[str, Any], path: Path) -> None:
    from ..io.files import safe_writer

    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow([title, *_COLUMNS])
    writer.writerows(
        [name, *(getattr(scores, column) for column in _COLUMNS)] for name, scores in rows.items()
    )
    with safe_writer(path) as file:
        file.write(table.getvalue().encode("utf-8", "backslashreplace"))
