"""Evidence and strokes -> labels: what the strokes mean, and the cut that goes with it."""

import numpy as np
from numpy.typing import NDArray

from .coherence import CUT_PER_LENGTH, LIGHT_CUT, best_class, light_cut, light_cut_of_middle, strong_cut
from .outline import settle_outline
from .params import Params
from .scene import View
from .spread import Spread, find_spread, may_be_everywhere
from .threads import Cancel
from .unpainted import judge_unpainted


def class_indices(
    seeds: NDArray[np.integer] | None, shape: tuple[int, ...], classes: tuple[int, ...]
) -> NDArray[np.int32]:
    """Return the seeds (*shape,) as class indices, -1 where not painted."""
    if seeds is None:
        return np.full(shape, -1, np.int32)
    return np.where(seeds == 0, -1, np.searchsorted(classes, seeds)).astype(np.int32)


def choose(
    view: View,
    params: Params,
    cancel: Cancel | None = None,
    *,
    step: float = 1.0,
    strangeness: NDArray[np.float32] | None = None,
) -> tuple[NDArray[np.integer], Spread, NDArray[np.float32]]:
    """Return the class index of every pixel, how far strokes spread, and the scores it rests on.

    Parameters
    ----------
    view : View
    params : Params
    cancel : callable, optional
    step : float
        How many pixels of the image one of the view's stands for, along each side.
    strangeness : ndarray (*spatial,), float32, optional
        Without it, unpainted colours are not judged.
    """
    has_seeds = bool((view.seeds >= 0).any())
    spread = params.spread if has_seeds else "everywhere"
    if spread == "auto" and not may_be_everywhere(view.seeds, len(view.scores)):
        spread = "strokes"
    light, strong = params.coherence * LIGHT_CUT / step, params.coherence * CUT_PER_LENGTH
    of_middle: NDArray[np.int32] | None = None
    if spread == "auto":
        spread, of_middle = _find_spread(view, light, cancel)
    if not params.coherence:
        return best_class(view.scores), spread, view.scores
    if spread != "strokes":
        labels = light_cut(view, light, cancel, of_middle)
        # Coarser pixels are as wide as the rim.
        if params.settle_outline and step == 1:
            labels = settle_outline(labels, view.scene, view.seeds >= 0, len(view.scores), cancel)
        return labels, spread, view.scores
    if params.judge_unpainted and strangeness is not None and len(view.scores) == 2:
        view = judge_unpainted(view, strangeness, strong, params.reach, cancel)
    return strong_cut(view, strong, params.reach, cancel), spread, view.scores


def _find_spread(view: View, weight: float, cancel: Cancel | None) -> tuple[Spread, NDArray[np.int32]]:
    """Tell from the strokes what is meant, and return the light cut of the middle that shows it."""
    middle = view.middle
    labels = light_cut_of_middle(view, weight, cancel) if weight else best_class(middle.scores)
    return find_spread(labels, middle.seeds, len(view.scores)), labels
