"""Why a pixel got its class, and where strokes contradict each other."""

import numpy as np
import pytest

from napari_seeded_kmeans import PaletteEdits, segment
from napari_seeded_kmeans.core.explanation import find_conflicts, nearest_clusters, strokes_behind

pytestmark = pytest.mark.filterwarnings("ignore:Class .* distinct colours only")


@pytest.fixture
def image():
    """(y, x) picture of three grey stripes with a little noise."""
    picture = np.random.default_rng(0).normal(40, 3, (30, 90))
    picture[:, 30:60] += 80
    picture[:, 60:] += 160
    return picture.astype(np.uint8)


def seeds_of(*values):
    seeds = np.zeros((30, 90), np.uint8)
    for index, value in enumerate(values):
        seeds[8:22, 30 * index + 8 : 30 * index + 22] = value
    return seeds


def test_the_nearest_cluster_is_one_of_the_strokes_there_and_near(image):
    model = segment(image, seeds_of(1, 2, 3)).model
    for position, value in (((15, 15), 1), ((15, 45), 2), ((15, 75), 3)):
        near = nearest_clusters(model.model_, model.features_at(image, position))
        assert near[0].class_value == value
        assert near[0].distance < 2
        assert [row.distance for row in near] == sorted(row.distance for row in near)
        assert model.model_.palette.classes[near[0].row] == value


def test_a_stranger_is_far_from_all(image):
    model = segment(image, seeds_of(1, 2, 0), texture=False).model
    near = nearest_clusters(model.model_, model.features_at(image, (15, 75)), n=2)
    assert len(near) == 2
    assert near[0].distance > 4


def test_the_strokes_behind_a_cluster_are_of_its_class_and_are_all_that_taught(image):
    seeds = seeds_of(1, 2, 2)
    # Painted on what looks like the other class: nearest is a cluster of that one.
    seeds[2:6, 35:55] = 1
    model = segment(image, seeds).model.model_
    places, rows = strokes_behind(model, PaletteEdits(), image, seeds)
    np.testing.assert_array_equal(places, np.flatnonzero(seeds))
    np.testing.assert_array_equal(model.palette.classes[rows], seeds.ravel()[places])


@pytest.mark.parametrize("way", ["muted", "reassigned"])
def test_strokes_count_for_what_edits_make_of_them(way, image):
    seeds = seeds_of(1, 2, 2)
    plain = segment(image, seeds, n_clusters=2).model.model_
    row = nearest_clusters(plain, segment(image, seeds).model.features_at(image, (15, 75)), n=1)[0].row
    edits = PaletteEdits()
    edits = edits.muted(plain, row) if way == "muted" else edits.reassigned(plain, row, 3)
    model = segment(image, seeds, n_clusters=2, edits=edits).model.model_
    places, rows = strokes_behind(model, edits, image, seeds)
    bright = places % 90 >= 60
    assert not bright.any() if way == "muted" else set(model.palette.classes[rows[bright]]) == {3}
    assert not set(model.palette.classes[rows[~bright]]) & {3}


def test_strokes_that_agree_have_no_conflicts(image):
    assert find_conflicts(segment(image, seeds_of(1, 2, 3)).model.model_) == ()


def test_one_colour_painted_as_two_classes_is_a_conflict(image):
    seeds = seeds_of(1, 2, 2)
    seeds[8:14, 38:52] = 1
    model = segment(image, seeds).model.model_
    conflicts = find_conflicts(model)
    assert conflicts
    assert [conflict.distance for conflict in conflicts] == sorted(
        conflict.distance for conflict in conflicts
    )
    first, second = conflicts[0].rows
    assert {int(model.palette.classes[first]), int(model.palette.classes[second])} == {1, 2}
