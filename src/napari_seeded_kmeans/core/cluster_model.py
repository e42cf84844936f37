"""Clusters of a whole image as a model: what was one picture's palette can be applied to others."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .clustering import ClusteredImage, check_classes
from .color_table import ColorTable
from .errors import SeededKMeansError
from .features import FeatureRecipe, resolve_recipe
from .looks import _REACH_QUANTILE, Look
from .model import Model
from .palette import Palette
from .params import make_params

_FULL = 255
# Every pixel goes to its nearest cluster, as in the clustered image.
_PLAIN = {
    "texture": False,
    "coherence": 0.0,
    "spread": "everywhere",
    "min_size_px": 0,
    "fill_holes": False,
    "cluster_weights": "equal",
}


def model_of_clusters(found: ClusteredImage, classes: Sequence[int] | None = None, **settings: Any) -> Model:
    """Return the model whose palette is the clusters of an image; see `SeededKMeans.from_clusters`."""
    values = check_classes(classes, len(found.centers))
    used = tuple(sorted({int(value) for value in values if value}))
    if len(used) < 2:
        raise SeededKMeansError(f"classes must name at least two classes, not {list(used)}.")
    recipe = _recipe(found.table)
    params = make_params(**{**_PLAIN, "color_space": recipe.color_space, **settings})
    # Models count red, green, blue from 0 to 255; the other spaces are the same in both.
    unit = _FULL / recipe.white if recipe.color_space == "rgb" else 1.0
    centers, labels, counts = found.centers * unit, found.color_labels, found.table.counts
    sizes = np.bincount(labels, counts, minlength=len(centers))
    distances = np.linalg.norm(found.table.points * unit - centers[labels], axis=1)
    order = [row for value in used for row in np.flatnonzero(values == value)]
    totals = {value: sizes[values == value].sum() for value in used}
    palette = Palette(
        centers[order],
        values[order].astype(np.int64),
        np.array([sizes[row] / totals[int(values[row])] for row in order]),
    )
    reaches = [float(np.quantile(distances[values[labels] == value], _REACH_QUANTILE)) for value in used]
    bandwidth = params.bandwidth or float(np.average(distances, weights=counts)) or 1.0
    look = Look(palette, bandwidth, np.array(reaches))
    return Model(params, recipe, (look,), used, tuple(int(totals[value]) for value in used))


def _recipe(table: ColorTable) -> FeatureRecipe:
    """Return how another image is taken to the space that the clusters were found in."""
    has_channels = table.channel_axis is not None
    n_channels = table.values.shape[1]
    color_space = table.color_space
    if color_space == "rgb":
        color_space = "rgb" if n_channels == 3 else "channels" if has_channels else "intensity"
    if color_space == "intensity" and has_channels and n_channels != 3:
        raise SeededKMeansError(
            f"clusters of the mean of {n_channels} channels make no model: cluster in color_space 'rgb'."
        )
    return resolve_recipe(table.image, has_channels=has_channels, color_space=color_space)
