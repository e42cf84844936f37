"""One thing, or everything like it? The strokes tell.

Who paints in three or more separate pieces of what the scores show means a kind
of thing (nuclei, membranes), not one thing (a person, an organ). So does who
paints in three or more places on something thin (vessels, cracks, fibres): it
hangs together, but no single outline is meant.
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
# Thin is whose depth under the strokes is less than this share of how far the strokes lie apart: vessels
# and fibres have 0.02 to 0.06, lungs, hearts, hippocampi and photographed things 0.08 to 3.
_THIN = 0.065


def may_be_everywhere(seeds: Labels, n_classes: int) -> bool:
    """Return whether some class has strokes enough to mean "everywhere"."""
    return any(_strokes(seeds == index)[1] >= _N_STROKED_PIECES for index in range(n_classes))


def find_spread(
    labels: NDArray[np.integer], seeds: Labels, n_classes: int, *, by_frame: bool = False
) -> Spread:
    """Tell from the strokes what is meant: "everywhere" or "strokes".

    Parameters
    ----------
    labels : ndarray (*spatial,)
        Class indices after a light cut.
    seeds : ndarray (*spatial,)
        Class indices, -1 where not painted.
    n_classes : int
    by_frame : bool
        Whether a thing is another one on the next plane of the first axis.
    """
    for index in range(n_classes):
        mask, painted = labels == index, seeds == index
        strokes, n_strokes = _strokes(painted)
        if n_strokes < _N_STROKED_PIECES:
            continue
        pieces, held = _stroked_pieces(mask, strokes, n_strokes, by_frame)
        if len(held) >= _N_STROKED_PIECES:
            return "everywhere"
        # The ground between things that lie close is thin, too, and nobody means the ground.
        if index > 0 and _is_thin(mask, painted & np.isin(pieces, held), by_frame):
            return "everywhere"
    return "strokes"


def _is_thin(mask: NDArray[np.bool_], painted: NDArray[np.bool_], by_frame: bool) -> bool:
    """Return whether a mask is thin where it is painted, measured by how far apart that is."""
    places = np.nonzero(painted)
    if not len(places[0]):
        return False
    frames = list(mask) if by_frame else [mask]
    depths = np.concatenate([ndimage.distance_transform_edt(frame).ravel() for frame in frames])
    depth = np.median(depths.reshape(mask.shape)[places])
    # A thing that moves is painted far apart, but on different frames.
    groups = [painted[frame] for frame in np.unique(places[0])] if by_frame else [painted]
    apart = max(np.sqrt(sum(along.var() for along in np.nonzero(group))) for group in groups)
    return bool(depth < _THIN * apart)


def _strokes(painted: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
    """Label the strokes; what touches at a corner is one, and in a volume what lies above each other.

    A volume is painted plane by plane: the strokes on the planes of one thing are one stroke.
    """
    if painted.ndim > 2:
        flat, n_strokes = _strokes(np.logical_or.reduce(painted, axis=0))
        return np.where(painted, flat, 0), n_strokes
    strokes, n_strokes = ndimage.label(painted, np.ones((3,) * painted.ndim))
    return strokes, int(n_strokes)


def _stroked_pieces(
    mask: NDArray[np.bool_], strokes: NDArray[np.int32], n_strokes: int, by_frame: bool
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Label the pieces of a mask; also which, fragments left out, hold the larger part of a stroke."""
    pieces, _ = ndimage.label(mask, _faces(mask.ndim, by_frame))
    held = set()
    for number, box in enumerate(ndimage.find_objects(strokes, n_strokes), start=1):
        under = pieces[box][strokes[box] == number]
        under = under[under > 0]
        if len(under):
            held.add(int(np.bincount(under).argmax()))
    numbers = np.array(sorted(held), np.int64)
    sizes = np.bincount(pieces.ravel())[numbers]
    return pieces, numbers[sizes >= _FRAGMENT * sizes.max(initial=0)]


def _faces(n_axes: int, by_frame: bool) -> NDArray[np.bool_]:
    """Return which neighbours touch: through faces, and none on another frame."""
    faces: NDArray[np.bool_] = ndimage.generate_binary_structure(n_axes, 1)
    if by_frame:
        faces[[0, -1]] = False
    return faces
