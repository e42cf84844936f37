"""What is seen first: labels of evenly spaced pixels of a part of the image."""

import numpy as np
import pytest

from napari_seeded_kmeans.core import model as core
from napari_seeded_kmeans.core.errors import heard_by
from napari_seeded_kmeans.core.palette_edits import NO_EDITS
from napari_seeded_kmeans.core.params import make_params
from napari_seeded_kmeans.core.patch import Patch
from napari_seeded_kmeans.core.preview import _keep_touched, preview, window_of

RNG = np.random.default_rng(0)


def scene(shape):
    """A bright ball in noise, with a stroke on it and one beside it."""
    grid = np.indices(shape) - np.array(shape).reshape(-1, *[1] * len(shape)) / 2
    truth = ((grid / np.array(shape).reshape(-1, *[1] * len(shape))) ** 2).sum(axis=0) < 0.1
    image = np.where(truth, 160.0, 60.0) + RNG.normal(0, 8, shape)
    seeds = np.zeros(shape, np.uint8)
    middle = tuple(size // 2 for size in shape[:-1])
    seeds[(*middle, slice(shape[-1] // 2 - 6, shape[-1] // 2 + 6))] = 7
    seeds[(*middle, slice(0, 8))] = 1
    return image.astype(np.float32), seeds, truth


def fitted(image, seeds, valid=None, **params):
    """Return what a preview starts from, and the result."""
    caught = []
    settings = make_params(**params)
    _, result = core.segment(image, seeds, settings, valid=valid, on_fit=lambda *given: caught.append(given))
    return caught[0], result


@pytest.mark.parametrize(
    ("shape", "most", "step"), [((100, 100), 10_000, 1), ((100, 100), 9_999, 2), ((1, 300, 400), 15_000, 3)]
)
def test_a_window_has_few_enough_pixels(shape, most, step):
    window = window_of(tuple(slice(5, 5 + length) for length in shape), most)
    assert {side.step for side in window} == {step}
    assert np.prod([len(range(side.start, side.stop, side.step)) for side in window]) <= most


@pytest.mark.parametrize(
    "window",
    [
        (slice(0, 7, 2), slice(0, 9, 2)),
        (slice(2, 7, 3), slice(1, 8, 3)),
        (slice(1, 2, 4), slice(0, 7, 4), slice(3, 9, 4)),
        (slice(0, 5, 2), slice(0, 7, 2), slice(0, 9, 2)),
        (slice(3, 9, 4),),
    ],
)
def test_a_patch_covers_the_pixels_it_stands_for_and_no_others(window):
    shape = tuple(range(5, 11, 2))[-len(window) :]
    array = np.zeros(shape, np.uint8)
    sizes = [len(range(side.start, side.stop, side.step)) for side in window]
    labels = np.arange(1, 1 + np.prod(sizes), dtype=np.uint8).reshape(sizes)
    Patch(labels, window).put(array)
    for place in np.ndindex(shape):
        is_inside = all(side.start <= at < side.stop for at, side in zip(place, window, strict=True))
        nearest = tuple((at - side.start) // side.step for at, side in zip(place, window, strict=True))
        assert array[place] == (labels[nearest] if is_inside else 0)


def test_a_patch_leaves_alone_what_has_its_labels_and_says_where_it_wrote():
    array = np.arange(100 * 100, dtype=np.int64).reshape(100, 100) % 7
    window = (slice(10, 90, 2), slice(0, 100, 1))
    labels = array[window].copy()
    before = array.copy()
    assert Patch(labels, window).put(array) == []
    labels[35, 98] += 1
    (box,) = Patch(labels, window).put(array)
    assert all(side.start <= at < side.stop for side, at in zip(box, (80, 98), strict=True))
    changed = np.argwhere(array != before)
    np.testing.assert_array_equal(changed, [(80, 98), (81, 98)][: len(changed)])
    assert array[80, 98] == labels[35, 98]


@pytest.mark.parametrize("texture", [True, False])
@pytest.mark.parametrize(("shape", "index"), [((90, 120), ()), ((9, 60, 80), (4,))])
def test_a_preview_is_much_like_the_result(shape, index, texture):
    image, seeds, _ = scene(shape)
    (model, workspace, painted, _), result = fitted(image, seeds, texture=texture)
    visible = (*(slice(i, i + 1) for i in index), *(slice(0, length) for length in shape[len(index) :]))
    window = window_of(visible, 2500)
    labels = preview(model, workspace, painted, window, None, result.labels[window], result.spread)
    assert labels.shape == result.labels[window].shape
    assert labels.dtype == seeds.dtype
    assert (labels == result.labels[window]).mean() > 0.97


def test_features_of_a_window_are_those_of_its_pixels():
    image, seeds, _ = scene((90, 120))
    (_, workspace, _, _), _ = fitted(image, seeds)
    window = (slice(7, 81, 3), slice(11, 100, 3))
    mask = np.zeros((90, 120), bool)
    mask[window] = True
    features = workspace.every(window)
    np.testing.assert_array_equal(
        features.reshape(len(features), -1).T, workspace.samples(np.flatnonzero(mask))
    )
    assert workspace.every(window) is features


def test_in_a_part_of_the_image_pieces_belong_together_as_they_did_before():
    image, seeds, truth = scene((90, 120))
    # A second ball, in a corner: nothing was painted on it.
    image[64:, 92:] += 100
    seeds[35:55, 50:70], seeds[5:15, 5:60] = 7, 1
    (model, workspace, painted, _), _ = fitted(image, seeds, spread="strokes")
    window = (slice(30, 90, 1), slice(50, 120, 1))
    before = np.where(truth, 7, 1).astype(np.uint8)
    labels = preview(model, workspace, painted, window, None, before[window], "strokes")
    assert not (labels[40:, 46:65] == 7).any()
    assert (labels == before[window]).mean() > 0.97
    without = preview(model, workspace, painted, window, None, before[window], "everywhere")
    assert (without[44:54, 50:61] == 7).all()


def test_pieces_on_another_frame_do_not_belong_to_the_strokes():
    labels, before, painted = np.full((3, 2, 6, 9), 1, np.uint8)
    labels[:, 2:4, 2:5] = 7
    before[0] = labels[0]
    kept = _keep_touched(labels, before, painted * 0, 1, by_frame=True)
    assert [(frame == 7).sum() for frame in kept] == [6, 0]
    assert (_keep_touched(labels, before, painted * 0, 1, by_frame=False) == labels).all()


def test_thin_strokes_are_not_lost_between_the_pixels():
    image, seeds, _ = scene((90, 120))
    seeds[11, 20:40] = 7
    (model, workspace, painted, _), _ = fitted(image, seeds)
    labels = preview(model, workspace, painted, (slice(0, 90, 5), slice(0, 120, 5)))
    assert (labels[2, 4:8] == 7).all()


def test_pixels_that_are_not_finite_get_no_label():
    image, seeds, _ = scene((40, 50))
    image[30:34, 40:44] = np.nan
    (model, workspace, painted, _), _ = fitted(image, seeds)
    labels = preview(model, workspace, painted, (slice(0, 40, 1), slice(0, 50, 1)))
    assert (labels[30:34, 40:44] == 0).all()
    assert (labels != 0).sum() == 40 * 50 - 16


def test_what_is_left_out_gets_no_label():
    image, seeds, _ = scene((40, 50))
    valid = np.ones(seeds.shape, bool)
    valid[:10] = False
    (model, workspace, painted, counts), _ = fitted(image, seeds * valid, valid=valid)
    labels = preview(model, workspace, painted, (slice(0, 40, 1), slice(0, 50, 1)), counts)
    assert (labels[:10] == 0).all()
    assert (labels[10:] != 0).all()


@pytest.mark.parametrize("edits", [False, True])
def test_a_sketch_comes_before_the_fit_and_shows_much_the_same(edits):
    image, seeds, _ = scene((90, 120))
    given = []

    def listener(name):
        return lambda *what: given.append((name, what))

    settings, own = make_params(), NO_EDITS
    if edits:
        # A stroke of the wrong class, mended in the palette.
        seeds[48, 54:66] = 1
        model, _ = core.segment(image, seeds, settings)
        middle = model.palette.centers[:, 0].mean()
        wrong = (model.palette.classes == 1) & (model.palette.centers[:, 0] > middle)
        for row in np.flatnonzero(wrong).tolist():
            own = own.reassigned(model, row, 7)
        assert own
    _, plain = core.segment(image, seeds, settings, edits=own)
    _, result = core.segment(
        image, seeds, settings, edits=own, on_sketch=listener("sketch"), on_fit=listener("fit")
    )
    assert [name for name, _ in given] == ["sketch", "fit"]
    assert result.maps.scores.tobytes() == plain.maps.scores.tobytes(), "a result knows nothing of sketches"
    window = (slice(0, 90, 1), slice(0, 120, 1))
    (_, sketched), (_, exact) = given
    np.testing.assert_array_equal(sketched[2], exact[2])
    labels = [preview(*what[:3], window) for what in (sketched, exact)]
    assert (labels[0] == labels[1]).mean() > 0.99


def test_a_sketch_says_nothing_of_the_strokes_that_the_fit_says():
    image, seeds, _ = scene((40, 50))
    image[seeds == 7] = 160
    said = []
    with heard_by(said.append):
        core.segment(image, seeds, make_params(n_clusters=8, texture=False), on_sketch=lambda *_: None)
    assert len(said) == 1


def test_a_patch_writes_the_smallest_boxes_that_hold_what_is_new():
    array = np.zeros((128, 128), np.uint8)
    labels = np.zeros((64, 64), np.uint8)
    labels[3, 5], labels[6, 4], labels[40:44, 60] = 1, 2, 3
    boxes = Patch(labels, (slice(0, 128, 2), slice(0, 128, 2))).put(array)
    assert boxes == [np.s_[6:14, 8:12], np.s_[80:88, 120:122]]
    np.testing.assert_array_equal(array, labels.repeat(2, axis=0).repeat(2, axis=1))
