"""What the worker does: estimates how well strokes tell classes apart."""

from dataclasses import replace

import numpy as np
import pytest

from napari_seeded_kmeans import estimate_accuracy
from napari_seeded_kmeans.core.errors import CancelledError
from napari_seeded_kmeans.core.workspace import Shelf
from napari_seeded_kmeans.gui.job import Request


@pytest.fixture
def painted(two_halves):
    seeds = np.zeros(two_halves.shape, np.uint8)
    seeds[10:40, 4:8], seeds[10:40, 56:60] = 1, 2
    return Request(two_halves, seeds, None, (1.0, 1.0), "auto", {"texture": False})


def no():
    return False


def test_the_estimate_is_that_of_the_library(painted):
    shelf = Shelf()
    painted.run(no, lambda _done, _total: None, shelf)
    assert painted.estimate(shelf, no) == estimate_accuracy(painted.image, painted.seeds, texture=False)


def test_the_estimate_knows_region_and_ignored_classes(painted):
    region = np.zeros(painted.seeds.shape, bool)
    region[20:, :] = True
    inside = painted.seeds * region
    inside[30, 30] = 3
    changed = replace(painted, seeds=inside, region=region, ignore=(3,))
    wanted = estimate_accuracy(painted.image[20:], painted.seeds[20:], texture=False)
    assert changed.estimate(Shelf(), no) == wanted


def test_where_nothing_can_be_estimated_there_is_none(painted):
    seeds = np.zeros_like(painted.seeds)
    seeds[3, 3], seeds[3, 60] = 1, 2
    assert replace(painted, seeds=seeds).estimate(Shelf(), no) is None


def test_an_estimate_can_be_stopped(painted):
    with pytest.raises(CancelledError):
        painted.estimate(Shelf(), lambda: True)
