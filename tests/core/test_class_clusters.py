"""Only the class whose strokes changed is clustered again, and nobody can tell by the result."""

import numpy as np
import pytest

from napari_seeded_kmeans.core import class_clusters as module
from napari_seeded_kmeans.core.model import segment
from napari_seeded_kmeans.core.palette_edits import NO_EDITS
from napari_seeded_kmeans.core.params import make_params
from napari_seeded_kmeans.core.workspace import Shelf

RNG = np.random.default_rng(0)
IMAGE = RNG.normal(100, 10, (60, 80)).astype(np.float32)
IMAGE[:, 40:] += 30


@pytest.fixture
def clustered(monkeypatch):
    """The samples K-means was asked for."""
    asked = []
    original = module.kmeans
    monkeypatch.setattr(
        module, "kmeans", lambda *given, **more: asked.append(given[0]) or original(*given, **more)
    )
    return asked


def strokes():
    seeds = np.zeros(IMAGE.shape, np.uint8)
    seeds[10:50, 10], seeds[10:50, 60], seeds[30, 65:75] = 1, 2, 3
    return seeds


def test_only_the_class_whose_strokes_changed_is_clustered_again(clustered):
    shelf, seeds, params = Shelf(), strokes(), make_params()
    segment(IMAGE, seeds, params, shelf=shelf)
    assert len(clustered) == 6, "three classes, seen as colours and with texture"
    seeds[5, 50:70] = 2
    clustered.clear()
    model, found = segment(IMAGE, seeds, params, shelf=shelf)
    assert len(clustered) == 2
    clustered.clear()
    alone, expected = segment(IMAGE, seeds, params)
    assert len(clustered) == 6
    assert found.maps.scores.tobytes() == expected.maps.scores.tobytes()
    assert model.to_dict() == alone.to_dict()


def test_a_stroke_that_is_taken_back_leaves_nothing(clustered):
    shelf, seeds, params = Shelf(), strokes(), make_params()
    before = segment(IMAGE, seeds, params, shelf=shelf)[1]
    more = seeds.copy()
    more[5, 50:70] = 2
    segment(IMAGE, more, params, shelf=shelf)
    after = segment(IMAGE, seeds, params, shelf=shelf)[1]
    assert before.maps.scores.tobytes() == after.maps.scores.tobytes()


@pytest.mark.parametrize("change", [{"n_clusters": 3}, {"clusters_by_class": "2=3"}, {"random_state": 1}])
def test_other_settings_cluster_again(change, clustered):
    shelf, seeds = Shelf(), strokes()
    segment(IMAGE, seeds, make_params(), shelf=shelf)
    clustered.clear()
    random_state = change.pop("random_state", 0)
    params = make_params(**change)
    found = segment(IMAGE, seeds, params, random_state=random_state, shelf=shelf)[1]
    assert clustered
    expected = segment(IMAGE, seeds, params, random_state=random_state)[1]
    assert found.maps.scores.tobytes() == expected.maps.scores.tobytes()


def test_an_edit_clusters_the_class_it_is_about(clustered):
    shelf, seeds, params = Shelf(), strokes(), make_params()
    model, _ = segment(IMAGE, seeds, params, shelf=shelf)
    row = int(np.flatnonzero(model.palette.classes == 2)[0])
    edits = NO_EDITS.split(model, row)
    clustered.clear()
    found = segment(IMAGE, seeds, params, edits=edits, shelf=shelf)[1]
    assert 0 < len(clustered) <= 3, "the group and the rest of class 2, as colours"
    expected = segment(IMAGE, seeds, params, edits=edits)[1]
    assert found.maps.scores.tobytes() == expected.maps.scores.tobytes()


def test_a_sketch_takes_what_is_known(clustered, monkeypatch):
    quick = []
    original = module.quick_kmeans
    monkeypatch.setattr(
        module, "quick_kmeans", lambda *given, **more: quick.append(given[0]) or original(*given, **more)
    )
    shelf, seeds, params = Shelf(), strokes(), make_params()

    def look(*_given):
        """A preview would come here."""

    segment(IMAGE, seeds, params, shelf=shelf, on_sketch=look)
    assert len(quick) == 6
    seeds[5, 50:70] = 2
    quick.clear()
    clustered.clear()
    segment(IMAGE, seeds, params, shelf=shelf, on_sketch=look)
    assert len(quick) == len(clustered) == 2
