"""Compare a mask or label image with the truth.

A mask (1-bit, or 0 and 255) may meet a label image of one class; in label
images without any 0, 1 is background. Prints IoU, Dice, precision, recall and boundary F for
each class and their means.
"""

import argparse
import csv
import io
from pathlib import Path
from typing import Any

from .terminal import add_json_option, print_result, spacing

_COLUMNS = {
    "iou": "IoU",
    "dice": "Dice",
    "precision": "precision",
    "recall": "recall",
    "boundary_f": "boundary F",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("prediction", metavar="PREDICTION", type=Path, help="mask or label image")
    parser.add_argument("truth", metavar="TRUTH", type=Path, help="mask or label image of the same size")
    parser.add_argument("--csv", metavar="FILE", type=Path, help="write the table to this file, too")
    parser.add_argument("--ignore", metavar="N", type=int, help="do not score where TRUTH has this value")
    parser.add_argument("--background", metavar="N", type=int, help="value that is no class, next to 0")
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


def run(arguments: argparse.Namespace) -> None:
    """Read both, compare, and print or write the table."""
    from ..core.evaluation import evaluate
    from ..io.seeds import read_labels

    scores = evaluate(
        read_labels(arguments.prediction),
        read_labels(arguments.truth),
        ignore=arguments.ignore,
        background=arguments.background,
        tolerance=arguments.tolerance,
        spacing=arguments.spacing,
    )
    rows: dict[str, Any] = {
        **{str(value): found for value, found in scores.per_class.items()},
        "mean": scores,
    }
    if arguments.csv is not None:
        _write_csv(rows, arguments.csv)
    print_result(arguments, scores.to_dict(), *_table(rows))


def _table(rows: dict[str, Any]) -> list[str]:
    header = "class " + "".join(f"{title:>12}" for title in _COLUMNS.values())
    lines = [
        f"{name:<6}" + "".join(f"{getattr(scores, column):>12.4f}" for column in _COLUMNS)
        for name, scores in rows.items()
    ]
    return [header, *lines]


def _write_csv(rows: dict[str, Any], path: Path) -> None:
    from ..io.files import safe_writer

    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(["class", *_COLUMNS])
    writer.writerows(
        [name, *(getattr(scores, column) for column in _COLUMNS)] for name, scores in rows.items()
    )
    with safe_writer(path) as file:
        file.write(table.getvalue().encode())
