"""Why a pixel got its class, and where strokes contradict each other: read from the palette."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .features import check_image
from .looks import least_reaches
from .model import Model, finite_places
from .palette_edits import PaletteEdits
from .scores import nearest_center
from .workspace import Workspace

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


def strokes_behind(
    model: Model,
    edits: PaletteEdits,
    image: ArrayLike,
    seeds: NDArray[np.integer],
    *,
    channel_axis: int | None = None,
) -> tuple[NDArray[np.intp], NDArray[np.integer]]:
    """Return which painted pixels taught a model, and which of its clusters each of them is behind.

    Parameters
    ----------
    model : Model
    edits : PaletteEdits
        Those it was fitted with.
    image : array
        The one that was painted on.
    seeds : ndarray (*spatial,), integer
        Without strokes that take no part.
    channel_axis : int, optional
        Which axis of the image holds the channels.

    Returns
    -------
    places : ndarray (n,), intp
        Where in the flattened image they are.
    rows : ndarray (n,), int32
        The nearest row of `model.palette` among those of the class that the pixel counts for.
    """
    workspace = Workspace(check_image(image, seeds.ndim, channel_axis), model.recipe, kept_bytes=0)
    places = finite_places(seeds, workspace.finite)
    samples = workspace.samples(places)
    values = edits.apply(samples, seeds.ravel()[places]).pixel_values
    palette = model.palette
    rows = np.zeros(len(places), np.int32)
    for value in model.classes:
        own, inside = np.flatnonzero(palette.classes == value), values == value
        colors = samples[inside, : palette.centers.shape[1]]
        rows[inside] = own[nearest_center(colors, palette.centers[own])[0]]
    return places[values != 0], rows[values != 0]


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
