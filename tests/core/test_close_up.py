"""What is seen at one pixel is what the whole image's features say of it."""

import numpy as np
import pytest

from napari_seeded_kmeans import SeededKMeansError, segment
from napari_seeded_kmeans.core.close_up import features_at
from napari_seeded_kmeans.core.texture import compute_channels, stack_at

pytestmark = pytest.mark.filterwarnings("ignore:Class .* distinct colours only")


@pytest.mark.parametrize("shape", [(90, 100), (90, 100, 3), (30, 40, 50)])
@pytest.mark.parametrize("params", [{}, {"preset": "classic"}, {"blur_sigma_px": 3.0}])
def test_one_pixel_as_among_all(shape, params):
    image = np.random.default_rng(0).integers(0, 255, shape, dtype=np.uint8)
    spatial = shape[:2] if shape[-1] == 3 else shape
    seeds = np.zeros(spatial, np.uint8)
    seeds[..., 5:25, 3:9], seeds[..., 5:25, 30:36] = 1, 2
    model = segment(image, seeds, **params).model
    recipe = model.model_.recipe
    channels, _ = compute_channels(image, recipe)
    for position in (
        tuple(0 for _ in spatial),
        tuple(n // 2 for n in spatial),
        tuple(n - 1 for n in spatial),
    ):
        here = np.zeros(spatial, bool)
        here[position] = True
        np.testing.assert_allclose(
            model.features_at(image, position), stack_at(channels, here, recipe)[0], rtol=1e-4, atol=1e-4
        )


def test_nowhere_and_nothing_are_refused():
    image = np.random.default_rng(0).normal(0, 1, (40, 40))
    image[3, 3] = np.nan
    seeds = np.zeros((40, 40), np.uint8)
    seeds[10:20, 5:9], seeds[10:20, 30:36] = 1, 2
    recipe = segment(image, seeds).model.model_.recipe
    with pytest.raises(SeededKMeansError, match="outside"):
        features_at(image, (40, 0), recipe)
    with pytest.raises(SeededKMeansError, match="NaN or infinite at"):
        features_at(image, (3, 3), recipe)
