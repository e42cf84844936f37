"""Scores of 4 MP of colours, and prediction on 1 MP of features, beside their peers.

The photograph is scikit-image's astronaut, enlarged, with noise; the features are
those of its camera man. NumPy's broadcast form is timed on 1/16 of the pixels and
multiplied: all of them would take minutes.
"""

from functools import partial

import numpy as np
from compare import options, report, seconds
from numba import njit
from skimage import data, transform
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier

from napari_seeded_kmeans.core.filters import FilterBank, multiscale_features
from napari_seeded_kmeans.core.scores import (
    class_scores,
    log_exponential_scores,
    nearest_center,
    rbf_scores,
    responsibilities,
)

NUMPY_SHARE = 16


def photograph(side: int) -> np.ndarray:
    """Return side * side colours, (n, 3) uint8; the left half is one class's ground, the right the other's."""
    image = transform.resize(data.astronaut(), (side, side), order=1, preserve_range=True)
    noisy = image + np.random.default_rng(0).normal(0, 6, image.shape)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8).reshape(-1, 3)


def palettes(pixels: np.ndarray, n_clusters: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return a palette of each half of the photograph."""
    halves = np.array_split(pixels, 2)
    fits = [KMeans(n_clusters, n_init=1, random_state=0).fit(half[::200].astype(float)) for half in halves]
    return [(fit.cluster_centers_, np.full(n_clusters, 0.1)) for fit in fits]


@njit(nogil=True)
def plain_loop(pixels: np.ndarray, centers: np.ndarray, weights: np.ndarray, bandwidth: float) -> np.ndarray:
    """Sum exponentials as anyone would first write it."""
    sums = np.zeros(len(pixels))
    for i in range(len(pixels)):
        for k in range(len(centers)):
            squared = 0.0
            for j in range(pixels.shape[1]):
                squared += (pixels[i, j] - centers[k, j]) ** 2
            sums[i] += weights[k] * np.exp(-np.sqrt(squared) / bandwidth)
    return sums


def broadcast(pixels: np.ndarray, centers: np.ndarray, weights: np.ndarray, bandwidth: float) -> np.ndarray:
    """Sum exponentials with NumPy, in parts that fit memory."""
    parts = np.array_split(pixels.astype(np.float64), max(1, len(pixels) >> 14))
    return np.concatenate(
        [np.exp(-np.linalg.norm(part[:, None] - centers, axis=2) / bandwidth) @ weights for part in parts]
    )


def compare_scores(runs: int) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """4 MP, 64 + 64 centres: exponential sums of both classes."""
    pixels = photograph(2048)
    both = palettes(pixels, 64)
    tables, facts = {}, {}
    for bandwidth in (1.0, 20.0):
        ours = partial(class_scores, pixels, both, bandwidth=bandwidth)
        plane = partial(class_scores, pixels.astype(np.float32), both, bandwidth=bandwidth)

        def peer(form, some, bandwidth=bandwidth):
            return [form(some, centers, weights, bandwidth) for centers, weights in both]

        functions = {
            "ours, 8-bit colours, normalised": ours,
            "ours, the same as float32 (no repeated colours)": plane,
            "plain numba loop, one thread": partial(peer, plain_loop, pixels),
            "NumPy broadcast": partial(peer, broadcast, pixels[::NUMPY_SHARE]),
        }
        for function in functions.values():
            function()
        rows = seconds(functions, runs, slow=("NumPy broadcast",))
        rows["NumPy broadcast"] *= NUMPY_SHARE
        tables[f"scores, 4 MP RGB, 64 + 64 centres, bandwidth {bandwidth:g}"] = rows
        some = pixels[:: 1 << 8]
        computed = log_exponential_scores(some, *both[0], bandwidth=bandwidth)
        expected = np.log(broadcast(some, *both[0], bandwidth))
        name = f"largest relative error, bandwidth {bandwidth:g}, {len(some)} pixels"
        facts[name] = float(np.abs(np.expm1(computed - expected)).max())
    return tables, facts


def compare_prediction(runs: int) -> dict[str, dict[str, float]]:
    """1 MP, 16 features, 2 x 64 centres, 4,000 painted pixels."""
    image = transform.resize(data.camera(), (1024, 1024), order=1).astype(np.float32)
    stack = multiscale_features(image, FilterBank((1.0, 2.0, 4.0, 8.0)))
    stack = (stack - stack.mean(axis=(1, 2), keepdims=True)) / stack.std(axis=(1, 2), keepdims=True)
    samples = stack.reshape(len(stack), -1).T
    rows_first = np.ascontiguousarray(samples)
    painted = np.random.default_rng(0).choice(len(samples), 4000, replace=False)
    # Which side of a diagonal: not a function of the features, so the trees grow as on real strokes.
    classes = ((painted % 1024) + painted // 1024 > 1024).astype(int)
    centers = np.concatenate(
        [
            KMeans(64, n_init=1, random_state=0).fit(rows_first[painted[classes == c]]).cluster_centers_
            for c in (0, 1)
        ]
    )
    shares = responsibilities(rows_first[painted], centers, bandwidth=3.0)
    readout = np.linalg.lstsq(shares, 4.0 * np.eye(2)[classes], rcond=1e-3)[0]
    forest = RandomForestClassifier(100, n_jobs=-1, random_state=0).fit(rows_first[painted], classes)
    kmeans = KMeans(128, n_init=1, max_iter=1, init=centers).fit(rows_first[painted])
    ours = partial(rbf_scores, samples, centers, readout, np.zeros(2), bandwidth=3.0)
    nearest = partial(nearest_center, samples, kmeans.cluster_centers_)
    ours(), nearest()
    scores = {
        "ours, RBF scores": ours,
        "random forest, 100 trees, all cores": partial(forest.predict, rows_first),
    }
    labels = {
        "ours, nearest centre": nearest,
        "scikit-learn KMeans.predict": partial(kmeans.predict, rows_first),
    }
    return {
        "class scores, 1 MP, 16 features, 2 x 64 centres": seconds(scores, runs),
        "nearest of 128 centres, 1 MP, 16 features": seconds(labels, runs),
    }


if __name__ == "__main__":
    chosen = options(__doc__)
    tables, facts = compare_scores(chosen.runs)
    report(tables | compare_prediction(chosen.runs), facts, chosen.json)
