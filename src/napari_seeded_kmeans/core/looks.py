"""One look at a pixel: clusters per class, and what each of them says about every class.

*Strategy.* K-means gives each class its clusters. A pixel belongs to clusters
by likeness, ``softmax(-|x - c| / bandwidth)``, and each cluster carries a
learnt weight per class: a normalised RBF network on K-means centres (Moody and
Darken, Neural Computation 1, 1989), still a palette that a person can read.
Without learnt weights it is the sum of exponentials of the source document.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._kernels import rbf
from .class_clusters import KnownClusters, find_clusters
from .errors import SeededKMeansError
from .palette import Palette
from .params import Params
from .readout import fit_readout
from .scores import class_scores, nearest_distances, rbf_scores, responsibilities
from .taught import Grouping
from .threads import Cancel

Samples = NDArray[np.float32]
Array = NDArray[np.float64]

# Wide enough that a colour between two clusters of a class still belongs to it.
_BANDWIDTH_IN_SPREADS = {"learnt": 1.0, "share": 2.0, "equal": 2.0}
_MAX_SAMPLES, _SKETCH_SAMPLES = 3000, 1000
_MIN_SAMPLES_PER_CLASS = 300
_REACH_QUANTILE = 0.9
# How much less the loss of the read-out becomes in its last step, as a share of it.
_PRECISION, _SKETCH_PRECISION = 1e-5, 1e-2


@dataclass(frozen=True, eq=False)
class Look:
    """A palette over some of the features, and how it is read.

    Attributes
    ----------
    palette : Palette
        Clusters of all classes, k rows in d features.
    bandwidth : float
        Distance in feature units over which likeness to a cluster falls by e.
    reaches : ndarray (n_classes,), float64
        How far from the nearest cluster of their class 90 % of its painted pixels lie.
    weights : ndarray (k, n_classes), float64, or None
        What a cluster says for every class; None counts every cluster for its own class.
    bias : ndarray (n_classes,), float64, or None
    voices : ndarray (k,), float64, or None
        As how many clusters at its place each counts when likeness is read; None where each counts once.
    first : int
        Which feature is the first of those it looks at.
    """

    palette: Palette
    bandwidth: float
    reaches: Array
    weights: Array | None = None
    bias: Array | None = None
    voices: Array | None = None
    first: int = 0

    @property
    def columns(self) -> slice:
        """Which features it looks at."""
        return slice(self.first, self.first + self.palette.centers.shape[1])

    @cached_property
    def _read_out(self) -> tuple[Samples, np.float32, Samples, Samples, NDArray[np.int64]]:
        """What the kernel takes: centres (d, k), 1 / bandwidth, weights, bias, and whose each centre is."""
        columns = np.ones((len(self.palette.centers), 1 + len(self.reaches)), np.float32)
        columns[:, 1:] = self.weights
        if self.voices is not None:
            # The first column adds the likenesses up: so many clusters at one place do all of this.
            columns *= self.voices.astype(np.float32)[:, np.newaxis]
        owners = np.unique(self.palette.classes, return_inverse=True)[1].astype(np.int64)
        centers = np.ascontiguousarray(self.palette.centers.T, np.float32)
        return centers, np.float32(1 / self.bandwidth), columns, np.asarray(self.bias, np.float32), owners

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready form; floats come back bit for bit."""
        return {
            "bandwidth": self.bandwidth,
            "classes": self.palette.classes.tolist(),
            "centers": self.palette.centers.tolist(),
            "shares": self.palette.shares.tolist(),
            "reaches": self.reaches.tolist(),
            "weights": None if self.weights is None else self.weights.tolist(),
            "bias": None if self.bias is None else self.bias.tolist(),
            "voices": None if self.voices is None else self.voices.tolist(),
            "first": self.first,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Look":
        """Return the look that `to_dict` described."""
        palette = Palette(
            np.asarray(data["centers"], np.float64),
            np.asarray(data["classes"], np.int64),
            np.asarray(data["shares"], np.float64),
        )
        # Files of before have neither voices nor a first feature.
        learnt = {
            name: None if data.get(name) is None else np.asarray(data[name], np.float64)
            for name in ("weights", "bias", "voices")
        }
        if len({len(palette.centers), len(palette.classes), len(palette.shares)}) != 1:
            raise ValueError("clusters without class or share")
        reaches = np.asarray(data["reaches"], np.float64)
        return cls(palette, float(data["bandwidth"]), reaches, **learnt, first=int(data.get("first", 0)))


def fit_look(
    samples: Samples,
    values: NDArray[np.integer],
    classes: tuple[int, ...],
    params: Params,
    random_state: int,
    grouping: Grouping | None = None,
    voices: Array | None = None,
    known: KnownClusters | None = None,
    *,
    first: int = 0,
    is_sketch: bool = False,
) -> Look:
    """Learn a look from painted pixels.

    Parameters
    ----------
    samples : ndarray (n, d), float32
        Finite.
    values : ndarray (n,), integer
        Their class values.
    classes : tuple of int
        Each among `values`.
    params : Params
    random_state : int
    grouping : Grouping, optional
        Pixels that are clustered by themselves; given for the clusters that edits name, and those only.
    voices : ndarray (n,), float64, optional
        How much each counts when likeness is read: a cluster that edits name counts as much as most of its
        pixels do, another one as much as its pixels do on average. Nothing else that is learnt depends on
        them.
    known : KnownClusters, optional
        Classes whose pixels are those of before are not clustered again.
    first : int
        Which feature of the image is the first of the samples.
    is_sketch : bool
        In a hurry: clusters and weights are not brought to their optimum.
    """
    kept = _thinned(values, classes)
    samples, values = samples[kept], values[kept]
    if grouping is not None:
        grouping = grouping.at(kept)
    if voices is not None:
        voices = voices[kept]
    known = known or KnownClusters()
    centers, shares, distances, reaches, loud = [], [], [], [], []
    for value in classes:
        inside = values == value
        own, groups = samples[inside], None if grouping is None else grouping.at(inside)
        cluster = known.finder((value, first), random_state, is_sketch=is_sketch)
        found, labels = find_clusters(own, value, params, cluster, groups)
        counts = np.bincount(labels, minlength=len(found))
        if voices is not None:
            heard_as = _mean_voices if grouping is None else _most_voices
            loud.append(heard_as(labels, voices[inside], len(found)))
        centers.append(np.asarray(found, np.float64))
        equal = np.full(len(counts), 1 / len(counts))
        shares.append(equal if params.cluster_weights == "equal" else counts / counts.sum())
        distances.append(np.linalg.norm(own - found[labels], axis=1))
        reaches.append(float(np.quantile(distances[-1], _REACH_QUANTILE)))
    palette = Palette(
        np.concatenate(centers),
        np.repeat(np.array(classes, np.int64), [len(rows) for rows in centers]),
        np.concatenate(shares),
    )
    spreads = _BANDWIDTH_IN_SPREADS[params.cluster_weights]
    bandwidth = params.bandwidth or _bandwidth(np.concatenate(distances), samples, spreads)
    heard = np.concatenate(loud) if loud else None
    if params.cluster_weights != "learnt":
        return Look(palette, bandwidth, np.array(reaches), voices=heard, first=first)
    precision = _PRECISION
    if is_sketch:
        precision, kept = _SKETCH_PRECISION, _thinned(values, classes, _SKETCH_SAMPLES)
        samples, values = samples[kept], values[kept]
    likeness = responsibilities(samples, palette.centers, bandwidth=bandwidth)
    weights, bias = fit_readout(likeness, np.searchsorted(classes, values), len(classes), precision)
    return Look(palette, bandwidth, np.array(reaches), weights, bias, heard, first)


def _mean_voices(labels: NDArray[np.integer], voices: Array, n_clusters: int) -> Array:
    """Return what the pixels of each cluster count on average, 1 where there are none."""
    counts = np.bincount(labels, minlength=n_clusters)
    sums = np.bincount(labels, voices, minlength=n_clusters)
    means: Array = np.where(counts > 0, sums / np.maximum(counts, 1), 1.0)
    return means


def _most_voices(labels: NDArray[np.integer], voices: Array, n_clusters: int) -> Array:
    """Return what most of the pixels of each cluster count, the greater of two as frequent.

    A few pixels always lie nearer to a cluster than its cell reaches: on average a weight of 3 would be 2.9,
    which nobody typed.
    """
    heard, best = np.ones(n_clusters), np.zeros(n_clusters, np.intp)
    for voice in np.unique(voices).tolist():
        counts = np.bincount(labels[voices == voice], minlength=n_clusters)
        is_more = (counts > 0) & (counts >= best)
        heard[is_more], best[is_more] = voice, counts[is_more]
    return heard


def read_planes(look: Look, planes: Samples, classes: tuple[int, ...]) -> tuple[Samples, Samples]:
    """Return scores and strangeness, both (n_classes, n), of finite features (d or more, n), C order."""
    if look.weights is None:
        return look_scores(look, planes.T, classes), strangeness(look, planes.T, classes)
    centers, inverse, columns, bias, owners = look._read_out
    scores = np.empty((len(classes), planes.shape[1]), np.float32)
    nearest = np.empty_like(scores)
    rbf.rbf_scores(planes[look.columns], centers, inverse, columns, bias, owners, scores, nearest)
    nearest *= (look.bandwidth / least_reaches(look)).astype(np.float32)[:, np.newaxis]
    return scores, nearest


def look_scores(
    look: Look, samples: Samples, classes: tuple[int, ...], cancel: Cancel | None = None
) -> NDArray[np.float32]:
    """Return class scores (n_classes, n) of samples (n, d or more)."""
    seen = samples[:, look.columns]
    if look.weights is None or look.bias is None:
        palette = look.palette
        if look.voices is not None:
            palette = replace(palette, shares=palette.shares * look.voices)
        palettes = [palette.of(value) for value in classes]
        return class_scores(seen, palettes, bandwidth=look.bandwidth, cancel=cancel)
    return rbf_scores(
        seen,
        look.palette.centers,
        look.weights,
        look.bias,
        bandwidth=look.bandwidth,
        voices=look.voices,
        cancel=cancel,
    )


def strangeness(look: Look, samples: Samples, classes: tuple[int, ...]) -> NDArray[np.float32]:
    """Return (n_classes, n): distance to the nearest cluster of each class over the class's reach.

    Up to 1 a pixel is like the painted ones; far beyond it is none of these.
    """
    palettes = [look.palette.of(value) for value in classes]
    distances = nearest_distances(samples[:, look.columns], palettes)
    return distances / least_reaches(look).astype(np.float32)[:, np.newaxis]


def least_reaches(look: Look) -> Array:
    """Return the reaches, none of them too small to divide by."""
    reaches: Array = np.maximum(look.reaches, max(1e-3 * look.bandwidth, 1e-12))
    return reaches


def _thinned(
    values: NDArray[np.integer], classes: tuple[int, ...], n_samples: int = _MAX_SAMPLES
) -> NDArray[np.bool_]:
    """Return which pixels to keep: evenly spaced ones of classes with very many."""
    most = max(n_samples // len(classes), _MIN_SAMPLES_PER_CLASS)
    kept = np.ones(len(values), bool)
    for value in classes:
        own = np.flatnonzero(values == value)
        if len(own) > most:
            kept[own] = False
            kept[own[np.linspace(0, len(own) - 1, most).astype(int)]] = True
    return kept


def _bandwidth(distances: NDArray[np.floating[Any]], samples: Samples, spreads: float) -> float:
    """Learn the bandwidth from how far painted pixels lie from their nearest cluster."""
    typical = float(np.median(distances))
    if typical == 0:
        # Flat colours: any width well below their spacing gives the same answer.
        typical = float(samples.std(axis=0).max()) / 100
    return spreads * typical or 1.0


def check_painted(values: NDArray[np.integer], classes: tuple[int, ...]) -> None:
    """Refuse classes that no finite pixel was painted with."""
    for value in classes:
        if not (values == value).any():
            raise SeededKMeansError(f"seeds of class {value} lie only on pixels that are NaN or infinite.")
