"""The units features are measured in: how much each of them varies over an image.

Learnt from the image and not from its strokes, they stay as they are from
stroke to stroke: what was learnt of a class holds until its own strokes change.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from ._kernels import standard
from .features import FeatureRecipe

Values = NDArray[np.float32]
Box = tuple[slice, ...]

LIMIT = 12.0
"""Standardised features farther out say no more than "far"."""

# By number of axes: up to how many pixels all of an image is looked at, and in larger ones at how many
# places along each axis, and their sides in pixels. Filters of three axes reach into many pixels.
_ALL_PIXELS = {2: 3 << 19, 3: 3 << 20}
_PLACES = {2: 8, 3: 3}
_SIDES_PX = {2: 64, 3: 16}
_MANY = 1 << 17


def measured_boxes(shape: tuple[int, ...], tiles: Sequence[Box]) -> Sequence[Box]:
    """Return the parts of an image that its units are learnt from: its own tiles, if it is not large."""
    n_axes = len(shape)
    if prod(shape) <= _ALL_PIXELS[n_axes]:
        return tiles
    sides = []
    for length in shape:
        side = min(_SIDES_PX[n_axes], length)
        n = min(_PLACES[n_axes], length // side)
        starts = (((2 * place + 1) * length // n - side) // 2 for place in range(n))
        sides.append([slice(start, start + side) for start in starts])
    return list(product(*sides))


def some(places: NDArray[np.intp], n_all: int) -> NDArray[np.intp]:
    """Return so many of some of `n_all` pixels that of all of them enough for a mean are left."""
    # An odd step: it meets every column.
    return places[:: (n_all // _MANY) | 1]


def standard_of(recipe: FeatureRecipe, samples: Values) -> FeatureRecipe:
    """Return the recipe that gives these samples (n, d) mean 0 and standard deviation 1."""
    means, spreads = np.zeros((2, samples.shape[1]))
    if len(samples):
        standard.mean_and_spread(np.ascontiguousarray(samples), means, spreads)
    # What is constant says nothing.
    factors = np.where(spreads > 1e-6 * np.abs(means) + 1e-9, 1 / np.maximum(spreads, 1e-12), 0)
    return replace(recipe, offsets=tuple(means.tolist()), factors=tuple(factors.tolist()))


def apply_standard(samples: Values, recipe: FeatureRecipe) -> Values:
    """Return samples (n, d) of a recipe without standard as those of one with it."""
    if not recipe.factors:
        return samples
    stack = np.array(samples.T, np.float32, order="C")
    standardise(stack, recipe)
    return stack.T


def standardise(stack: Values, recipe: FeatureRecipe) -> None:
    """Measure features (d, ...), C order, in the units of a recipe, in place."""
    if recipe.factors:
        rows = stack.reshape(len(stack), -1)
        offsets, factors = (np.array(row, np.float32) for row in (recipe.offsets, recipe.factors))
        standard.standardise(rows, offsets, factors, np.float32(LIMIT))
