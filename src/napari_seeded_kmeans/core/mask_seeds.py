"""Seeds from what is segmented already: the inside of every object, its middle line, or random pixels."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

from .errors import SeededKMeansError
from .seeds import BACKGROUND

How = Literal["eroded", "thinned", "sampled"]

# The inner part by distance: half of a disc's radius, so that a quarter of its area stays.
_INNER = 0.5
# A stroke's worth of pixels per class: more teaches a colour model nothing.
_N_SAMPLES = 1000


def seeds_from_labels(
    labels: ArrayLike, how: How = "eroded", *, ignore: int | None = None, random_state: int = 0
) -> NDArray[np.integer]:
    """Turn a mask or label image into seeds.

    Masks become background 1 and foreground 2. Where 0 is among the labels it is background, and
    classes count on: 0 becomes 1, k becomes k + 1. Labels without any 0, as `segment` gives them, keep
    their values.

    Parameters
    ----------
    labels : array (*spatial,), integer or bool
        A mask (bool, or nothing but 0 and 255) or labels; not negative.
    how : {"eroded", "thinned", "sampled"}
        The inner half of every connected piece, by distance from its edge; its middle line; or at most
        1000 random pixels per class.
    ignore : int, optional
        Pixels with this value become no seeds.
    random_state : int
        Seed of the generator of "sampled".

    Returns
    -------
    ndarray (*spatial,), uint8, uint16 or wider
        0 = not painted.

    Raises
    ------
    SeededKMeansError
        When labels are not integers, are negative, or `how` is unknown.
    """
    if how not in get_args(How):
        raise SeededKMeansError(f"how must be one of {', '.join(get_args(How))}, not {how!r}.")
    array = np.asarray(labels)
    if array.dtype.kind not in "iub":
        raise SeededKMeansError(f"labels must be an integer or bool array, not {array.dtype}.")
    if array.size and int(array.min()) < 0:
        raise SeededKMeansError(f"labels must not be negative, and the least is {array.min()}.")
    classes = _as_classes(array, ignore)
    seeds = np.zeros_like(classes)
    generator = np.random.default_rng(random_state)
    for value in np.unique(classes[classes != 0]):
        mask = classes == value
        if how == "eroded":
            seeds[_inner(mask)] = value
        elif how == "thinned":
            seeds[skeletonize(mask)] = value  # type: ignore[no-untyped-call]
        else:
            pixels = np.flatnonzero(mask)
            picked = generator.choice(pixels, min(_N_SAMPLES, len(pixels)), replace=False, shuffle=False)
            seeds.flat[picked] = value
    return seeds


def _as_classes(array: NDArray[np.integer], ignore: int | None) -> NDArray[np.integer]:
    """Return seed values for every pixel; 0 where it is to be ignored."""
    scored = np.ones(array.shape, bool) if ignore is None else array != ignore
    values = np.unique(array[scored])
    if array.dtype.kind == "b" or set(values.tolist()) <= {0, 255}:
        classes = np.where(array != 0, BACKGROUND + 1, BACKGROUND)
    else:
        classes = array.astype(np.int64) + (0 in values)
    classes = np.where(scored, classes, 0)
    return classes.astype(np.min_scalar_type(int(classes.max(initial=0))))


def _inner(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels of every connected piece at least half as deep inside as its deepest."""
    # The image's own border is no edge: what is beyond it may well be more of the same.
    depth = ndimage.distance_transform_edt(np.pad(mask, 1, mode="edge"))
    depth = depth[(slice(1, -1),) * mask.ndim]
    pieces, n_pieces = ndimage.label(mask)
    deepest = np.concatenate(
        [[np.inf], np.atleast_1d(ndimage.maximum(depth, pieces, range(1, n_pieces + 1)))]
    )
    inner: NDArray[np.bool_] = depth >= _INNER * deepest[pieces]
    return inner
