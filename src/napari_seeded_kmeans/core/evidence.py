"""What a model says of every pixel of an image: class scores, and how strange a pixel is.

Pixels are taken in pieces that stay in a core's cache while every look reads
them.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .cleanup import Familiar
from .distinct import Distinct, find_distinct
from .looks import look_scores, read_planes, strangeness
from .scene import Labels, Mask, Samples, View
from .standard import apply_standard
from .texture import Stack
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


class Evidence:
    """Class scores and strangeness of an image's pixels.

    Of an image whose features are kept they are worked out where somebody looks: first of the pixels
    that stand for the middle's blocks. Otherwise, and of smaller images, all are there from the start.

    Parameters
    ----------
    model : Model
    workspace : Workspace
    valid : ndarray (*spatial,), bool
        Elsewhere all classes are as likely.
    cancel, progress : callable, optional

    Attributes
    ----------
    scores : ndarray (n_classes, *spatial), float32
        Of pixels that were looked at.
    strangeness : ndarray (*spatial,), float32
        Distance to the nearest cluster of any class over its reach; of the same pixels.
    samples : Samples or None
        None if all pixels are known.
    familiar : Familiar
    """

    def __init__(
        self,
        model: "Model",
        workspace: Workspace,
        valid: Mask,
        cancel: Cancel | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._model, self._workspace, self._valid = model, workspace, valid
        self.samples: Samples | None = None
        if not model.recipe.sigmas_px:
            self.scores, strange = _evidence_of_colors(model, workspace.channels, cancel)
            say_nothing(self.scores, valid)
            self.strangeness, self.familiar = strange.min(axis=0), Familiar(strange <= 1)
            return
        shape = len(model.classes), *valid.shape
        self.scores = np.empty(shape, np.float32)
        self.strangeness, self._is_known = np.empty(valid.shape, np.float32), np.zeros(valid.shape, bool)
        if workspace.has_samples:
            self._take_samples(cancel, progress)
        else:
            self.familiar = Familiar(np.empty(shape, bool))
            self.look(None, cancel, progress)

    def view(self, seeds: Labels) -> View:
        """Return what a cut looks at, given the class index of every pixel (*spatial,), -1 if not painted."""
        look = None if self.samples is None else self.look
        return View(self.scores, self._workspace.scene, seeds, self.strangeness, self.samples, look)

    def look(
        self, where: Mask | None = None, cancel: Cancel | None = None, progress: Progress | None = None
    ) -> None:
        """Work out the pixels in a mask (*spatial,), or all."""
        tiles = self._workspace.tiles

        def look_at(number: int) -> None:
            wanted = ~self._is_known[tiles[number]]
            if where is not None:
                wanted &= where[tiles[number]]
            n_wanted = np.count_nonzero(wanted)
            if n_wanted:
                self._look_at(number, np.ones_like(wanted) if 2 * n_wanted > wanted.size else wanted)

        map_tiles(look_at, range(len(tiles)), cancel=cancel, progress=progress)

    def _look_at(self, number: int, wanted: Mask) -> None:
        """Work out the pixels of a tile in a mask."""
        tile = self._workspace.tiles[number]
        scores, strange = evidence_of(self._model, self._workspace.features_in(number, wanted))
        self.scores[:, *tile][:, wanted] = scores
        self.strangeness[tile][wanted] = strange.min(axis=0)
        if self.samples is None:
            self.familiar.pixels[:, *tile][:, wanted] = strange <= 1
        say_nothing(self.scores[:, *tile], self._valid[tile])
        self._is_known[tile] |= wanted

    def _take_samples(self, cancel: Cancel | None, progress: Progress | None) -> None:
        workspace = self._workspace
        features = workspace.sample_features(cancel, progress)
        places = workspace.scene.sample_places
        rows = evidence_of(self._model, features.reshape(len(features), -1), cancel)
        scores, strange = (found.reshape(len(found), *places.shape) for found in rows)
        say_nothing(scores, self._valid.ravel()[places])
        self.samples = Samples(scores, strange.min(axis=0))
        self.familiar = Familiar((strange <= 1).reshape(len(strange), -1), places.ravel())


def say_nothing(scores: Values, valid: Mask) -> None:
    """Let all classes be as likely where the image is not valid."""
    if not valid.all():
        scores[:, ~valid] = np.float32(1 / len(scores))


def evidence_of(model: "Model", features: Stack, cancel: Cancel | None = None) -> tuple[Values, Values]:
    """Return scores and strangeness, both (n_classes, n), of features (d, n) in the units of the model."""
    share = _TEXTURE_SHARE if len(model.classes) == 2 else _TEXTURE_SHARE_OF_SEVERAL
    n = features.shape[1]
    scores = np.empty((len(model.classes), n), np.float32)
    strange = np.empty_like(scores)

    def look_at(own: slice) -> None:
        planes = np.ascontiguousarray(features[:, own])
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
