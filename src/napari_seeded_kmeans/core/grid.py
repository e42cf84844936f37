"""An image as a graph: every pixel a node, neighbours joined by edges."""

from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._kernels import cut, grid
from .frames import are_frames
from .threads import Cancel, map_tiles, stop_if, tiles

Values = NDArray[np.float32]
Labels = NDArray[np.int32]
# Capacities are integers: what is less than one thousandth of a cost is lost.
UNIT = 1000.0
_N_EXPANSION_ROUNDS = 2
# At most so many nodes' flow is settled together, before that between them: what fits a core's cache.
_STRIP = 1 << 15
# Fewer than twice as many are not worth a second thread.
_LEAST_STRIP = 1 << 12
# How many strips become one when their flow is settled.
_JOINED = 4
# How many steps of a flow to take before asking whether it is still wanted.
_STEPS = 1 << 16


class Edges(NamedTuple):
    """What the edges between pixels weigh: ``weight * (floor + (1 - floor) exp(-difference)) / length``.

    The difference is that of channels squared and times `channels_factor`, and that of scores likewise.

    Attributes
    ----------
    weight, floor : float
    channels, scores : ndarray (c, *spatial), (k, *spatial), float32
        What differences are seen in; either may have no rows.
    channels_factor, scores_factor : float
    """

    weight: float
    floor: float
    channels: Values
    scores: Values
    channels_factor: float = 1.0
    scores_factor: float = 1.0


@dataclass(frozen=True, eq=False)
class Grid:
    """The neighbourhood of an image's pixels.

    Attributes
    ----------
    shape : tuple of int
        The image's spatial shape.
    moves : ndarray (m, n_spatial), int64
        To the neighbours of a pixel, ascending in C order.
    lengths : ndarray (m,), float32
        Their distance, in units of the finest axis.
    """

    shape: tuple[int, ...]
    moves: NDArray[np.int64]
    lengths: Values

    @property
    def closeness(self) -> float:
        """What all edges of a pixel weigh together where none is seen: the sum of inverse distances."""
        return float((1 / self.lengths).sum())

    def cut(
        self,
        labels: Labels,
        free: NDArray[np.bool_],
        costs: Values,
        edges: Edges,
        cancel: Cancel | None = None,
    ) -> Labels:
        """Return labels chosen for the free pixels so that costs and cut edges together are least.

        For two labels this is the minimum; for more, no single label's expansion improves it.

        Parameters
        ----------
        labels : int32 (*spatial,)
            From 0. Overwritten.
        free : bool (*spatial,)
        costs : float32 (n_labels, n)
            Of the free pixels, in the order of ``labels[free]``.
        edges : Edges
        """
        pixels = np.flatnonzero(free)
        if not len(pixels):
            return labels
        stop_if(cancel)
        places = self._rimmed_places(pixels)
        rimmed = np.full([length + 2 for length in self.shape], grid.OUTSIDE, np.int32)
        rimmed[(slice(1, -1),) * rimmed.ndim] = grid.FIXED
        numbers = rimmed.ravel()
        numbers[places] = np.arange(len(pixels), dtype=np.int32)
        prices = np.ascontiguousarray(np.rint(costs.T * np.float32(UNIT)), np.int32)
        neighbours = np.empty((len(pixels) + 1, len(self.moves)), np.int32)
        weights = np.empty((len(pixels), len(self.moves) // 2), np.int32)
        neighbours[-1] = len(pixels)
        stop_if(cancel)
        steps, offsets = self.moves @ _strides(self.shape), self._rimmed_offsets
        factors = np.float32(edges.weight * UNIT) / self.lengths
        channels, scores = (maps.reshape(len(maps), labels.size) for maps in (edges.channels, edges.scores))
        flat = labels.ravel()

        def connect(tile: slice) -> None:
            grid.connect(
                tile.start,
                tile.stop,
                pixels,
                places,
                numbers,
                steps,
                offsets,
                factors,
                np.float32(edges.floor),
                channels,
                np.float32(edges.channels_factor),
                scores,
                np.float32(edges.scores_factor),
                flat,
                neighbours,
                weights,
                prices,
            )

        map_tiles(connect, tiles(len(pixels), _STRIP), cancel=cancel)
        graph = _Graph(prices, weights, neighbours)
        flat[pixels] = graph.choose(flat[pixels], cancel)
        return flat.reshape(self.shape)

    def geodesic_distances(
        self, sources: NDArray[np.bool_], differences: Values, costs: Values, n_sweeps: int
    ) -> Values:
        """Return the distance (*spatial,) from the nearest source; a step costs way and difference.

        Parameters
        ----------
        sources : bool (*spatial,)
        differences : float32
            Of `differences`.
        costs : float32 (*spatial,)
            Cost of a unit of way, > 0.
        n_sweeps : int
            Most pairs of sweeps over the image.
        """
        distances = np.pad(np.where(sources, np.float32(0), np.float32(np.inf)), 1, constant_values=np.inf)
        grid.geodesic_distances(
            differences,
            np.pad(costs, 1).ravel(),
            self._rimmed_offsets,
            self.lengths,
            n_sweeps,
            distances.ravel(),
        )
        return distances[(slice(1, -1),) * len(self.shape)]

    def differences(self, values: Values) -> Values:
        """Return how much `values` (c, *spatial) differ along every edge, for `geodesic_distances`."""
        n_spatial = len(self.shape)
        rimmed = np.pad(values, [(0, 0)] + [(1, 1)] * n_spatial)
        inside = np.pad(np.ones(self.shape, np.uint8), 1).ravel()
        found = np.empty((inside.size, len(self.moves) // 2), np.float32)
        grid.edge_lengths(rimmed.reshape(len(values), -1), self._rimmed_offsets, inside, found)
        return found

    @property
    def _rimmed_offsets(self) -> NDArray[np.int64]:
        return self.moves @ _strides(tuple(length + 2 for length in self.shape))

    def _rimmed_places(self, pixels: NDArray[np.int64]) -> NDArray[np.int64]:
        places = np.unravel_index(pixels, self.shape)
        rimmed = tuple(length + 2 for length in self.shape)
        return np.asarray(np.ravel_multi_index(tuple(axis + 1 for axis in places), rimmed), np.int64)


def make_grid(shape: tuple[int, ...], spacing: tuple[float, ...] | None = None) -> Grid:
    """Return the graph of an image: diagonal neighbours too in a plane, nearest ones only in a volume.

    A volume's objects are thin in pixels; diagonal edges there would outweigh what the pixels say.

    Parameters
    ----------
    shape : tuple of int
    spacing : tuple of float, optional
        Pixel size along each axis, in any unit; nothing leads from frame to frame.
    """
    if are_frames(spacing):
        frame = make_grid(shape[1:], spacing[1:])
        return Grid(shape, np.pad(frame.moves, [(0, 0), (1, 0)]), frame.lengths)
    steps = np.ones(len(shape)) if spacing is None else np.asarray(spacing, float) / min(spacing)
    moves = np.array([move for move in product((-1, 0, 1), repeat=len(shape)) if any(move)])
    if len(shape) > 2:
        moves = moves[np.abs(moves).sum(axis=1) == 1]
    return Grid(shape, moves, np.linalg.norm(moves * steps, axis=1).astype(np.float32))


@dataclass(frozen=True, eq=False)
class _Graph:
    """Free pixels as nodes: int32 costs (n, n_labels), weights (n, m // 2), neighbours (n + 1, m)."""

    costs: Labels
    weights: Labels
    neighbours: Labels

    def choose(self, labels: Labels, cancel: Cancel | None) -> Labels:
        """Return better labels than `labels` (n,)."""
        n_labels = self.costs.shape[1]
        if n_labels == 2:
            # From all 0, one expansion of 1 reaches every labelling.
            labels = np.zeros_like(labels)
            self._expand(labels, 1, cancel)
            return labels
        for _ in range(_N_EXPANSION_ROUNDS):
            moves = [self._expand(labels, label, cancel) for label in range(n_labels)]
            if not any(moves):
                break
        return labels

    def _expand(self, labels: Labels, label: int, cancel: Cancel | None) -> int:
        """Let `label` take the nodes that make the energy least, in place; returns how many it took.

        Strips first, each in its thread and in the cache, then ever wider ones: what is left to be done
        across them is little.
        """
        stop_if(cancel)
        n = len(labels)
        room, surplus = np.zeros(self.neighbours.shape, np.int32), np.zeros(n + 1, np.int32)
        trees, parents = np.empty((2, n + 1), np.int8)
        times, depths = np.zeros((2, n + 1), np.int32)
        span = _span_of_strips(n)
        cut.prepare(labels, self.costs, self.weights, self.neighbours, label, span, room, surplus)
        stop_if(cancel)
        cut.plant(surplus, trees, parents, depths)

        def flow(strip: slice, time: int = 0) -> int:
            own = room, surplus, self.neighbours, trees, parents, times, depths
            is_done = False
            while not is_done:
                stop_if(cancel)
                time, is_done = cut.max_flow(strip.start, strip.stop, time, _STEPS, *own)
            return time

        ends = map_tiles(flow, tiles(n, span), cancel=cancel)
        while len(ends) > 1:
            time, narrow = max(ends), span

            def join(strip: slice, time: int = time, narrow: int = narrow) -> int:
                cut.bridge(
                    labels, self.weights, self.neighbours, label, narrow, strip.start, strip.stop, room
                )
                return flow(strip, time)

            span *= _JOINED
            ends = map_tiles(join, tiles(n, span), cancel=cancel)
        return cut.take(labels, trees, label)


def _span_of_strips(n: int) -> int:
    """Return how many of so many nodes make a strip: strips are alike, and an even number of them."""
    pairs = -(-n // (2 * _STRIP))
    return max(-(-n // (2 * pairs)), _LEAST_STRIP)


def _strides(shape: tuple[int, ...]) -> NDArray[np.int64]:
    return np.cumprod([1, *shape[:0:-1]], dtype=np.int64)[::-1]
