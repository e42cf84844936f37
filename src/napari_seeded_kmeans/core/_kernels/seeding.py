"""Where centres start, and moving badly placed ones: greedy k-means++ and swaps."""

import numpy as np
from numpy.typing import NDArray

from ._jit import kernel
from .lloyd import assign_two, lloyd


@kernel
def plus_plus(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    uniforms: NDArray[np.float64],
    centers_out: NDArray[np.float64],
) -> int:
    """Choose starting centres among the points (Arthur and Vassilvitskii 2007, several trials).

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


@kernel
def swap_centers(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    uniforms: NDArray[np.float64],
    centers_out: NDArray[np.float64],
    n_lloyd: int,
    optimism: float,
) -> float:
    """Move centres that serve little to where they serve more (random swap, Fränti 2018).

    points (d, n), weights (n,), uniforms (n_trials,) in [0, 1), centers_out
    (k, d) with k >= 2 is overwritten. A trial draws a point by weight times
    squared distance, finds the centre that is missed least when that point takes
    its place, and keeps the swap if the inertia is lower after `n_lloyd`
    iterations. Swaps that leave more than `optimism` times the inertia before
    those iterations are not tried. Returns the inertia.
    """
    n = points.shape[1]
    labels = np.empty(n, np.int32)
    first = np.empty(n)
    second = np.empty(n)
    assign_two(points, centers_out, labels, first, second)
    inertia = np.sum(weights * first)
    trial = np.empty_like(centers_out)
    trial_labels = np.empty(n, np.int32)
    for uniform in uniforms:
        p = draw(weights, first, uniform * inertia)
        if p < 0:
            break
        j, expected = cheapest_swap(points, weights, labels, first, second, p, centers_out.shape[0])
        if expected > optimism * inertia:
            continue
        trial[:] = centers_out
        trial[j] = points[:, p]
        reached, _ = lloyd(points, weights, trial, trial_labels, n_lloyd, 0.0)
        if reached < inertia:
            centers_out[:] = trial
            assign_two(points, centers_out, labels, first, second)
            inertia = np.sum(weights * first)
    return inertia


@kernel
def cheapest_swap(
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
    labels: NDArray[np.int32],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    p: int,
    k: int,
) -> tuple[int, float]:
    """Return the centre to replace by point p, and the inertia right after.

    The step of LS++ (Lattanzi and Sohler 2019), for all centres at once. labels,
    first and second (n,) as written by `assign_two`.
    """
    d, n = points.shape
    kept = 0.0
    missed = np.zeros(k)
    for i in range(n):
        squared = 0.0
        for a in range(d):
            squared += (points[a, i] - points[a, p]) ** 2
        nearest = min(first[i], squared)
        kept += weights[i] * nearest
        missed[labels[i]] += weights[i] * (min(second[i], squared) - nearest)
    j = int(np.argmin(missed))
    return j, kept + missed[j]
