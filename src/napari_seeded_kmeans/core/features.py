"""Image -> what a pixel is compared by.

A :class:`FeatureRecipe` is resolved once, from the image that is painted on,
and then applied unchanged to every other image.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from math import inf
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage
from skimage.color import rgb2lab

from .errors import SeededKMeansError
from .frames import counts_frames
from .lab import bytes_to_lab
from .lightness import black_and_white, lightness
from .threads import map_tiles, tiles

ResolvedColorSpace = Literal["intensity", "rgb", "hsv", "lab", "channels"]

# Rec. 709 luma, as scikit-image's rgb2gray uses.
_LUMA = np.array([0.2125, 0.7154, 0.0721], np.float32)
_BLUR_RADIUS_IN_SIGMA = 2.0
# So many values tell black from white; so many pixels are coloured at once.
_MANY_VALUES = 1 << 18
_PIECE = 1 << 16


@dataclass(frozen=True)
class FeatureRecipe:
    """How features are made from an image.

    Attributes
    ----------
    color_space : str
        One of "intensity", "rgb", "hsv", "lab", "channels".
    n_channels : int
        Channels of the image it was made for; 0 for an image without a channel axis.
    white : float
        The image value that counts as full intensity in the colour spaces (255 for uint8).
    blur_sigma_px : float
        Sigma in pixels of the blur applied first; 0 is none.
    window : tuple of (float, float)
        Values of black and white per feature that are mapped to CIE lightness, what is blacker than black
        to negative lightness; empty leaves them as they are.
    sigmas_px : tuple of float
        Scales of texture, see :mod:`~napari_seeded_kmeans.core.texture`; empty is none.
    spacing : tuple of float or None
        Pixel size along each axis that the scales of texture respect; ``inf`` along the first where its
        planes are frames.
    offsets, factors : tuple of float
        What is subtracted from every feature, and what it is then multiplied by; empty is nothing.
    axes : tuple of tuple of float
        Directions in all those features that texture is seen along; empty if by every feature.
    """

    color_space: ResolvedColorSpace
    n_channels: int
    white: float
    blur_sigma_px: float = 0.0
    window: tuple[tuple[float, float], ...] = ()
    sigmas_px: tuple[float, ...] = ()
    spacing: tuple[float, ...] | None = None
    offsets: tuple[float, ...] = ()
    factors: tuple[float, ...] = ()
    axes: tuple[tuple[float, ...], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready form."""
        # JSON knows no infinity.
        spacing: list[float | None] = [None if size == inf else size for size in self.spacing or ()]
        return asdict(self) | {"spacing": tuple(spacing) or None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "FeatureRecipe":
        """Return the recipe that `to_dict` described, lists for tuples included."""
        window = tuple((float(low), float(high)) for low, high in data.get("window", ()))
        spacing = data.get("spacing")
        rows = {name: tuple(map(float, data.get(name, ()))) for name in ("sigmas_px", "offsets", "factors")}
        own = {
            **rows,
            "window": window,
            "spacing": None if spacing is None else tuple(inf if size is None else size for size in spacing),
            "axes": tuple(tuple(map(float, axis)) for axis in data.get("axes", ())),
        }
        return cls(**{**data, **own})


def check_image(
    image: ArrayLike, n_spatial: int | None = None, channel_axis: int | None = None
) -> NDArray[Any]:
    """Return `image` as a real array, channels (if any) last.

    Parameters
    ----------
    image : array, any real dtype
    n_spatial : int, optional
        Number of spatial axes, known from the seeds; without it an image has channels only if
        `channel_axis` is given.
    channel_axis : int, optional
        Which axis holds the channels; default the last, where `n_spatial` leaves one over.

    Raises
    ------
    SeededKMeansError
        When the image is empty, not real, or its axes do not fit.
    """
    array = np.asarray(image)
    if array.dtype.kind not in "biuf":
        raise SeededKMeansError(f"image must be an array of real numbers, not {array.dtype}.")
    if array.size == 0 or array.ndim == 0:
        raise SeededKMeansError(f"image is empty: its shape is {array.shape}.")
    if array.dtype.kind == "b":
        array = array.astype(np.uint8)
    elif not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    axis = find_channel_axis(array.shape, n_spatial, channel_axis)
    return array if axis is None else np.moveaxis(array, axis, -1)


def find_channel_axis(
    shape: tuple[int, ...], n_spatial: int | None = None, channel_axis: int | None = None
) -> int | None:
    """Return which axis of an image holds the channels, from 0, if any; arguments as of `check_image`."""
    n_axes = len(shape)
    if channel_axis is None and n_spatial == n_axes - 1:
        channel_axis = -1
    if channel_axis is None:
        return None
    if not -n_axes <= channel_axis < n_axes:
        raise SeededKMeansError(f"channel_axis {channel_axis} is not an axis of an image of shape {shape}.")
    if n_spatial == n_axes:
        raise SeededKMeansError(
            f"channel_axis is {channel_axis}, but seeds have as many axes as the image: {shape}."
        )
    return channel_axis % n_axes


def resolve_recipe(
    image: NDArray[Any], *, has_channels: bool, color_space: str, blur_sigma_px: float = 0.0
) -> FeatureRecipe:
    """Choose what "auto" leaves open, and check that the colour space fits the image.

    Parameters
    ----------
    image : ndarray (*spatial[, c])
        Channels last.
    has_channels : bool
        Whether the last axis holds channels.
    color_space : str
        A :data:`~napari_seeded_kmeans.core.params.ColorSpace`.
    blur_sigma_px : float
        Passed on to the recipe.
    """
    n_channels = image.shape[-1] if has_channels else 0
    white = _white(image)
    colour_like = _is_colour(image, n_channels, white)
    if color_space == "auto" and colour_like:
        color_space = "lab"
    elif color_space in ("auto", "lightness"):
        color_space = "intensity" if n_channels <= 1 else "channels"
    grey_as_rgb = color_space == "rgb" and n_channels <= 1
    if color_space in ("rgb", "hsv", "lab") and n_channels not in (3, 4) and not grey_as_rgb:
        what = f"{n_channels} channels" if has_channels else "no channel axis"
        raise SeededKMeansError(
            f"color_space {color_space!r} needs 3 or 4 channels, but the image has {what}."
        )
    return FeatureRecipe(color_space, n_channels, white, blur_sigma_px)  # type: ignore[arg-type]


def with_lightness(recipe: FeatureRecipe, image: NDArray[Any]) -> FeatureRecipe:
    """Return the recipe with values as lightness, between the image's black and white.

    Lightness, the cube root of what a sensor counts, keeps dim objects apart from the ground. The window
    survives padding (CT) and large offsets (16-bit cameras), and does not depend on the strokes: features
    stay the same while one paints.

    Parameters
    ----------
    recipe : FeatureRecipe
        With "intensity" or "channels".
    image : ndarray (*spatial[, c])
    """
    windows = []
    for some in _some_features(image, recipe).T:
        finite = np.sort(some[np.isfinite(some)]).astype(np.float64)
        if not finite.size:
            return recipe
        windows.append(black_and_white(finite))
    return replace(recipe, window=tuple(windows))


def _some_features(image: NDArray[Any], recipe: FeatureRecipe) -> NDArray[np.float32]:
    """Return the features (n, d) of evenly spaced pixels, all of them if there are not many."""
    n_pixels = image.size // (recipe.n_channels or 1)
    # Odd, so that it does not walk down the columns of most images.
    step = n_pixels // _MANY_VALUES | 1
    if recipe.blur_sigma_px > 0:
        features = compute_features(image, recipe)
        return features.reshape(n_pixels, -1)[::step]
    flat = image.reshape(n_pixels, *image.shape[image.ndim - (recipe.n_channels > 0) :])
    return compute_features(flat[::step], recipe)


def _white(image: NDArray[Any]) -> float:
    """Full intensity: the type's maximum for 8 bits, else 1 for [0, 1] floats, else the largest value."""
    if image.dtype == np.uint8:
        return 255.0
    finite = np.isfinite(image) if image.dtype.kind == "f" else True
    largest = float(image.max(where=finite, initial=0))
    if image.dtype.kind == "f" and 0 < largest <= 1:
        return 1.0
    return largest or 1.0


def _is_colour(image: NDArray[Any], n_channels: int, white: float) -> bool:
    """Three channels of one kind, or four of which the last is a constant opacity."""
    if n_channels == 4:
        opacity = image[..., 3]
        return bool((opacity == opacity.flat[0]).all())
    if n_channels != 3:
        return False
    return image.dtype.kind == "u" or (white == 1.0 and float(np.nanmin(image)) >= 0)


def compute_features(image: NDArray[Any], recipe: FeatureRecipe) -> NDArray[np.float32]:
    """Return the feature stack of an image.

    Parameters
    ----------
    image : ndarray (*spatial[, c])
        Channels last, as the recipe says.
    recipe : FeatureRecipe

    Returns
    -------
    ndarray (*spatial, d), float32
        RGB (a grey image thrice) and HSV on a 0-255 scale, LAB in CIE units, intensity and channels
        as they are. HSV is the cone (s v cos h, s v sin h, v), in which hues of 359 and 1 degrees are
        neighbours.
        Values that are not finite stay so.

    Raises
    ------
    SeededKMeansError
        When the image does not have the recipe's channels.
    """
    n_channels = recipe.n_channels
    if n_channels and (image.ndim == 0 or image.shape[-1] != n_channels):
        raise SeededKMeansError(
            f"image has shape {image.shape}, but the model was made for {n_channels} channels."
        )
    is_bytes = image.dtype == np.uint8 and recipe.white == np.iinfo(np.uint8).max
    if recipe.color_space == "lab" and is_bytes and n_channels >= 3 and recipe.blur_sigma_px == 0:
        return bytes_to_lab(image)
    # Products of matrices round differently in pieces.
    has_products = recipe.color_space == "lab" or (recipe.color_space == "intensity" and n_channels >= 3)
    if recipe.blur_sigma_px > 0 or has_products:
        return _features(image, recipe)
    # Piece by piece: of a whole image every step would want as much new memory again.
    flat = image.reshape(-1, n_channels) if n_channels else image.reshape(-1)
    width = max(1, n_channels) if recipe.color_space in ("intensity", "channels") else 3
    features = np.empty((len(flat), width), np.float32)

    def fill(part: slice) -> None:
        features[part] = _features(flat[part], recipe)

    map_tiles(fill, tiles(len(flat), _PIECE))
    return features.reshape(*image.shape[: image.ndim - (n_channels > 0)], width)


def _features(image: NDArray[Any], recipe: FeatureRecipe) -> NDArray[np.float32]:
    """Return the features of an image, or of a row of its pixels."""
    n_channels = recipe.n_channels
    values = image.astype(np.float32)
    if image.dtype.kind == "f":
        # What is infinite would be clipped to white, and look finite.
        values[~np.isfinite(values)] = np.nan
    if not n_channels:
        values = values[..., np.newaxis]
    if recipe.blur_sigma_px > 0:
        first_axis = int(counts_frames(recipe.spacing, values.ndim - 1))
        values = _blur(values, recipe.blur_sigma_px, first_axis)
        if image.dtype == np.uint8:
            # As picture programs do; and few distinct colours are quick to score.
            values = np.rint(values)
    if recipe.color_space == "channels":
        return lightness(values, recipe.window)
    if recipe.color_space == "intensity":
        grey = values if values.shape[-1] < 3 else values[..., :3] @ _LUMA[:, np.newaxis]
        return lightness(grey, recipe.window)
    if values.shape[-1] == 1:
        values = np.repeat(values, 3, axis=-1)
    if recipe.color_space == "rgb":
        return values[..., :3] * np.float32(255 / recipe.white)
    rgb = values[..., :3] * np.float32(1 / recipe.white)
    if recipe.color_space == "hsv":
        return _hue_cone(rgb) * np.float32(255)
    lab: NDArray[np.float32] = rgb2lab(np.clip(rgb, 0, 1)).astype(np.float32, copy=False)
    return lab


def _blur(values: NDArray[np.float32], sigma_px: float, first_axis: int) -> NDArray[np.float32]:
    """Gaussian over the spatial axes; sigma 1.1 gives the 5x5 window of the classic preset.

    NaN stays where it is: beside it the mean is that of the other pixels (normalised convolution).
    """
    radius = max(1, round(_BLUR_RADIUS_IN_SIGMA * sigma_px))
    axes = tuple(range(first_axis, values.ndim - 1))

    def smooth(maps: NDArray[np.float32]) -> NDArray[np.float32]:
        smoothed: NDArray[np.float32] = ndimage.gaussian_filter(
            maps, sigma_px, axes=axes, radius=radius, mode="mirror"
        )
        return smoothed

    known = ~np.isnan(values)
    if known.all():
        return smooth(values)
    weights = smooth(known.astype(np.float32))
    sums = smooth(np.where(known, values, np.float32(0)))
    return np.where(known, sums / np.where(known, weights, np.float32(1)), np.float32(np.nan))


def _hue_cone(rgb: NDArray[np.float32]) -> NDArray[np.float32]:
    """(s v cos h, s v sin h, v): chroma as a vector at the angle of the hue, and value."""
    value = rgb.max(axis=-1)
    chroma = value - rgb.min(axis=-1)
    red, green, blue = np.moveaxis(rgb, -1, 0)
    # The direction of the hue is that of the projection on the plane of equal sums.
    x = red - (green + blue) / 2
    y = (green - blue) * np.float32(np.sqrt(3) / 2)
    length = np.hypot(x, y)
    scale = np.divide(chroma, length, out=np.zeros_like(chroma), where=length > 0)
    return np.stack([x * scale, y * scale, value], axis=-1)
