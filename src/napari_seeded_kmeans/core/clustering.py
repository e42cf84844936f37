"""Cluster the colours of an image, without any seeds.

Clusters are numbered by size: 0 is the largest. So a number means the same
from run to run, and a palette reads from the top.
"""

import numbers
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .color_table import NOWHERE, ClusterSpace, ColorTable, make_color_table
from .errors import SeededKMeansError, warn
from .table_clusters import Clusters, find_all_on_a_line, find_clusters
from .threads import Cancel

MAX_CLUSTERS = 256
"""More clusters than this are no palette any more."""
_SEED_SHARE = 0.25
_MAX_SEEDS_PX = 2000


@dataclass(frozen=True, eq=False)
class ClusteredImage:
    """An image in K colours.

    Attributes
    ----------
    labels : ndarray (*spatial,), int16
        The cluster of every pixel, 0 the largest; -1 where the image is NaN or infinite.
    centers : ndarray (k, d), float64
        Cluster means in the colour space.
    inertia : float
        Sum over the pixels of the squared distance to the centre of their cluster.
    shares : ndarray (k,), float64
        Part of the (finite) pixels in each cluster; descending, sums to 1.
    table : ColorTable
        The colours that were clustered.
    color_labels : ndarray (m,), uint8
        The cluster of each of them.
    """

    labels: NDArray[np.int16]
    centers: NDArray[np.float64]
    inertia: float
    shares: NDArray[np.float64]
    table: ColorTable = field(repr=False)
    color_labels: NDArray[np.uint8] = field(repr=False)

    @cached_property
    def colors(self) -> NDArray[np.float64]:
        """Mean of each cluster's pixels in the image's own channels, opacity left out.

        Shape (k, c); c is 1 for an image without channels.
        """
        table, k = self.table, len(self.centers)
        sums = [
            np.bincount(self.color_labels, table.counts * channel.astype(np.float64), minlength=k)
            for channel in table.values.T
        ]
        return (
            np.stack(sums, axis=1) / np.bincount(self.color_labels, table.counts, minlength=k)[:, np.newaxis]
        )

    @cached_property
    def quantized(self) -> NDArray[Any]:
        """The image with every pixel in the mean colour of its cluster: its shape, dtype and opacity."""
        return _draw(self.table.image, self.table.channel_axis, self.labels, self.colors)

    def to_seeds(self, classes: Sequence[int] | None = None) -> NDArray[np.integer]:
        """Return seeds for `segment` that make classes of these clusters.

        The surest pixels of each cluster are painted: the quarter nearest to its centre, thinned evenly to
        at most 2000 pixels.

        Parameters
        ----------
        classes : sequence of k int, optional
            The class of each cluster; several clusters may share one, and 0 leaves a cluster out. Default
            ``1, 2, ..., k``: the largest cluster is the background.

        Returns
        -------
        ndarray (*spatial,), uint8 (uint16 or int64 if the values need it)

        Raises
        ------
        SeededKMeansError
            When there is not one class per cluster.
        """
        values = check_classes(classes, len(self.centers))
        distances = np.linalg.norm(self.table.points - self.centers[self.color_labels], axis=1)
        distance = self.table.spread(distances.astype(np.float32), np.inf).ravel()
        labels = self.labels.ravel()
        fits_small = values.min() >= 0 and values.max() <= 255
        seeds = np.zeros(labels.shape, np.uint8 if fits_small else values.dtype)
        for cluster in np.flatnonzero(values):
            own = np.flatnonzero(labels == cluster)
            sure = own[distance[own] <= np.quantile(distance[own], _SEED_SHARE)]
            seeds[sure[:: -(-len(sure) // _MAX_SEEDS_PX)]] = values[cluster]
        return seeds.reshape(self.labels.shape)


def cluster_image(
    image: ArrayLike,
    n_clusters: int,
    *,
    color_space: ClusterSpace = "rgb",
    channel_axis: int | None = None,
    random_state: int = 0,
    cancel: Cancel | None = None,
) -> ClusteredImage:
    """Redraw an image in K colours.

    Parameters
    ----------
    image : array (*spatial,) or with one more axis, any real dtype
        NaN and infinite pixels take no part.
    n_clusters : int
        From 1 to 256. An image of fewer colours gets fewer clusters, and a warning.
    color_space : {"rgb", "hsv", "lab", "intensity"}
        Where colours are compared. "rgb" takes the channels as they are, whatever they are, and so is also
        for grey and multichannel images. "hsv" is the cone (s v cos h, s v sin h, v), in which hues of 359
        and 1 degrees are neighbours.
    channel_axis : int, optional
        Which axis holds the channels; default the last of three or more axes if it has length 3 or 4, else
        none. A fourth channel is then opacity and takes no part; with `channel_axis`, that of uint8 is.
    random_state : int
        Seed of the generator; the same seed gives the same bits.
    cancel : callable, optional
        Asked now and then; once it answers True, `CancelledError` is raised.

    Returns
    -------
    ClusteredImage

    Raises
    ------
    SeededKMeansError
        When an argument is unusable; the sentence names it and its value.
    """
    check_n_clusters(n_clusters)
    every_k = EveryK(image, color_space, channel_axis=channel_axis, random_state=random_state)
    found = every_k.image(n_clusters, cancel)
    if len(found.centers) < n_clusters:
        warn(
            f"n_clusters is {n_clusters} but image has only {len(found.centers)} distinct colours: "
            f"{len(found.centers)} clusters are returned.",
        )
    return found


class EveryK:
    """The clusters of one image for every K, each found when it is first asked for, and kept.

    Not for several threads at the same time.

    Parameters
    ----------
    image, color_space, channel_axis, random_state
        As in `cluster_image`, which finds the same clusters. The image is not looked at before it has to be.
    is_quick : bool
        Find clusters as `remove_background` does.
    """

    def __init__(
        self,
        image: ArrayLike,
        color_space: str,
        *,
        channel_axis: int | None = None,
        is_quick: bool = False,
        random_state: int = 0,
    ) -> None:
        self._image = image
        self._color_space = color_space
        self._channel_axis = channel_axis
        self._is_quick = is_quick
        self._random_state = random_state
        self._table: ColorTable | None = None
        self._found: dict[int, Clusters] = {}

    def table(self, cancel: Cancel | None = None) -> ColorTable:
        """Return the colours of the image."""
        if self._table is None:
            self._table = make_color_table(
                self._image,
                self._color_space,
                channel_axis=self._channel_axis,
                is_quick=self._is_quick,
                cancel=cancel,
            )
        return self._table

    def clusters(self, n_clusters: int, cancel: Cancel | None = None) -> Clusters:
        """Return the clusters for one K; fewer, in silence, where there are fewer colours."""
        if n_clusters not in self._found:
            table = self.table(cancel)
            self._found[n_clusters] = find_clusters(
                table,
                n_clusters,
                is_quick=self._is_quick,
                random_state=self._random_state,
                cancel=cancel,
            )
        return self._found[n_clusters]

    def find_all(self, k_max: int, cancel: Cancel | None = None) -> None:
        """Find the clusters for every K up to `k_max` in one pass, where that can be done: on a line."""
        table = self.table(cancel)
        if table.points.shape[1] > 1 or self._is_quick:
            return
        self._found.update(find_all_on_a_line(table, k_max, cancel))

    def image(self, n_clusters: int, cancel: Cancel | None = None) -> ClusteredImage:
        """Return the image in K colours."""
        return apply_clusters(self.table(cancel), self.clusters(n_clusters, cancel))

    def next_missing(self, n_clusters: int, k_max: int) -> int | None:
        """Return the K nearest to `n_clusters` that nobody asked for yet; None when none is left."""
        missing = set(range(1, k_max + 1)) - self._found.keys()
        return min(missing, key=lambda k: (abs(k - n_clusters), k), default=None)


def apply_clusters(table: ColorTable, clusters: Clusters) -> ClusteredImage:
    """Carry clusters of colours to the pixels."""
    labels = table.spread(clusters.labels.astype(np.int16), NOWHERE)
    shares = clusters.sizes / clusters.sizes.sum()
    return ClusteredImage(labels, clusters.centers, clusters.inertia, shares, table, clusters.labels)


def _draw(
    image: NDArray[Any], channel_axis: int | None, labels: NDArray[np.integer], colors: NDArray[np.float64]
) -> NDArray[Any]:
    """Return `image` (channels last) with every pixel in the colour of its label, as it was given."""
    if image.dtype.kind in "iu":
        palette = np.rint(colors).astype(image.dtype)
    else:
        # The label of pixels that are not finite is -1, which takes the last row.
        palette = np.vstack([colors, np.full(colors.shape[1], np.nan)]).astype(image.dtype)
    drawn: NDArray[Any] = palette[labels]
    if channel_axis is None:
        return drawn[..., 0]
    if image.shape[-1] > drawn.shape[-1]:
        drawn = np.concatenate([drawn, image[..., drawn.shape[-1] :]], axis=-1)
    return np.moveaxis(drawn, -1, channel_axis)


def check_classes(classes: Sequence[int] | None, n_clusters: int) -> NDArray[np.integer]:
    """Return the class of each cluster, by default 1, 2, ...; or say that this is not one per cluster."""
    values = np.arange(1, n_clusters + 1) if classes is None else np.asarray(classes)
    if values.shape != (n_clusters,) or values.dtype.kind not in "iu":
        raise SeededKMeansError(f"classes must be {n_clusters} integers, one per cluster, not {classes!r}.")
    return values


def check_n_clusters(n_clusters: int, *, name: str = "n_clusters", at_least: int = 1) -> None:
    """Say so when this is not a number of clusters."""
    if not isinstance(n_clusters, numbers.Integral) or not at_least <= n_clusters <= MAX_CLUSTERS:
        raise SeededKMeansError(
            f"{name} must be an integer from {at_least} to {MAX_CLUSTERS}, not {n_clusters!r}."
        )
