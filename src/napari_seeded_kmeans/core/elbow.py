"""How many clusters does an image have? Every K at once, the elbow of the curve, and a second opinion."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .clustering import ClusteredImage, EveryK, check_n_clusters
from .color_table import ClusterSpace, ColorTable
from .errors import CancelledError, SeededKMeansError
from .table_clusters import Clusters
from .threads import Cancel, Progress

_SAMPLE_SIZE = 1000
# Of the sum of squares around one centre: a hundredth of the spread.
_NEGLIGIBLE = 1e-4


@dataclass(frozen=True, eq=False)
class Elbow:
    """How well K clusters fit, for K = 1 ... k_max.

    Attributes
    ----------
    k : ndarray (k_max,), int64
        1, 2, ..., k_max.
    wcss : ndarray (k_max,), float64
        Within-cluster sum of squares: sum over the pixels of the squared distance to their centre.
    mean_wcss : ndarray (k_max,), float64
        Mean over the clusters of the mean squared distance of their pixels: a small cluster counts as much
        as a large one.
    silhouette : ndarray (k_max,), float64
        Mean silhouette (Rousseeuw 1987) of 1000 pixels drawn at random, from -1 to 1; NaN where it is not
        defined, as for K = 1.
    suggested : int
        The elbow: the K whose `wcss` lies farthest below the straight line from the first to the last, both
        axes logarithmic (the chord rule of Satopaa et al. 2011, "Finding a Kneedle in a Haystack"). On
        these axes values without any clusters give a straight line, so that the answer does not depend on
        `k_max`; on plain ones the first one or two clusters drown all others. Where nothing lies below the
        line, the curve only gets steeper, and the last K is the best guess. What is below 1/10,000 of the
        first sum counts as nothing.
    second_opinion : int
        The K of the largest silhouette.
    """

    k: NDArray[np.int64]
    wcss: NDArray[np.float64]
    mean_wcss: NDArray[np.float64]
    silhouette: NDArray[np.float64]
    suggested: int
    second_opinion: int
    _every_k: EveryK = field(repr=False)

    def image(self, n_clusters: int) -> ClusteredImage:
        """Return the image in `n_clusters` colours: what `cluster_image` gives, without the work."""
        if n_clusters not in self.k:
            raise SeededKMeansError(f"n_clusters must be from 1 to {len(self.k)}, not {n_clusters!r}.")
        return self._every_k.image(n_clusters)

    def to_rows(self) -> list[dict[str, float]]:
        """Return the curve as one row per K, for tables and files."""
        columns = {
            "k": self.k.tolist(),
            "wcss": self.wcss.tolist(),
            "mean_wcss": self.mean_wcss.tolist(),
            "silhouette": self.silhouette.tolist(),
        }
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def elbow(
    image: ArrayLike,
    k_max: int = 12,
    *,
    color_space: ClusterSpace = "rgb",
    channel_axis: int | None = None,
    random_state: int = 0,
    cancel: Cancel | None = None,
    progress: Progress | None = None,
) -> Elbow:
    """Cluster an image for K = 1 ... k_max and find the elbow of the curve.

    Parameters
    ----------
    image : array (*spatial,) or with one more axis, any real dtype
        NaN and infinite pixels take no part.
    k_max : int
        The largest K, from 1 to 256. With fewer colours in the image the rest of the curve is flat.
    color_space, channel_axis, random_state, cancel
        As in `cluster_image`.
    progress : callable, optional
        Called as ``progress(done, total)`` from the calling thread.

    Returns
    -------
    Elbow

    Raises
    ------
    SeededKMeansError
        When an argument is unusable; the sentence names it and its value.
    """
    check_n_clusters(k_max, name="k_max")
    every_k = EveryK(image, color_space, channel_axis=channel_axis, random_state=random_state)
    every_k.find_all(k_max, cancel)
    found: list[Clusters] = []
    for k in range(1, k_max + 1):
        if cancel is not None and cancel():
            raise CancelledError
        found.append(every_k.clusters(k, cancel))
        if progress is not None:
            progress(k, k_max)
    table = every_k.table()
    wcss = np.array([clusters.inertia for clusters in found])
    silhouette = _silhouettes(table, found, random_state)
    return Elbow(
        np.arange(1, k_max + 1),
        wcss,
        np.array([_mean_wcss(table, clusters) for clusters in found]),
        silhouette,
        find_elbow(wcss),
        int(np.nan_to_num(silhouette, nan=-math.inf).argmax()) + 1,
        every_k,
    )


def find_elbow(wcss: ArrayLike) -> int:
    """Return the K of the elbow in a curve for K = 1, 2, ...: see `Elbow.suggested`."""
    curve = np.asarray(wcss, np.float64)
    if curve[0] <= 0:
        return 1
    curve = np.log(np.maximum(curve / curve[0], _NEGLIGIBLE))
    if curve[-1] == 0:
        return 1
    log_k = np.log(np.arange(1, len(curve) + 1))
    below = curve[-1] * log_k / log_k[-1] - curve
    return int(below.argmax()) + 1 if below.max() > 0 else len(curve)


def _mean_wcss(table: ColorTable, clusters: Clusters) -> float:
    k = len(clusters.centers)
    squared = ((table.points - clusters.centers[clusters.labels]) ** 2).sum(axis=1)
    sums = np.bincount(clusters.labels, squared * table.counts, minlength=k)
    return float((sums / np.bincount(clusters.labels, table.counts, minlength=k)).mean())


def _silhouettes(table: ColorTable, found: list[Clusters], random_state: int) -> NDArray[np.float64]:
    """Return the mean silhouette for every K, on the same pixels."""
    n = int(table.counts.sum())
    drawn = (
        np.random.default_rng(random_state).integers(n, size=_SAMPLE_SIZE) if n > _SAMPLE_SIZE else range(n)
    )
    rows = np.searchsorted(np.cumsum(table.counts), drawn, side="right")
    points = table.points[rows]
    distances = np.sqrt(sum((axis[:, np.newaxis] - axis) ** 2 for axis in points.T))
    return np.array([_silhouette(distances, clusters.labels[rows]) for clusters in found])


def _silhouette(distances: NDArray[np.float64], labels: NDArray[np.integer]) -> float:
    """Return the mean silhouette of points given all their distances; NaN for fewer than two clusters."""
    present, own = np.unique(labels, return_inverse=True)
    if not 2 <= len(present) < len(labels):
        return math.nan
    member = np.eye(len(present))[own]
    sizes = member.sum(axis=0)
    to_cluster = distances @ member
    here = np.arange(len(own))
    within = to_cluster[here, own] / np.maximum(sizes[own] - 1, 1)
    others = to_cluster / sizes
    others[here, own] = math.inf
    nearest = others.min(axis=1)
    larger = np.maximum(within, nearest)
    width = np.divide(nearest - within, larger, out=np.zeros_like(larger), where=larger > 0)
    return float(np.where(sizes[own] > 1, width, 0).mean())
