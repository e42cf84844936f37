"""The public face: `segment` in one call, `SeededKMeans` to fit once and predict many."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .core import model as core
from .core.choices import Choices, choices_of
from .core.class_colors import check_color, class_color, class_name
from .core.cleanup import background_class
from .core.close_up import features_at
from .core.cluster_map import cluster_map
from .core.cluster_model import model_of_clusters
from .core.clustering import ClusteredImage
from .core.errors import SeededKMeansError
from .core.features import check_image
from .core.label_table import table_of
from .core.left_out import EstimatedAccuracy, estimate_of_pairs
from .core.model import Model, OnFit, Result
from .core.palette_edits import NO_EDITS, PaletteEdits
from .core.params import Params, make_params
from .core.recorder import Recorder
from .core.region import Part
from .core.score_maps import Maps
from .core.spread import Spread
from .core.swatches import cluster_colors
from .core.threads import Cancel, Progress
from .core.training import Training
from .core.workspace import Shelf
from .io.models import read_model, write_model


@dataclass(frozen=True, eq=False)
class Segmentation:
    """What `segment` found.

    Attributes
    ----------
    labels : ndarray (*spatial,), the seeds' dtype
        Class values as painted; 0 only where the image is NaN or infinite.
    classes : tuple of int
        The class values, ascending.
    model : SeededKMeans
        The fitted model.
    spread : {"everywhere", "strokes"}
        What the strokes were taken to mean.
    maps : Maps
        What is known of every pixel beside its label, or worked out when it is asked for.
    """

    labels: NDArray[np.integer]
    classes: tuple[int, ...]
    model: "SeededKMeans"
    spread: Spread
    maps: Maps = field(repr=False)

    @property
    def scores(self) -> NDArray[np.float32]:
        """Score of every class (n_classes, *spatial), in the order of `classes`; sums to 1 over classes."""
        return self.maps.scores

    @property
    def uncertainty(self) -> NDArray[np.float32]:
        """From 0 (one class stands out) to 1 (the two best are equal), (*spatial,)."""
        return self.maps.uncertainty

    @property
    def strangeness(self) -> NDArray[np.float32]:
        """Distance (*spatial,) to the nearest cluster of any class, over how far its painted pixels lie.

        Up to about 1 a pixel is like those that were painted, from 4 it is none of these.
        """
        return self.maps.strangeness

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Where the labels are a class other than background; shape (*spatial,), bool."""
        background = background_class(self.classes)
        mask: NDArray[np.bool_] = (self.labels != background) & (self.labels != 0)
        return mask

    @property
    def choices(self) -> Choices:
        """What was chosen automatically; ``choices.pinned(params)`` keeps it."""
        return self.model.choices


def segment(
    image: ArrayLike,
    seeds: ArrayLike,
    *,
    channel_axis: int | None = None,
    spacing: float | tuple[float, ...] | None = None,
    random_state: int = 0,
    preset: str = "auto",
    edits: PaletteEdits | None = None,
    ignore: int | Collection[int] = (),
    region: ArrayLike | None = None,
    shelf: Shelf | None = None,
    on_sketch: OnFit | None = None,
    on_fit: OnFit | None = None,
    lazy: bool = False,
    cancel: Cancel | None = None,
    progress: Progress | None = None,
    **params: Any,
) -> Segmentation:
    """Segment an image from seeds painted on it.

    Parameters
    ----------
    image : array (*spatial,) or with one more axis, any real dtype
        The extra axis, if any, holds the channels. NaN and infinite pixels take no part and get label 0.
    seeds : array (*spatial,), integer
        0 = not painted, any other value is a class; by convention 1 = background, 2 = foreground.
    channel_axis : int, optional
        Which axis of `image` holds the channels; default the last, if there is one more than in `seeds`.
    spacing : float or tuple of float, optional
        Size of a pixel along each spatial axis, in any unit; default 1. With ``inf`` for the first axis its
        planes are *frames*, such as those of a time series: each is segmented by itself, by what the strokes
        on all of them teach.
    random_state : int
        Seed of the generator; the same seed gives the same bits.
    preset : {"auto", "classic"}
        Where the settings start from.
    edits : PaletteEdits, optional
        What a person changed in the palette.
    ignore : int or collection of int
        Class values that teach nothing: the pixels painted with them are treated like NaN, and get label 0.
    region : array (*spatial,), optional
        Nonzero inside. Outside nothing is computed, strokes teach nothing, and labels are 0.
    shelf : Shelf, optional
        Keeps what depends on the image alone; the next call with the same shelf and image is faster.
    on_sketch : callable, optional
        Called before `on_fit`, and like it, with a model that was fitted in a hurry: nearly as good.
    on_fit : callable, optional
        Called once with the fitted `core.model.Model`, the image's workspace, the seeds that count and where
        the image counts (*spatial,), before the model is applied to the image.
    lazy : bool
        Work out scores, uncertainty and strangeness when they are asked for. Until then the result keeps
        all that is needed for it, which may be many times as large as they are.
    cancel : callable, optional
        Asked now and then; once it answers True, `CancelledError` is raised.
    progress : callable, optional
        Called as ``progress(done, total)`` from the calling thread.
    **params
        Settings by name: the fields of :class:`~napari_seeded_kmeans.core.params.Params`.

    Returns
    -------
    Segmentation

    Raises
    ------
    SeededKMeansError
        When an argument is unusable; the sentence names it and its value.
    """
    part = Part(image, seeds, channel_axis, ignore, region)
    heeded = (edits or NO_EDITS).ignoring(part.ignored)
    estimator = SeededKMeans(preset=preset, random_state=random_state, edits=heeded, **params)
    estimator.model_, found = core.segment(
        part.image,
        part.seeds,
        estimator.params,
        channel_axis=channel_axis,
        spacing=_check_spacing(spacing, np.ndim(seeds)),
        edits=heeded.placed(part.place_of),
        valid=part.valid,
        random_state=random_state,
        shelf=shelf,
        on_sketch=on_sketch,
        on_fit=on_fit,
        lazy=lazy,
        cancel=cancel,
        progress=progress,
    )
    estimator.spread_ = found.spread
    pairs = Recorder([(part.image, part.seeds)], channel_axis)
    list(pairs)
    # Worked out when somebody asks: a person who paints does not.
    estimator._training = partial(pairs.training, estimator.model_, (), random_state)
    labels, maps, spread = part.whole(found)
    return Segmentation(labels, estimator.model_.classes, estimator, spread, maps)


class SeededKMeans:
    """A palette of clusters per class, learnt from strokes; fit once, predict many.

    Parameters
    ----------
    preset : {"auto", "classic"}
        Where the settings start from.
    random_state : int
        Seed of the generator.
    edits : PaletteEdits, optional
        What a person changed in the palette; every fit takes it into account.
    **params
        Settings by name: the fields of :class:`~napari_seeded_kmeans.core.params.Params`.

    Attributes
    ----------
    params : Params
        The settings.
    model_ : Model or None
        What was fitted; None before `fit`.
    spread_ : {"everywhere", "strokes"} or None
        What `segment` took the strokes to mean; None for models that were only fitted.
    accuracy_ : EstimatedAccuracy or None
        What `estimate_accuracy` found; None where nobody asked.
    names, colors : dict of int to str
        What a class is called and its colour as ``"#rrggbb"``, where they differ from `class_name` and
        `class_color`; saved with the model.
    """

    def __init__(
        self,
        *,
        preset: str = "auto",
        random_state: int = 0,
        edits: PaletteEdits | None = None,
        **params: Any,
    ) -> None:
        self.params: Params = make_params(preset, **params)
        self.edits = edits or NO_EDITS
        self.random_state = random_state
        self.model_: Model | None = None
        self._training: Training | Callable[[], Training] | None = None
        self.spread_: Spread | None = None
        self.accuracy_: EstimatedAccuracy | None = None
        self.names: dict[int, str] = {}
        self.colors: dict[int, str] = {}

    @property
    def training_(self) -> Training | None:
        """What it was fitted to; None before `fit` and for models without a record."""
        if callable(self._training):
            self._training = self._training()
        return self._training

    @property
    def classes(self) -> tuple[int, ...]:
        """The class values, ascending."""
        return self._fitted().classes

    @property
    def choices(self) -> Choices:
        """What was chosen automatically; ``choices.pinned(params)`` keeps it."""
        return choices_of(self._fitted(), self.spread_)

    def summary(self) -> dict[str, str]:
        """Return what was chosen automatically and how sure it is in words for people, by title."""
        lines = self.choices.in_words(self.name_of)
        if self.accuracy_ is not None:
            lines["Estimated accuracy"] = self.accuracy_.in_words(self.name_of)
        return lines

    def name_of(self, value: int) -> str:
        """Return what a class is called."""
        return self.names.get(value) or class_name(value)

    def color_of(self, value: int) -> str:
        """Return the colour of a class as ``"#rrggbb"``."""
        return self.colors.get(value) or class_color(value)

    def fit(self, image: ArrayLike, seeds: ArrayLike, *, channel_axis: int | None = None) -> Self:
        """Learn the palettes from seeds painted on an image; see `segment` for the arguments."""
        pairs = Recorder([(image, seeds)], channel_axis)
        for one_image, one_seeds in pairs:
            self.model_ = core.fit(
                one_image,
                one_seeds,
                self.params,
                channel_axis=channel_axis,
                edits=self.edits,
                random_state=self.random_state,
            )
        self._training = pairs.training(self._fitted(), (), self.random_state)
        self.spread_ = self.accuracy_ = None
        return self

    def fit_many(
        self,
        pairs: Iterable[tuple[ArrayLike, ArrayLike]],
        *,
        names: Sequence[str] = (),
        channel_axis: int | None = None,
    ) -> Self:
        """Learn one set of palettes from seeds painted on several images of one kind.

        Parameters
        ----------
        pairs : iterable of (image, seeds)
            Taken one by one, so that a generator may read them from files. An image need not show
            every class.
        names : sequence of str
            What the images are called in the training record.
        channel_axis : int, optional
            As in `segment`, for every image.

        Raises
        ------
        SeededKMeansError
            When a pair is unusable, or the images do not fit each other; the sentence counts from 1.
        """
        record = Recorder(pairs, channel_axis)
        self.model_ = core.fit_many(
            record,
            self.params,
            channel_axis=channel_axis,
            edits=self.edits,
            random_state=self.random_state,
        )
        self._training = record.training(self.model_, names, self.random_state)
        self.spread_ = self.accuracy_ = None
        return self

    def estimate_accuracy(
        self, pairs: Iterable[tuple[ArrayLike, ArrayLike]], *, channel_axis: int | None = None
    ) -> EstimatedAccuracy:
        """Estimate from the strokes alone how well they tell the classes apart; saved with the model.

        Every stroke in turn is left out and predicted from the others: this costs a few fits. It says how
        well the classes differ in colour and texture, not how good the outline of a single thing is. Edits of
        the palette are not taken into account.

        Parameters
        ----------
        pairs : iterable of (image, seeds)
            What the model was fitted to.
        channel_axis : int, optional
            As in `segment`, for every image.

        Raises
        ------
        SeededKMeansError
            When a pair is unusable, or no class has more than one painted pixel.
        """
        # Features are those of the model, whose planes may be frames.
        spacing = None if self.model_ is None else self.model_.recipe.spacing
        self.accuracy_ = estimate_of_pairs(
            pairs, self.params, channel_axis=channel_axis, spacing=spacing, random_state=self.random_state
        )
        return self.accuracy_

    @classmethod
    def from_clusters(
        cls, clusters: ClusteredImage, classes: Sequence[int] | None = None, **params: Any
    ) -> Self:
        """Return the model whose palette is the clusters of an image, without any seeds.

        On that image it predicts just these clusters; on others every pixel goes to the class of its nearest.

        Parameters
        ----------
        clusters : ClusteredImage
            Of `cluster_image`, or of an `Elbow`.
        classes : sequence of k int, optional
            The class of each cluster; several clusters may share one, and 0 leaves a cluster out. Default
            ``1, 2, ..., k``: the largest cluster is the background.
        **params
            Settings that are to differ, such as ``min_size_px=30``.

        Raises
        ------
        SeededKMeansError
            When there is not one class per cluster, or there are fewer than two classes.
        """
        fitted = model_of_clusters(clusters, classes, **params)
        estimator = cls()
        estimator.params, estimator.model_ = fitted.params, fitted
        pairs = Recorder([(clusters.table.image, clusters.labels + 1)], None)
        list(pairs)
        estimator._training = pairs.training(fitted, (), estimator.random_state)
        return estimator

    def predict(
        self,
        image: ArrayLike,
        *,
        channel_axis: int | None = None,
        spacing: float | tuple[float, ...] | None = None,
    ) -> NDArray[np.integer]:
        """Return the labels (*spatial,) of an image of the kind that was painted on.

        With ``inf`` for the first number of `spacing`, its planes are segmented one by one, see `segment`.
        """
        table, array = table_of(self._fitted()), check_image(image)
        if channel_axis is None and table.takes(array):
            n_spatial = array.ndim - (table.model.recipe.n_channels > 0)
            return table.predict(array, spacing=_check_spacing(spacing, n_spatial)).astype(np.int64)
        return self._apply(image, channel_axis, spacing).labels

    def scores(
        self,
        image: ArrayLike,
        *,
        channel_axis: int | None = None,
        spacing: float | tuple[float, ...] | None = None,
    ) -> NDArray[np.float32]:
        """Return the class scores (n_classes, *spatial) of an image, summing to 1 over classes."""
        return self._apply(image, channel_axis, spacing).maps.scores

    def cluster_map(self, image: ArrayLike, *, channel_axis: int | None = None) -> NDArray[np.uint16]:
        """Return the row of `palette_colors` every pixel (*spatial,) is nearest to, from 1 on; 0 for NaN."""
        return cluster_map(self._fitted(), image, channel_axis=channel_axis)

    def features_at(
        self, image: ArrayLike, position: tuple[int, ...], *, channel_axis: int | None = None
    ) -> NDArray[np.float32]:
        """Return all features (d,) of one pixel, as `PaletteEdits.with_color` takes them."""
        model = self._fitted()
        if model.recipe.n_channels and channel_axis is None:
            channel_axis = -1
        return features_at(check_image(image, None, channel_axis), position, model.recipe)

    @property
    def palette_colors(self) -> NDArray[np.float64]:
        """The colour of each cluster in the image's own values, (k, c); those of a class stand together."""
        model = self._fitted()
        return cluster_colors(model.palette.centers, model.recipe)

    def save(self, path: str | Path) -> None:
        """Write the model as JSON; the file is complete or not there."""
        write_model(self.to_dict(), path)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Return the model saved in `path`; opening it runs nothing."""
        return cls.from_dict(read_model(path))

    def to_dict(self) -> dict[str, Any]:
        """Return the fitted model in a JSON-ready form."""
        legend = [
            {"value": value, "name": self.name_of(value), "color": self.color_of(value)}
            for value in self.classes
        ]
        return {
            **self._fitted().to_dict(),
            "spread": self.spread_,
            "legend": legend,
            "palette_edits": self.edits.to_dict() if self.edits else None,
            "training": None if self.training_ is None else self.training_.to_dict(),
            "estimated_accuracy": None if self.accuracy_ is None else self.accuracy_.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the model that `to_dict` described.

        Raises
        ------
        SeededKMeansError
            When something is missing or of the wrong kind.
        """
        model = Model.from_dict(data)
        estimator = cls()
        estimator.params, estimator.model_ = model.params, model
        if data.get("palette_edits") is not None:
            estimator.edits = PaletteEdits.from_dict(data["palette_edits"])
        try:
            # Models of earlier releases have neither legend nor record.
            legend = {int(row["value"]): row for row in data.get("legend") or ()}
            estimator.names = {value: str(row["name"]) for value, row in legend.items()}
            estimator.colors = {value: check_color(row["color"]) for value, row in legend.items()}
        except (KeyError, TypeError, ValueError) as error:
            raise SeededKMeansError(f"model is not usable: its legend has {error!r}.") from None
        estimator.spread_ = _read_spread(data)
        if data.get("estimated_accuracy") is not None:
            estimator.accuracy_ = EstimatedAccuracy.from_dict(data["estimated_accuracy"])
        if data.get("training") is not None:
            training = estimator._training = Training.from_dict(data["training"])
            estimator.random_state = training.random_state
        return estimator

    def _fitted(self) -> Model:
        if self.model_ is None:
            raise SeededKMeansError("model is not fitted: call fit(image, seeds) first.")
        return self.model_

    def _apply(
        self, image: ArrayLike, channel_axis: int | None, spacing: float | tuple[float, ...] | None
    ) -> Result:
        model = self._fitted()
        n_spatial = np.ndim(image) - (model.recipe.n_channels > 0)
        return core.predict(
            model, image, channel_axis=channel_axis, spacing=_check_spacing(spacing, n_spatial)
        )


def _read_spread(data: Mapping[str, Any]) -> Spread | None:
    """Return what a saved model says of its strokes; models of earlier releases say nothing."""
    spread: Spread | None = data.get("spread")
    if spread not in (None, *get_args(Spread)):
        raise SeededKMeansError(f"model is not usable: its spread is {spread!r}.")
    return spread


def _check_spacing(spacing: float | tuple[float, ...] | None, n_spatial: int) -> tuple[float, ...] | None:
    """Return one positive pixel size per spatial axis, the first perhaps infinite."""
    if spacing is None:
        return None
    sizes = np.asarray(spacing, float)
    finite = sizes[1:] if n_spatial > 1 and sizes.shape == (n_spatial,) and sizes[0] == np.inf else sizes
    if sizes.shape not in ((), (n_spatial,)) or not (np.isfinite(finite) & (finite > 0)).all():
        raise SeededKMeansError(
            f"spacing must be one positive number, or one for each of {n_spatial} axes, not {spacing!r}."
        )
    return tuple(float(size) for size in np.broadcast_to(sizes, n_spatial))
