"""An image as the colours that occur in it: what every clustering of the whole image works on.

A photograph has far fewer colours than pixels. They are counted once, taken to
a colour space once, and then clustered as weighted points for as many K as wanted.
"""

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._kernels.color_cells import CELL_BITS, N_CELLS, fill_cells
from .colours import Colours, histogram
from .errors import SeededKMeansError
from .features import check_image, compute_features, resolve_recipe
from .threads import Cancel

ClusterSpace = Literal["rgb", "hsv", "lab", "intensity"]
"""Where colours are compared; see `ColorTable`."""

CLUSTER_SPACES: tuple[str, ...] = get_args(ClusterSpace)
_COARSE_BITS = 3 * (8 - CELL_BITS)
# Up to here pixels are handled one by one where that is asked for: counting costs more than it saves.
_FEW_PIXELS = 1 << 20
_N_RGB = 3
NOWHERE = -1
"""The index of pixels that are NaN or infinite: they belong to no colour."""


@dataclass(frozen=True, eq=False)
class ColorTable:
    """The colours of an image and how often each occurs.

    Attributes
    ----------
    image : ndarray (*spatial[, c])
        The image as it was given, but channels last.
    channel_axis : int or None
        Where the channels were.
    color_space : {"rgb", "hsv", "lab", "intensity"}
        Where the colours are compared.
    values : ndarray (m, c)
        The colours as they are in the image, opacity left out; no row is NaN or infinite.
    points : ndarray (m, d), float64
        The same colours in the colour space. "rgb": the values themselves, whatever the channels are;
        "intensity": Rec. 709 luma, or the mean of channels that are not red, green and blue; "hsv": the
        cone (s v cos h, s v sin h, v) from 0 to 255, in which hues of 359 and 1 degrees are neighbours;
        "lab": CIE units.
    counts : ndarray (m,), int64
        Pixels of each colour.
    """

    image: NDArray[Any]
    channel_axis: int | None
    color_space: str
    values: NDArray[Any]
    points: NDArray[np.float64]
    counts: NDArray[np.int64]
    _colours: Colours | None = field(repr=False)
    _finite: NDArray[np.bool_] | None = field(repr=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """Spatial shape."""
        return self.image.shape if self.channel_axis is None else self.image.shape[:-1]

    def coarse(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return (points, counts) of cells of like colours, or of the colours if they were not counted.

        Colours stand in Morton order, so that a cube of them is a run.
        """
        if self._colours is None:
            return self._cells() if self._has_bytes else (self.points, self.counts)
        cells = self._colours.codes >> _COARSE_BITS
        starts = np.concatenate([[0], np.flatnonzero(np.diff(cells)) + 1])
        counts = np.add.reduceat(self.counts, starts)
        sums = np.add.reduceat(self.points * self.counts[:, np.newaxis], starts)
        return sums / counts[:, np.newaxis], counts

    @property
    def _has_bytes(self) -> bool:
        return self.values.dtype == np.uint8 and self.values.shape[1] == self.points.shape[1] == _N_RGB

    def _cells(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        sums = np.zeros((N_CELLS, _N_RGB + 1))
        fill_cells(self.values, self.points, sums)
        sums = sums[sums[:, -1] > 0]
        return sums[:, :-1] / sums[:, -1:], sums[:, -1].astype(np.int64)

    def spread(self, per_color: NDArray[Any], fill: Any, *, cancel: Cancel | None = None) -> NDArray[Any]:
        """Give every pixel what belongs to its colour.

        Parameters
        ----------
        per_color : ndarray (m,)
            One value per colour.
        fill : scalar
            For pixels that are NaN or infinite.

        Returns
        -------
        ndarray (*spatial,)
        """
        if self._colours is not None:
            return self._colours.spread(per_color, cancel=cancel).reshape(self.shape)
        if self._finite is None:
            return per_color.reshape(self.shape)
        out = np.full(self._finite.shape, fill, per_color.dtype)
        out[self._finite] = per_color
        return out.reshape(self.shape)


def make_color_table(
    image: ArrayLike,
    color_space: str,
    *,
    channel_axis: int | None = None,
    grey_as_rgb: bool = False,
    is_quick: bool = False,
    cancel: Cancel | None = None,
) -> ColorTable:
    """Count the colours of an image and take them to a colour space.

    Parameters
    ----------
    image : array (*spatial,) or with one more axis, any real dtype
    color_space : {"rgb", "hsv", "lab", "intensity"}
    channel_axis : int, optional
        Which axis holds the channels; default the last of three or more axes if it has length 3 or 4, else
        none. A fourth channel is then opacity and takes no part; with `channel_axis`, that of uint8 is.
    grey_as_rgb : bool
        Compare an image that is not red, green, blue by its values, whatever `color_space` says.
    is_quick : bool
        Leave the pixels of small colour pictures uncounted: for one clustering, not many.

    Raises
    ------
    SeededKMeansError
        When the image is unusable or does not have the channels the colour space needs.
    """
    if color_space not in CLUSTER_SPACES:
        raise SeededKMeansError(
            f"color_space must be one of {', '.join(CLUSTER_SPACES)}, not {color_space!r}."
        )
    # A lazy array is computed here, and only once.
    array = np.asarray(image)
    is_guessed = channel_axis is None
    if channel_axis is None:
        channel_axis = guess_channel_axis(array.shape)
    array = check_image(array, None, channel_axis)
    n_channels = 1 if channel_axis is None else array.shape[-1]
    pixels = array.reshape(-1, n_channels)
    if n_channels == 4 and (is_guessed or array.dtype == np.uint8):
        pixels = pixels[:, :3]
    if grey_as_rgb and pixels.shape[1] != 3:
        color_space = "rgb"
    is_left = is_quick and len(pixels) <= _FEW_PIXELS and pixels.shape[1] == _N_RGB
    colours = None if is_left and pixels.dtype == np.uint8 else histogram(pixels, cancel=cancel)
    finite = None if colours is not None else _finite_rows(pixels)
    if colours is not None:
        values, counts = colours.values, colours.counts
    else:
        values = pixels if finite is None else pixels[finite]
        counts = np.ones(len(values), np.int64)
    points = _to_space(values, color_space, has_channels=channel_axis is not None)
    return ColorTable(array, channel_axis, color_space, values, points, counts, colours, finite)


def guess_channel_axis(shape: tuple[int, ...]) -> int | None:
    """Return -1 if the last of at least three axes can only be red, green, blue (and opacity)."""
    return -1 if len(shape) >= 3 and shape[-1] in (3, 4) else None


def _finite_rows(pixels: NDArray[Any]) -> NDArray[np.bool_] | None:
    """Return which pixels are finite in all channels; None when all are."""
    if pixels.dtype.kind != "f":
        return None
    finite: NDArray[np.bool_] = np.isfinite(pixels).all(axis=1)
    if finite.all():
        return None
    if not finite.any():
        raise SeededKMeansError("image has no finite pixel: all are NaN or infinite.")
    return finite


def _to_space(values: NDArray[Any], color_space: str, *, has_channels: bool) -> NDArray[np.float64]:
    n_channels = values.shape[1]
    if color_space == "rgb":
        return values.astype(np.float64)
    if color_space == "intensity" and n_channels != 3:
        means: NDArray[np.float64] = values.mean(axis=1, keepdims=True, dtype=np.float64)
        return means
    recipe = resolve_recipe(values, has_channels=has_channels, color_space=color_space)
    return compute_features(values, recipe).astype(np.float64)
