"""What of an image takes part: a region, cropped to its bounding box, without strokes that are ignored."""

from collections.abc import Collection
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from .errors import SeededKMeansError
from .features import find_channel_axis
from .model import Result
from .scene import Factors
from .score_maps import Maps
from .seeds import check_seed_image, seed_classes
from .threads import Cancel

Box = tuple[slice, ...]
Values = NDArray[np.float32]


class Part:
    """The part of an image and its seeds that is computed.

    Parameters
    ----------
    image, seeds, channel_axis, ignore, region
        As of `segment`.

    Attributes
    ----------
    image, seeds : array
        Cropped; seeds that take no part are 0.
    valid : ndarray, bool, or None
        Which pixels of the cropped seeds take part; None if all do.
    ignored : frozenset of int
        Classes that teach nothing.

    Raises
    ------
    SeededKMeansError
        When the region has another shape than the seeds, or nothing is inside.
    """

    def __init__(
        self,
        image: ArrayLike,
        seeds: ArrayLike,
        channel_axis: int | None,
        ignore: int | Collection[int],
        region: ArrayLike | None,
    ) -> None:
        self.image, self.seeds = image, seeds
        self.valid: NDArray[np.bool_] | None = None
        self._shape = np.shape(seeds)
        self._box: Box | None = None
        if region is not None:
            inside = check_region(region, self._shape)
            self._box = _bounding_box(inside)
            self.image = _crop(image, seeds, self._box, channel_axis)
            self.seeds, self.valid = np.asarray(seeds)[self._box], inside[self._box]
            _check_strokes(np.asarray(seeds), self.seeds * self.valid)
        self.ignored = frozenset(ignore) if isinstance(ignore, Collection) else frozenset({ignore})
        if self.ignored:
            teaching = ~np.isin(self.seeds, list(self.ignored))
            self.valid = teaching if self.valid is None else self.valid & teaching
        if self.valid is not None:
            self.seeds = np.asarray(self.seeds) * self.valid

    def whole(self, result: Result) -> Result:
        """Return a result on the part as one on the image: outside labels are 0, and nothing is undecided."""
        if self.valid is None:
            return result
        maps = _MapsOfPart(result.maps, self, self.valid)
        return Result(self.paste(result.labels, 0), maps, result.spread)

    def paste(self, part: NDArray[Any], fill: float) -> NDArray[Any]:
        """Return an array (..., *spatial) that is `part` in the box, and `fill` elsewhere."""
        if self._box is None:
            return part
        leading = part.shape[: part.ndim - len(self._shape)]
        whole = np.full((*leading, *self._shape), fill, part.dtype)
        inside: tuple[Any, ...] = (..., *self._box)
        whole[inside] = part
        return whole

    def place_of(self, position: tuple[int, ...]) -> tuple[int, ...] | None:
        """Return where in the part a pixel of the image lies; None outside."""
        if self._box is None:
            return position
        if len(position) != len(self._box):
            return None
        place = tuple(at - side.start for at, side in zip(position, self._box, strict=True))
        is_inside = all(0 <= at < side.stop - side.start for at, side in zip(place, self._box, strict=True))
        return place if is_inside else None


class _MapsOfPart:
    """The `Maps` of an image, given those of the part that is computed: outside nothing is undecided."""

    def __init__(self, maps: Maps, part: Part, valid: NDArray[np.bool_]) -> None:
        self._maps, self._part, self._valid = maps, part, valid

    @cached_property
    def scores(self) -> Values:
        scores = self._maps.scores
        return self._part.paste(scores, 1 / len(scores))

    @cached_property
    def uncertainty(self) -> Values:
        return self._part.paste(self._maps.uncertainty * self._valid, 0)

    @cached_property
    def strangeness(self) -> Values:
        return self._part.paste(self._maps.strangeness, 0)

    def finish(self, cancel: Cancel | None = None) -> None:
        self._maps.finish(cancel)

    def doubts(self) -> tuple[Values, Factors]:
        return self.uncertainty, (1,) * self.uncertainty.ndim

    def at(self, position: tuple[int, ...]) -> tuple[Values, float]:
        place = self._part.place_of(position)
        if place is not None:
            return self._maps.at(place)
        n_classes = len(self._maps.at((0,) * len(position))[0])
        return np.full(n_classes, 1 / n_classes, np.float32), 0.0


def check_region(region: ArrayLike, spatial_shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return `region` as bool: nonzero is inside.

    Raises
    ------
    SeededKMeansError
        When it has another shape, or nothing is inside.
    """
    inside: NDArray[np.bool_] = np.asarray(region) != 0
    if inside.shape != spatial_shape:
        raise SeededKMeansError(
            f"region has shape {inside.shape}, but the image's spatial shape is {spatial_shape}."
        )
    if not inside.any():
        raise SeededKMeansError("region is empty: nothing is inside.")
    return inside


def are_equal(one: NDArray[np.bool_] | None, other: NDArray[np.bool_] | None) -> bool:
    """Whether two regions, None being the whole image, are the same."""
    return one is other or (one is not None and other is not None and np.array_equal(one, other))


def _check_strokes(seeds: NDArray[Any], inside: NDArray[Any]) -> None:
    """Refuse a region that leaves fewer than two of several painted classes."""
    if seeds.dtype.kind not in "iub" or len(seed_classes(seeds)) < 2:
        return
    left = seed_classes(inside)
    if len(left) < 2:
        what = f"only class {left[0]} is painted" if left else "nothing is painted"
        raise SeededKMeansError(f"Inside the region {what}: paint two classes there, or choose a larger one.")


def _bounding_box(inside: NDArray[np.bool_]) -> Box:
    (box,) = ndimage.find_objects(inside.view(np.uint8))
    return tuple(box)


def _crop(image: ArrayLike, seeds: ArrayLike, box: Box, channel_axis: int | None) -> Any:
    """Return an image (*spatial[, c]) cropped to `box`, all its channels; lazy ones stay lazy."""
    array: Any = image if hasattr(image, "ndim") else np.asarray(image)
    axis = find_channel_axis(array.shape, len(box), channel_axis)
    if axis is None:
        check_seed_image(seeds, array.shape)
        return array[box]
    check_seed_image(seeds, array.shape[:axis] + array.shape[axis + 1 :])
    return array[(*box[:axis], slice(None), *box[axis:])]
