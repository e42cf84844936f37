"""How good a model is, from the strokes alone: every stroke in turn is left out and predicted.

Whole strokes, or halves of them where there are few: a pixel beside a painted
one is known too well to say anything. What colours and texture say is scored,
before any cut. Where everything alike is wanted it goes with the mask's quality;
it does not tell the best number of clusters, bandwidth or mixture of looks, and
nothing of things that reach and cut decide (benchmarks/RESULTS.md).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from .class_colors import class_name
from .errors import SeededKMeansError
from .evidence import evidence_of
from .features import FeatureRecipe, check_image
from .frames import Spacing
from .model import NO_PAIRS, finite_places, fit_samples, open_workspace, painted_pairs
from .params import Params, make_params
from .seeds import check_seed_image, check_seeds, seed_classes
from .taught import Taught
from .threads import Cancel, stop_if
from .workspace import Workspace

_N_FOLDS = 4


class EstimatedAccuracy(NamedTuple):
    """What share of the pixels of strokes that were left out is predicted right.

    Attributes
    ----------
    mean : float
        Of the classes, each counting the same.
    by_class : dict of int to float
        Classes painted on a single pixel are not there.
    """

    mean: float
    by_class: dict[int, float]

    def in_words(self, name_of: Callable[[int], str] = class_name) -> str:
        """Return what a person reads."""
        shares = ", ".join(f"{name_of(value)} {share:.0%}" for value, share in self.by_class.items())
        return f"{self.mean:.0%} of strokes that were left out ({shares})"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready form."""
        by_class = {str(value): share for value, share in self.by_class.items()}
        return {"mean": self.mean, "by_class": by_class}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "EstimatedAccuracy":
        """Return what `to_dict` described.

        Raises
        ------
        SeededKMeansError
            When something is missing or of the wrong kind.
        """
        try:
            by_class = {int(value): float(share) for value, share in data["by_class"].items()}
            return cls(float(data["mean"]), by_class)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise SeededKMeansError(f"model is not usable: its estimated accuracy has {error!r}.") from None


def estimate_accuracy(
    image: ArrayLike,
    seeds: ArrayLike,
    *,
    channel_axis: int | None = None,
    random_state: int = 0,
    preset: str = "auto",
    **params: Any,
) -> EstimatedAccuracy:
    """Estimate from the strokes how well they tell the classes apart.

    Parameters
    ----------
    image, seeds, channel_axis, random_state, preset, **params
        As of `segment`.

    Raises
    ------
    SeededKMeansError
        When an argument is unusable, or no class has more than one painted pixel.
    """
    array, settings = check_image(image, np.ndim(seeds), channel_axis), make_params(preset, **params)
    painted = check_seed_image(seeds, array.shape[: np.ndim(seeds)])
    workspace = open_workspace(array, painted.ndim, settings)
    return estimate_in(workspace, painted, settings, random_state=random_state)


def estimate_of_pairs(
    pairs: Iterable[tuple[ArrayLike, ArrayLike]],
    params: Params,
    *,
    channel_axis: int | None = None,
    spacing: Spacing | None = None,
    random_state: int = 0,
) -> EstimatedAccuracy:
    """Estimate the same for the strokes on several images of one kind, taken one by one."""
    samples, values, folds, workspace = [], [], [], None
    for workspace, painted, places in painted_pairs(
        pairs, params, channel_axis=channel_axis, spacing=spacing
    ):
        samples.append(workspace.samples(places))
        values.append(painted.ravel()[places])
        folds.append(split_strokes(painted, _N_FOLDS).ravel()[places])
    if workspace is None:
        raise SeededKMeansError(NO_PAIRS)
    parts = np.concatenate(samples), np.concatenate(values), np.concatenate(folds)
    return _estimate(*parts, params, workspace.recipe, len(workspace.channels), random_state)


def estimate_in(
    workspace: Workspace,
    seeds: NDArray[np.integer],
    params: Params,
    *,
    random_state: int = 0,
    cancel: Cancel | None = None,
) -> EstimatedAccuracy:
    """Estimate the same for strokes (*spatial,) on an image whose features are known already, perhaps."""
    places = finite_places(seeds, workspace.finite)
    folds = split_strokes(seeds, _N_FOLDS).ravel()[places]
    parts = workspace.samples(places, cancel), seeds.ravel()[places], folds
    return _estimate(*parts, params, workspace.recipe, len(workspace.channels), random_state, cancel)


def _estimate(
    features: NDArray[np.float32],
    true: NDArray[np.integer],
    fold_of: NDArray[np.int32],
    params: Params,
    recipe: FeatureRecipe,
    n_channels: int,
    random_state: int,
    cancel: Cancel | None = None,
) -> EstimatedAccuracy:
    """Leave every fold out of painted pixels with features (n, d), classes (n,) and folds (n,)."""
    check_seeds(true, true.shape)
    guessed = np.zeros_like(true)
    for fold in np.unique(fold_of[fold_of >= 0]):
        stop_if(cancel)
        left_out = fold_of == fold
        own = true[~left_out]
        taught = Taught(own, features[~left_out], own, None)
        model = fit_samples(taught, seed_classes(own), params, recipe, n_channels, random_state)
        scores, _ = evidence_of(model, np.ascontiguousarray(features[left_out].T))
        guessed[left_out] = np.asarray(model.classes)[scores.argmax(axis=0)]
    return _accuracy(true[fold_of >= 0], guessed[fold_of >= 0])


def _accuracy(true: NDArray[np.integer], guessed: NDArray[np.integer]) -> EstimatedAccuracy:
    if not len(true):
        raise SeededKMeansError("seeds have single pixels only: there is nothing to leave out.")
    by_class = {value: float((guessed[true == value] == value).mean()) for value in seed_classes(true)}
    return EstimatedAccuracy(float(np.mean(list(by_class.values()))), by_class)


def split_strokes(seeds: NDArray[np.integer], n_folds: int) -> NDArray[np.int32]:
    """Return the fold (*spatial,) in which each painted pixel is left out; -1 for none.

    A stroke stays whole where a class has as many as there are folds; else the largest are halved along
    their longest side. A class that is left out has a stroke in another fold.
    """
    folds = np.full(seeds.shape, -1, np.int32)
    for value in seed_classes(seeds):
        strokes, n_strokes = ndimage.label(seeds == value, np.ones((3,) * seeds.ndim))
        places = np.argwhere(strokes)
        numbers = strokes[tuple(places.T)]
        parts = [places[numbers == number] for number in range(1, n_strokes + 1)]
        while len(parts) < min(n_folds, len(places)):
            largest = parts.pop(int(np.argmax([len(part) for part in parts])))
            longest = int(np.ptp(largest, axis=0).argmax())
            ordered = largest[np.argsort(largest[:, longest], kind="stable")]
            parts += [ordered[: len(ordered) // 2], ordered[len(ordered) // 2 :]]
        if len(parts) == 1:
            continue
        sizes = np.zeros(n_folds, int)
        for part in sorted(parts, key=len, reverse=True):
            fold = int(sizes.argmin())
            folds[tuple(part.T)] = fold
            sizes[fold] += len(part)
    return folds
