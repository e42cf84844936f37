"""Colours and their surroundings: the full stack of features, tile by tile.

The leading columns are what a pixel and its close surroundings are coloured
like: every channel, then its Gaussians up to two pixels. The others say how
the colours change around it: wider Gaussians, gradients and the eigenvalues of
the Hessian. A settled recipe measures them in its units, so none is large only
because of its own, and sees texture along a few axes through all of them.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .features import FeatureRecipe, compute_features
from .filters import TILE_SHAPES, FilterBank, fill_tile_features, iter_tiles
from .frames import Spacing, counts_frames
from .standard import apply_standard, measure
from .threads import Cancel, map_tiles

Stack = NDArray[np.float32]
R = TypeVar("R")

SIGMAS_PX = (1.0, 2.0, 4.0)
"""Scales of texture; wider ones blur the outline of small objects and mislead more than they help."""

# Gaussians up to here count as colour.
_COLOR_SIGMA_PX = 2.0


def can_have_texture(n_spatial: int, spacing: Spacing | None) -> bool:
    """Return whether the filters know images of so many axes."""
    return n_spatial - counts_frames(spacing, n_spatial) in TILE_SHAPES


def n_color_columns(recipe: FeatureRecipe, n_channels: int) -> int:
    """Return how many leading columns of the stack are colours."""
    return n_channels * (1 + sum(sigma <= _COLOR_SIGMA_PX for sigma in recipe.sigmas_px))


def n_columns(recipe: FeatureRecipe, n_channels: int, n_spatial: int) -> int:
    """Return how many columns the stack has."""
    if recipe.axes:
        return n_color_columns(recipe, n_channels) + len(recipe.axes)
    return n_filtered(recipe, n_channels, n_spatial)


def n_filtered(recipe: FeatureRecipe, n_channels: int, n_spatial: int) -> int:
    """Return how many features the filters give."""
    bank = _bank(recipe)
    return n_channels * (1 + (bank.n_features(n_spatial) if bank else 0))


def compute_channels(image: NDArray[Any], recipe: FeatureRecipe) -> tuple[Stack, NDArray[np.bool_]]:
    """Return colours (c, *spatial) and where the image is finite (*spatial,).

    Elsewhere the colours are those of black, so that filters stay finite beside it.
    """
    colors = np.moveaxis(compute_features(image, recipe), -1, 0)
    finite = np.ones(colors.shape[1:], bool)
    if image.dtype.kind == "f":
        np.logical_and.reduce(np.isfinite(colors), axis=0, out=finite)
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
        return apply_standard(channels[:, mask].T, recipe)
    # Small tiles: strokes are thin.
    tiles = [tile for tile in iter_tiles(mask.shape, (60,) * mask.ndim) if mask[tile].any()]
    parts = map_tiles(lambda tile: tile_stack(channels, tile, recipe)[:, mask[tile]], tiles, cancel=cancel)
    ranks = np.cumsum(mask.ravel()).reshape(mask.shape) - 1
    samples = np.empty((np.count_nonzero(mask), n_columns(recipe, len(channels), mask.ndim)), np.float32)
    for tile, part in zip(tiles, parts, strict=True):
        samples[ranks[tile][mask[tile]]] = part.T
    return samples


def tile_stack(
    channels: Stack, tile: tuple[slice, ...], recipe: FeatureRecipe, steps: tuple[slice, ...] = ()
) -> Stack:
    """Return the features (d, *tile shape) of one tile, or of evenly spaced pixels of it."""
    bank = _bank(recipe)
    if bank is None:
        return measure(np.ascontiguousarray(channels[:, *tile][:, *steps]), recipe)
    n_channels, n_spatial = len(channels), channels.ndim - 1
    stack = np.empty((n_filtered(recipe, n_channels, n_spatial), *channels[0][tile].shape), np.float32)
    stack[:n_channels] = channels[:, *tile]
    for channel, columns in enumerate(_columns_of_channels(recipe, bank, n_channels, n_spatial)):
        fill_tile_features(channels[channel], tile, bank, [stack[column] for column in columns])
    return measure(np.ascontiguousarray(stack[:, *steps]), recipe, n_color_columns(recipe, n_channels))


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


def _bank(recipe: FeatureRecipe) -> FilterBank | None:
    if not recipe.sigmas_px:
        return None
    return FilterBank(recipe.sigmas_px, ("gaussian", "gradient", "hessian"), recipe.spacing)
