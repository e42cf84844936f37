"""Small pictures of a result: the image with the outlines of the classes, and labels in colours."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LONGEST_PX = 240
_BLACK_WHITE_PERCENTILES = (1, 99)


def paint(labels: NDArray[np.integer], colors: Mapping[int, str]) -> NDArray[np.uint8]:
    """Return labels (*spatial,) as a picture (*spatial, 3) in the class colours; 0 is black."""
    values = np.array(sorted(colors))
    table = np.zeros((len(values) + 1, 3), np.uint8)
    table[1:] = [list(bytes.fromhex(colors[value][1:])) for value in values.tolist()]
    index = np.where(labels == 0, 0, np.searchsorted(values, labels) + 1)
    painted: NDArray[np.uint8] = table[index]
    return painted


def thumbnail(
    image: NDArray[Any], labels: NDArray[np.integer], colors: Mapping[int, str], background: int
) -> NDArray[np.uint8]:
    """Return a small picture (y, x, 3) of an image with the outlines of its classes.

    Parameters
    ----------
    image : ndarray (*spatial[, c])
        Of a stack, the middle plane is shown; of channels, the first three or the first.
    labels : ndarray (*spatial,)
    colors : mapping of int to str
        Class value to ``"#rrggbb"``.
    background : int
        The class that gets no outline.
    """
    middle = tuple(length // 2 for length in labels.shape[:-2])
    plane, flat = (image[middle], labels[middle]) if labels.ndim > 1 else (image[None], labels[None])
    step = max(1, -(-max(flat.shape) // LONGEST_PX))
    small = _as_rgb(_shrink(plane, step))
    flat = flat[step // 2 :: step, step // 2 :: step][: small.shape[0], : small.shape[1]]
    small = small[: flat.shape[0], : flat.shape[1]]
    outline = _outline(flat) & (flat != background) & (flat != 0)
    small[outline] = paint(flat, colors)[outline]
    return small


def _shrink(plane: NDArray[Any], step: int) -> NDArray[Any]:
    """Take the mean of step x step blocks of 8-bit pictures, every step-th pixel of others."""
    if step == 1:
        return plane
    if plane.dtype == np.uint8 and (plane.ndim == 2 or plane.shape[-1] in (3, 4)):
        return np.asarray(Image.fromarray(np.ascontiguousarray(plane)).reduce(step))
    return plane[step // 2 :: step, step // 2 :: step]


def _as_rgb(plane: NDArray[Any]) -> NDArray[np.uint8]:
    """Return a new uint8 picture (y, x, 3); what is not 8-bit is stretched between its 1 and 99 %."""
    if plane.ndim == 2:
        plane = plane[..., np.newaxis]
    plane = plane[..., :3] if plane.shape[-1] >= 3 else plane[..., :1]
    if plane.dtype != np.uint8:
        plane = plane.astype(np.float32)
        finite = plane[np.isfinite(plane)]
        low, high = np.percentile(finite, _BLACK_WHITE_PERCENTILES) if finite.size else (0, 1)
        scaled = np.nan_to_num((plane - low) / max(high - low, 1e-12), nan=0, posinf=1, neginf=0)
        plane = (np.clip(scaled, 0, 1) * 255).astype(np.uint8)
    return np.array(np.broadcast_to(plane, (*plane.shape[:2], 3)))


def _outline(labels: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return the pixels with a neighbour of another class."""
    outline = np.zeros(labels.shape, bool)
    down, right = labels[1:] != labels[:-1], labels[:, 1:] != labels[:, :-1]
    outline[1:] |= down
    outline[:-1] |= down
    outline[:, 1:] |= right
    outline[:, :-1] |= right
    return outline
