"""K-means for up to four dimensions: points sorted into cells, from coarse to fine.

*Strategy.* Points carry Morton codes, so a cell of any size is a run of
neighbours. The centres are looked for on the means of large cells, follow
through smaller and smaller cells, and settle on the points themselves: the last
steps are Lloyd's on all points, so the fixed point is theirs. In every step a
cell only tries the few centres that can be nearest to one of its points.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ._kernels.cells import (
    accumulate_cells,
    count_levels,
    describe_cells,
    find_starts,
    label_cells,
    morton_codes,
    order_codes,
)
from ._kernels.lloyd import add_moments, fill_empty
from .colours import interleaved_bits
from .lloyd import Sums, add_up, iterate, mean_variance
from .starts import SWAP_PAIRS, enough_points, good_start, swap
from .threads import Cancel, map_tiles, tiles

MAX_DIMENSIONS = 4
CELL_POINTS = 32
"""Points a cell should hold: enough for the vector units, few enough to have few centres near."""
POINTS_PER_TILE = 1 << 16
FEW_CLUSTERS = 32
"""Fewer clusters settle in a few steps: they need fewer levels between coarse and fine."""
FEW_TOLERANCE, MANY_TOLERANCE = 0.01, 0.5
"""How well to settle on the way, times the tolerance on the points: steps are cheaper there."""
GRID_BITS = {1: 16, 2: 8, 3: 6, 4: 4}
"""Bits an axis of the grid that points without codes are sorted into."""
GRID_TAIL = 0.005
"""Share of the points on either side of an axis that may lie outside the grid."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Weighted points (d, m) in Morton order, and the cells they make up; a `Problem`."""

    points: NDArray[np.float64]
    weights: NDArray[np.float64]
    codes: NDArray[np.uint32]
    starts: NDArray[np.int64]
    means: NDArray[np.float64]
    totals: NDArray[np.float64]
    radii: NDArray[np.float64]
    level_sizes: NDArray[np.int64]

    @cached_property
    def tiles(self) -> list[slice]:
        """Slices of cells with about the same number of points; they depend on the data only."""
        n_tiles = max(1, len(self.weights) // POINTS_PER_TILE)
        bounds = np.searchsorted(self.starts, np.linspace(0, len(self.weights), n_tiles + 1))
        return [slice(a, b) for a, b in pairwise(bounds.tolist()) if a < b]

    def mean_variance(self) -> float:
        """Return the variance of the points, averaged over the dimensions."""
        origin = self.points[:, 0].copy()

        def measure(tile: slice) -> NDArray[np.float64]:
            moments = np.zeros((3, len(origin)))
            add_moments(self.points, self.weights, tile.start, tile.stop, origin, moments)
            return moments

        parts = map_tiles(measure, tiles(len(self.weights), POINTS_PER_TILE))
        return mean_variance(sum(parts, np.zeros((3, len(origin)))))

    def pick(self, indices: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return some of the points as centres (k, d)."""
        return np.ascontiguousarray(self.points[:, indices].T)

    def start(
        self,
        n_clusters: int,
        max_iter: int,
        tolerance: float,
        rng: np.random.Generator,
        cancel: Cancel | None,
    ) -> NDArray[np.float64]:
        """Return centres (k, d) that are settled on the means of ever smaller cells."""
        finer = [self]
        few = n_clusters < FEW_CLUSTERS
        shrink = 8 if few else 2
        patience = FEW_TOLERANCE if few else MANY_TOLERANCE
        while (coarse := _coarser(finer[-1], shrink, enough_points(n_clusters))) is not None:
            finer.append(coarse)
        coarsest = finer[-1]
        centers = good_start(coarsest.points, coarsest.weights, n_clusters, tolerance, rng, cancel)
        for level in finer[:0:-1]:
            level.settle(centers, max_iter, patience * tolerance, cancel)
            if len(level.weights) * n_clusters <= SWAP_PAIRS:
                swap(level.points, level.weights, centers, rng)
        return centers

    def settle(
        self, centers: NDArray[np.float64], max_iter: int, tolerance: float, cancel: Cancel | None
    ) -> int:
        """Run Lloyd's iteration on all points from `centers` (k, d), in place; return the iterations."""

        def step(centers: NDArray[np.float64]) -> Sums:
            def add_tile(tile: slice) -> Sums:
                sums, totals = np.zeros_like(centers), np.zeros(len(centers))
                accumulate_cells(
                    self.points,
                    self.weights,
                    self.starts,
                    self.means,
                    self.totals,
                    self.radii,
                    tile.start,
                    tile.stop,
                    centers,
                    sums,
                    totals,
                )
                return sums, totals

            return add_up(map_tiles(add_tile, self.tiles, cancel=cancel))

        def fill(centers: NDArray[np.float64], totals: NDArray[np.float64]) -> None:
            _, squared = self.label(centers, cancel)
            fill_empty(self.points, self.weights, squared, totals, centers)

        return iterate(step, fill, centers, max_iter, tolerance)

    def label(
        self, centers: NDArray[np.float64], cancel: Cancel | None
    ) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Return every point's nearest centre (m,), and the squared distance to it (m,)."""
        labels = np.empty(len(self.weights), np.int32)
        squared = np.empty(len(self.weights))

        def label_tile(tile: slice) -> None:
            label_cells(
                self.points,
                self.starts,
                self.means,
                self.radii,
                tile.start,
                tile.stop,
                centers,
                labels,
                squared,
            )

        map_tiles(label_tile, self.tiles, cancel=cancel)
        return labels, squared


def make_cells(points: NDArray[np.float64], weights: NDArray[np.float64], codes: NDArray[np.uint32]) -> Cells:
    """Gather points (d, m) with ascending Morton codes into cells of a useful size."""
    d, m = points.shape

    def count(tile: slice) -> NDArray[np.int64]:
        starting = np.zeros(32 // d + 1, np.int64)
        count_levels(codes, d, max(tile.start, 1), tile.stop, starting)
        return starting

    sizes = 1 + np.sum(map_tiles(count, tiles(m, POINTS_PER_TILE)), axis=0)
    level = int(np.argmax(sizes * CELL_POINTS <= max(m, CELL_POINTS)))
    return Cells(points, weights, codes, *_group(points, weights, codes, d * level, sizes[level]), sizes)


def sort_into_grid(
    points: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[Cells, NDArray[np.int64]]:
    """Return points (d, m) as cells of a grid, and the order they are in there."""
    d, m = points.shape
    bits = GRID_BITS[d]
    sample = points[:, :: max(1, m // 10_000)]
    lows, highs = np.quantile(sample, [GRID_TAIL, 1 - GRID_TAIL], axis=1)
    # A constant axis has no extent; any step will do.
    steps = np.where(highs > lows, highs - lows, 1.0) / (1 << bits)
    codes = np.empty(m, np.uint32)
    table = interleaved_bits(d, bits)
    map_tiles(
        lambda tile: morton_codes(points[:, tile], lows, steps, table, codes[tile]), tiles(m, POINTS_PER_TILE)
    )
    order = np.empty(m, np.int64)
    order_codes(codes, 1 << (bits * d), order)
    return make_cells(np.ascontiguousarray(points[:, order]), weights[order], codes[order]), order


def _coarser(cells: Cells, shrink: int, enough: int) -> Cells | None:
    """Return means of larger cells as points, `shrink` times fewer, or None if fewer than `enough`."""
    d = len(cells.points)
    level = int(np.argmax(cells.level_sizes * shrink <= len(cells.weights)))
    size = cells.level_sizes[level]
    if size < enough or size * shrink > len(cells.weights):
        return None
    starts, means, totals, _ = _group(cells.points, cells.weights, cells.codes, d * level, size)
    return make_cells(means, totals, cells.codes[starts[:-1]])


def _group(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    codes: NDArray[np.uint32],
    shift: int,
    n_cells: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the starts (c + 1,), means (d, c), totals (c,) and radii (c,) of the cells."""
    starts = np.empty(n_cells + 1, np.int64)
    means, totals, radii = np.empty((len(points), n_cells)), np.empty(n_cells), np.empty(n_cells)
    find_starts(codes, shift, starts)

    def describe(tile: slice) -> None:
        describe_cells(points, weights, starts, tile.start, tile.stop, means, totals, radii)

    map_tiles(describe, tiles(n_cells, max(1, n_cells * POINTS_PER_TILE // len(weights))))
    return starts, means, totals, radii
