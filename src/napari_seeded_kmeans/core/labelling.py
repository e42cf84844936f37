"""Evidence and strokes -> labels: what the strokes mean, and the cut that goes with it."""

import numpy as np
from numpy.typing import NDArray

from .coherence import CUT_PER_LENGTH, LIGHT_CUT, best_class, light_cut, light_cut_of_middle, strong_cut
from .outline import settle_outline
from .params import Params
from .scene import View
from .seeds import painted_places
from .spread import Spread, find_spread, may_be_everywhere
from .threads import Cancel
from .unpainted import judge_unpainted


def class_indices(
    seeds: NDArray[np.integer] | None, shape: tuple[int, ...], classes: tuple[int, ...]
) -> NDArray[np.int32]:
    """Return the seeds (*shape,) as class indices, -1 where not painted."""
    if seeds is None:
        return np.full(shape, -1, np.int32)
    indices = np.full(shape, -1, np.int32)
    places = painted_places(seeds)
    indices.ravel()[places] = np.searchsorted(classes, seeds.ravel()[places])
    return indices


def choose(
    view: View,
    params: Params,
    cancel: Cancel | None = None,
    *,
    step: float = 1.0,
) -> tuple[NDArray[np.integer], Spread, View]:
    """Return the class index of every pixel, how far strokes spread, and the view it rests on.

    Parameters
    ----------
    view : View
        Without strangeness, unpainted colours are not judged.
    params : Params
    cancel : callable, optional
    step : float
        How many pixels of the image one of the view's stands for, along each side.
    """
    has_seeds = bool(view.is_painted.any())
    spread = params.spread if has_seeds else "everywhere"
    if spread == "auto" and not may_be_everywhere(view.middle.seeds, len(view.scores)):
        spread = "strokes"
    light, strong = params.coherence * LIGHT_CUT / step, params.coherence * CUT_PER_LENGTH
    of_middle: NDArray[np.int32] | None = None
    if spread == "auto":
        spread, of_middle = _find_spread(view, light, cancel)
    if not params.coherence:
        view.need(cancel=cancel)
        return best_class(view.scores), spread, view
    if spread != "strokes":
        labels = light_cut(view, light, cancel, of_middle)
        # Coarser pixels are as wide as the rim.
        if params.settle_outline and step == 1:
            labels = settle_outline(labels, view.scene, view.is_painted, len(view.scores), cancel)
        return labels, spread, view
    if params.judge_unpainted and view.strangeness is not None and len(view.scores) == 2:
        view = judge_unpainted(view, view.strangeness, strong, params.reach, cancel)
    return strong_cut(view, strong, params.reach, cancel), spread, view


def _find_spread(view: View, weight: float, cancel: Cancel | None) -> tuple[Spread, NDArray[np.int32]]:
    """Tell from the strokes what is meant, and return the light cut of the middle that shows it."""
    middle = view.middle
    labels = light_cut_of_middle(view, weight, cancel) if weight else best_class(middle.scores)
    by_frame = view.scene.has_frames
    return find_spread(labels, middle.seeds, len(view.scores), by_frame=by_frame), labels
