"""Of several things that were painted, only what a stroke touches is one of them."""

import numpy as np
import pytest

from napari_seeded_kmeans.core.cleanup import Familiar, clean
from napari_seeded_kmeans.core.params import make_params

CLASSES = (1, 2, 3)


def picture(text):
    return np.array([[int(digit) for digit in row] for row in text.split()], np.uint8)


def cleaned(labels, seeds, order=(2, 3, 1), spread="strokes", classes=CLASSES):
    """Clean where every pixel likes the classes in this order."""
    scores = np.empty((len(classes), *labels.shape), np.float32)
    for rank, value in enumerate(order):
        scores[classes.index(value)] = 0.5 - 0.2 * rank
    params = make_params(spread=spread, min_size_px=0, fill_holes=False)
    familiar = Familiar(np.ones(scores.shape, bool))
    return clean(labels, scores, classes, params, seeds, familiar)


SEEDS = picture("2000000 3000000 0000001")


def test_a_piece_without_a_stroke_ends_in_the_background():
    labels = picture("2211122 3311111 1111111")
    # Class 3 would like the piece next best, but has no stroke there either.
    assert cleaned(labels, SEEDS).tolist() == picture("2211111 3311111 1111111").tolist()


def test_it_goes_to_the_next_best_class_whose_stroke_it_then_hangs_together_with():
    labels = picture("2211111 3333311 3311221")
    labels[2, 4:6] = 2
    after = cleaned(labels, SEEDS)
    assert after.tolist() == picture("2211111 3333311 3311331").tolist()


@pytest.mark.parametrize("order", [(2, 3, 1), (3, 2, 1)])
def test_it_is_passed_on_until_somebody_has_a_stroke_there(order):
    labels = picture("1111133 1111133 1111111")
    assert set(np.unique(cleaned(labels, SEEDS, order)[:, 5:])) == {1}


def test_beside_one_thing_its_like_may_stay():
    labels = picture("2211122 1111111 1111111")
    seeds = picture("2000000 0000000 0000001")
    assert cleaned(labels, seeds, order=(2, 1), classes=(1, 2)).tolist() == labels.tolist()


def test_everything_alike_needs_no_stroke():
    labels = picture("2211122 3311111 1111111")
    assert cleaned(labels, SEEDS, spread="everywhere").tolist() == labels.tolist()
