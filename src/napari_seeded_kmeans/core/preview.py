"""Labels of what a person sees, at the resolution they see it in: within the blink of an eye.

A preview is not the result: where only a part of an image is seen, what lies
beyond cannot say which pieces belong to the strokes. It is what can be known
while the result is being worked out.
"""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from .cleanup import background_class
from .evidence import evidence_of
from .labelling import choose, class_indices
from .model import Model
from .pieces import find_pieces
from .scene import View
from .seeds import painted_in
from .spread import Spread
from .threads import Cancel
from .workspace import Window, Workspace

Labels = NDArray[np.integer]

MOST_PIXELS = 1 << 16
"""More take longer than a person waits."""
_MANY_PAINTED = 20_000


def window_of(visible: tuple[slice, ...], most_pixels: int = MOST_PIXELS) -> Window:
    """Return evenly spaced pixels of what is visible, few enough, the same step along all axes.

    Parameters
    ----------
    visible : tuple of slice
        With start and stop; an axis of one pixel is not seen along.
    most_pixels : int
    """
    lengths = [side.stop - side.start for side in visible]
    step = 1
    while np.prod([ceil(length / step) for length in lengths]) > most_pixels:
        step += 1
    return tuple(slice(side.start, side.stop, step) for side in visible)


def preview(
    model: Model,
    workspace: Workspace,
    seeds: Labels,
    window: Window,
    valid: NDArray[np.bool_] | None = None,
    before: Labels | None = None,
    spread: Spread | None = None,
    cancel: Cancel | None = None,
) -> Labels:
    """Return labels of every pixel of a window, in the seeds' type.

    Parameters
    ----------
    model : Model
    workspace : Workspace
        Of the image the model was fitted to.
    seeds : ndarray (*spatial,), integer
    window : tuple of slice
        See `window_of`.
    valid : ndarray (*spatial,), bool, optional
        Elsewhere pixels get label 0; by default where the image is finite.
    before : ndarray (*shape of the window), integer, optional
        An earlier result there, which tells what belongs to strokes that are not seen.
    spread : {"everywhere", "strokes"}, optional
        What the strokes meant in that result, where the settings leave it open.
    cancel : callable, optional
    """
    features = workspace.every(window, cancel)
    scores, _ = evidence_of(model, features.reshape(len(features), -1), cancel)
    finite = (workspace.finite if valid is None else valid)[window]
    painted, scene = _thinned(seeds, window), workspace.scene_of(window)
    indices = class_indices(painted, finite.shape, model.classes)
    view = View(scores.reshape(-1, *scene.shape), scene, indices.reshape(scene.shape))
    params, sees_all = model.params, finite.size == _n_points(workspace.finite.shape, window)
    # What the strokes meant before they most likely mean now.
    meant = (spread if spread and params.spread == "auto" else params.spread) if sees_all else "everywhere"
    params = params.model_copy(update={"spread": meant})
    chosen, _, _ = choose(view, params, cancel, step=max(side.step for side in window))
    labels: Labels = np.asarray(model.classes, seeds.dtype)[chosen].reshape(finite.shape)
    if not sees_all and spread == "strokes" and before is not None:
        by_frame = workspace.scene.has_frames
        labels = _keep_touched(labels, before, painted, background_class(model.classes), by_frame=by_frame)
    labels[~finite] = 0
    return labels


def _n_points(shape: tuple[int, ...], window: Window) -> int:
    """How many pixels a window has that sees all of an image."""
    return int(np.prod([ceil(length / side.step) for length, side in zip(shape, window, strict=True)]))


def _thinned(seeds: Labels, window: Window) -> Labels:
    """Return the seeds in a window; a thin stroke between its pixels is not lost."""
    found = np.array(seeds[window])
    painted = painted_in(seeds, tuple(slice(side.start, side.stop) for side in window))
    # Of very many pixels few are left out for each of the window's, and there are others beside them.
    few = slice(
        None, None, max(1, min(max(side.step for side in window) // 2, len(painted[0]) // _MANY_PAINTED))
    )
    places = tuple(axis[few] for axis in painted)
    nearest = tuple(
        np.minimum((axis - side.start + side.step // 2) // side.step, length - 1)
        for axis, side, length in zip(places, window, found.shape, strict=True)
    )
    found[nearest] = seeds[places]
    return found


def _keep_touched(
    labels: Labels, before: Labels, seeds: Labels, background: int, *, by_frame: bool
) -> Labels:
    """Give pieces of a class to the background that neither its strokes nor its earlier pixels touch."""
    pieces = find_pieces(labels, by_frame=by_frame)
    is_kept = pieces.are_touched((labels == before) | (labels == seeds))
    kept = pieces.paint(np.where(is_kept, pieces.values, background))
    return np.where(seeds != 0, seeds, kept).astype(labels.dtype)
