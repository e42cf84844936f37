"""Find how many clusters an image has.

Prints the within-cluster sum of squares for K = 1 ... N, the elbow of that
curve, and the silhouette as a second opinion. PLOT may end in .png, .svg, .pdf
(the curve drawn) or .csv (the table).
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .cluster import add_clustering_options, clustering_options
from .terminal import add_json_option, print_result, progress_bar

if TYPE_CHECKING:
    from ..core.elbow import Elbow


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("image", metavar="IMAGE", type=Path, help="PNG, JPEG, TIFF, NPY, ...")
    parser.add_argument("--k-max", metavar="N", type=int, default=12, help="the largest K (default: 12)")
    parser.add_argument("-o", "--output", metavar="PLOT", type=Path, help="draw the curve into this file")
    parser.add_argument("--csv", metavar="FILE", type=Path, help="write the table to this file, too")
    add_clustering_options(parser, color_space="rgb")
    add_json_option(parser)


def run(arguments: argparse.Namespace) -> None:
    """Cluster for every K, print the table, draw the curve."""
    from ..core.elbow import elbow
    from ..io.images import read_image
    from ..io.tables import write_table
    from ..plots import check_figure_path, draw_elbow, new_figure, write_figure

    plot, tables = arguments.output, [path for path in (arguments.csv,) if path is not None]
    if plot is not None and plot.suffix.lower() == ".csv":
        plot, tables = None, [*tables, plot]
    if plot is not None:
        check_figure_path(plot)
    image = read_image(arguments.image)
    with progress_bar("clustering") as progress:
        found = elbow(image, arguments.k_max, progress=progress, **clustering_options(arguments))
    rows = found.to_rows()
    for path in tables:
        write_table(rows, path)
    if plot is not None:
        figure = new_figure()
        draw_elbow(figure, found)
        write_figure(figure, plot)
    # JSON knows no NaN.
    table = [{name: None if value != value else value for name, value in row.items()} for row in rows]
    report = {"suggested": found.suggested, "second_opinion": found.second_opinion, "table": table}
    print_result(arguments, report, *_lines(found, rows))


def _lines(found: "Elbow", rows: list[dict[str, Any]]) -> list[str]:
    return [
        f"{'K':>3}{'sum of squares':>18}{'mean per cluster':>18}{'silhouette':>12}",
        *(
            f"{row['k']:>3}{row['wcss']:>18.6g}{row['mean_wcss']:>18.6g}{row['silhouette']:>12.3f}"
            for row in rows
        ),
        f"elbow at K = {found.suggested}; best silhouette at K = {found.second_opinion}",
    ]
