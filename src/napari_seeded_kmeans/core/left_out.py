"""How good a model is, from the strokes alone: every stroke in turn is left out and predicted.

Whole strokes, or halves of them where there are few: a pixel beside a painted
one is known too well to say anything. What colours and texture say is scored,
before any cut. Where everything alike is wanted it goes with the mask's quality;
it does not tell the best number of clusters, bandwidth or mixture of looks, and
nothing of things that reach and cut decide (benchmarks/RESULTS.md).
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from .errors import SeededKMeansError
from .evidence import evidence_of
from .features import check_image
from .model import fit, open_workspace
from .params import make_params
from .seeds import check_seeds, seed_classes
from .workspace import Shelf

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
    settings = make_params(preset, **params)
    array = check_image(image, np.ndim(seeds), channel_axis)
    painted = check_seeds(seeds, array.shape[: np.ndim(seeds)])
    folds = split_strokes(painted, _N_FOLDS)
    shelf = Shelf()
    workspace = open_workspace(array, painted.ndim, settings, shelf=shelf)
    truths, guesses = [], []
    for fold in range(_N_FOLDS):
        left_out = folds == fold
        if not left_out.any():
            continue
        model = fit(array, np.where(left_out, 0, painted), settings, random_state=random_state, shelf=shelf)
        asked = left_out & workspace.finite
        scores, _ = evidence_of(model, np.ascontiguousarray(workspace.samples(asked).T))
        truths.append(painted[asked])
        guesses.append(np.asarray(model.classes)[scores.argmax(axis=0)])
    if not truths:
        raise SeededKMeansError("seeds have single pixels only: there is nothing to leave out.")
    true, guessed = np.concatenate(truths), np.concatenate(guesses)
    by_class = {
        value: float((guessed[true == value] == value).mean())
        for value in seed_classes(painted)
        if (true == value).any()
    }
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
