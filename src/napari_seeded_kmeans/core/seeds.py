"""Labels or stroke pictures -> which pixels teach which class, validated."""

from dataclasses import dataclass
from weakref import ref

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from .errors import SeededKMeansError

BACKGROUND = 1
FOREGROUND = 2

# Hue in degrees from pure red and pure blue, and the least saturation and value, that still count as a
# stroke: wide enough for (6, 0, 255) and hand-mixed reds, narrow enough to leave anti-aliased and
# JPEG-smeared edges out, which would teach colours nobody painted on purpose.
_HUE_TOLERANCE = 30.0
_MIN_SATURATION = 0.45
_MIN_VALUE = 0.35
# A stroke picture's sides are smeared by blurring; what the blur thins out below this is not a stroke.
_BLUR_RADIUS_PX = 2
_WORD = np.dtype(np.uint64)


@dataclass(eq=False)
class _Noted:
    """What is known of an array that nobody writes to any more."""

    array: ref[NDArray[np.integer]]
    places: NDArray[np.intp]
    classes: tuple[int, ...] | None = None


# By the array's identity: arrays cannot be looked up by themselves.
_noted: dict[int, _Noted] = {}


def check_seeds(seeds: ArrayLike, spatial_shape: tuple[int, ...]) -> NDArray[np.integer]:
    """Return `seeds` as an integer array of `spatial_shape` with two or more classes.

    Raises
    ------
    SeededKMeansError
        When seeds are not integers, have another shape, or hold fewer than two classes.
    """
    array = check_seed_image(seeds, spatial_shape)
    classes = seed_classes(array)
    if not classes:
        raise SeededKMeansError(
            "seeds are all zero: paint at least two classes (1 = background, 2 = foreground)."
        )
    if len(classes) == 1:
        raise SeededKMeansError(f"seeds hold only class {classes[0]}: paint at least two classes.")
    return array


def check_seed_image(seeds: ArrayLike, spatial_shape: tuple[int, ...]) -> NDArray[np.integer]:
    """Return `seeds` as an integer array of `spatial_shape`, whatever is painted in it.

    Raises
    ------
    SeededKMeansError
        When seeds are not integers or have another shape.
    """
    array = np.asarray(seeds)
    if array.dtype.kind not in "iub":
        raise SeededKMeansError(f"seeds must be an integer array, not {array.dtype}.")
    if array.shape != spatial_shape:
        raise SeededKMeansError(
            f"seeds have shape {array.shape}, but the image's spatial shape is {spatial_shape}."
        )
    if array.dtype.kind == "b" or not array.dtype.isnative:
        array = array.astype(np.uint8 if array.dtype.kind == "b" else array.dtype.newbyteorder("="))
    return array


def seed_classes(seeds: NDArray[np.integer]) -> tuple[int, ...]:
    """Return the class values painted in `seeds`, ascending, without 0."""
    noted = _noted_of(seeds)
    if noted is not None and noted.classes is not None:
        return noted.classes
    classes = tuple(int(value) for value in np.unique(seeds.ravel()[painted_places(seeds)]))
    if noted is not None:
        noted.classes = classes
    return classes


def painted_places(seeds: NDArray[np.integer]) -> NDArray[np.intp]:
    """Return where in the flattened `seeds` something is painted, ascending.

    Little is, as a rule: looking at eight bytes at once is as many times faster. Nobody writes to them: they
    may be those of `note_places`.
    """
    noted = _noted_of(seeds)
    if noted is not None:
        return noted.places
    flat = np.ascontiguousarray(seeds).ravel()
    # Few true values are found several times faster than few numbers.
    near = _near_words(_words(flat) != 0, flat)
    painted: NDArray[np.intp] = near[flat[near] != 0]
    return painted


def painted_in(seeds: NDArray[np.integer], box: tuple[slice, ...]) -> tuple[NDArray[np.intp], ...]:
    """Return where in a box of `seeds` something is painted: ascending, its places in the seeds by axis."""
    part = seeds[box]
    if part.shape == seeds.shape or _noted_of(seeds) is not None:
        places = np.unravel_index(painted_places(seeds), seeds.shape)
        pairs = list(zip(places, box, strict=True))
        inside = np.logical_and.reduce([(side.start <= axis) & (axis < side.stop) for axis, side in pairs])
        return tuple(axis[inside] for axis in places)
    places = np.unravel_index(painted_places(part), part.shape)
    return tuple(axis + side.start for axis, side in zip(places, box, strict=True))


def with_part(
    seeds: NDArray[np.integer], box: tuple[slice, ...], part: NDArray[np.integer]
) -> NDArray[np.integer]:
    """Return a copy of `seeds` with another part in a box; what is painted there is remembered."""
    changed = seeds.copy()
    changed[box] = part
    before = np.ravel_multi_index(painted_in(seeds, box), seeds.shape)
    inside = np.unravel_index(painted_places(part), part.shape)
    now = [axis + side.start for axis, side in zip(inside, box, strict=True)]
    others = np.setdiff1d(painted_places(seeds), before, assume_unique=True)
    places = np.concatenate([others, np.ravel_multi_index(now, seeds.shape)])
    places.sort(kind="stable")
    note_places(changed, places)
    return changed


def are_same(one: NDArray[np.integer], other: NDArray[np.integer]) -> bool:
    """Whether two arrays hold the same strokes, in the same type; nearly all of them is not painted."""
    if one is other:
        return True
    if (one.shape, one.dtype) != (other.shape, other.dtype):
        return False
    places = painted_places(one)
    are_equal = np.array_equal(places, painted_places(other))
    return are_equal and np.array_equal(one.ravel()[places], other.ravel()[places])


def _noted_of(seeds: NDArray[np.integer]) -> _Noted | None:
    noted = _noted.get(id(seeds))
    return noted if noted is not None and noted.array() is seeds else None


def note_places(seeds: NDArray[np.integer], places: NDArray[np.intp]) -> None:
    """Remember the `painted_places` of an array that nobody writes to any more, for as long as it lives.

    Looking through 64 megabytes, several times a stroke, is what others wait for.
    """
    known = _noted_of(seeds)
    if known is not None and known.places is places:
        return
    key = id(seeds)
    _noted[key] = _Noted(ref(seeds, lambda _gone: _noted.pop(key, None)), places)


def changed_places(one: NDArray[np.integer], other: NDArray[np.integer]) -> NDArray[np.intp]:
    """Return where in two flattened arrays of the same shape and type values differ, ascending; as fast."""
    one, other = np.ascontiguousarray(one).ravel(), np.ascontiguousarray(other).ravel()
    near = _near_words(_words(one) != _words(other), one)
    changed: NDArray[np.intp] = near[one[near] != other[near]]
    return changed


def _words(flat: NDArray[np.integer]) -> NDArray[np.uint64]:
    """Return whole words of values (n,); what is left over at the end is not among them."""
    per_word = _WORD.itemsize // flat.itemsize
    return flat[: flat.size - flat.size % per_word].view(_WORD)


def _near_words(is_wanted: NDArray[np.bool_], flat: NDArray[np.integer]) -> NDArray[np.intp]:
    """Return the places of all values in some of the words, and of those that no word holds."""
    words, per_word = np.flatnonzero(is_wanted), _WORD.itemsize // flat.itemsize
    if 4 * len(words) > len(is_wanted):
        return np.arange(flat.size)
    near = (words[:, np.newaxis] * per_word + np.arange(per_word)).ravel()
    return np.concatenate([near, np.arange(len(is_wanted) * per_word, flat.size)])


def strokes_to_seeds(picture: ArrayLike, *, blur_sigma_px: float = 0.0) -> NDArray[np.uint8]:
    """Find red and blue strokes in a picture by hue, saturation and value.

    Parameters
    ----------
    picture : array (y, x, 3) or (y, x, 4), uint8
        Strokes on a black, white, grey or transparent ground.
    blur_sigma_px : float
        Sigma in pixels of a 5x5 Gaussian applied first, as the classic preset does; 0 is none.

    Returns
    -------
    ndarray (y, x), uint8
        0 = not painted, 1 = blue (background), 2 = red (foreground).

    Raises
    ------
    SeededKMeansError
        When the array is no colour picture, or one of the two colours is missing.
    """
    array = np.asarray(picture)
    if array.ndim != 3 or array.shape[-1] not in (3, 4) or array.dtype != np.uint8:
        raise SeededKMeansError(
            f"picture must be a uint8 colour picture (y, x, 3 or 4), not {array.dtype} {array.shape}."
        )
    rgb = array[..., :3].astype(np.float32) / np.float32(255)
    if array.shape[-1] == 4:
        rgb[array[..., 3] < 128] = 0
    if blur_sigma_px > 0:
        rgb = ndimage.gaussian_filter(rgb, blur_sigma_px, axes=(0, 1), radius=_BLUR_RADIUS_PX)
    channels = np.ascontiguousarray(np.moveaxis(rgb, -1, 0))
    value = np.maximum.reduce(channels)
    chroma = value - np.minimum.reduce(channels)
    painted = (chroma >= np.float32(_MIN_SATURATION) * value) & (value >= np.float32(_MIN_VALUE))
    hue = _hue(channels[:, painted])
    classes = np.zeros(len(hue), np.uint8)
    classes[_hue_distance(hue, 240.0) <= _HUE_TOLERANCE] = BACKGROUND
    classes[_hue_distance(hue, 0.0) <= _HUE_TOLERANCE] = FOREGROUND
    seeds = np.zeros(painted.shape, np.uint8)
    seeds[painted] = classes
    for value_wanted, name in ((FOREGROUND, "red (foreground)"), (BACKGROUND, "blue (background)")):
        if not (seeds == value_wanted).any():
            raise SeededKMeansError(f"picture has no {name} strokes.")
    return seeds


def _hue(colors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Hue in degrees [0, 360) of colours (3, n), none of them grey."""
    red, green, blue = colors
    value = np.maximum.reduce(colors)
    chroma = value - np.minimum.reduce(colors)
    sextant = np.where(
        value == red,
        (green - blue) / chroma,
        np.where(value == green, 2 + (blue - red) / chroma, 4 + (red - green) / chroma),
    )
    hue: NDArray[np.float32] = (sextant * 60) % 360
    return hue


def _hue_distance(hue: NDArray[np.float32], centre: float) -> NDArray[np.float32]:
    """Angle in degrees between hues, across the 0/360 seam."""
    distance: NDArray[np.float32] = np.abs((hue - centre + 180) % 360 - 180)
    return distance
