"""What features are measured in: how much each of them varies over an image, and along which axes all do.

Learnt from the image and not from its strokes, that stays as it is from stroke
to stroke: what was learnt of a class holds until its own strokes change. The
features of texture say much the same: a third to a half of their principal
axes (Pearson, Philosophical Magazine 2, 1901) tell pixels apart as well.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from ._kernels import standard
from ._kernels.logistic import weighted_gram
from .features import FeatureRecipe

Values = NDArray[np.float32]
Box = tuple[slice, ...]

LIMIT = 12.0
"""Standardised features farther out say no more than "far"."""

# By number of axes: up to how many pixels all of an image is looked at, and in larger ones at how many
# places along each axis, and their sides in pixels. Filters of three axes reach into many pixels.
_ALL_PIXELS = {2: 3 << 19, 3: 3 << 20}
_PLACES = {2: 8, 3: 3}
_FRAMES = 4
_SIDES_PX = {2: 64, 3: 16}
_MANY, _MANY_FOR_AXES = 1 << 17, 1 << 14
_SHARE_OF_VARIANCE = 0.97


def measured_boxes(
    shape: tuple[int, ...], tiles: Sequence[Box], *, has_frames: bool = False
) -> Sequence[Box]:
    """Return the parts of an image that its units are learnt from: its own tiles, if it is not large."""
    n_axes = len(shape) - has_frames
    if prod(shape) <= _ALL_PIXELS[n_axes]:
        return tiles
    sides = []
    for axis, length in enumerate(shape):
        is_frame = has_frames and axis == 0
        side = 1 if is_frame else min(_SIDES_PX[n_axes], length)
        # Of a few frames a few places will do.
        n = min(_FRAMES if is_frame else _PLACES[n_axes] // (1 + has_frames), length // side)
        starts = (((2 * place + 1) * length // n - side) // 2 for place in range(n))
        sides.append([slice(start, start + side) for start in starts])
    return list(product(*sides))


def some(places: NDArray[np.intp], n_all: int) -> NDArray[np.intp]:
    """Return so many of some of `n_all` pixels that of all of them enough for a mean are left."""
    # An odd step: it meets every column.
    return places[:: (n_all // _MANY) | 1]


def standard_of(recipe: FeatureRecipe, samples: Values) -> FeatureRecipe:
    """Return the recipe that gives samples (n, d) mean 0 and standard deviation 1, and keeps their axes."""
    means, spreads = np.zeros((2, samples.shape[1]))
    if len(samples):
        standard.mean_and_spread(np.ascontiguousarray(samples), means, spreads)
    # What is constant says nothing.
    factors = np.where(spreads > 1e-6 * np.abs(means) + 1e-9, 1 / np.maximum(spreads, 1e-12), 0)
    recipe = replace(recipe, offsets=tuple(means.tolist()), factors=tuple(factors.tolist()), axes=())
    if not recipe.sigmas_px:
        return recipe
    some_rows = samples[:: 1 + len(samples) // _MANY_FOR_AXES]
    return replace(recipe, axes=tuple(map(tuple, _main_axes(apply_standard(some_rows, recipe)).tolist())))


def _main_axes(samples: Values) -> NDArray[np.float64]:
    """Return the fewest orthonormal axes (q, d) along which samples (n, d) vary about as much as at all."""
    gram = np.empty((samples.shape[1],) * 2)
    weighted_gram(np.ascontiguousarray(samples, np.float64), np.ones(len(samples)), gram)
    squares, axes = np.linalg.eigh(gram)
    sums = np.cumsum(squares[::-1])
    n = 1 + int(np.count_nonzero(sums < _SHARE_OF_VARIANCE * sums[-1]))
    return axes[:, ::-1][:, :n].T


def measure(stack: Values, recipe: FeatureRecipe, n_leading: int = 0) -> Values:
    """Return features (d, ...), C order, as a recipe measures them: `n_leading` of them, then along its axes.

    Without axes all are returned, without units as they are.
    """
    if not recipe.factors:
        return stack
    rows = stack.reshape(len(stack), -1)
    offsets, factors = (np.array(row, np.float32) for row in (recipe.offsets, recipe.factors))
    axes = np.array(recipe.axes, np.float32).reshape(-1, len(rows))
    measured = np.empty(((n_leading if len(axes) else len(rows)) + len(axes), rows.shape[1]), np.float32)
    standard.measure(rows, offsets, factors, np.float32(LIMIT), axes, measured)
    return measured.reshape(len(measured), *stack.shape[1:])


def apply_standard(samples: Values, recipe: FeatureRecipe) -> Values:
    """Return samples (n, d) as a recipe without axes measures them."""
    return measure(np.ascontiguousarray(samples.T, np.float32), recipe).T
