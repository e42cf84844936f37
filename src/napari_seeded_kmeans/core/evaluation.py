"""How well a prediction agrees with the truth, class by class.

*Strategy.* First both images are given one meaning: background 0, the other
values classes. Then one confusion table holds all overlap measures, and
boundaries are compared class by class.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .boundaries import boundary_f
from .errors import SeededKMeansError
from .seeds import BACKGROUND

MISSED, EXTRA, CONFUSED = 1, 2, 3
"""Values of `error_map`."""

_MEASURES = ("iou", "dice", "precision", "recall", "boundary_f")


@dataclass(frozen=True)
class ClassScores:
    """Agreement on one class; 1 is perfect.

    Attributes
    ----------
    iou, dice : float
        Intersection over union (Jaccard), and Dice coefficient (F1).
    precision, recall : float
        Share of predicted pixels that are true, and of true pixels that were predicted.
    boundary_f : float
        The same harmonic mean as Dice for boundary pixels, which count as found within a tolerance.
    n_truth, n_prediction : int
        Pixels of the class.
    """

    iou: float
    dice: float
    precision: float
    recall: float
    boundary_f: float
    n_truth: int
    n_prediction: int


@dataclass(frozen=True, eq=False)
class Scores:
    """What `evaluate` measured.

    Attributes
    ----------
    iou, dice, precision, recall, boundary_f : float
        Means over `per_class`; 1 if there is no class.
    accuracy : float
        Share of the scored pixels, background included, whose class is right.
    n_pixels : int
        Scored pixels.
    per_class : mapping of int to ClassScores
        By class value, ascending, without background.
    classes : tuple of int
        Rows and columns of `confusion`: 0 for background, then the keys of `per_class`.
    confusion : ndarray (n_classes, n_classes), int64
        Pixels by true class (row) and predicted class (column).
    """

    iou: float
    dice: float
    precision: float
    recall: float
    boundary_f: float
    accuracy: float
    n_pixels: int
    per_class: Mapping[int, ClassScores]
    classes: tuple[int, ...]
    confusion: NDArray[np.int64]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready form."""
        return {
            **{name: getattr(self, name) for name in (*_MEASURES, "accuracy", "n_pixels")},
            "per_class": {str(value): asdict(scores) for value, scores in self.per_class.items()},
            "classes": list(self.classes),
            "confusion": self.confusion.tolist(),
        }


def evaluate(
    prediction: ArrayLike,
    truth: ArrayLike,
    *,
    ignore: int | None = None,
    background: int | None = None,
    tolerance: float = 2.0,
    spacing: float | tuple[float, ...] | None = None,
) -> Scores:
    """Compare a prediction with the truth, pixel by pixel and class by class.

    Label images are compared value by value. A mask, which is a bool array or
    an integer array of nothing but 0 and 255, has one class, 1; it may be
    compared with a label image of one foreground class, whatever its value.

    Parameters
    ----------
    prediction, truth : array (*spatial,), integer or bool
        Label images or masks of the same shape.
    ignore : int, optional
        Pixels with this value in `truth` are not scored.
    background : int, optional
        The value of label images that, next to 0, is no class. Default: 1 where no scored pixel is 0,
        which is how `segment` gives labels; otherwise 0 alone.
    tolerance : float
        How far apart, in pixels or units of `spacing`, boundaries may lie and still agree.
    spacing : float or tuple of float, optional
        Size of a pixel along each axis; default 1.

    Returns
    -------
    Scores

    Raises
    ------
    SeededKMeansError
        When shapes differ, an image holds no integers, nothing is left to score, a mask meets a label
        image of several classes, or two label images seem to differ in which value is background.

    Notes
    -----
    Measures with nothing in their denominator are 0, as in scikit-learn; but a class of a mask that is
    absent from both images, nothing to find and nothing found, gets 1.
    """
    predicted, true, scored = _check_images(prediction, truth, ignore)
    sampling = _check_scale(tolerance, spacing, true.ndim)
    predicted, true, classes = _same_meaning(predicted, true, scored, background)
    confusion = _confusion(predicted[scored], true[scored], (0, *classes))
    per_class = {
        value: _class_scores(
            confusion, index, boundary_f(predicted == value, true == value, scored, tolerance, sampling)
        )
        for index, value in enumerate(classes, start=1)
    }
    means = {
        name: float(np.mean([getattr(scores, name) for scores in per_class.values()])) if per_class else 1.0
        for name in _MEASURES
    }
    return Scores(
        **means,
        accuracy=float(np.trace(confusion) / confusion.sum()),
        n_pixels=int(confusion.sum()),
        per_class=per_class,
        classes=(0, *classes),
        confusion=confusion,
    )


def error_map(
    prediction: ArrayLike, truth: ArrayLike, *, ignore: int | None = None, background: int | None = None
) -> NDArray[np.uint8]:
    """Show where a prediction is wrong, and how; images have the meaning they have for `evaluate`.

    Returns
    -------
    ndarray (*spatial,), uint8
        0 = right or not scored, `MISSED` = background where there is a class, `EXTRA` = a class where
        there is background, `CONFUSED` = another class.

    Raises
    ------
    SeededKMeansError
        As `evaluate`.
    """
    predicted, true, scored = _check_images(prediction, truth, ignore)
    predicted, true, _ = _same_meaning(predicted, true, scored, background)
    kinds = np.where(predicted == 0, MISSED, np.where(true == 0, EXTRA, CONFUSED))
    errors: NDArray[np.uint8] = np.where(scored & (predicted != true), kinds, 0).astype(np.uint8)
    return errors


def _check_images(
    prediction: ArrayLike, truth: ArrayLike, ignore: int | None
) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.bool_]]:
    """Return both as arrays, and where they are to be scored."""
    predicted, true = np.asarray(prediction), np.asarray(truth)
    for name, array in (("prediction", predicted), ("truth", true)):
        if array.dtype.kind not in "iub":
            raise SeededKMeansError(f"{name} must be an integer or bool array, not {array.dtype}.")
    if predicted.shape != true.shape:
        raise SeededKMeansError(f"prediction has shape {predicted.shape}, but truth has shape {true.shape}.")
    scored = np.ones(true.shape, bool) if ignore is None else true != ignore
    if not scored.any():
        raise SeededKMeansError(
            f"truth has no pixel to score: its shape is {true.shape}, ignore is {ignore}."
        )
    return predicted, true, scored


def _check_scale(
    tolerance: float, spacing: float | tuple[float, ...] | None, n_axes: int
) -> tuple[float, ...]:
    """Return the size of a pixel along each axis."""
    sizes = np.asarray(1.0 if spacing is None else spacing, float)
    if sizes.shape not in ((), (n_axes,)) or not (np.isfinite(sizes) & (sizes > 0)).all():
        raise SeededKMeansError(
            f"spacing must be one positive number, or one for each of {n_axes} axes, not {spacing!r}."
        )
    if not tolerance >= 0:
        raise SeededKMeansError(f"tolerance must be 0 or more, not {tolerance!r}.")
    return tuple(float(size) for size in np.broadcast_to(sizes, n_axes))


def _same_meaning(
    predicted: NDArray[Any], true: NDArray[Any], scored: NDArray[np.bool_], background: int | None
) -> tuple[NDArray[Any], NDArray[Any], tuple[int, ...]]:
    """Return both with background as 0 and classes by the same values, and these values."""
    images = {"prediction": predicted, "truth": true}
    values = {name: set(np.unique(image[scored]).tolist()) for name, image in images.items()}
    masks = {name for name, image in images.items() if image.dtype == bool or values[name] == {0, 255}}
    backgrounds = {
        name: _background(name, values, masks) if background is None else background
        for name in images
        if name not in masks
    }
    for name, value in backgrounds.items():
        images[name] = np.where(images[name] == value, 0, images[name])
    classes = {name: sorted(values[name] - {0, backgrounds.get(name, 0)}) for name in images}
    if not masks:
        return (
            images["prediction"],
            images["truth"],
            tuple(sorted({*classes["prediction"], *classes["truth"]})),
        )
    for name, found in classes.items():
        if len(found) > 1:
            raise SeededKMeansError(
                f"{name} has classes {', '.join(map(str, found))}, and the other image is a mask: "
                "compare the mask of one class."
            )
    return images["prediction"] != 0, images["truth"] != 0, (1,)


def _background(name: str, values: Mapping[str, set[int]], masks: set[str]) -> int:
    """Return which value of a label image is background: 1 if it says so by having no 0, else 0."""
    if 0 in values[name] or BACKGROUND not in values[name]:
        return 0
    (other,) = values.keys() - {name}
    is_plain = len(values[name]) == 1
    if other in masks:
        return 0 if is_plain else BACKGROUND
    if 0 not in values[other]:
        return BACKGROUND
    if is_plain:
        return 0
    raise SeededKMeansError(
        f"{name} has no 0, so that 1 seems to be its background, but the other image has 0: "
        "compare masks, or say which value is background."
    )


def _confusion(predicted: NDArray[Any], true: NDArray[Any], classes: tuple[int, ...]) -> NDArray[np.int64]:
    """Count pixels by true class (row) and predicted class (column)."""
    order = np.argsort(classes)
    ascending = np.asarray(classes)[order]
    rows, columns = (
        order[np.searchsorted(ascending, image.astype(ascending.dtype))] for image in (true, predicted)
    )
    n = len(classes)
    return np.bincount(rows * n + columns, minlength=n * n).reshape(n, n).astype(np.int64)


def _class_scores(confusion: NDArray[np.int64], index: int, boundary: float) -> ClassScores:
    """Return the measures of one class from its row and column."""
    hits = int(confusion[index, index])
    n_truth, n_prediction = int(confusion[index].sum()), int(confusion[:, index].sum())
    if n_truth == n_prediction == 0:
        return ClassScores(1.0, 1.0, 1.0, 1.0, boundary, 0, 0)
    return ClassScores(
        iou=hits / (n_truth + n_prediction - hits),
        dice=2 * hits / (n_truth + n_prediction),
        precision=hits / n_prediction if n_prediction else 0.0,
        recall=hits / n_truth if n_truth else 0.0,
        boundary_f=boundary,
        n_truth=n_truth,
        n_prediction=n_prediction,
    )
