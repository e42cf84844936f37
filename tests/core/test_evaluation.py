import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics

from napari_seeded_kmeans.core.errors import SeededKMeansError
from napari_seeded_kmeans.core.evaluation import evaluate

LABELS = hnp.arrays(
    np.uint8, hnp.array_shapes(min_dims=1, max_dims=3, max_side=6), elements=st.integers(0, 3)
)


def test_answer_worked_by_hand():
    truth = np.array([[0, 1, 1], [0, 1, 2]])
    prediction = np.array([[0, 1, 2], [1, 1, 2]])

    scores = evaluate(prediction, truth)

    one, two = scores.per_class[1], scores.per_class[2]
    assert (one.iou, one.dice, one.precision, one.recall) == (2 / 4, 4 / 6, 2 / 3, 2 / 3)
    assert (two.iou, two.dice, two.precision, two.recall) == (1 / 2, 2 / 3, 1 / 2, 1.0)
    assert (one.n_truth, one.n_prediction, two.n_truth, two.n_prediction) == (3, 3, 1, 2)
    assert (scores.iou, scores.accuracy, scores.n_pixels) == (0.5, 4 / 6, 6)
    assert scores.classes == (0, 1, 2)
    assert scores.confusion.tolist() == [[1, 1, 0], [0, 2, 1], [0, 0, 1]]


@given(
    LABELS.flatmap(
        lambda truth: st.tuples(st.just(truth), hnp.arrays(np.uint8, truth.shape, elements=st.integers(0, 3)))
    )
)
def test_agrees_with_scikit_learn(pair):
    truth, prediction = pair
    scores = evaluate(prediction, truth, background=0)
    classes = sorted({*truth.ravel().tolist(), *prediction.ravel().tolist()} - {0})
    assert list(scores.per_class) == classes
    if not classes:
        return
    wanted = {
        "iou": metrics.jaccard_score,
        "dice": metrics.f1_score,
        "precision": metrics.precision_score,
        "recall": metrics.recall_score,
    }
    for name, function in wanted.items():
        each = function(truth.ravel(), prediction.ravel(), labels=classes, average=None, zero_division=0)
        ours = [getattr(scores.per_class[value], name) for value in classes]
        np.testing.assert_allclose(ours, each, rtol=0, atol=1e-12)
        np.testing.assert_allclose(getattr(scores, name), each.mean(), rtol=0, atol=1e-12)
    assert scores.accuracy == pytest.approx(
        metrics.accuracy_score(truth.ravel(), prediction.ravel()), abs=1e-12
    )
    np.testing.assert_array_equal(
        scores.confusion, metrics.confusion_matrix(truth.ravel(), prediction.ravel(), labels=[0, *classes])
    )


TRUE = np.array([[0, 0, 1], [0, 1, 1]], bool)
PREDICTED = np.array([[0, 1, 1], [0, 0, 1]], bool)


@pytest.mark.parametrize(
    "prediction",
    [
        PREDICTED,
        PREDICTED.astype(np.uint8),
        PREDICTED * np.uint8(255),
        PREDICTED + 1,
        (PREDICTED + 1).astype(">i2"),
    ],
    ids=["bool", "0 and 1", "0 and 255", "1 and 2 as segment gives", "big-endian"],
)
@pytest.mark.parametrize(
    "truth", [TRUE, TRUE * np.uint8(255), TRUE * 255], ids=["bool", "0 and 255", "int64"]
)
def test_masks_mean_the_same_in_every_writing(prediction, truth):
    scores = evaluate(prediction, truth)
    assert scores.iou == 0.5
    assert list(scores.per_class) == [1]


def test_labels_of_segment_have_background_1():
    labels, truth = PREDICTED + 1, TRUE + 1
    assert evaluate(labels, truth).iou == 0.5
    assert list(evaluate(labels, truth).per_class) == [2]
    assert list(evaluate(labels, truth, background=0).per_class) == [1, 2]


def test_unpainted_truth_is_left_out_by_ignore():
    truth = np.array([0, 1, 2, 2])
    scores = evaluate(np.array([2, 1, 2, 1]), truth, ignore=0)
    assert scores.n_pixels == 3
    assert list(scores.per_class) == [2]
    assert scores.iou == 0.5


def test_ignored_pixels_make_no_boundary():
    truth = np.zeros((9, 9), np.uint8)
    truth[:, :4] = 1
    truth[:, 4] = 255
    prediction = np.zeros_like(truth)
    prediction[:, :5] = 1
    assert evaluate(prediction, truth, ignore=255, tolerance=0).boundary_f == 1.0


def test_class_values_may_be_anything():
    truth = np.array([-7, 0, 70_000, 70_000])
    scores = evaluate(np.array([-7, 0, 0, 70_000]), truth)
    assert list(scores.per_class) == [-7, 70_000]
    assert scores.classes == (0, -7, 70_000)
    assert scores.confusion.tolist() == [[1, 0, 0], [0, 1, 0], [1, 0, 1]]


@pytest.mark.parametrize(
    ("prediction", "truth", "expected"),
    [([0, 0], [0, 0], 1.0), ([1, 0], [0, 0], 0.0), ([0, 0], [0, 1], 0.0)],
    ids=["nothing to find, nothing found", "found what is not there", "missed"],
)
def test_empty_masks(prediction, truth, expected):
    scores = evaluate(np.array(prediction, bool), np.array(truth, bool))
    for name in ("iou", "dice", "precision", "recall"):
        assert getattr(scores, name) == expected
        assert getattr(scores.per_class[1], name) == expected


def test_label_images_without_classes_agree():
    scores = evaluate(np.zeros((2, 2), int), np.zeros((2, 2), int))
    assert (scores.iou, scores.boundary_f, dict(scores.per_class)) == (1.0, 1.0, {})


def shifted_squares(shift):
    truth, prediction = np.zeros((2, 30, 30), bool)
    truth[10:20, 10:20] = True
    prediction[10:20, 10 + shift : 20 + shift] = True
    return prediction, truth


@pytest.mark.parametrize(("shift", "tolerance", "agrees"), [(0, 0, True), (2, 2, True), (3, 2, False)])
def test_boundaries_agree_within_the_tolerance(shift, tolerance, agrees):
    value = evaluate(*shifted_squares(shift), tolerance=tolerance).boundary_f
    assert (value == 1.0) == agrees


def test_tolerance_is_in_units_of_spacing():
    prediction, truth = shifted_squares(2)
    assert evaluate(prediction, truth, tolerance=0.2, spacing=0.1).boundary_f == 1.0
    assert evaluate(prediction, truth, tolerance=0.2, spacing=(0.1, 0.15)).boundary_f < 1.0


@given(hnp.arrays(bool, (2, 6, 7)), st.sampled_from([0, 1, 1.5, 3]))
def test_boundary_f_as_its_definition_says(masks, tolerance):
    def outline(mask):
        padded = np.pad(mask, 1, mode="edge")
        neighbours = [padded[:-2, 1:-1], padded[2:, 1:-1], padded[1:-1, :-2], padded[1:-1, 2:]]
        return np.argwhere(mask & ~np.all(neighbours, axis=0))

    def share_near(own, other):
        apart = np.linalg.norm(own[:, None] - other[None], axis=-1)
        return float(np.mean(apart.min(axis=1) <= tolerance))

    prediction, truth = masks
    ours = evaluate(prediction, truth, tolerance=tolerance).boundary_f
    p, t = outline(prediction), outline(truth)
    if len(p) == 0 or len(t) == 0:
        assert ours == float(len(p) == len(t))
        return
    precision, recall = share_near(p, t), share_near(t, p)
    expected = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    assert ours == pytest.approx(expected, abs=1e-12)


def test_to_dict_is_json():
    scores = evaluate(np.array([[0, 1, 2]]), np.array([[0, 1, 1]]))
    read = json.loads(json.dumps(scores.to_dict(), allow_nan=False))
    assert read == scores.to_dict()
    assert read["iou"] == scores.iou
    assert read["per_class"]["1"]["recall"] == 0.5


@pytest.mark.parametrize(
    ("prediction", "truth", "options", "message"),
    [
        ([0, 1], [0, 1, 1], {}, r"prediction has shape \(2,\), but truth has shape \(3,\)"),
        ([0.0, 1.0], [0, 1], {}, "prediction must be an integer or bool array, not float64"),
        ([0, 1], [0j, 1], {}, "truth must be an integer or bool array, not complex128"),
        ([0, 1], [255, 255], {"ignore": 255}, "truth has no pixel to score"),
        ([], np.zeros(0, int), {}, "prediction must be an integer"),
        (np.zeros(0, int), np.zeros(0, int), {}, "truth has no pixel to score"),
        ([0, 1, 2], [False, True, True], {}, "prediction has classes 1, 2, and the other image is a mask"),
        ([1, 2, 2], [0, 1, 1], {}, "prediction has no 0, so that 1 seems to be its background"),
        ([0, 1], [0, 1], {"tolerance": -1}, "tolerance must be 0 or more, not -1"),
        ([0, 1], [0, 1], {"tolerance": float("nan")}, "tolerance must be 0 or more, not nan"),
        (
            [0, 1],
            [0, 1],
            {"spacing": (1, 2)},
            r"spacing must be one positive number, or one for each of 1 axes",
        ),
        ([0, 1], [0, 1], {"spacing": 0}, "spacing must be one positive number"),
    ],
)
def test_bad_input_is_named(prediction, truth, options, message):
    with pytest.raises(SeededKMeansError, match=message):
        evaluate(prediction, truth, **options)
