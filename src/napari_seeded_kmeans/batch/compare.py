"""A folder of predictions against a folder of truths, by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import SeededKMeansError
from ..core.evaluation import Scores, evaluate
from ..core.seeds import BACKGROUND
from ..io.pictures import read_label_picture
from .inputs import Item, PathLike, find_items, find_twin


@dataclass(frozen=True)
class Comparison:
    """One prediction and its truth.

    Attributes
    ----------
    path : Path
        The prediction; the truth, where there is no prediction for it.
    scores : Scores or None
        None if they could not be compared.
    problem : str
        Why not; else empty.
    n_total : int
        How many comparisons there are.
    """

    path: Path
    scores: Scores | None
    problem: str
    n_total: int


def evaluate_folder(
    prediction: PathLike, truth: PathLike, *, masks: bool = False, **options: Any
) -> Iterator[Comparison]:
    """Compare every prediction with the truth of the same name, whatever their endings.

    A file without a partner, or a pair that cannot be compared, never stops the others.

    Parameters
    ----------
    prediction, truth : path
        Folders of label images or masks.
    masks : bool
        Compare all that is not background as one class; background is 0, or 1 in labels without any 0.
    **options
        As for `evaluate`.

    Raises
    ------
    SeededKMeansError
        When one is no folder, or holds no image.
    """
    folder, true_folder = Path(prediction), Path(truth)
    for name, path in (("prediction", folder), ("truth", true_folder)):
        if not path.is_dir():
            raise SeededKMeansError(f"{name} {path} is not a folder.")
    items = find_items(folder)
    lonely = [item for item in find_items(true_folder) if find_twin(folder, item.place) is None]
    n_total = len(items) + len(lonely)
    for item in items:
        try:
            scores = _compare(item, true_folder, masks, options)
            yield Comparison(item.path, scores, "", n_total)
        except SeededKMeansError as error:
            yield Comparison(item.path, None, str(error), n_total)
    for item in lonely:
        yield Comparison(item.path, None, f"no prediction named {item.place}.* in {folder}.", n_total)


def _compare(item: Item, true_folder: Path, masks: bool, options: Mapping[str, Any]) -> Scores:
    found = find_twin(true_folder, item.place)
    if item.problem or found is None:
        raise SeededKMeansError(item.problem or f"no truth named {item.place}.* in {true_folder}.")
    return compare(read_label_picture(item.path), read_label_picture(found), masks=masks, **options)


def compare(predicted: NDArray[Any], true: NDArray[Any], *, masks: bool, **options: Any) -> Scores:
    """Evaluate label images as they are, or their foregrounds; see `evaluate_folder`."""
    if not masks:
        return evaluate(predicted, true, **options)
    predicted, true, options["ignore"] = as_masks(predicted, true, options.get("ignore"))
    return evaluate(predicted, true, **options)


def as_masks(
    predicted: NDArray[Any], true: NDArray[Any], ignore: int | None
) -> tuple[NDArray[np.bool_], NDArray[np.uint8], int]:
    """Return what is not background in both, and the value that is to be ignored in the truth from now on."""
    scored = np.ones(true.shape, bool) if ignore is None else true != ignore
    foreground = np.where(scored, _foreground(true, scored), 2).astype(np.uint8)
    return _foreground(predicted, np.ones(predicted.shape, bool)), foreground, 2


def _foreground(labels: NDArray[Any], scored: NDArray[np.bool_]) -> NDArray[np.bool_]:
    has_zero = bool((labels[scored] == 0).any())
    foreground: NDArray[np.bool_] = labels != (0 if has_zero else BACKGROUND)
    return foreground
