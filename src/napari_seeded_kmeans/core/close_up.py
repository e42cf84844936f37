"""What a model sees at one pixel: computed from its surroundings, however large the image is."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import SeededKMeansError
from .features import FeatureRecipe
from .frames import counts_frames
from .texture import compute_channels, stack_at

# Filters reach four sigma, the widest of them 4 pixels; blurs are cut off at two sigma.
_REACH_PX = 24
_BLUR_REACH = 3


def features_at(image: Any, position: tuple[int, ...], recipe: FeatureRecipe) -> NDArray[np.float32]:
    """Return the features (d,) of one pixel of an image (*spatial[, c]), channels last, perhaps lazy.

    Raises
    ------
    SeededKMeansError
        When the position is outside, or the image is NaN or infinite there.
    """
    shape = image.shape[: len(position)]
    if not all(0 <= place < length for place, length in zip(position, shape, strict=True)):
        raise SeededKMeansError(f"position {position} is outside an image of {shape}.")
    reach = _REACH_PX + int(np.ceil(_BLUR_REACH * recipe.blur_sigma_px))
    reaches = [reach] * len(position)
    if counts_frames(recipe.spacing, len(position)):
        reaches[0] = 0
    starts = [max(0, place - reach) for place, reach in zip(position, reaches, strict=True)]
    window = tuple(
        slice(start, place + reach + 1) for start, place, reach in zip(starts, position, reaches, strict=True)
    )
    channels, finite = compute_channels(np.asarray(image[window]), recipe)
    here = np.zeros(finite.shape, bool)
    here[tuple(place - start for place, start in zip(position, starts, strict=True))] = True
    if not finite[here].all():
        raise SeededKMeansError(f"image is NaN or infinite at {position}.")
    features: NDArray[np.float32] = stack_at(channels, here, recipe)[0]
    return features
