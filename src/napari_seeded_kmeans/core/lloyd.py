"""Lloyd's iteration, whoever finds the nearest centres."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ._kernels.lloyd import move_centers
from .threads import Cancel

Floats = NDArray[np.float64]
STRIDE = 1.8
"""Before the last steps, centres go this many times as far as Lloyd's: they need fewer, and end up better."""
Sums = tuple[Floats, Floats]
"""Weighted sum (k, d) and total weight (k,) of every cluster."""


class Problem(Protocol):
    """Weighted points that centres can be fitted to: `Cells` or `Tiles`."""

    @property
    def weights(self) -> Floats:
        """Weights (m,) of the points, all positive."""

    def mean_variance(self) -> float:
        """Return the variance of the points, averaged over the dimensions."""

    def pick(self, indices: NDArray[np.int64]) -> Floats:
        """Return some of the points as centres (k, d)."""

    def start(
        self,
        n_clusters: int,
        max_iter: int,
        tolerance: float,
        rng: np.random.Generator,
        cancel: Cancel | None,
    ) -> Floats:
        """Return good centres (k, d); fewer than `n_clusters` if there are fewer distinct points."""

    def settle(self, centers: Floats, max_iter: int, tolerance: float, cancel: Cancel | None) -> int:
        """Run Lloyd's iteration on all points from `centers`, in place; return the iterations."""

    def label(self, centers: Floats, cancel: Cancel | None) -> tuple[NDArray[np.int32], float]:
        """Return every point's nearest centre (m,), the lowest on ties, and the inertia."""


def iterate(
    accumulate: Callable[[Floats], Sums],
    fill_empty: Callable[[Floats, Floats], None],
    centers: Floats,
    max_iter: int,
    tolerance: float,
    stride: float = 1.0,
) -> int:
    """Move `centers` (k, d), in place, until they move by at most `tolerance`.

    Parameters
    ----------
    accumulate : callable
        Centres to the sums of their clusters.
    fill_empty : callable
        Called as fill_empty(centers, totals) when a cluster is empty; moves its
        centre, in place, to the point that is served worst.
    stride : float
        How far a centre goes, in ways to its cluster's mean; 1 is Lloyd's iteration.
    tolerance : float
        Sum over the centres of their squared ways to the means in one iteration.

    Returns
    -------
    int
        Number of iterations.
    """
    n_iter = 0
    while n_iter < max_iter:
        n_iter += 1
        previous = centers.copy()
        sums, totals = accumulate(centers)
        moved = move_centers(sums, totals, stride, centers)
        empty = totals <= 0
        if empty.any():
            fill_empty(previous, totals)
            centers[empty] = previous[empty]
        elif moved <= tolerance:
            break
    return n_iter


def add_up(parts: list[Sums]) -> Sums:
    """Add the sums of tiles in their order."""
    sums, totals = parts[0]
    for more_sums, more_totals in parts[1:]:
        sums += more_sums
        totals += more_totals
    return sums, totals


def mean_variance(moments: Floats) -> float:
    """Return the variance from the sums (3, d) of w, w x and w x^2, averaged over the dimensions."""
    total, linear, square = moments
    return float(np.mean(np.maximum(square / total - (linear / total) ** 2, 0.0)))
