"""Multiscale features beside scikit-image's, the same set: Gaussian, gradient, Hessian eigenvalues."""

from functools import partial

import numpy as np
from compare import options, report, seconds
from skimage.feature import multiscale_basic_features

from napari_seeded_kmeans.core.filters import FilterBank, map_features, multiscale_features


def compare_features(
    shape: tuple[int, ...], sigmas: tuple[float, ...], runs: int
) -> tuple[dict[str, float], float]:
    """Return the seconds of each, and the largest difference on values in [0, 1]."""
    image = np.random.default_rng(0).random(shape, np.float32)
    bank = FilterBank(sigmas)
    functions = {
        "ours, the whole stack": partial(multiscale_features, image, bank),
        "ours, tile by tile, never stored": partial(map_features, lambda *_: None, image, bank),
        "skimage multiscale_basic_features, all cores": partial(
            multiscale_basic_features, image, sigma_min=sigmas[0], sigma_max=sigmas[-1], num_sigma=len(sigmas)
        ),
    }
    ours, _, theirs = [function() for function in functions.values()]
    difference = float(np.abs(ours - np.moveaxis(theirs, -1, 0)).max())
    return seconds(functions, runs), difference


if __name__ == "__main__":
    chosen = options(__doc__)
    tables, facts = {}, {}
    for title, shape, sigmas in (
        ("4 MP grey, sigma 1 2 4 8 16 (20 features)", (2048, 2048), (1.0, 2.0, 4.0, 8.0, 16.0)),
        ("1 MP grey, sigma 1 2 4 8 (16 features)", (1024, 1024), (1.0, 2.0, 4.0, 8.0)),
        ("64 x 256 x 256, sigma 1 2 4 (15 features)", (64, 256, 256), (1.0, 2.0, 4.0)),
    ):
        tables[title], facts[f"largest difference, {title}"] = compare_features(shape, sigmas, chosen.runs)
    report(tables, facts, chosen.json)
