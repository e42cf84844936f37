"""Where an image lies in the world, as plain values that were read from a file: checked, nothing more."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.errors import SeededKMeansError

Placement = Mapping[str, Any]
"""Keywords of a napari layer: scale, translate, rotate, shear, affine, units and axis_labels."""

_TRANSFORMS = ("rotate", "shear", "affine")


def read_placement(data: Any, n_axes: int) -> Placement:
    """Return what puts a layer of `n_axes` axes where another one was, as it was written to JSON.

    Raises
    ------
    SeededKMeansError
        When something is missing, of the wrong kind or of another number of axes, or when it would flatten
        the image.
    """
    try:
        vectors = {name: np.array(data[name], float) for name in ("scale", "translate")}
        matrices = {name: np.array(data[name], float) for name in _TRANSFORMS}
        texts = {name: tuple(map(str, data[name])) for name in ("units", "axis_labels")}
    except (KeyError, TypeError, ValueError) as error:
        raise SeededKMeansError(f"placement is not usable: {error!r}.") from None
    square = (n_axes, n_axes)
    shapes = {"rotate": square, "shear": square, "affine": (n_axes + 1, n_axes + 1)}
    fits = all(vector.shape == (n_axes,) for vector in vectors.values())
    fits = fits and all(matrix.shape == shapes[name] for name, matrix in matrices.items())
    if not fits or any(len(words) != n_axes for words in texts.values()):
        raise SeededKMeansError(f"placement is not usable: it is not of {n_axes} axes.")
    numbers = {**vectors, **matrices}
    for name, array in numbers.items():
        if not np.isfinite(array).all():
            raise SeededKMeansError(f"placement is not usable: its {name} is not finite.")
    # napari cannot draw what has no extent.
    if not vectors["scale"].all() or any(np.linalg.det(matrix) == 0 for matrix in matrices.values()):
        raise SeededKMeansError("placement is not usable: it has no extent along some axis.")
    return {**{name: array.tolist() for name, array in numbers.items()}, **texts}
