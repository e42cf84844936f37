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

from ._kernels.standard import mean_and_spread
from .features import FeatureRecipe, compute_features
from .filters import TILE_SHAPES, FilterBank, fill_tile_features, iter_tiles
from .threads import Cancel, map_tiles

Stack = NDArray[np.float32]
R = TypeVar("R")

SIGMAS_PX = (1.0, 2.0, 4.0)
"""Scales of texture; wider ones blur the outline of small objects and mislead more than they help."""

# Gaussians up to here count as colour.
_COLOR_SIGMA_PX = 2.0
LIMIT = 12.0
"""Standardised features farther out say no more than "far"."""


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
    n_channels, n_spatial = len(channels), channels.ndim - 1
    stack = np.empty((n_columns(recipe, n_channels, n_spatial), *channels[0][tile].shape), np.float32)
    stack[:n_channels] = channels[:, *tile]
    for channel, columns in enumerate(_columns_of_channels(recipe, bank, n_channels, n_spatial)):
        fill_tile_features(channels[channel], tile, bank, [stack[column] for column in columns])
    return _standardised(stack, recipe)


def _columns_of_channels(
    recipe: FeatureRecipe, bank: FilterBank, n_channels: int, n_spatial: int
) -> NDArray[np.intp]:
    """Return where each filter of each channel stands in the stack, (n_channels, n_features)."""
    per_sigma = bank.n_features(n_spatial) // len(recipe.sigmas_px)
    is_color = np.array(
        [sigma <= _COLOR_SIGMA_PX and kind == 0 for sigma in recipe.sigmas_px for kind in range(per_sigma)]
    )
    columns = np.empty((n_channels, len(is_color)), np.intp)
    n_colors = n_color_columns(recipe, n_channels)
    columns[:, is_color] = np.arange(n_channels, n_colors).reshape(is_color.sum(), n_channels).T
    columns[:, ~is_color] = np.arange(n_colors, n_colors + n_channels * (~is_color).sum()).reshape(
        n_channels, -1
    )
    return columns


def standardise(recipe: FeatureRecipe, samples: Stack) -> FeatureRecipe:
    """Return the recipe that gives these samples (n, d) mean 0 and standard deviation 1."""
    means, spreads = np.empty((2, samples.shape[1]))
    mean_and_spread(np.ascontiguousarray(samples), means, spreads)
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
    np.clip(moved, -LIMIT, LIMIT, out=moved)
    return moved
