"""The command ``seeded-kmeans``: one short module per subcommand.

A subcommand's module has a docstring, whose first line is its help,
``add_arguments(parser)`` and ``run(arguments)``. Only the one that is called
gets its arguments, and heavy imports wait in the functions, so that help is
there at once.

argparse, because options here are data made from the settings, and because
its errors can be one line without reaching into a library's private parts.
"""

import argparse
import logging
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import NoReturn, TextIO

from ..core.errors import SeededKMeansError, SeededKMeansWarning
from .terminal import NAME, say

COMMANDS = (
    "demo",
    "segment",
    "train",
    "predict",
    "info",
    "cluster",
    "elbow",
    "remove-background",
    "evaluate",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; default those of the process.

    Returns
    -------
    int
        0 done, 1 some inputs failed, 2 wrong use or unusable input, 130 interrupted.
    """
    # Libraries log what they cannot read; our own sentence says it.
    logging.getLogger().addHandler(logging.NullHandler())
    with warnings.catch_warnings():
        warnings.simplefilter("always", SeededKMeansWarning)
        warnings.showwarning = _warn_in_one_line
        try:
            arguments = _parse(list(sys.argv[1:] if argv is None else argv))
            code: int = arguments.run(arguments) or 0
        except SeededKMeansError as error:
            say(error)
            return 2
        except KeyboardInterrupt:
            say("interrupted")
            return 130
    return code


class _Parser(argparse.ArgumentParser):
    """Says wrong use in one line, as every other error."""

    def error(self, message: str) -> NoReturn:
        raise SeededKMeansError(f"{message} (see {self.prog} --help)")


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = _Parser(
        prog=NAME,
        description="Segment images from a few strokes by seeded K-means.",
        epilog="Exit code: 0 done, 1 some inputs failed, 2 wrong use or unusable input.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{NAME} {version('napari-seeded-kmeans')}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = import_module(f".{name.replace('-', '_')}", __name__)
        summary = (module.__doc__ or "").partition("\n")[0].rstrip(".")
        command = commands.add_parser(name, help=summary, description=module.__doc__, allow_abbrev=False)
        if argv[:1] == [name]:
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    return parser.parse_args(argv)


def _warn_in_one_line(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,
) -> None:
    """Stand in for ``warnings.showwarning``: our own warnings have no use for a source line."""
    if issubclass(category, SeededKMeansWarning):
        say(message)
    else:
        sys.stderr.write(warnings.formatwarning(message, category, filename, lineno, line))
