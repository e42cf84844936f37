"""A stroke is a connected piece of one class, in any number of dimensions."""

import numpy as np
import pytest
from scipy import ndimage

from napari_seeded_kmeans.core.stroke_count import count_strokes

CASES = [
    ("nothing", [[0, 0], [0, 0]], {}),
    ("one pixel", [[0, 0], [0, 3]], {3: 1}),
    ("corners touch", [[1, 0], [0, 1]], {1: 1}),
    ("classes do not touch", [[1, 2], [2, 1]], {1: 1, 2: 1}),
    ("two strokes", [[1, 0, 1]], {1: 2}),
    ("the end of a row and the start of the next", [[0, 0, 1], [1, 0, 0]], {1: 2}),
    ("a negative class", [[-1, 0, 5]], {-1: 1, 5: 1}),
]


@pytest.mark.parametrize(("seeds", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_counts(seeds, expected):
    assert count_strokes(np.array(seeds)) == expected


@pytest.mark.parametrize("shape", [(200,), (30, 40), (6, 12, 11), (3, 4, 5, 6)])
def test_the_same_as_labelling_every_class(shape):
    rng = np.random.default_rng(len(shape))
    seeds = (rng.integers(1, 4, shape) * (rng.random(shape) < 0.3)).astype(np.uint8)
    connected = np.ones((3,) * len(shape))
    expected = {value: ndimage.label(seeds == value, connected)[1] for value in (1, 2, 3)}
    assert count_strokes(seeds) == expected
