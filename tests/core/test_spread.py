"""One thing, or everything like it."""

import numpy as np
from pictures import disc, dots

from napari_seeded_kmeans.core.spread import find_spread, may_be_everywhere


def test_one_object_is_told_from_many():
    truth, seeds = disc()
    assert not may_be_everywhere(seeds, 2)
    assert find_spread(truth, seeds, 2) == "strokes"
    truth, seeds = dots()
    assert may_be_everywhere(seeds, 2)
    assert find_spread(truth, seeds, 2) == "everywhere"


def test_many_strokes_in_one_object_are_one_object():
    truth, seeds = disc()
    seeds[24, 36:40] = seeds[36, 36:40] = seeds[30, 50:52] = 1
    assert find_spread(truth, seeds, 2) == "strokes"


def test_fragments_beside_an_object_are_no_crowd():
    truth, seeds = disc()
    for row, column in ((2, 2), (2, 40), (56, 2)):
        truth[row, column : column + 3] = 1
        seeds[row, column : column + 3] = 1
    assert find_spread(truth, seeds, 2) == "strokes"


def test_something_thin_painted_in_three_places_is_a_kind():
    thread, seeds = np.zeros((64, 200), np.int32), np.full((64, 200), -1)
    thread[30:33] = 1
    seeds[31, 2:12] = seeds[31, 90:100] = seeds[31, 180:190] = 1
    assert find_spread(thread, seeds, 2) == "everywhere"
    thick = thread.copy()
    thick[12:52] = 1
    assert find_spread(thick, seeds, 2) == "strokes"


def test_two_strokes_on_something_thin_are_one_thing():
    thread, seeds = np.zeros((64, 200), np.int32), np.full((64, 200), -1)
    thread[30:33] = 1
    seeds[31, 2:12] = seeds[31, 180:190] = 1
    assert find_spread(thread, seeds, 2) == "strokes"
