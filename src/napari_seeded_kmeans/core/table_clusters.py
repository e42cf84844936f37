"""Clusters of a table of colours, each counted as often as it occurs; numbered by size, 0 is the largest."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._kernels.color_cells import assign_and_add
from .color_table import ColorTable
from .kmeans import fit_clusters
from .optimum_1d import kmeans_1d_path, label_1d
from .threads import Cancel, map_tiles, tiles

_MAX_ITER, _QUICK_ITER = 300, 30
_COLORS_PER_TILE = 1 << 16


class Clusters(NamedTuple):
    """K clusters of a colour table, the largest first.

    Attributes
    ----------
    centers : ndarray (k, d), float64
        Means in the colour space.
    labels : ndarray (m,), uint8
        The cluster of every colour of the table.
    inertia : float
        Sum over the pixels of the squared distance to the centre.
    sizes : ndarray (k,), float64
        Pixels of every cluster, descending.
    """

    centers: NDArray[np.float64]
    labels: NDArray[np.uint8]
    inertia: float
    sizes: NDArray[np.float64]


def find_clusters(
    table: ColorTable,
    n_clusters: int,
    *,
    is_quick: bool = False,
    random_state: int = 0,
    cancel: Cancel | None = None,
) -> Clusters:
    """Cluster a colour table; fewer clusters, in silence, where there are fewer colours.

    Quickly means to cluster cells of like colours, in 30 iterations at most, and then to make one more step
    with the colours themselves.
    """
    points, counts = table.coarse() if is_quick else (table.points, table.counts)
    found = fit_clusters(
        points,
        min(n_clusters, len(points)),
        sample_weight=counts,
        max_iter=_QUICK_ITER if is_quick else _MAX_ITER,
        random_state=random_state,
        cancel=cancel,
    )
    if is_quick:
        return _by_size(*_one_step(table, found.centers))
    sizes = np.bincount(found.labels, table.counts, minlength=len(found.centers)).astype(np.float64)
    return _by_size(found.centers, found.labels, found.inertia, sizes)


def find_all_on_a_line(table: ColorTable, k_max: int, cancel: Cancel | None = None) -> dict[int, Clusters]:
    """Return the best clusters of a table of grey values for every K up to `k_max`, in one pass."""
    values, places = np.unique(table.points[:, 0], return_inverse=True)
    weights = np.bincount(places, table.counts).astype(np.float64)
    path = kmeans_1d_path(values, weights, min(k_max, len(values)), cancel=cancel)
    found = {}
    for k in range(1, k_max + 1):
        row = min(k, len(path.centers)) - 1
        labels = label_1d(values, path.centers[row], cancel)
        sizes = np.bincount(labels, weights).astype(np.float64)
        centers = path.centers[row][:, np.newaxis]
        found[k] = _by_size(centers, labels[places], float(path.inertia[row]), sizes)
    return found


def _one_step(
    table: ColorTable, centers: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.uint8], float, NDArray[np.float64]]:
    """Return centres, labels, inertia and sizes after one step of Lloyd's iteration over all colours."""
    k, d = centers.shape
    parts = tiles(len(table.points), _COLORS_PER_TILE)
    labels = np.empty(len(table.points), np.uint8)

    def step(tile: slice) -> NDArray[np.float64]:
        sums = np.zeros((k, d + 2))
        assign_and_add(table.points[tile], table.counts[tile], centers, labels[tile], sums)
        return sums

    sums = np.sum(map_tiles(step, parts), axis=0)
    totals = sums[:, -1]
    # A centre that nothing is nearest to stays where it is.
    means = np.where(totals[:, np.newaxis] > 0, sums[:, :d] / np.maximum(totals, 1)[:, np.newaxis], centers)
    # Steiner: what the move from the old centres to the means saves.
    saved = totals * ((means - centers) ** 2).sum(axis=1)
    return means, labels, float(np.maximum(sums[:, d] - saved, 0).sum()), totals


def _by_size(
    centers: NDArray[np.float64],
    labels: NDArray[np.integer],
    inertia: float,
    sizes: NDArray[np.float64],
) -> Clusters:
    """Return clusters numbered by size, the largest first; those without a pixel are left out."""
    order = np.argsort(-sizes, kind="stable")[: np.count_nonzero(sizes)]
    rank = np.zeros(len(centers), np.uint8)
    rank[order] = np.arange(len(order))
    return Clusters(centers[order], rank.take(labels), inertia, sizes[order])
