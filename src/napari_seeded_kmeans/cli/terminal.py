"""What the commands print: one JSON object, or lines for people; progress for people only."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..core.threads import Progress

NAME = "seeded-kmeans"


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def add_estimate_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--estimate``."""
    parser.add_argument(
        "--estimate",
        action="store_true",
        help="leave strokes out in turn and say how many are predicted right (costs a few fits)",
    )


def print_result(arguments: argparse.Namespace, result: Mapping[str, Any], *lines: str) -> None:
    """Print `result` as JSON if that was asked for, else `lines`."""
    text = json.dumps(result, indent=2) if arguments.json else "\n".join(lines)
    # Names of files need not be valid Unicode.
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode() + "\n")


def say(message: object) -> None:
    """Say something in one line on standard error."""
    sys.stderr.write(f"{NAME}: {' '.join(str(message).split())}\n")


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """Show a bar on standard error if that is a terminal; yield what moves it."""
    from tqdm import tqdm

    with tqdm(desc=title, leave=False, disable=not sys.stderr.isatty()) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show


def spacing(text: str) -> float | tuple[float, ...]:
    """Read pixel sizes such as ``0.5`` or ``1.5,0.5,0.5``."""
    sizes = tuple(float(size) for size in text.split(","))
    return sizes if len(sizes) > 1 else sizes[0]
