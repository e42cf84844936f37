"""Pixels that were clicked for their colour: where strokes matter each counts as one, however tiny.

What belongs here: which of them still hold. What does not: what their colours teach.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .features import FeatureRecipe
from .palette_steps import Row, Samples
from .standard import apply_standard

# The same pixel of the same image differs by rounding only.
_SAME = 1e-3


class Dot(NamedTuple):
    """A pixel, given along the spatial axes, all its features, and the class it counts for."""

    position: tuple[int, ...]
    features: Row
    class_value: int


def still_there(dots: Iterable[Dot], channels: Samples, recipe: FeatureRecipe) -> tuple[Dot, ...]:
    """Return the dots that are of an image whose colours (c, *spatial) these are.

    On another image, or once its pixels were changed, nobody clicked there.
    """
    return tuple(dot for dot in dots if _is_of(dot, channels, recipe))


def with_dots(painted: NDArray[np.integer], dots: Iterable[Dot]) -> NDArray[np.integer]:
    """Return seeds (*spatial,) with the dots painted, where no stroke is."""
    painted = painted.copy(order="C")
    for dot in dots:
        if painted[dot.position] == 0:
            painted[dot.position] = dot.class_value
    return painted


def _is_of(dot: Dot, channels: Samples, recipe: FeatureRecipe) -> bool:
    n_channels, shape = len(channels), channels.shape[1:]
    is_inside = len(dot.position) == len(shape) and all(
        0 <= place < length for place, length in zip(dot.position, shape, strict=True)
    )
    if not is_inside:
        return False
    # The colour of the pixel itself: beyond it, what lies around may be cut off by a region.
    own = replace(recipe, offsets=recipe.offsets[:n_channels], factors=recipe.factors[:n_channels], axes=())
    at = np.ravel_multi_index(dot.position, shape)
    color = apply_standard(channels.reshape(n_channels, -1)[:, at][np.newaxis], own)[0]
    return bool(np.allclose(color, dot.features[:n_channels], rtol=_SAME, atol=_SAME))
