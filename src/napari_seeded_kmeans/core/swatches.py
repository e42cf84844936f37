"""Clusters back to colours: what a row of a palette looks like in the image's own values."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from skimage.color import hsv2rgb, lab2rgb

from .features import FeatureRecipe

Array = NDArray[np.float64]


def cluster_colors(centers: ArrayLike, recipe: FeatureRecipe) -> Array:
    """Return the colour of each cluster as values of the image it was found in.

    The leading columns of a cluster are a pixel's own colour; the way from the image to them is gone back.

    Parameters
    ----------
    centers : array (k, d)
        As `Palette.centers`.
    recipe : FeatureRecipe
        How features were made.

    Returns
    -------
    ndarray (k, c), float64
        Red, green, blue for colour pictures; one value per channel otherwise; one column for grey.
    """
    rows = np.asarray(centers, np.float64)
    n_columns = _n_columns(recipe)
    rows = rows[:, :n_columns]
    if recipe.factors:
        factors = np.array(recipe.factors[:n_columns])
        # A feature that was constant is still what it was.
        steps = np.divide(1, factors, out=np.zeros(n_columns), where=factors != 0)
        rows = rows * steps + np.array(recipe.offsets[:n_columns])
    if recipe.color_space == "lab":
        rgb: Array = lab2rgb(rows) * recipe.white
        return rgb
    if recipe.color_space == "hsv":
        return _from_cone(rows / 255) * recipe.white
    if recipe.color_space == "rgb":
        return rows * (recipe.white / 255)
    return _from_lightness(rows, recipe.window)


def _n_columns(recipe: FeatureRecipe) -> int:
    if recipe.color_space == "intensity":
        return 1
    return recipe.n_channels if recipe.color_space == "channels" else 3


def _from_cone(rows: Array) -> Array:
    value = np.clip(rows[:, 2], 0, 1)
    saturation = np.divide(np.hypot(rows[:, 0], rows[:, 1]), value, out=np.zeros(len(rows)), where=value > 0)
    # The angle is that of the projection on the plane of equal sums; HSV counts along a hexagon instead.
    sextant, angle = np.divmod(np.arctan2(rows[:, 1], rows[:, 0]) % (2 * np.pi), np.pi / 3)
    is_rising = sextant % 2 == 0
    tangent = np.tan(np.where(is_rising, angle, np.pi / 3 - angle))
    along = 2 * tangent / (np.sqrt(3) + tangent)
    hue = (sextant + np.where(is_rising, along, 1 - along)) / 6
    colors: Array = hsv2rgb(np.stack([hue % 1, np.clip(saturation, 0, 1), value], axis=-1))
    return colors


def _from_lightness(rows: Array, window: tuple[tuple[float, float], ...]) -> Array:
    if not window:
        return rows
    low, high = np.array(window).T
    # The inverse of CIE 1976 L*.
    sizes = np.abs(rows)
    shares = np.where(sizes > 8, np.copysign(((sizes + 16) / 116) ** 3, rows), rows * (27 / 24389))
    values: Array = low + np.minimum(shares, 1) * (high - low)
    return values
