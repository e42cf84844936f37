"""Frames: planes or volumes along the first axis that have nothing to do with each other.

Those of a time series: what is filtered, cut, joined and measured stays within one of them, and all of them
share what strokes on any of them teach. Their distance is infinite, so `spacing` says it: its first number
is ``inf``.
"""

from collections.abc import Sequence
from math import inf
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

Spacing = tuple[float, ...]


def are_frames(spacing: Sequence[float] | None) -> TypeGuard[Spacing]:
    """Return whether the planes along the first axis are frames."""
    return spacing is not None and tuple(spacing[:1]) == (inf,)


def counts_frames(spacing: Sequence[float] | None, n_axes: int) -> bool:
    """Return whether the first of `n_axes` axes counts frames; one frame by itself has an axis fewer."""
    return are_frames(spacing) and len(spacing) == n_axes


def within_frames(spacing: Spacing | None, n_axes: int) -> Spacing:
    """Return the pixel size along each of `n_axes` axes, without that of frames; 1 where it is unknown."""
    if spacing is None:
        return (1.0,) * n_axes
    return spacing[1:] if are_frames(spacing) else spacing


def with_frames(spacing: Spacing | None, n_axes: int) -> Spacing:
    """Return the pixel size along each of `n_axes` axes, the first of which counts frames."""
    return inf, *(spacing[-(n_axes - 1) :] if spacing else (1.0,) * (n_axes - 1))


def any_by_frame(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which frames of a mask (n_frames, ...) hold something, (n_frames, 1, ...)."""
    return np.logical_or.reduce(mask, axis=tuple(range(1, mask.ndim)), keepdims=True)
