"""What a model says of every pixel of an image: class scores, and how strange a pixel is.

Pixels are taken in pieces that stay in a core's cache while they are
standardised and read by every look.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ._kernels.standard import standardise
from .distinct import Distinct, find_distinct
from .looks import look_scores, read_planes, strangeness
from .texture import LIMIT, Stack, apply_standard
from .threads import Cancel, Progress, map_tiles, tiles
from .workspace import Workspace

if TYPE_CHECKING:
    from .model import Model

Values = NDArray[np.float32]

_PIECE = 8192
# Of two classes texture counts twice: uneven light misleads colours. Several are told apart by their colours.
_TEXTURE_SHARE, _TEXTURE_SHARE_OF_SEVERAL = np.float32(2 / 3), np.float32(1 / 2)
# Smaller images are scored pixel by pixel: looking for repeated colours costs more.
_MIN_PIXELS_FOR_DISTINCT = 1 << 16


def find_evidence(
    model: "Model", workspace: Workspace, cancel: Cancel | None = None, progress: Progress | None = None
) -> tuple[Values, Values]:
    """Return class scores and strangeness of every pixel, both (n_classes, *spatial)."""
    if not model.recipe.sigmas_px:
        return _evidence_of_colors(model, workspace.channels, cancel)
    scores = np.empty((len(model.classes), *workspace.finite.shape), np.float32)
    strange = np.empty_like(scores)

    def look_at(number: int) -> None:
        stack, tile = workspace.stack(number), workspace.tiles[number]
        rows = evidence_of(model, stack.reshape(len(stack), -1))
        for maps, found in zip((scores, strange), rows, strict=True):
            maps[:, *tile] = found.reshape(-1, *stack.shape[1:])

    map_tiles(look_at, range(len(workspace.tiles)), cancel=cancel, progress=progress)
    return scores, strange


def evidence_of(model: "Model", features: Stack, cancel: Cancel | None = None) -> tuple[Values, Values]:
    """Return scores and strangeness, both (n_classes, n), of features (d, n) that are not standardised."""
    d, n = features.shape
    offsets, factors = (
        np.array(row or default, np.float32)
        for row, default in ((model.recipe.offsets, (0.0,) * d), (model.recipe.factors, (1.0,) * d))
    )
    # What has no standard is not limited either.
    limit = np.float32(LIMIT if model.recipe.factors else np.inf)
    share = _TEXTURE_SHARE if len(model.classes) == 2 else _TEXTURE_SHARE_OF_SEVERAL
    scores = np.empty((len(model.classes), n), np.float32)
    strange = np.empty_like(scores)

    def look_at(own: slice) -> None:
        planes = np.empty((d, own.stop - own.start), np.float32)
        standardise(features, own.start, offsets, factors, limit, planes)
        color, *texture = model.looks
        total, strange[:, own] = read_planes(color, planes, model.classes)
        for look in texture:
            total *= 1 - share
            total += share * read_planes(look, planes, model.classes)[0]
        scores[:, own] = total

    map_tiles(look_at, tiles(n, _PIECE), cancel=cancel)
    return scores, strange


def _evidence_of_colors(model: "Model", channels: Stack, cancel: Cancel | None) -> tuple[Values, Values]:
    """Return the evidence where nothing but a pixel's own colour counts: any number of axes."""
    (look,) = model.looks
    repeated = _distinct_colors(channels)
    colors = channels.reshape(len(channels), -1).T if repeated is None else repeated.values
    samples = apply_standard(colors.astype(np.float32, copy=False), model.recipe)
    scores = look_scores(look, samples, model.classes, cancel)
    strange = strangeness(look, samples, model.classes)
    if repeated is not None:
        scores, strange = repeated.spread(scores), repeated.spread(strange)
    shape = len(model.classes), *channels.shape[1:]
    return scores.reshape(shape), strange.reshape(shape)


def _distinct_colors(channels: Stack) -> Distinct | None:
    """Find the distinct colours of channels (c, *spatial) of whole numbers up to 255, if that saves work."""
    unfit = len(channels) > 3 or channels[0].size < _MIN_PIXELS_FOR_DISTINCT
    if unfit or channels.min() < 0 or channels.max() > 255:
        return None
    codes = channels.astype(np.uint8)
    return find_distinct(codes.reshape(len(codes), -1).T) if (codes == channels).all() else None
