"""Greedy k-means++ (Arthur and Vassilvitskii 2007, with several trials per centre)."""

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel


@kernel
def plus_plus(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    uniforms: NDArray[np.float64],
    centers_out: NDArray[np.float64],
) -> int:
    """Choose starting centres among the points.

    points (d, n), weights (n,) with a positive sum, uniforms (k, n_trials) in
    [0, 1). Each centre is the trial, drawn with probability proportional to
    weight times squared distance, that leaves the smallest inertia. Writes
    centers_out (k, d) and returns how many centres were found: fewer than k
    when there are fewer distinct points.
    """
    d, n = points.shape
    k, n_trials = uniforms.shape
    closest = np.ones(n)
    trial = np.empty(n)
    best_trial = np.empty(n)
    for j in range(k):
        total = np.sum(weights * closest)
        if not total > 0.0:
            return j
        best_total = np.inf
        best_index = -1
        for t in range(n_trials if j > 0 else 1):
            chosen = draw(weights, closest, uniforms[j, t] * total)
            trial_total = 0.0
            for i in range(n):
                trial[i] = 0.0
            for a in range(d):
                c = points[a, chosen]
                for i in range(n):
                    trial[i] += (points[a, i] - c) ** 2
            for i in range(n):
                trial[i] = min(trial[i], closest[i]) if j > 0 else trial[i]
            trial_total = np.sum(weights * trial)
            if trial_total < best_total:
                best_total = trial_total
                best_index = chosen
                best_trial, trial = trial, best_trial
        closest, best_trial = best_trial, closest
        centers_out[j] = points[:, best_index]
    return k


@kernel
def draw(weights: NDArray[np.float64], closest: NDArray[np.float64], target: float) -> int:
    """Return the first index whose running sum of weights * closest exceeds `target`."""
    running = 0.0
    last = -1
    for i in range(weights.shape[0]):
        mass = weights[i] * closest[i]
        if mass > 0.0:
            last = i
            running += mass
            if running > target:
                return i
    # Rounding can leave the running sum a hair below the target.
    return last
