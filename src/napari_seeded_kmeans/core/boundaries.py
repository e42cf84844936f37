"""How well the outlines of two masks agree, within a tolerance."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree


def boundary_f(
    predicted: NDArray[np.bool_],
    true: NDArray[np.bool_],
    scored: NDArray[np.bool_],
    tolerance: float,
    spacing: tuple[float, ...],
) -> float:
    """Return how well two boundaries agree: the harmonic mean of the shares near the other.

    The measure of Csurka et al., "What is a good evaluation measure for
    semantic segmentation?", BMVC 2013.

    Parameters
    ----------
    predicted, true, scored : ndarray (*spatial,), bool
        The two masks, and the pixels that count.
    tolerance : float
        In units of `spacing`.
    spacing : tuple of float
        Size of a pixel along each axis.

    Returns
    -------
    float
        1 if neither mask has a boundary, 0 if only one has.
    """
    box = _box_around((predicted | true) & scored)
    # Points, not distance maps: boundaries are thin, and a volume's map would not fit in memory.
    ours, theirs = (np.argwhere(_boundary(mask[box], scored[box])) * spacing for mask in (predicted, true))
    if len(ours) == 0 or len(theirs) == 0:
        return float(len(ours) == len(theirs))
    # Distances that are equal on paper may differ in their last bits.
    reach = tolerance + 1e-9 * (tolerance + min(spacing))
    precision, recall = _share_near(ours, theirs, reach), _share_near(theirs, ours, reach)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _share_near(points: NDArray[np.floating[Any]], others: NDArray[np.floating[Any]], reach: float) -> float:
    """Return the share of `points` (n, d) with one of `others` (m, d) closer than `reach`."""
    distances, _ = cKDTree(others).query(points, distance_upper_bound=reach)
    return float(np.isfinite(distances).mean())


def _boundary(mask: NDArray[np.bool_], scored: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels of the mask with a scored neighbour outside it; the image border is none."""
    boundary: NDArray[np.bool_] = mask & scored & ndimage.binary_dilation(~mask & scored)
    return boundary


def _box_around(mask: NDArray[np.bool_]) -> tuple[slice, ...]:
    """Return the smallest box that holds the mask and the pixels next to it."""
    boxes = ndimage.find_objects(mask.view(np.uint8))
    if not boxes:
        return (slice(0, 0),) * mask.ndim
    return tuple(slice(max(side.start - 1, 0), side.stop + 1) for side in boxes[0])
