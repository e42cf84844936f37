"""A normalised RBF network, block by block; single precision."""

from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from ._blocks import GROUP, WIDE, add_scaled, group_distances, load_block, pick_centers
from ._jit import fused_kernel, kernel

Array = NDArray[np.float32]

_REACH = np.float32(20.0)
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
# exp(y) = 1 + y * polynomial, relative error 5e-9 on [-1.25, 0].
_EXP = tuple(
    np.float32(c)
    for c in (
        0.999999709,
        0.499994697,
        0.166632838,
        0.0415616507,
        0.00815444353,
        0.0012156159,
        0.000105531581,
    )
)


@kernel
def rbf_scores(
    planes: Array,
    centers: Array,
    inverse: np.float32,
    readout: Array,
    bias: Array,
    owners: NDArray[np.int64],
    scores_out: Array,
    nearest_out: Array,
) -> None:
    """Softmax over classes of ``shares @ readout + bias``; shares, over centres, of -|x - c| * inverse.

    Parameters
    ----------
    planes : float32 (d, n), C order
    centers : float32 (d, k)
    inverse : float32
        1 / bandwidth, > 0.
    readout : float32 (k, 1 + n_classes)
        The first column is ones: it adds the shares up.
    bias : float32 (n_classes,)
    owners : int64 (k,)
        Which row of `nearest_out` a centre belongs to.
    scores_out : float32 (n_classes, n)
        Overwritten; NaN for samples that are not finite.
    nearest_out : float32 (m, n)
        Overwritten: the distance to the nearest centre of every owner, times `inverse`. It may have no rows.
    """
    n_samples, n_centers, n_columns = planes.shape[1], centers.shape[1], readout.shape[1]
    # The last group is filled with a centre that is there already, and shares that count for nothing.
    n_rows = n_centers + -n_centers % GROUP
    numbers = np.minimum(np.arange(n_rows), n_centers - 1)
    factors = np.zeros((n_rows, n_columns), np.float32)
    factors[:n_centers] = readout
    padded = pick_centers(centers, numbers)
    block = np.zeros((padded.shape[1], WIDE), np.float32)
    rows = np.empty((n_rows, WIDE), np.float32)
    samples, squared = block.ravel(), rows.ravel()
    nearest = np.empty(WIDE, np.float32)
    sums = np.empty((n_columns, WIDE), np.float32)
    closest = np.empty((nearest_out.shape[0], WIDE), np.float32)
    for start in range(0, n_samples, WIDE):
        stop = min(start + WIDE, n_samples)
        load_block(planes, start, stop, block)
        nearest[:] = inf
        closest[:] = inf
        for k in range(0, n_rows, GROUP):
            own = rows[k : k + GROUP]
            group_distances(samples, padded[k : k + GROUP], squared[k * WIDE : (k + GROUP) * WIDE])
            _scale_distances(own, inverse, nearest)
            if closest.shape[0]:
                for slot in range(GROUP):
                    _keep_smaller(own[slot], closest[owners[numbers[k + slot]]])
        sums[:] = 0
        for k in range(0, n_rows, GROUP):
            own = rows[k : k + GROUP]
            _shares(own, nearest)
            for column in range(n_columns):
                add_scaled(own, factors[k : k + GROUP, column], sums[column])
        for c in range(1, n_columns):
            for i in range(WIDE):
                sums[c, i] = sums[c, i] / sums[0, i] + bias[c - 1]
        _softmax(sums[1:], sums[0])
        scores_out[:, start:stop] = sums[1:, : stop - start]
        nearest_out[:, start:stop] = closest[:, : stop - start]


@kernel
def responsibilities(planes: Array, centers: Array, inverse: np.float32, shares_out: Array) -> None:
    """Softmax over centres of ``-|x - c| * inverse``, float32 (k, n), overwritten; else as `rbf_scores`.

    Samples must be finite.
    """
    n_samples, n_centers = planes.shape[1], centers.shape[1]
    padded = pick_centers(centers, np.minimum(np.arange(n_centers + -n_centers % GROUP), n_centers - 1))
    block = np.zeros((padded.shape[1], WIDE), np.float32)
    rows = np.empty((len(padded), WIDE), np.float32)
    samples, squared = block.ravel(), rows.ravel()
    nearest, total = np.empty(WIDE, np.float32), np.empty(WIDE, np.float32)
    for start in range(0, n_samples, WIDE):
        stop = min(start + WIDE, n_samples)
        load_block(planes, start, stop, block)
        nearest[:] = inf
        total[:] = 0
        for k in range(0, len(padded), GROUP):
            own = rows[k : k + GROUP]
            group_distances(samples, padded[k : k + GROUP], squared[k * WIDE : (k + GROUP) * WIDE])
            _scale_distances(own, inverse, nearest)
        for k in range(0, len(padded), GROUP):
            _shares(rows[k : k + GROUP], nearest)
        for k in range(n_centers):
            for i in range(WIDE):
                total[i] += rows[k, i]
        for k in range(n_centers):
            for i in range(WIDE):
                rows[k, i] /= total[i]
        shares_out[:, start:stop] = rows[:n_centers, : stop - start]


@kernel
def _scale_distances(rows: Array, inverse: np.float32, nearest: Array) -> None:
    p, q, r, s = rows[0], rows[1], rows[2], rows[3]
    for i in range(WIDE):
        a, b, c, d = p[i], q[i], r[i], s[i]
        a, b, c, d = sqrt(a) * inverse, sqrt(b) * inverse, sqrt(c) * inverse, sqrt(d) * inverse
        nearest[i] = min(min(nearest[i], min(a, b)), min(c, d))
        p[i], q[i], r[i], s[i] = a, b, c, d


@kernel
def _keep_smaller(row: Array, smallest: Array) -> None:
    for i in range(WIDE):
        smallest[i] = min(smallest[i], row[i])


@fused_kernel
def _shares(rows: Array, nearest: Array) -> None:
    for slot in range(GROUP):
        row = rows[slot]
        for i in range(WIDE):
            row[i] = exp_negative(nearest[i] - row[i])


@kernel
def _softmax(rows: Array, largest: Array) -> None:
    """Softmax over the first axis, in place; `largest` is scratch."""
    largest[:] = -inf
    for c in range(rows.shape[0]):
        for i in range(WIDE):
            largest[i] = max(largest[i], rows[c, i])
    for c in range(rows.shape[0]):
        for i in range(WIDE):
            rows[c, i] = exp_negative(rows[c, i] - largest[i])
    total = largest
    total[:] = 0
    for c in range(rows.shape[0]):
        for i in range(WIDE):
            total[i] += rows[c, i]
    for c in range(rows.shape[0]):
        for i in range(WIDE):
            rows[c, i] /= total[i]


@fused_kernel
def exp_negative(x: np.float32) -> np.float32:
    """exp(x) for x <= 0 in float32, relative error 1e-5; 0 below -20."""
    y = max(x, -_REACH) * np.float32(0.0625)
    p = _EXP[5] + y * _EXP[6]
    p = _EXP[3] + y * (_EXP[4] + y * p)
    p = _EXP[1] + y * (_EXP[2] + y * p)
    p = _ONE + y * (_EXP[0] + y * p)
    p *= p
    p *= p
    p *= p
    p *= p
    return p if x > -_REACH else _ZERO
