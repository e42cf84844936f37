"""The public face: `segment` in one call, `SeededKMeans` to fit once and predict many."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .core import model as core
from .core.cleanup import background_class
from .core.errors import SeededKMeansError
from .core.model import Model, Result
from .core.params import Params, make_params
from .core.threads import Cancel, Progress
from .io.models import read_model, write_model


@dataclass(frozen=True, eq=False)
class Segmentation:
    """What `segment` found.

    Attributes
    ----------
    labels : ndarray (*spatial,), the seeds' dtype
        Class values as painted; 0 only where the image is NaN or infinite.
    scores : ndarray (n_classes, *spatial), float32
        Score of every class, in the order of `classes`; sums to 1 over classes.
    uncertainty : ndarray (*spatial,), float32
        From 0 (one class stands out) to 1 (the two best are equal).
    classes : tuple of int
        The class values, ascending.
    model : SeededKMeans
        The fitted model.
    """

    labels: NDArray[np.integer]
    scores: NDArray[np.float32]
    uncertainty: NDArray[np.float32]
    classes: tuple[int, ...]
    model: "SeededKMeans"

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Where the labels are a class other than background; shape (*spatial,), bool."""
        background = background_class(self.classes)
        mask: NDArray[np.bool_] = (self.labels != background) & (self.labels != 0)
        return mask


def segment(
    image: ArrayLike,
    seeds: ArrayLike,
    *,
    channel_axis: int | None = None,
    spacing: float | tuple[float, ...] | None = None,
    random_state: int = 0,
    preset: str = "auto",
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
        Size of a pixel along each spatial axis, in any unit; default 1.
    random_state : int
        Seed of the generator; the same seed gives the same bits.
    preset : {"auto", "classic"}
        Where the settings start from.
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
    estimator = SeededKMeans(preset=preset, random_state=random_state, **params)
    fitted, result = core.segment(
        image,
        seeds,
        estimator.params,
        channel_axis=channel_axis,
        spacing=_check_spacing(spacing, np.ndim(seeds)),
        random_state=random_state,
        cancel=cancel,
        progress=progress,
    )
    estimator.model_ = fitted
    return Segmentation(result.labels, result.scores, result.uncertainty, fitted.classes, estimator)


class SeededKMeans:
    """A palette of clusters per class, learnt from strokes; fit once, predict many.

    Parameters
    ----------
    preset : {"auto", "classic"}
        Where the settings start from.
    random_state : int
        Seed of the generator.
    **params
        Settings by name: the fields of :class:`~napari_seeded_kmeans.core.params.Params`.

    Attributes
    ----------
    params : Params
        The settings.
    model_ : Model or None
        What was fitted; None before `fit`.
    """

    def __init__(self, *, preset: str = "auto", random_state: int = 0, **params: Any) -> None:
        self.params: Params = make_params(preset, **params)
        self.random_state = random_state
        self.model_: Model | None = None

    @property
    def classes(self) -> tuple[int, ...]:
        """The class values, ascending."""
        return self._fitted().classes

    def fit(self, image: ArrayLike, seeds: ArrayLike, *, channel_axis: int | None = None) -> Self:
        """Learn the palettes from seeds painted on an image; see `segment` for the arguments."""
        self.model_ = core.fit(
            image, seeds, self.params, channel_axis=channel_axis, random_state=self.random_state
        )
        return self

    def predict(
        self,
        image: ArrayLike,
        *,
        channel_axis: int | None = None,
        spacing: float | tuple[float, ...] | None = None,
    ) -> NDArray[np.integer]:
        """Return the labels (*spatial,) of an image of the kind that was painted on."""
        return self._apply(image, channel_axis, spacing).labels

    def scores(
        self,
        image: ArrayLike,
        *,
        channel_axis: int | None = None,
        spacing: float | tuple[float, ...] | None = None,
    ) -> NDArray[np.float32]:
        """Return the class scores (n_classes, *spatial) of an image, summing to 1 over classes."""
        return self._apply(image, channel_axis, spacing).scores

    def save(self, path: str | Path) -> None:
        """Write the model as JSON; the file is complete or not there."""
        write_model(self._fitted().to_dict(), path)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Return the model saved in `path`; opening it runs nothing."""
        model = Model.from_dict(read_model(path))
        estimator = cls(**model.params.model_dump())
        estimator.model_ = model
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


def _check_spacing(spacing: float | tuple[float, ...] | None, n_spatial: int) -> tuple[float, ...] | None:
    """Return one positive pixel size per spatial axis."""
    if spacing is None:
        return None
    sizes = np.asarray(spacing, float)
    if sizes.shape not in ((), (n_spatial,)) or not (np.isfinite(sizes) & (sizes > 0)).all():
        raise SeededKMeansError(
            f"spacing must be one positive number, or one for each of {n_spatial} axes, not {spacing!r}."
        )
    return tuple(float(size) for size in np.broadcast_to(sizes, n_spatial))
