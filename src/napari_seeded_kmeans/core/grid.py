"""An image as a graph: every pixel a node, neighbours joined by edges."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._kernels import cut, grid

Values = NDArray[np.float32]
# Capacities are integers: what is less than one thousandth of a cost is lost.
_UNIT = 1000.0
_N_EXPANSION_ROUNDS = 2


@dataclass(frozen=True, eq=False)
class Grid:
    """The neighbourhood of an image's pixels; arrays "of nodes" have a rim of one pixel, flattened.

    Attributes
    ----------
    shape : tuple of int
        The image's spatial shape.
    offsets : ndarray (m,), int64
        Neighbours of a node, by difference of index, ascending.
    lengths : ndarray (m,), float32
        Their distance, in units of the finest axis.
    inside : ndarray (n,), uint8
        0 on the rim.
    """

    shape: tuple[int, ...]
    offsets: NDArray[np.int64]
    lengths: Values
    inside: NDArray[np.uint8]

    def nodes(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return a map (*shape) or maps (c, *shape) as nodes (n,) or (n, c); 0 on the rim."""
        n_leading = values.ndim - len(self.shape)
        rimmed = np.pad(values, [(0, 0)] * n_leading + [(1, 1)] * len(self.shape))
        if not n_leading:
            return rimmed.ravel()
        return np.ascontiguousarray(rimmed.reshape(len(values), -1).T)

    def image(self, nodes: NDArray[Any]) -> NDArray[Any]:
        """Return nodes (n,) as a map (*shape)."""
        rimmed = nodes.reshape([length + 2 for length in self.shape])
        return rimmed[(slice(1, -1),) * len(self.shape)]

    def edge_weights(self, values: Values, floor: float) -> Values:
        """Weight of every forward edge (n, m // 2) from scaled `values` (n, c); see the kernel."""
        weights = np.empty((len(values), len(self.offsets) // 2), np.float32)
        grid.edge_weights(values, self.offsets, self.lengths, self.inside, floor, weights)
        return weights

    def geodesic_distances(
        self, sources: NDArray[np.bool_], values: Values, costs: Values, n_sweeps: int
    ) -> Values:
        """Distance (n,) of every node from the nearest source; see the kernel."""
        distances = np.where(sources, np.float32(0), np.float32(np.inf))
        grid.geodesic_distances(values, costs, self.offsets, self.lengths, self.inside, n_sweeps, distances)
        return distances

    def cut(
        self, labels: NDArray[np.int32], costs: Values, weights: Values, free: NDArray[np.bool_]
    ) -> NDArray[np.int32]:
        """Choose labels of the free nodes so that costs and cut edges together are least.

        For two labels this is the minimum; for more, no single label's expansion improves it.

        Parameters
        ----------
        labels : int32 (n,)
            From 0; where a node is not free, its neighbours see this label.
        costs : float32 (n, n_labels)
        weights : float32 (n, m // 2)
        free : bool (n,)
        """
        labels = labels.copy()
        states = self.inside + (self.inside * ~free)
        if costs.shape[1] == 2:
            # From all 0, one expansion of 1 reaches every labelling.
            labels[free] = 0
            cut.expand(labels, costs, weights, self.offsets, states, 1, _UNIT)
            return labels
        for _ in range(_N_EXPANSION_ROUNDS):
            moves = [
                cut.expand(labels, costs, weights, self.offsets, states, label, _UNIT)
                for label in range(costs.shape[1])
            ]
            if not any(moves):
                break
        return labels


def make_grid(shape: tuple[int, ...], spacing: tuple[float, ...] | None = None) -> Grid:
    """Return the graph of an image: diagonal neighbours too in a plane, nearest ones only in a volume.

    A volume's objects are thin in pixels; diagonal edges there would outweigh what the pixels say.

    Parameters
    ----------
    shape : tuple of int
    spacing : tuple of float, optional
        Pixel size along each axis, in any unit.
    """
    steps = np.ones(len(shape)) if spacing is None else np.asarray(spacing, float) / min(spacing)
    strides = np.cumprod([1, *(length + 2 for length in shape[:0:-1])])[::-1]
    moves = np.array([move for move in product((-1, 0, 1), repeat=len(shape)) if any(move)])
    if len(shape) > 2:
        moves = moves[np.abs(moves).sum(axis=1) == 1]
    inside = np.pad(np.ones(shape, np.uint8), 1).ravel()
    lengths = np.linalg.norm(moves * steps, axis=1).astype(np.float32)
    return Grid(shape, (moves @ strides).astype(np.int64), lengths, inside)
