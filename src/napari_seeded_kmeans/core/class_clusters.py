"""The clusters of one class, found among its painted pixels alone; what did not change is not found again."""

from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .class_counts import read_counts
from .errors import warn
from .kmeans import KMeansResult, kmeans
from .params import Params
from .quick_kmeans import quick_kmeans
from .taught import Grouping

Samples = NDArray[np.float32]
Cluster = Callable[[Samples, int, int], KMeansResult]
"""Finds so many clusters of samples (n, d), given which group of its class they are."""

_SAMPLES_PER_CLUSTER = 4


class _Found(NamedTuple):
    """Clusters, and of what they are."""

    samples: Samples
    n_clusters: int
    random_state: int
    result: KMeansResult


class KnownClusters:
    """The clusters found last of every class, for whoever asks for those of the same pixels again.

    K-means depends on nothing but its input: what is kept is what would be found, bit for bit. May be
    used by several threads.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[Hashable, int], _Found] = {}

    def finder(self, key: Hashable, random_state: int, *, is_sketch: bool = False) -> Cluster:
        """Return what finds the clusters that a key stands for; in a hurry, those of a sketch will do."""

        def find(samples: Samples, n_clusters: int, group: int) -> KMeansResult:
            known = self._found.get((key, group))
            if (
                known is not None
                and (known.n_clusters, known.random_state) == (n_clusters, random_state)
                and np.array_equal(known.samples, samples)
            ):
                return known.result
            if is_sketch:
                return quick_kmeans(samples, n_clusters, random_state=random_state)
            result = kmeans(samples, n_clusters, random_state=random_state)
            self._found[key, group] = _Found(samples, n_clusters, random_state, result)
            return result

        return find


def find_clusters(
    samples: Samples,
    class_value: int,
    params: Params,
    cluster: Cluster,
    grouping: Grouping | None,
) -> tuple[NDArray[np.floating[Any]], NDArray[np.integer]]:
    """Return the clusters (k, d) of one class and to which each of its samples (n, d) belongs."""
    if grouping is None or (grouping.ids < 0).all():
        result = cluster(samples, _affordable_clusters(samples, class_value, params), -1)
        return result.centers, result.labels
    n_left = _wanted_clusters(class_value, params) - sum(
        grouping.sizes[group] for group in np.unique(grouping.ids) if group >= 0
    )
    centers, labels = np.empty((0, samples.shape[1])), np.empty(len(samples), np.intp)
    for group in np.unique(grouping.ids).tolist():
        inside = grouping.ids == group
        own, first = samples[inside], len(centers)
        if group in grouping.fixed:
            centers = np.concatenate([centers, [grouping.fixed[group]]])
            labels[inside] = first
            continue
        affordable = _affordable_clusters(own, class_value, params) if group < 0 else _n_distinct(own)
        wanted = max(1, n_left) if group < 0 else grouping.sizes[group]
        result = cluster(own, min(affordable, wanted), group)
        centers = np.concatenate([centers, result.centers])
        labels[inside] = result.labels + first
    return centers, labels


def _wanted_clusters(class_value: int, params: Params) -> int:
    return read_counts(params.clusters_by_class).get(class_value, params.n_clusters)


def _affordable_clusters(samples: Samples, class_value: int, params: Params) -> int:
    """Return the clusters wanted, or the number of distinct samples where there are fewer."""
    wanted = _wanted_clusters(class_value, params)
    is_own = class_value in read_counts(params.clusters_by_class)
    is_asked = "n_clusters" in params.model_fields_set and not is_own
    if params.cluster_weights == "learnt" and not (is_own or is_asked):
        # Clusters of a pixel or two would learn by heart.
        wanted = min(wanted, max(1, len(samples) // _SAMPLES_PER_CLUSTER))
    # A look at the first rows settles it for nearly every image.
    if len(np.unique(samples[: 8 * wanted], axis=0)) >= wanted:
        return wanted
    n_distinct = _n_distinct(samples)
    if n_distinct < wanted and is_asked:
        warn(
            f"Class {class_value} was painted on {n_distinct} distinct colours only: "
            f"n_clusters is {n_distinct} there instead of {wanted}.",
        )
    return min(wanted, n_distinct)


def _n_distinct(samples: Samples) -> int:
    return len(np.unique(samples, axis=0))
