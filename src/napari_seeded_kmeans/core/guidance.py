"""What to do next: where a stroke would help most, and what is like nothing that was painted."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from .errors import SeededKMeansError
from .frames import are_frames
from .score_maps import Maps
from .seeds import painted_places

# A stroke settles about this part of the image's mean side length around it.
_STROKE_PER_LENGTH = 1 / 16
_NONE_OF_THESE = 4.0
_FAR = 1e6


def paint_here_next(
    uncertainty: ArrayLike, seeds: ArrayLike, *, spacing: tuple[float, ...] | None = None
) -> tuple[int, ...] | None:
    """Return the pixel in whose surroundings the most is undecided.

    A stroke settles more than one pixel, so doubts are added up over the size of a stroke; what lies
    within such a distance of a stroke is not asked for again.

    Parameters
    ----------
    uncertainty : array (*spatial,), float
        From 0 to 1.
    seeds : array (*spatial,), integer
        0 where not painted.
    spacing : tuple of float, optional
        Pixel size along each axis, in any unit; ``inf`` along the first where its planes are frames.

    Returns
    -------
    tuple of int, or None
        None when nothing is undecided away from the strokes.

    Raises
    ------
    SeededKMeansError
        When the shapes differ.
    """
    doubts, painted = np.asarray(uncertainty, np.float32), np.asarray(seeds) != 0
    if doubts.shape != painted.shape:
        raise SeededKMeansError(f"seeds have shape {painted.shape}, but uncertainty has {doubts.shape}.")
    steps = np.ones(doubts.ndim) if spacing is None else np.asarray(spacing, float) / min(spacing)
    # From one frame to another is farther than any stroke reaches.
    steps = np.minimum(steps, _FAR)
    frame = doubts.shape[are_frames(spacing) :]
    radius = max(1.0, _STROKE_PER_LENGTH * float(np.prod(frame) ** (1 / len(frame))))
    nearby: NDArray[np.float32] = ndimage.gaussian_filter(doubts, radius / (2 * steps), mode="constant")
    near_stroke = painted
    if painted.any():
        near_stroke = ndimage.distance_transform_edt(~painted, sampling=steps) < radius
    nearby[near_stroke] = 0
    best = int(nearby.argmax())
    if nearby.flat[best] <= 0:
        return None
    return tuple(int(i) for i in np.unravel_index(best, doubts.shape))


def next_stroke(
    maps: Maps,
    labels: NDArray[np.integer],
    seeds: NDArray[np.integer],
    spacing: tuple[float, ...] | None = None,
) -> tuple[int, ...] | None:
    """Return the pixel, or the middle of a block of pixels of a large image, that `paint_here_next` would.

    Parameters
    ----------
    maps : Maps
    labels, seeds : ndarray (*spatial,), integer
        Where nothing is labelled, nothing is to be painted.
    spacing : tuple of float, optional
    """
    doubts, factors = maps.doubts()
    middles = [
        np.minimum(np.arange(n) * factor + factor // 2, length - 1)
        for n, factor, length in zip(doubts.shape, factors, labels.shape, strict=True)
    ]
    doubts = np.where(labels[np.ix_(*middles)] == 0, np.float32(0), doubts)
    painted = np.zeros(doubts.shape, np.uint8)
    places = np.unravel_index(painted_places(seeds), seeds.shape)
    painted[tuple(axis // factor for axis, factor in zip(places, factors, strict=True))] = 1
    sizes = tuple(size * factor for size, factor in zip(spacing or (1.0,) * seeds.ndim, factors, strict=True))
    block = paint_here_next(doubts, painted, spacing=sizes)
    if block is None:
        return None
    return tuple(int(middle[index]) for middle, index in zip(middles, block, strict=True))


def none_of_these(strangeness: ArrayLike, *, limit: float = _NONE_OF_THESE) -> NDArray[np.bool_]:
    """Return where a pixel is like no class that was painted.

    Parameters
    ----------
    strangeness : array (*spatial,), float
        Of a `Segmentation`.
    limit : float
        From where on a pixel is a stranger.
    """
    strange: NDArray[np.bool_] = np.asarray(strangeness) > limit
    return strange
