"""Pieces that no stroke touches, where several things were painted.

*Strategy.* Beside one thing, a large piece just like it may be another of its
kind: the other lung. But who tells several things apart, such as the parts of
a heart, paints each of them, and what looks like one of them elsewhere is none.
It goes to the class that suits it next best and has a stroke there, in the end
to the background. A piece may change hands more than once: what is no
ventricle may look like muscle, and no stroke says so.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .frames import any_by_frame
from .pieces import find_pieces


def are_several(classes: tuple[int, ...]) -> bool:
    """Return whether the classes are several things and a background, not one."""
    return len(classes) > 2


def give_strays_away(
    labels: NDArray[np.integer],
    scores_in: Callable[[NDArray[np.bool_]], NDArray[np.float32]],
    classes: tuple[int, ...],
    background: int,
    seeds: NDArray[np.integer],
    *,
    by_frame: bool = False,
) -> None:
    """Leave every class but the background only the pieces that its strokes touch.

    Parameters
    ----------
    labels : ndarray (*spatial,), integer
        Class values; overwritten.
    scores_in : callable
        Returns the scores (n_classes, n) of the pixels in a mask, which decide where each of them goes.
    classes : tuple of int
        Class values, ascending, in the order of the scores.
    background : int
        The class that needs no stroke.
    seeds : ndarray (*spatial,), integer
        Class values, 0 where not painted.
    by_frame : bool
        Whether every plane of the first axis is by itself; where a class was not painted, it keeps all.
    """
    values = np.asarray(classes)
    was_taken = np.zeros((len(classes), *labels.shape), bool)
    # Every pass takes a class from the pixels it moves, so there are no more than classes.
    for _ in classes:
        n_moved = 0
        for index, value in enumerate(classes):
            if value == background:
                continue
            own, painted = labels == value, seeds == value
            pieces = find_pieces(own, by_frame=by_frame)
            if by_frame:
                painted = painted | (own & ~any_by_frame(painted))
            strays = pieces.paint(~pieces.are_touched(painted))
            n_strays = int(np.count_nonzero(strays))
            if not n_strays:
                continue
            was_taken[index, strays] = True
            left = np.where(was_taken[:, strays], np.float32(-1), scores_in(strays))
            labels[strays] = values[left.argmax(axis=0)]
            n_moved += n_strays
        if not n_moved:
            return
