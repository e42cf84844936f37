"""Cut the background away: colours that own the frame of a picture are not its subject."""

import math
import numbers
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .clustering import ClusteredImage, apply_clusters, check_n_clusters
from .color_table import NOWHERE, ClusterSpace, ColorTable, make_color_table
from .cutout import as_uint8
from .errors import SeededKMeansError
from .pieces import find_pieces
from .table_clusters import find_clusters
from .threads import Cancel

OPAQUE = 255
# Found on photographs for K from 3 to 8; for 3 clusters it asks for 22 % of the frame.
_PART_OF_EVEN_SPLIT = 2 / 3


@dataclass(frozen=True, eq=False)
class BackgroundRemoval:
    """What is subject, and why.

    Attributes
    ----------
    mask : ndarray (*spatial,), bool
        True where the subject is.
    clusters : ClusteredImage
        The colours that were told apart.
    frame_shares : ndarray (k,), float64
        Part of the picture's frame each cluster owns; sums to 1.
    is_background : ndarray (k,), bool
        Which clusters are background.
    border_share : float
        The part of the frame from which on a cluster was taken for background.
    """

    mask: NDArray[np.bool_]
    clusters: ClusteredImage
    frame_shares: NDArray[np.float64]
    is_background: NDArray[np.bool_]
    border_share: float
    _table: ColorTable = field(repr=False)

    def cut_out(self, color: Sequence[int] | None = None) -> NDArray[np.uint8]:
        """Return the subject alone.

        Parameters
        ----------
        color : three integers from 0 to 255, optional
            What to put in place of the background; default transparency.

        Returns
        -------
        ndarray (*spatial, 4) or, with a colour, (*spatial, 3), uint8
            Red, green, blue and opacity. uint8 images keep their values and their own opacity; of other types
            the darkest 0.1 % of the values are black and the brightest 0.1 % white; grey ones are shown grey.

        Raises
        ------
        SeededKMeansError
            When the colour is none, or the image has channels that are not red, green, blue.
        """
        picture, opacity = _as_rgba(self._table)
        opacity = np.where(self.mask, opacity, 0).astype(np.uint8)
        if color is None:
            return np.concatenate([picture, opacity[..., np.newaxis]], axis=-1)
        paper = check_color(color).astype(np.float32)
        part = opacity[..., np.newaxis] / np.float32(OPAQUE)
        laid: NDArray[np.uint8] = np.rint(picture * part + paper * (1 - part)).astype(np.uint8)
        return laid


def remove_background(
    image: ArrayLike,
    *,
    n_clusters: int = 3,
    color_space: ClusterSpace = "lab",
    border_share: float | None = None,
    min_share: float = 0.01,
    channel_axis: int | None = None,
    random_state: int = 0,
    cancel: Cancel | None = None,
) -> BackgroundRemoval:
    """Find the subject of a picture: whatever has not the colours of its frame.

    The colours are clustered (at most 30 iterations); clusters that own enough of the frame, the outermost
    pixels, are background. The largest owner always is, and at least one cluster never is. No rescaling is
    needed: time goes with the number of colours, not of pixels.

    Parameters
    ----------
    image : array (*spatial,) or with one more axis, any real dtype
        NaN and infinite pixels are background. A stack has a frame in every plane.
    n_clusters : int
        From 2 to 256.
    color_space : {"lab", "rgb", "hsv", "intensity"}
        Where colours are compared, see `cluster_image`. In place of "lab" or "hsv", an image that is not red,
        green, blue is compared by its values.
    border_share : float, optional
        A cluster that owns at least this part of the frame, from 0 to 1, is background. Default two thirds of
        an even split: 0.22 for 3 clusters.
    min_share : float
        Specks of subject, and holes in it, that are smaller than this part of the picture (of the stack)
        are taken for their surroundings; 0 leaves every pixel to itself.
    channel_axis, random_state, cancel
        As in `cluster_image`.

    Returns
    -------
    BackgroundRemoval

    Raises
    ------
    SeededKMeansError
        When an argument is unusable; the sentence names it and its value.
    """
    check_settings(n_clusters=n_clusters, border_share=border_share, min_share=min_share)
    table = make_color_table(
        image, color_space, channel_axis=channel_axis, grey_as_rgb=True, is_quick=True, cancel=cancel
    )
    found = find_clusters(table, n_clusters, is_quick=True, random_state=random_state, cancel=cancel)
    return judge_by_frame(table, apply_clusters(table, found), border_share=border_share, min_share=min_share)


def judge_by_frame(
    table: ColorTable, clusters: ClusteredImage, *, border_share: float | None, min_share: float
) -> BackgroundRemoval:
    """Tell subject from background among clusters; quick enough to follow a slider."""
    k = len(clusters.centers)
    border_share = _PART_OF_EVEN_SPLIT / k if border_share is None else float(border_share)
    frame = _frame(clusters.labels)
    owned = np.bincount(frame[frame != NOWHERE], minlength=k)
    shares = owned / max(1, owned.sum())
    is_background = shares >= border_share
    is_background[shares.argmin()] = False
    is_background[shares.argmax()] = True
    # The last entry is that of pixels that are NaN or infinite, whose label is -1.
    is_subject = np.append(~is_background, False)
    mask = _without_specks(is_subject[clusters.labels], min_share)
    return BackgroundRemoval(mask, clusters, shares, is_background, border_share, table)


def check_settings(
    *, n_clusters: int = 3, border_share: float | None = None, min_share: float = 0.01, **_others: Any
) -> None:
    """Say so when a setting of `remove_background` is out of range."""
    check_n_clusters(n_clusters, at_least=2)
    for name, value in {"border_share": border_share, "min_share": min_share}.items():
        if value is not None and (not isinstance(value, numbers.Real) or not 0 <= value <= 1):
            raise SeededKMeansError(f"{name} must be a number from 0 to 1, not {value!r}.")


def check_color(color: Sequence[int]) -> NDArray[np.integer]:
    """Return a colour as an array, or say that it is none."""
    array = np.asarray(color)
    if array.shape != (3,) or array.dtype.kind not in "iu" or array.min() < 0 or array.max() > OPAQUE:
        raise SeededKMeansError(f"color must be three integers from 0 to {OPAQUE}, not {color!r}.")
    return array


def _frame(labels: NDArray[np.integer]) -> NDArray[np.integer]:
    """Return the outermost pixels of every plane, each once."""
    if labels.ndim == 1:
        return labels[[0, -1]]
    sides = (labels[..., 0, :], labels[..., 1:, -1], labels[..., 1:, 0], labels[..., -1, 1:-1])
    return np.concatenate([side.ravel() for side in sides])


def _without_specks(mask: NDArray[np.bool_], min_share: float) -> NDArray[np.bool_]:
    """Give small pieces of subject to the background, then small holes to the subject."""
    least = math.ceil(min_share * mask.size)
    if least <= 1:
        return mask
    mask = _large_pieces(mask, least)
    return ~_large_pieces(~mask, least)


def _large_pieces(mask: NDArray[np.bool_], least_px: int) -> NDArray[np.bool_]:
    pieces = find_pieces(mask)
    return pieces.paint(pieces.sizes >= least_px)


def _as_rgba(table: ColorTable) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Return (red, green, blue) as (*spatial, 3) and opacity as (*spatial,) or a scalar."""
    if table.channel_axis is None:
        grey = as_uint8(table.image)[..., np.newaxis]
        return np.repeat(grey, 3, axis=-1), np.array(OPAQUE)
    n_channels = table.values.shape[1]
    if n_channels not in (1, 3):
        raise SeededKMeansError(
            f"image has {n_channels} channels; only grey or red, green, blue can be cut out."
        )
    picture = np.broadcast_to(as_uint8(table.image[..., :n_channels]), (*table.shape, 3))
    has_opacity = table.image.shape[-1] > n_channels and table.image.dtype == np.uint8
    return picture, table.image[..., 3] if has_opacity else np.array(OPAQUE)
