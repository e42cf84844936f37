"""Redraw an image in K colours.

Clusters the colours of the image and gives every pixel the mean colour of its
cluster. Without -o the result is NAME-K-colors.png (.tif where PNG cannot hold
it) beside the image.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .terminal import add_json_option, print_result

if TYPE_CHECKING:
    from ..core.clustering import ClusteredImage


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("image", metavar="IMAGE", type=Path, help="PNG, JPEG, TIFF, NPY, ...")
    parser.add_argument("-k", "--n-clusters", metavar="K", type=int, required=True, help="1 to 256")
    parser.add_argument("-o", "--output", metavar="OUT", type=Path, help="the picture in K colours")
    parser.add_argument(
        "--labels", metavar="FILE", type=Path, help="write the clusters as labels, 1 the largest, 0 for NaN"
    )
    parser.add_argument("--palette", metavar="FILE", type=Path, help="write colours and shares as CSV")
    parser.add_argument(
        "-m", "--model", metavar="FILE", type=Path, help="write the clusters as a model for predict"
    )
    add_clustering_options(parser, color_space="rgb")
    add_json_option(parser)


def add_clustering_options(parser: argparse.ArgumentParser, *, color_space: str) -> None:
    """Add what every clustering of a whole image takes."""
    from ..core.color_table import CLUSTER_SPACES

    parser.add_argument(
        "--color-space",
        choices=CLUSTER_SPACES,
        default=color_space,
        help="where colours are compared (default: %(default)s)",
    )
    parser.add_argument(
        "--channel-axis", metavar="N", type=int, help="axis of the channels (default: the last of 3 or 4)"
    )
    parser.add_argument("--random-state", metavar="N", type=int, default=0, help="(default: 0)")


def clustering_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what was given for `add_clustering_options`, by name."""
    return {name: getattr(arguments, name) for name in ("color_space", "channel_axis", "random_state")}


def run(arguments: argparse.Namespace) -> None:
    """Read, cluster, write, and show the palette."""
    from ..core.clustering import cluster_image
    from ..estimator import SeededKMeans
    from ..io.images import read_image, write_image
    from ..io.seeds import write_seeds
    from ..io.tables import write_table

    image = read_image(arguments.image)
    result = cluster_image(image, arguments.n_clusters, **clustering_options(arguments))
    output = arguments.output or _beside(arguments.image, arguments.n_clusters, result)
    write_image(result.quantized, output)
    if arguments.labels is not None:
        write_seeds((result.labels + 1).astype("uint16"), arguments.labels)
    if arguments.model is not None:
        SeededKMeans.from_clusters(result).save(arguments.model)
    palette = [
        {"cluster": cluster, "share": float(share), "color": color.tolist()}
        for cluster, (share, color) in enumerate(zip(result.shares, result.colors, strict=True), start=1)
    ]
    if arguments.palette is not None:
        channels = [f"channel_{number}" for number in range(result.colors.shape[1])]
        rows = [
            {
                "cluster": row["cluster"],
                "share": row["share"],
                **dict(zip(channels, row["color"], strict=True)),
            }
            for row in palette
        ]
        write_table(rows, arguments.palette)
    report = {"output": str(output), "inertia": result.inertia, "palette": palette}
    lines = [
        f"{row['cluster']:>3} {row['share']:>7.1%}  {' '.join(f'{value:9.4g}' for value in row['color'])}"
        for row in palette
    ]
    print_result(arguments, report, f"{output}: {len(palette)} colours", *lines)


def _beside(image: Path, n_clusters: int, result: "ClusteredImage") -> Path:
    drawn = result.quantized
    is_picture = drawn.dtype.name == "uint8" and drawn.shape[2:] in ((), (3,), (4,))
    suffix = ".png" if is_picture else ".tif"
    return image.with_name(f"{image.stem}-{n_clusters}-colors{suffix}")
