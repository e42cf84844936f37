"""Which cluster every pixel is nearest to: a palette, seen in the image."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .features import check_image
from .model import Model
from .scores import nearest_center
from .texture import compute_channels, map_stack
from .threads import Cancel


def cluster_map(
    model: Model, image: ArrayLike, *, channel_axis: int | None = None, cancel: Cancel | None = None
) -> NDArray[np.uint16]:
    """Return the row of the nearest cluster of `model.palette`, from 1 on; shape (*spatial,), uint16.

    Parameters
    ----------
    model : Model
    image : array
        Of the kind that was painted on.
    channel_axis : int, optional
        Which axis holds the channels; default the last, if the model's images have any.
    cancel : callable, optional
        Asked now and then; see `core.threads`.

    Returns
    -------
    ndarray (*spatial,), uint16
        0 where the image is NaN or infinite.
    """
    if model.recipe.n_channels and channel_axis is None:
        channel_axis = -1
    channels, finite = compute_channels(check_image(image, None, channel_axis), model.recipe)
    nearest = np.empty(finite.shape, np.uint16)
    centers = model.palette.centers

    def look_at(tile: tuple[slice, ...], stack: NDArray[np.float32]) -> None:
        samples = stack[: centers.shape[1]].reshape(centers.shape[1], -1).T
        nearest[tile] = nearest_center(samples, centers)[0].reshape(stack.shape[1:])

    map_stack(look_at, channels, model.recipe, cancel=cancel)
    nearest += 1
    nearest[~finite] = 0
    return nearest
