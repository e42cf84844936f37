"""Looks: palettes whose clusters carry a learnt weight per class."""

import json

import numpy as np
import pytest

from napari_seeded_kmeans.core.looks import (
    Look,
    fit_look,
    look_scores,
    read_planes,
    strangeness,
)
from napari_seeded_kmeans.core.params import make_params

RNG = np.random.default_rng(0)


def two_moons(n=300):
    """Classes 1 and 3 that no straight line parts."""
    angle = RNG.uniform(0, np.pi, (2, n))
    first = np.stack([np.cos(angle[0]), np.sin(angle[0])], axis=1)
    second = np.stack([1 - np.cos(angle[1]), 0.4 - np.sin(angle[1])], axis=1)
    samples = np.concatenate([first, second]) + RNG.normal(0, 0.08, (2 * n, 2))
    return samples.astype(np.float32), np.repeat([1, 3], n)


@pytest.mark.parametrize("weights", ["learnt", "share", "equal"])
def test_classes_are_told_apart(weights):
    samples, values = two_moons()
    look = fit_look(samples, values, (1, 3), make_params(cluster_weights=weights), 0)
    scores = look_scores(look, samples, (1, 3))
    np.testing.assert_allclose(scores.sum(axis=0), 1, atol=1e-5)
    assert (np.array([1, 3])[scores.argmax(axis=0)] == values).mean() > 0.98


def test_far_from_everything_the_nearest_cluster_speaks():
    samples, values = two_moons()
    look = fit_look(samples, values, (1, 3), make_params(), 0)
    far = np.array([[-50.0, 5.0], [50.0, -5.0]], np.float32)
    assert np.isfinite(look_scores(look, far, (1, 3))).all()
    assert (strangeness(look, far, (1, 3)) > 20).all()
    assert np.median(strangeness(look, samples[values == 1], (1, 3))[0]) < 1


def test_few_painted_pixels_make_few_clusters():
    look = fit_look(*two_moons(12), (1, 3), make_params(), 0)
    assert len(look.palette.centers) == 6


def test_a_look_survives_json():
    samples, values = two_moons()
    look = fit_look(samples, values, (1, 3), make_params(), 0)
    again = Look.from_dict(json.loads(json.dumps(look.to_dict())))
    assert look_scores(again, samples, (1, 3)).tobytes() == look_scores(look, samples, (1, 3)).tobytes()


@pytest.mark.parametrize("cluster_weights", ["learnt", "share"])
def test_one_pass_reads_scores_and_strangeness(cluster_weights):
    rng = np.random.default_rng(3)
    samples = rng.normal(size=(600, 5)).astype(np.float32)
    values = 1 + (samples[:, 0] > 0) + (samples[:, 1] > 1)
    params = make_params(cluster_weights=cluster_weights, n_clusters=5)
    look = fit_look(samples[:, :3], values, (1, 2, 3), params, 0)
    scores, strange = read_planes(look, np.ascontiguousarray(samples.T), (1, 2, 3))
    np.testing.assert_allclose(scores, look_scores(look, samples, (1, 2, 3)), atol=1e-5)
    np.testing.assert_allclose(strange, strangeness(look, samples, (1, 2, 3)), rtol=1e-4)
