"""K-means for up to four dimensions: points sorted into cells, from coarse to fine.

*Strategy.* Points carry Morton codes, so a cell of any size is a run of
neighbours. The centres are looked for on the means of large cells, follow
through smaller and smaller cells, and settle on the points themselves: the last
steps are Lloyd's on all points, so the fixed point is theirs. In every step a
cell only tries the few centres that can be nearest to one of its points.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ._kernels.cells import (
    Groups,
    accumulate_blocks,
    count_runs,
    describe_groups,
    find_starts,
    label_blocks,
    morton_codes,
    order_codes,
)
from ._kernels.lloyd import assign, fill_empty
from .colours import interleaved_bits
from .lloyd import STRIDE, Sums, add_up, iterate
from .starts import enough_points, good_start
from .threads import Cancel, map_tiles, tiles

MAX_DIMENSIONS = 4
COARSER = 3.5
"""How many times fewer points the next coarser level has, at least."""
FEW_CLUSTERS = 32
COARSER_FOR_FEW = 8.0
"""Few clusters are settled well enough on fewer levels; describing one more costs more than it saves."""
CELL_POINTS = 64
"""Points a cell should hold: enough for the vector units, few enough to have few centres near."""
BLOCK_CELLS = 8
POINTS_PER_TILE = 1 << 16
CODE_BITS = 32
GRID_BITS = {1: 16, 2: 8, 3: 6, 4: 4}
"""Bits an axis of the grid that points without codes are sorted into."""
GRID_TAIL = 0.005
"""Share of the points on either side of an axis that may lie outside the grid."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Weighted points (d, m) in Morton order, and what they make up; a `Problem`.

    All groups are groups of points: `coarse` ones become the points of the next level, `cells`
    and `blocks` share lists of centres.
    """

    points: NDArray[np.float64]
    weights: NDArray[np.float64]
    codes: NDArray[np.uint32]
    coarser_by: float
    coarse: Groups
    cells: Groups
    blocks: Groups
    tiles: list[slice]
    """Slices of blocks with about the same number of points; they depend on the data only."""

    def mean_variance(self) -> float:
        """Return the variance of the points, averaged over the dimensions."""
        totals, means = self.cells.totals, self.cells.means
        mean = np.average(means, axis=1, weights=totals)
        between = (totals * (means - mean[:, None]) ** 2).sum()
        return float((between + self.cells.spreads.sum()) / (totals.sum() * len(mean)))

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
        enough = enough_points(n_clusters)
        while len(finer[-1].coarse.totals) >= enough:
            finer.append(finer[-1].coarser())
        last = finer[-1]
        few = _group(last.points, last.weights, last.codes, len(last.weights) / (2 * enough))
        centers = good_start(few.means, few.totals, n_clusters, tolerance, rng, cancel)
        for level in finer[::-1]:
            level.settle(centers, max_iter, tolerance, cancel, STRIDE)
        return centers

    def coarser(self) -> "Cells":
        """Return the means of the coarse groups as points."""
        codes = self.codes[self.coarse.starts[:-1]]
        return _gather(self.coarse.means, self.coarse.totals, codes, self.coarser_by)

    def settle(
        self,
        centers: NDArray[np.float64],
        max_iter: int,
        tolerance: float,
        cancel: Cancel | None,
        stride: float = 1.0,
    ) -> int:
        """Run Lloyd's iteration on all points from `centers` (k, d), in place; return the iterations."""

        def step(centers: NDArray[np.float64]) -> Sums:
            planes = np.ascontiguousarray(centers.T)

            def add_tile(tile: slice) -> Sums:
                sums, totals = np.zeros_like(centers), np.zeros(len(centers))
                accumulate_blocks(
                    self.points,
                    self.weights,
                    self.cells,
                    self.blocks,
                    tile.start,
                    tile.stop,
                    planes,
                    sums,
                    totals,
                )
                return sums, totals

            return add_up(map_tiles(add_tile, self.tiles, cancel=cancel))

        def fill(centers: NDArray[np.float64], totals: NDArray[np.float64]) -> None:
            squared = self._squared_distances(centers, cancel)
            fill_empty(self.points, self.weights, squared, totals, centers)

        return iterate(step, fill, centers, max_iter, tolerance, stride)

    def label(self, centers: NDArray[np.float64], cancel: Cancel | None) -> tuple[NDArray[np.int32], float]:
        """Return every point's nearest centre (m,), and the inertia."""
        labels = np.empty(len(self.weights), np.int32)
        planes = np.ascontiguousarray(centers.T)

        def label_tile(tile: slice) -> float:
            return label_blocks(
                self.points, self.weights, self.cells, self.blocks, tile.start, tile.stop, planes, labels
            )

        return labels, sum(map_tiles(label_tile, self.tiles, cancel=cancel))

    def _squared_distances(self, centers: NDArray[np.float64], cancel: Cancel | None) -> NDArray[np.float64]:
        """Return the squared distance of every point (m,) to its nearest centre; rarely asked for."""
        m = len(self.weights)
        labels, squared = np.empty(m, np.int32), np.empty(m)

        def measure(tile: slice) -> None:
            assign(self.points, tile.start, tile.stop, centers, labels[tile], squared[tile])

        map_tiles(measure, tiles(m, POINTS_PER_TILE), cancel=cancel)
        return squared


def make_cells(
    points: NDArray[np.float64], weights: NDArray[np.float64], codes: NDArray[np.uint32], n_clusters: int
) -> Cells:
    """Gather points (d, m) with ascending Morton codes into groups of sizes useful for `n_clusters`."""
    return _gather(points, weights, codes, COARSER if n_clusters > FEW_CLUSTERS else COARSER_FOR_FEW)


def _gather(
    points: NDArray[np.float64], weights: NDArray[np.float64], codes: NDArray[np.uint32], coarser_by: float
) -> Cells:
    coarse = _group(points, weights, codes, coarser_by)
    cells = _merge(coarse, codes, CELL_POINTS / coarser_by)
    blocks = _merge(cells, codes, BLOCK_CELLS)
    n_tiles = max(1, len(weights) // POINTS_PER_TILE)
    bounds = np.searchsorted(blocks.starts, np.linspace(0, len(weights), n_tiles + 1))
    parts = [slice(a, b) for a, b in pairwise(bounds.tolist()) if a < b]
    return Cells(points, weights, codes, coarser_by, coarse, cells, blocks, parts)


def sort_into_grid(
    points: NDArray[np.float64], weights: NDArray[np.float64], n_clusters: int
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
    return make_cells(np.ascontiguousarray(points[:, order]), weights[order], codes[order], n_clusters), order


def _merge(groups: Groups, codes: NDArray[np.uint32], at_least: float) -> Groups:
    """Return larger groups of points, each of `at_least` of the given ones on average."""
    larger = _group(groups.means, groups.totals, codes[groups.starts[:-1]], at_least)
    firsts = larger.starts[:-1]
    return Groups(
        groups.starts[larger.starts],
        larger.means,
        larger.totals,
        larger.radii + np.maximum.reduceat(groups.radii, firsts),
        larger.spreads + np.add.reduceat(groups.spreads, firsts),
    )


def _group(
    points: NDArray[np.float64], weights: NDArray[np.float64], codes: NDArray[np.uint32], at_least: float
) -> Groups:
    """Return groups of `at_least` as many points on average, but of one point at least."""
    d, m = points.shape
    parts = tiles(m, POINTS_PER_TILE)

    def count(part: slice) -> NDArray[np.int64]:
        runs = np.empty(CODE_BITS, np.int64)
        count_runs(codes, max(part.start, 1), part.stop, runs)
        return runs

    ends = 1 + np.cumsum(map_tiles(count, parts), axis=0)
    shift = int(np.argmax(ends[-1] * at_least <= max(m, at_least)))
    n_groups = int(ends[-1, shift])
    starts = np.empty(n_groups + 1, np.int64)
    starts[0], starts[-1] = 0, m
    firsts = np.append(1, ends[:, shift])

    def find(number: int) -> None:
        part = parts[number]
        mine = starts[firsts[number] : firsts[number + 1]]
        find_starts(codes, shift, max(part.start, 1), part.stop, mine)

    map_tiles(find, range(len(parts)))
    groups = Groups(starts, np.empty((d, n_groups)), *(np.empty(n_groups) for _ in range(3)))

    def describe(tile: slice) -> None:
        describe_groups(points, weights, tile.start, tile.stop, groups)

    map_tiles(describe, tiles(n_groups, max(1, n_groups * POINTS_PER_TILE // m)))
    return groups
