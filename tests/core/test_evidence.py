"""What colour and texture say together."""

import numpy as np
import pytest

from napari_seeded_kmeans.core.evidence import find_evidence
from napari_seeded_kmeans.core.looks import look_scores
from napari_seeded_kmeans.core.model import fit
from napari_seeded_kmeans.core.params import make_params
from napari_seeded_kmeans.core.texture import apply_standard
from napari_seeded_kmeans.core.workspace import Workspace


@pytest.mark.parametrize(("n_classes", "share"), [(2, 2 / 3), (3, 1 / 2)])
def test_texture_counts_twice_between_two_classes(n_classes, share):
    image = np.random.default_rng(0).normal(0, 1, (30, 40))
    seeds = np.zeros((30, 40), np.uint8)
    for value in range(1, n_classes + 1):
        image[:, 10 * value :] += 2
        seeds[5:25, 10 * value + 2] = value
    model = fit(image, seeds, make_params())
    workspace = Workspace(image, model.recipe)
    samples = apply_standard(workspace.samples(np.arange(image.size)), model.recipe)
    color, texture = (look_scores(look, samples, model.classes) for look in model.looks)
    scores, _ = find_evidence(model, workspace)
    expected = (1 - share) * color + share * texture
    np.testing.assert_allclose(scores.reshape(n_classes, -1), expected, atol=1e-4)
