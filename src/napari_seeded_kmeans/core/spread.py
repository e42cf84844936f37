"""One thing, or everything like it? The strokes tell.

Who paints in three or more separate pieces of what the scores show means a kind
of thing (nuclei, membranes), not one thing (a person, an organ).
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .scene import Labels

Spread = Literal["everywhere", "strokes"]

_N_STROKED_PIECES = 3
# A stroked piece smaller than this share of the largest one is a fragment, not a thing of its own.
_FRAGMENT = 0.025


def may_be_everywhere(seeds: Labels, n_classes: int) -> bool:
    """Return whether some class has strokes enough to mean "everywhere"."""
    return any(_strokes(seeds == index)[1] >= _N_STROKED_PIECES for index in range(n_classes))


def find_spread(labels: NDArray[np.integer], seeds: Labels, n_classes: int) -> Spread:
    """Tell from the strokes what is meant: "everywhere" or "strokes".

    Parameters
    ----------
    labels : ndarray (*spatial,)
        Class indices after a light cut.
    seeds : ndarray (*spatial,)
        Class indices, -1 where not painted.
    n_classes : int
    """
    most = max(_n_stroked_pieces(labels == index, seeds == index) for index in range(n_classes))
    return "everywhere" if most >= _N_STROKED_PIECES else "strokes"


def _strokes(painted: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
    """Label the strokes; what touches at a corner is one, and in a volume what lies above each other.

    A volume is painted plane by plane: the strokes on the planes of one thing are one stroke.
    """
    if painted.ndim > 2:
        flat, n_strokes = _strokes(np.logical_or.reduce(painted, axis=0))
        return np.where(painted, flat, 0), n_strokes
    strokes, n_strokes = ndimage.label(painted, np.ones((3,) * painted.ndim))
    return strokes, int(n_strokes)


def _n_stroked_pieces(mask: NDArray[np.bool_], painted: NDArray[np.bool_]) -> int:
    """How many pieces of a mask, fragments left out, hold the larger part of a stroke."""
    strokes, n_strokes = _strokes(painted)
    if n_strokes < _N_STROKED_PIECES:
        return n_strokes
    pieces, _ = ndimage.label(mask)
    held = set()
    for number, box in enumerate(ndimage.find_objects(strokes), start=1):
        under = pieces[box][strokes[box] == number]
        under = under[under > 0]
        if len(under):
            held.add(int(np.bincount(under).argmax()))
    sizes = np.bincount(pieces.ravel())[list(held)]
    return int(np.count_nonzero(sizes >= _FRAGMENT * sizes.max(initial=0)))
