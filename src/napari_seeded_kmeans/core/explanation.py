"""Why a pixel got its class, and where strokes contradict each other: read from the palette."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .looks import least_reaches
from .model import Model

# Two clusters this near, in bandwidths, share most of their pixels.
_CONFLICT = 1.0


@dataclass(frozen=True)
class NearCluster:
    """A cluster near a pixel.

    Attributes
    ----------
    row : int
        Of `model.palette`.
    class_value : int
        The class it was found under.
    distance : float
        Over how far the painted pixels of its class lie from theirs: up to about 1 the pixel is like them.
    """

    row: int
    class_value: int
    distance: float


@dataclass(frozen=True)
class Conflict:
    """Two nearly identical clusters of different classes.

    Attributes
    ----------
    rows : tuple of int
        Of `model.palette`, ascending.
    distance : float
        In bandwidths: 0 is the very same colour, and at 1 likeness has fallen by e.
    """

    rows: tuple[int, int]
    distance: float


def nearest_clusters(model: Model, features: ArrayLike, n: int = 3) -> tuple[NearCluster, ...]:
    """Return the `n` clusters nearest to a pixel with these features (d,), the nearest first."""
    look, palette = model.looks[0], model.palette
    pixel = np.asarray(features, float)[look.columns]
    distances = np.linalg.norm(palette.centers - pixel, axis=1)
    reaches = least_reaches(look)[np.searchsorted(model.classes, palette.classes)]
    return tuple(
        NearCluster(int(row), int(palette.classes[row]), float(distances[row] / reaches[row]))
        for row in np.argsort(distances, kind="stable")[:n]
    )


def find_conflicts(model: Model) -> tuple[Conflict, ...]:
    """Return the pairs of clusters of different classes that are nearly the same, the nearest first."""
    palette = model.palette
    centers = palette.centers
    distances = np.linalg.norm(centers[:, np.newaxis] - centers, axis=2) / model.looks[0].bandwidth
    differ = palette.classes[:, np.newaxis] != palette.classes
    firsts, seconds = np.nonzero(np.triu(differ & (distances < _CONFLICT)))
    found = (
        Conflict((int(first), int(second)), float(distances[first, second]))
        for first, second in zip(firsts, seconds, strict=True)
    )
    return tuple(sorted(found, key=lambda conflict: conflict.distance))
