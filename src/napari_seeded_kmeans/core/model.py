"""Fit once, predict many: the way from image and seeds to a model, scores and labels.

A :class:`Model` is a value: it can be written as JSON, compared and passed to
other threads and processes. The functions here hold no state and touch no files.
"""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from .cleanup import clean
from .errors import CancelledError, SeededKMeansError, SeededKMeansWarning
from .features import FeatureRecipe, check_image, compute_features, resolve_recipe
from .kmeans import kmeans
from .palette import Palette
from .params import Params, make_params
from .scores import class_scores, uncertainty
from .seeds import check_seed_image, check_seeds, seed_classes
from .threads import Cancel, Progress

# Wide enough that a colour between two clusters of a class still belongs to it.
_BANDWIDTH_IN_SPREADS = 2.0


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted seeded K-means: palettes of clusters and how to apply them.

    Attributes
    ----------
    params : Params
        The settings as they were asked for.
    recipe : FeatureRecipe
        How features are made, with nothing left automatic.
    palette : Palette
        The clusters of all classes.
    bandwidth : float
        Distance in feature units over which likeness to a cluster falls by e.
    n_seeds : tuple of int
        Painted pixels per class, in the order of `classes`.
    """

    params: Params
    recipe: FeatureRecipe
    palette: Palette
    bandwidth: float
    n_seeds: tuple[int, ...]

    @property
    def classes(self) -> tuple[int, ...]:
        """The class values, ascending."""
        return seed_classes(self.palette.classes)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready form; floats come back bit for bit."""
        return {
            "params": self.params.model_dump(),
            "features": self.recipe.to_dict(),
            "bandwidth": self.bandwidth,
            "classes": [
                {
                    "value": value,
                    "n_seeds": n_seeds,
                    "centers": centers.tolist(),
                    "shares": shares.tolist(),
                }
                for value, n_seeds in zip(self.classes, self.n_seeds, strict=True)
                for centers, shares in [self.palette.of(value)]
            ],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Model":
        """Return the model that `to_dict` described.

        Raises
        ------
        SeededKMeansError
            When something is missing or of the wrong kind.
        """
        try:
            rows = data["classes"]
            n_clusters = [len(row["shares"]) for row in rows]
            palette = Palette(
                np.concatenate([np.asarray(row["centers"], np.float64) for row in rows]),
                np.repeat(np.array([row["value"] for row in rows], np.int64), n_clusters),
                np.concatenate([np.asarray(row["shares"], np.float64) for row in rows]),
            )
            return cls(
                make_params(**data["params"]),
                FeatureRecipe(**data["features"]),
                palette,
                float(data["bandwidth"]),
                tuple(int(row["n_seeds"]) for row in rows),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise SeededKMeansError(f"model is not usable: {error!r}.") from None


class Result(NamedTuple):
    """What applying a model to an image gives; shapes as in `Segmentation`."""

    labels: NDArray[np.integer]
    scores: NDArray[np.float32]
    uncertainty: NDArray[np.float32]


def segment(
    image: ArrayLike,
    seeds: ArrayLike,
    params: Params,
    *,
    channel_axis: int | None = None,
    spacing: tuple[float, ...] | None = None,
    random_state: int = 0,
    cancel: Cancel | None = None,
    progress: Progress | None = None,
) -> tuple[Model, Result]:
    """Fit a model to the strokes on an image and apply it to that image."""
    steps = _Steps(4, cancel, progress)
    array = check_image(image, np.ndim(seeds), channel_axis)
    painted = check_seeds(seeds, array.shape[: np.ndim(seeds)])
    recipe = resolve_recipe(
        array,
        has_channels=array.ndim > painted.ndim,
        color_space=params.color_space,
        blur_sigma_px=params.blur_sigma_px,
    )
    features = compute_features(array, recipe)
    steps.done()
    model = _fit_features(features, painted, params, recipe, random_state)
    steps.done()
    result = _apply(model, features, painted, spacing, steps)
    return model, result


def fit(
    image: ArrayLike,
    seeds: ArrayLike,
    params: Params,
    *,
    channel_axis: int | None = None,
    random_state: int = 0,
) -> Model:
    """Fit a model to the strokes on an image."""
    array = check_image(image, np.ndim(seeds), channel_axis)
    painted = check_seeds(seeds, array.shape[: np.ndim(seeds)])
    recipe = resolve_recipe(
        array,
        has_channels=array.ndim > painted.ndim,
        color_space=params.color_space,
        blur_sigma_px=params.blur_sigma_px,
    )
    return _fit_features(compute_features(array, recipe), painted, params, recipe, random_state)


def fit_many(
    pairs: Iterable[tuple[ArrayLike, ArrayLike]],
    params: Params,
    *,
    channel_axis: int | None = None,
    random_state: int = 0,
) -> Model:
    """Fit one model to the strokes on several images of one kind.

    An image need not show every class; what is left automatic is settled by
    the first. The pairs are taken one by one and only painted pixels are kept.
    """
    recipe: FeatureRecipe | None = None
    samples, values = [], []
    for number, (image, seeds) in enumerate(pairs, start=1):
        try:
            array = check_image(image, np.ndim(seeds), channel_axis)
            painted = check_seed_image(seeds, array.shape[: np.ndim(seeds)])
            if recipe is None:
                recipe = resolve_recipe(
                    array,
                    has_channels=array.ndim > painted.ndim,
                    color_space=params.color_space,
                    blur_sigma_px=params.blur_sigma_px,
                )
            samples.append(compute_features(array, recipe)[painted != 0])
            values.append(painted[painted != 0])
        except SeededKMeansError as error:
            raise SeededKMeansError(f"pair {number}: {error}") from None
    if recipe is None:
        raise SeededKMeansError("pairs are empty: give at least one image and its seeds.")
    taught = np.concatenate(values)
    check_seeds(taught, taught.shape)
    return _fit_features(np.concatenate(samples), taught, params, recipe, random_state)


def predict(
    model: Model,
    image: ArrayLike,
    *,
    channel_axis: int | None = None,
    spacing: tuple[float, ...] | None = None,
    cancel: Cancel | None = None,
    progress: Progress | None = None,
) -> Result:
    """Apply a model to another image of the same kind."""
    steps = _Steps(3, cancel, progress)
    if model.recipe.n_channels and channel_axis is None:
        channel_axis = -1
    array = check_image(image, None, channel_axis)
    features = compute_features(array, model.recipe)
    steps.done()
    return _apply(model, features, None, spacing, steps)


class _Steps:
    """Counts the stages of a run, and stops it between two of them."""

    def __init__(self, total: int, cancel: Cancel | None, progress: Progress | None) -> None:
        self.cancel = cancel
        self._total = total
        self._progress = progress
        self._n_done = 0

    def done(self) -> None:
        self._n_done += 1
        if self._progress is not None:
            self._progress(self._n_done, self._total)
        if self.cancel is not None and self.cancel():
            raise CancelledError


def _fit_features(
    features: NDArray[np.float32],
    seeds: NDArray[np.integer],
    params: Params,
    recipe: FeatureRecipe,
    random_state: int,
) -> Model:
    """K-means per class on the painted pixels that have finite features."""
    painted = seeds != 0
    samples = features[painted]
    values = seeds[painted]
    finite = np.isfinite(samples).all(axis=-1)
    samples, values = samples[finite], values[finite]
    classes = seed_classes(seeds)
    centers, shares, distances, n_seeds = [], [], [], []
    for value in classes:
        own = samples[values == value]
        if not len(own):
            raise SeededKMeansError(f"seeds of class {value} lie only on pixels that are NaN or infinite.")
        result = kmeans(own, _affordable_clusters(own, value, params), random_state=random_state)
        centers.append(result.centers)
        n_seeds.append(len(own))
        counts = np.bincount(result.labels, minlength=len(result.centers))
        shares.append(counts / counts.sum() if params.cluster_weights == "share" else _equal(len(counts)))
        distances.append(np.linalg.norm(own - result.centers[result.labels], axis=1))
    palette = Palette(
        np.concatenate(centers),
        np.repeat(np.array(classes, np.int64), [len(rows) for rows in centers]),
        np.concatenate(shares),
    )
    bandwidth = params.bandwidth or _bandwidth(np.concatenate(distances), samples)
    return Model(params, recipe, palette, bandwidth, tuple(n_seeds))


def _affordable_clusters(samples: NDArray[np.float32], class_value: int, params: Params) -> int:
    """Return `n_clusters`, or the number of distinct samples where there are fewer."""
    wanted = params.n_clusters
    # A look at the first rows settles it for nearly every image.
    if len(np.unique(samples[: 8 * wanted], axis=0)) >= wanted:
        return wanted
    n_distinct = len(np.unique(samples, axis=0))
    if n_distinct < wanted and "n_clusters" in params.model_fields_set:
        warnings.warn(
            f"Class {class_value} was painted on {n_distinct} distinct colours only: "
            f"n_clusters is {n_distinct} there instead of {wanted}.",
            SeededKMeansWarning,
            stacklevel=2,
        )
    return min(wanted, n_distinct)


def _equal(n: int) -> NDArray[np.float64]:
    return np.full(n, 1 / n)


def _bandwidth(distances: NDArray[np.floating[Any]], samples: NDArray[np.float32]) -> float:
    """Learn the bandwidth from how far painted pixels lie from their nearest cluster."""
    typical = float(np.median(distances))
    if typical == 0:
        # Flat colours: any width well below their spacing gives the same answer.
        typical = float(samples.std(axis=0).max()) / 100
    return _BANDWIDTH_IN_SPREADS * typical or 1.0


def _apply(
    model: Model,
    features: NDArray[np.float32],
    seeds: NDArray[np.integer] | None,
    spacing: tuple[float, ...] | None,
    steps: _Steps,
) -> Result:
    """Scores, smoothed; the best class of every pixel, cleaned."""
    shape, classes = features.shape[:-1], model.classes
    samples = features.reshape(-1, features.shape[-1])
    finite: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(samples), axis=-1)
    if not finite.all():
        samples = np.where(finite[:, np.newaxis], samples, 0)
    palettes = [model.palette.of(value) for value in classes]
    scores = class_scores(samples, palettes, bandwidth=model.bandwidth, cancel=steps.cancel)
    steps.done()
    unknown = ~finite.reshape(shape)
    scores = scores.reshape(len(classes), *shape)
    scores[:, unknown] = np.float32(1 / len(classes))
    scores = _smooth(scores, model.params.smooth_px, spacing)
    scores[:, unknown] = np.float32(1 / len(classes))
    dtype = np.int64 if seeds is None else seeds.dtype
    labels = np.asarray(classes, dtype)[np.argmax(scores, axis=0)]
    labels = clean(labels, scores, classes, model.params, seeds)
    labels[unknown] = 0
    steps.done()
    return Result(labels, scores, uncertainty(scores))


def _smooth(
    scores: NDArray[np.float32], sigma_px: float, spacing: tuple[float, ...] | None
) -> NDArray[np.float32]:
    """Gaussian of the score maps; `sigma_px` counts pixels of the finest axis."""
    if sigma_px == 0:
        return scores
    step = np.ones(scores.ndim - 1) if spacing is None else np.asarray(spacing, float)
    sigmas = sigma_px * step.min() / step
    smoothed: NDArray[np.float32] = ndimage.gaussian_filter(scores, (0, *sigmas), mode="nearest")
    return smoothed
