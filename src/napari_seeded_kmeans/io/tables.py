"""Tables to files: CSV that any spreadsheet opens."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from .files import safe_writer
from .pixels import PathLike


def write_table(rows: Sequence[Mapping[str, Any]], path: PathLike) -> None:
    """Write rows as CSV, the first one's keys as the header; None becomes an empty cell.

    Raises
    ------
    SeededKMeansError
        When the file cannot be written.
    """
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows(rows)
    with safe_writer(path) as file:
        file.write(text.getvalue().encode())
