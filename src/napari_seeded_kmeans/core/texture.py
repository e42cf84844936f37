"""Colours and their surroundings: the full stack of features, tile by tile.

The leading columns are what a pixel and its close surroundings are coloured
like: every channel, then its Gaussians up to two pixels. The others say how
the colours change around it: wider Gaussians, gradients and the eigenvalues of
the Hessian. All are standardised by the painted pixels, so none is large only
because of its unit.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .features import FeatureRecipe, compute_features
from .filters import TILE_SHAPES, FilterBank, iter_tiles, tile_features
from .threads import Cancel, map_tiles

Stack = NDArray[np.float32]
R = TypeVar("R")

SIGMAS_PX = (1.0, 2.0, 4.0)
"""Scales of texture; wider ones blur the outline of small objects and mislead more than they help."""

# Gaussians up to here count as colour.
_COLOR_SIGMA_PX = 2.0
# Standardised features farther out say no more than "far".
_LIMIT = 12.0


def can_have_texture(n_spatial: int) -> bool:
    """Return whether the filters know images of so many axes."""
    return n_spatial in TILE_SHAPES


def n_color_columns(recipe: FeatureRecipe, n_channels: int) -> int:
    """Return how many leading columns of the stack are colours."""
    return n_channels * (1 + sum(sigma <= _COLOR_SIGMA_PX for sigma in recipe.sigmas_px))


def n_columns(recipe: FeatureRecipe, n_channels: int, n_spatial: int) -> int:
    """Return how many columns the stack has."""
    bank = _bank(recipe)
    return n_channels * (1 + (bank.n_features(n_spatial) if bank else 0))


def compute_channels(image: NDArray[Any], recipe: FeatureRecipe) -> tuple[Stack, NDArray[np.bool_]]:
    """Return colours (c, *spatial) and where the image is finite (*spatial,).

    Elsewhere the colours are those of black, so that filters stay finite beside it.
    """
    colors = np.moveaxis(compute_features(image, recipe), -1, 0)
    finite: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(colors), axis=0)
    if not finite.all():
        colors = np.where(finite, colors, 0)
    return np.ascontiguousarray(colors), finite


def map_stack(
    function: Callable[[tuple[slice, ...], Stack], R],
    channels: Stack,
    recipe: FeatureRecipe,
    *,
    cancel: Cancel | None = None,
) -> list[R]:
    """Call ``function(tile, features (d, *tile shape))`` for every tile; the whole stack never exists."""
    tiles = list(iter_tiles(channels.shape[1:]))
    return map_tiles(lambda tile: function(tile, tile_stack(channels, tile, recipe)), tiles, cancel=cancel)


def stack_at(
    channels: Stack, mask: NDArray[np.bool_], recipe: FeatureRecipe, *, cancel: Cancel | None = None
) -> Stack:
    """Return the features (n, d) of the pixels in `mask`, in the order of ``image[mask]``."""
    if not recipe.sigmas_px:
        return _standardised(channels[:, mask], recipe).T
    # Small tiles: strokes are thin.
    tiles = [tile for tile in iter_tiles(mask.shape, (60,) * mask.ndim) if mask[tile].any()]
    parts = map_tiles(lambda tile: tile_stack(channels, tile, recipe)[:, mask[tile]], tiles, cancel=cancel)
    ranks = np.cumsum(mask.ravel()).reshape(mask.shape) - 1
    samples = np.empty((np.count_nonzero(mask), n_columns(recipe, len(channels), mask.ndim)), np.float32)
    for tile, part in zip(tiles, parts, strict=True):
        samples[ranks[tile][mask[tile]]] = part.T
    return samples


def tile_stack(channels: Stack, tile: tuple[slice, ...], recipe: FeatureRecipe) -> Stack:
    """Return the features (d, *tile shape) of one tile."""
    bank = _bank(recipe)
    if bank is None:
        return _standardised(channels[:, *tile], recipe)
    per_sigma = bank.n_features(channels.ndim - 1) // len(recipe.sigmas_px)
    filtered = np.stack([tile_features(channel, tile, bank) for channel in channels])
    colors = [
        filtered[:, index * per_sigma]
        for index, sigma in enumerate(recipe.sigmas_px)
        if sigma <= _COLOR_SIGMA_PX
    ]
    is_color = [
        sigma <= _COLOR_SIGMA_PX and kind == 0 for sigma in recipe.sigmas_px for kind in range(per_sigma)
    ]
    texture = filtered[:, ~np.array(is_color)]
    stack = np.concatenate([channels[:, *tile], *colors, *texture])
    return _standardised(stack, recipe)


def standardise(recipe: FeatureRecipe, samples: Stack) -> FeatureRecipe:
    """Return the recipe that gives these samples (n, d) mean 0 and standard deviation 1."""
    means, spreads = samples.mean(axis=0, dtype=float), samples.std(axis=0, dtype=float)
    # What was constant under the strokes says nothing about them.
    factors = np.where(spreads > 1e-6 * np.abs(means) + 1e-9, 1 / np.maximum(spreads, 1e-12), 0)
    return replace(recipe, offsets=tuple(means.tolist()), factors=tuple(factors.tolist()))


def apply_standard(samples: Stack, recipe: FeatureRecipe) -> Stack:
    """Return samples (n, d) of a recipe without standard as those of one with it."""
    return _standardised(samples.T, recipe).T


def _bank(recipe: FeatureRecipe) -> FilterBank | None:
    if not recipe.sigmas_px:
        return None
    return FilterBank(recipe.sigmas_px, ("gaussian", "gradient", "hessian"), recipe.spacing)


def _standardised(stack: Stack, recipe: FeatureRecipe) -> Stack:
    """Standardise features (d, ...)."""
    if not recipe.factors:
        return stack
    column = (-1, *[1] * (stack.ndim - 1))
    moved = stack - np.array(recipe.offsets, np.float32).reshape(column)
    moved *= np.array(recipe.factors, np.float32).reshape(column)
    np.clip(moved, -_LIMIT, _LIMIT, out=moved)
    return moved
