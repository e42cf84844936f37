"""What colour and texture say together."""

import numpy as np
import pytest

from napari_seeded_kmeans.core import threads
from napari_seeded_kmeans.core.errors import CancelledError
from napari_seeded_kmeans.core.evidence import Evidence
from napari_seeded_kmeans.core.looks import look_scores
from napari_seeded_kmeans.core.model import fit, segment
from napari_seeded_kmeans.core.params import make_params
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
    samples = workspace.samples(np.arange(image.size))
    color, texture = (look_scores(look, samples, model.classes) for look in model.looks)
    scores = Evidence(model, workspace, workspace.finite).scores
    expected = (1 - share) * color + share * texture
    np.testing.assert_allclose(scores.reshape(n_classes, -1), expected, atol=1e-4)


@pytest.fixture
def large(monkeypatch):
    """Return an image whose blocks have many pixels, seeds on its two discs and its ground, and the truth."""
    monkeypatch.setattr("napari_seeded_kmeans.core.scene._N_MIDDLE", 1 << 10)
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:100, :140]
    truth = (np.hypot(y - 40, x - 40) < 22) | (np.hypot(y - 60, x - 100) < 25)
    image = np.where(truth[..., None], (170.0, 90, 60), (60.0, 110, 150)) + rng.normal(0, 12, (100, 140, 3))
    image[90:, 130:] = np.nan
    seeds = np.zeros(truth.shape, np.uint8)
    seeds[35:45, 38:42], seeds[55:65, 98:102], seeds[3:6, 20:120] = 2, 2, 1
    return image, seeds, truth


def _evidence(model, image, **kept):
    workspace = Workspace(image, model.recipe, **kept)
    return Evidence(model, workspace, workspace.finite)


def test_only_what_is_looked_at_is_worked_out(large):
    image, seeds, _ = large
    model = fit(image, seeds, make_params(), channel_axis=-1)
    everywhere, here = _evidence(model, image, kept_bytes=0), _evidence(model, image)
    assert everywhere.samples is None
    assert everywhere.familiar.places is None
    where = np.zeros(seeds.shape, bool)
    where[20:30, 40:45] = True
    here.look(where)
    view = here.view(np.full(seeds.shape, -1, np.int32))
    assert view.scores_in(where).tobytes() == everywhere.scores[:, where].tobytes()
    n_known = int(here._is_known.sum())
    assert n_known == 50
    view.need()
    assert view.scores.tobytes() == everywhere.scores.tobytes()
    assert here.strangeness.tobytes() == everywhere.strangeness.tobytes()
    assert (view.scores[:, 95, 135] == 0.5).all()


def test_samples_say_what_their_pixels_say(large):
    image, seeds, _ = large
    model = fit(image, seeds, make_params(), channel_axis=-1)
    everywhere, here = _evidence(model, image, kept_bytes=0), _evidence(model, image)
    scores, strangeness = here.samples
    flat = everywhere.scores.reshape(2, -1)
    assert scores.reshape(2, -1).tobytes() == flat[:, here.familiar.places].tobytes()
    assert strangeness.tobytes() == everywhere.strangeness.ravel()[here.familiar.places].tobytes()
    familiar = everywhere.familiar.pixels.reshape(2, -1)[:, here.familiar.places]
    assert (here.familiar.pixels.reshape(2, -1) == familiar).all()


@pytest.mark.parametrize("spread", ["strokes", "everywhere"])
def test_maps_of_a_lazy_result_are_those_of_any_other(large, spread):
    image, seeds, truth = large
    settings = make_params(spread=spread)
    _, lazy = segment(image, seeds, settings, channel_axis=-1, lazy=True)
    _, plain = segment(image, seeds, settings, channel_axis=-1)
    assert lazy.labels.tobytes() == plain.labels.tobytes()
    finite = np.isfinite(image).all(axis=-1)
    found = (lazy.labels == 2)[finite]
    assert (found & truth[finite]).sum() / (found | truth[finite]).sum() > 0.95
    assert (lazy.labels[~finite] == 0).all()
    for position in [(40, 40), (0, 139), (99, 0)]:
        scores, strangeness = lazy.maps.at(position)
        assert scores.tobytes() == plain.maps.scores[:, *position].tobytes()
        assert strangeness == plain.maps.strangeness[position]
    assert lazy.maps.at((95, 135))[0].tolist() == [0.5, 0.5]
    with pytest.raises(CancelledError):
        lazy.maps.finish(lambda: True)
    for name in ("scores", "uncertainty", "strangeness"):
        assert getattr(lazy.maps, name).tobytes() == getattr(plain.maps, name).tobytes()
    assert lazy.maps.scores.sum(axis=0) == pytest.approx(1, abs=1e-5)
    assert np.isfinite(lazy.maps.strangeness).all()


def test_a_lazy_result_leaves_most_pixels_alone(large, monkeypatch):
    image, seeds, _ = large
    looked_at = []
    look_at = Evidence._look_at

    def counted(self, number, wanted):
        looked_at.append(np.count_nonzero(wanted))
        look_at(self, number, wanted)

    monkeypatch.setattr(Evidence, "_look_at", counted)
    _, result = segment(image, seeds, make_params(spread="strokes"), channel_axis=-1, lazy=True)
    assert sum(looked_at) < seeds.size / 2
    assert result.maps.scores is result.maps.scores
    assert sum(looked_at) >= seeds.size


def test_who_stops_taking_samples_leaves_less_to_the_next(large, monkeypatch):
    image, seeds, _ = large
    model = fit(image, seeds, make_params(), channel_axis=-1)
    monkeypatch.setattr("napari_seeded_kmeans.core.filters.TILE_SHAPES", {2: (32, 32)})
    workspace = Workspace(image, model.recipe)
    n_done = []
    before = threads.get_num_threads()
    try:
        # One after the other, so that it is known how many are done.
        threads.set_num_threads(1)
        with pytest.raises(CancelledError):
            workspace.sample_features(lambda: len(n_done) == 5, lambda done, _total: n_done.append(done))
    finally:
        threads.set_num_threads(before)
    asked = []
    work_out = workspace.stack
    monkeypatch.setattr(workspace, "stack", lambda number: asked.append(number) or work_out(number))
    found = workspace.sample_features()
    assert len(asked) == len(workspace.tiles) - 5
    assert found.tobytes() == Workspace(image, model.recipe).sample_features().tobytes()
