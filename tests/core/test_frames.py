"""Frames of a time series: each by itself, all by what the strokes on any of them teach."""

import json

import numpy as np
import pytest

from napari_seeded_kmeans import (
    PaletteEdits,
    SeededKMeans,
    SeededKMeansError,
    measure_objects,
    segment,
    split_touching,
)
from napari_seeded_kmeans.core.cleanup import clean
from napari_seeded_kmeans.core.close_up import features_at
from napari_seeded_kmeans.core.features import FeatureRecipe, compute_features
from napari_seeded_kmeans.core.filters import FilterBank, multiscale_features
from napari_seeded_kmeans.core.frames import are_frames, with_frames, within_frames
from napari_seeded_kmeans.core.grid import make_grid
from napari_seeded_kmeans.core.guidance import paint_here_next
from napari_seeded_kmeans.core.left_out import estimate_in
from napari_seeded_kmeans.core.model import open_workspace
from napari_seeded_kmeans.core.params import make_params
from napari_seeded_kmeans.core.pieces import find_pieces
from napari_seeded_kmeans.core.scene import Scene
from napari_seeded_kmeans.core.spread import find_spread
from napari_seeded_kmeans.core.texture import compute_channels, stack_at
from napari_seeded_kmeans.core.workspace import Workspace

FRAMES = (np.inf, 1.0, 1.0)
N = 8


def _iou(found, true):
    return (found & true).sum() / (found | true).sum()


def _moving(step, values=(40, 120), noise=8):
    """A disc that moves on by so many pixels from frame to frame, and its truth."""
    y, x = np.mgrid[:96, :96]
    truth = np.stack([(y - 30) ** 2 + (x - 20 - step * frame) ** 2 < 13**2 for frame in range(N)])
    image = np.where(truth, values[1], values[0]) + np.random.default_rng(0).normal(0, noise, truth.shape)
    return np.clip(image, 0, 255).astype(np.uint8), truth


@pytest.fixture
def seeds():
    """Strokes on the first frame."""
    painted = np.zeros((N, 96, 96), np.uint8)
    painted[0, 30, 14:26] = 2
    painted[0, 60, 5:90] = 1
    return painted


@pytest.mark.parametrize("step", [0, 7])
def test_a_thing_is_found_on_every_frame_however_fast_it_moves(seeds, step):
    image, truth = _moving(step)
    labels = segment(image, seeds, spacing=FRAMES).labels
    assert min(_iou(own == 2, true) for own, true in zip(labels, truth, strict=True)) > 0.97


def test_a_frame_is_segmented_as_it_is_alone(seeds):
    image, _ = _moving(7)
    of_series = segment(image, seeds, spacing=FRAMES).labels[0]
    np.testing.assert_array_equal(of_series, segment(image[0], seeds[0]).labels)


def test_a_stroke_of_one_class_on_a_frame_does_not_give_it_all_of_that_frame(seeds):
    image, truth = _moving(6)
    for value, place in ((2, np.s_[5, 30, 45:55]), (1, np.s_[5, 80, 40:60])):
        painted = seeds.copy()
        painted[place] = value
        assert _iou(segment(image, painted, spacing=FRAMES).labels[5] == 2, truth[5]) > 0.97


def test_three_classes_go_on_where_nobody_painted(seeds):
    image, truth = _moving(5)
    image[:, 70:90, 70:90] = 220
    seeds[0, 78:82, 75:85] = 3
    labels = segment(image, seeds, spacing=FRAMES).labels
    for own, true in zip(labels, truth, strict=True):
        assert _iou(own == 2, true) > 0.9
        assert (own[73:87, 73:87] == 3).all()


def test_a_model_knows_a_frame_and_a_series(seeds, tmp_path):
    image, truth = _moving(7)
    model = segment(image, seeds, spacing=FRAMES).model
    model.save(tmp_path / "model.json")
    assert "Infinity" not in (tmp_path / "model.json").read_text()
    loaded = SeededKMeans.load(tmp_path / "model.json")
    series = loaded.predict(image)
    np.testing.assert_array_equal(series, model.predict(image))
    assert min(_iou(own == 2, true) for own, true in zip(series, truth, strict=True)) > 0.97
    assert _iou(loaded.predict(image[4]) == 2, truth[4]) > 0.97


def test_a_model_that_looks_labels_up_cleans_frames_one_by_one(seeds):
    image, _ = _moving(7)
    params = {"texture": False, "coherence": 0.0, "close_px": 3, "open_px": 3, "min_size_px": 50}
    model = segment(image, seeds, spacing=FRAMES, **params).model
    series = model.predict(image)
    for own, labels in zip(image, series, strict=True):
        np.testing.assert_array_equal(labels, model.predict(own))


def test_strokes_are_judged_by_the_features_of_frames(seeds):
    image, _ = _moving(7, values=(60, 90), noise=30)
    seeds[4] = seeds[0]
    params = make_params("auto")
    model = segment(image, seeds, spacing=FRAMES).model
    frames, volume = (
        estimate_in(open_workspace(image, 3, params, spacing=spacing), seeds, params)
        for spacing in (FRAMES, None)
    )
    assert model.estimate_accuracy([(image, seeds)]) == frames != volume


def test_a_model_of_one_picture_is_applied_frame_by_frame(seeds):
    image, truth = _moving(7)
    model = segment(image[0], seeds[0]).model
    series = model.predict(image, spacing=FRAMES)
    assert min(_iou(own == 2, true) for own, true in zip(series, truth, strict=True)) > 0.97


def test_frames_may_be_volumes(seeds):
    image, truth = _moving(2)
    painted = np.stack([seeds * 0, seeds])
    labels = segment(np.stack([image[:, ::-1], image]), painted, spacing=(np.inf, 2, 1, 1)).labels
    assert _iou(labels[0] == 2, truth[:, ::-1]) > 0.97
    assert _iou(labels[1] == 2, truth) > 0.97


@pytest.mark.parametrize(("before", "now"), [((1, 1, 1), FRAMES), (FRAMES, (1, 1, 1))])
def test_edits_of_frames_are_none_of_a_volume(before, now, seeds):
    image, _ = _moving(7)
    model = segment(image, seeds, spacing=before).model.model_
    edits = PaletteEdits().locked(model, 0)
    with pytest.raises(SeededKMeansError, match="edits were made with first axis"):
        segment(image, seeds, spacing=now, edits=edits)


def test_edits_of_frames_hold_for_one_of_them(seeds):
    image, truth = _moving(7)
    edits = PaletteEdits().locked(segment(image, seeds, spacing=FRAMES).model.model_, 0)
    assert _iou(segment(image[0], seeds[0], edits=edits).labels == 2, truth[0]) > 0.97


@pytest.mark.parametrize("spacing", [np.inf, (1, np.inf, 1), (np.inf, np.inf, 1), (np.inf, 0, 1)])
def test_only_the_first_axis_may_count_frames(seeds, spacing):
    with pytest.raises(SeededKMeansError, match="spacing must be"):
        segment(_moving(0)[0], seeds, spacing=spacing)


# ---- what stays within a frame ----


def test_filters_and_blurs_give_every_frame_what_it_gives_alone():
    image = np.random.default_rng(0).random((3, 40, 50)).astype(np.float32)
    bank, alone = FilterBank((1.0, 4.0), spacing=FRAMES), FilterBank((1.0, 4.0))
    found = multiscale_features(image, bank)
    for frame, own in enumerate(image):
        np.testing.assert_array_equal(found[:, frame], multiscale_features(own, alone))
    np.testing.assert_array_equal(multiscale_features(image[1], bank), found[:, 1])
    assert bank.halo(3) == (0, *alone.halo(2))
    blur = FeatureRecipe("intensity", 0, 1.0, blur_sigma_px=2.0, spacing=FRAMES)
    blurred = compute_features(image, blur)
    np.testing.assert_array_equal(blurred[1], compute_features(image[1], blur))


def test_a_pixel_is_known_by_its_own_frame():
    image = np.random.default_rng(0).integers(0, 255, (60, 70, 80)).astype(np.uint8)
    recipe = FeatureRecipe("intensity", 0, 1.0, sigmas_px=(1.0, 4.0), spacing=FRAMES)
    read = []

    class Lazy:
        shape = image.shape

        def __getitem__(self, window):
            read.append(image[window].shape)
            return image[window]

    position = 30, 35, 40
    found = features_at(Lazy(), position, recipe)
    channels, finite = compute_channels(image, recipe)
    here = np.zeros(finite.shape, bool)
    here[position] = True
    np.testing.assert_allclose(found, stack_at(channels, here, recipe)[0], rtol=1e-4, atol=1e-4)
    assert read[0][0] == 1


@pytest.mark.parametrize("window", [np.s_[0:5:2, 3:4, 0:6:1], np.s_[0:5:1, 3:4, 2:3], np.s_[2:3, 3:4, 2:3]])
def test_what_is_seen_has_an_axis_of_space(window):
    window = tuple(slice(side.start, side.stop, side.step or 1) for side in window)
    workspace = Workspace(np.zeros((5, 6, 7), np.uint8), FeatureRecipe("intensity", 0, 1.0), FRAMES)
    scene = workspace.scene_of(window)
    assert scene.has_frames == (window[0].stop - window[0].start > 1)
    assert len(scene.shape) == len(scene.spacing) == 1 + scene.has_frames
    assert not scene.has_frames or not scene.grid.moves[:, 0].any()


def test_a_recipe_survives_json():
    recipe = FeatureRecipe("intensity", 0, 1.0, spacing=FRAMES)
    text = json.dumps(recipe.to_dict(), allow_nan=False)
    assert FeatureRecipe.from_dict(json.loads(text)) == recipe


def test_nothing_leads_from_frame_to_frame():
    grid, plane = make_grid((4, 5, 6), FRAMES), make_grid((5, 6))
    assert not grid.moves[:, 0].any()
    np.testing.assert_array_equal(grid.moves[:, 1:], plane.moves)
    np.testing.assert_array_equal(grid.lengths, plane.lengths)


def test_blocks_hold_pixels_of_one_frame():
    scene = Scene(np.zeros((1, 30, 300, 300), np.float32), FRAMES)
    assert scene.middle_factors[0] == 1 < scene.middle_factors[1]
    assert scene.length == 300
    many = Scene(np.zeros((1, 70_000, 2, 2), np.float32), FRAMES)
    assert many.sketch.shape == (70_000, 1, 1)


def test_pieces_end_with_their_frame():
    labels = np.ones((3, 4, 5), np.uint8)
    pieces = find_pieces(labels, by_frame=True)
    assert pieces.sizes.tolist() == [20, 20, 20]
    hole = np.zeros((2, 5, 5), bool)
    hole[0, 2, 2] = True
    assert not find_pieces(hole, by_frame=True).are_at_border().any()
    assert find_pieces(hole).are_at_border().all()


def test_what_is_meant_is_asked_of_every_frame():
    """Three nuclei that are one piece over time are three."""
    labels, seeds = np.zeros((2, 9, 33), int), np.full((2, 9, 33), -1)
    for at in (3, 15, 27):
        labels[0, 3:7, at : at + 4] = 1
        seeds[0, 4, at + 1 : at + 3] = 1
    labels[1, 3:7] = 1
    assert find_spread(labels, seeds, 2) == "strokes"
    assert find_spread(labels, seeds, 2, by_frame=True) == "everywhere"


def test_what_moves_is_not_thin():
    """Three strokes on two frames, on a thing that crosses the picture."""
    labels, seeds = np.zeros((2, 40, 700), int), np.full((2, 40, 700), -1)
    labels[0, 5:35, 5:35] = labels[1, 5:35, 660:690] = 1
    seeds[0, 15, 10:15] = seeds[0, 25, 20:25] = seeds[1, 20, 670:675] = 1
    assert find_spread(labels, seeds, 2, by_frame=True) == "strokes"


def test_clean_up_keeps_to_a_frame():
    labels = np.ones((3, 20, 20), int)
    labels[:, 5:15, 5:15] = 2
    labels[0, 9, 9] = 1
    labels[1, 2, 2] = 2
    labels[2] = 1
    params = make_params(spread="everywhere", fill_holes=True, min_size_px=5, close_px=3, open_px=3)
    cleaned = clean(labels, np.full((2, 3, 20, 20), 0.5, np.float32), (1, 2), params, spacing=FRAMES)
    assert (cleaned[0] == 2).sum() == 100
    assert (cleaned[1] == 2).sum() == 100
    assert not (cleaned[2] == 2).any()


def test_objects_are_numbered_and_measured_frame_by_frame():
    labels = np.ones((2, 20, 20), int)
    labels[0, 5:15, 5:15] = labels[1, 7:17, 5:15] = labels[1, 1:4, 1:4] = 2
    objects = split_touching(labels, spacing=(np.inf, 0.5, 0.5))
    assert [np.unique(frame).tolist() for frame in objects] == [[0, 1], [0, 2, 3]]
    table = measure_objects(objects, labels, labels, spacing=(np.inf, 0.5, 0.5))
    assert table["index"].tolist() == [1, 2, 3]
    assert table["centroid-0"].tolist() == [0, 1, 1]
    assert table["size"].tolist() == [25, 2.25, 25]
    np.testing.assert_allclose(table["diameter"], 2 * np.sqrt(table["size"] / np.pi))
    np.testing.assert_allclose(table["centroid-1"], np.array([9.5, 2, 11.5]) / 2)


def test_an_object_that_goes_on_has_a_row_for_every_frame():
    objects = np.zeros((3, 9, 9), int)
    objects[0, 1:3, 1:4] = objects[2, 5:8, 5:8] = 4
    objects[1, 1, 1] = 2
    labels = np.where(objects == 4, 3, 2)
    labels[2] *= 2
    table = measure_objects(objects, labels, spacing=FRAMES)
    rows = zip(*(table[name].tolist() for name in ("index", "class", "pixels", "centroid-0")), strict=True)
    assert list(rows) == [(2, 2, 1, 1), (4, 3, 6, 0), (4, 6, 9, 2)]


def test_the_next_stroke_is_asked_for_on_a_frame_that_has_none():
    doubts, seeds = np.zeros((2, 64, 64), np.float32), np.zeros((2, 64, 64), np.uint8)
    doubts[0, 24:36, 24:36] = doubts[1, 20:40, 20:40] = 1
    seeds[0, 30, 30] = 1
    assert paint_here_next(doubts, seeds, spacing=FRAMES)[0] == 1


def test_spacing_of_frames():
    assert within_frames(FRAMES, 3) == (1, 1)
    assert within_frames(None, 2) == (1, 1)
    assert with_frames((3.0, 2.0, 0.5), 3) == (np.inf, 2, 0.5)
    assert with_frames((2.0, 0.5), 3) == (np.inf, 2, 0.5)
    assert with_frames(None, 3) == FRAMES
    assert are_frames(FRAMES)
    assert not are_frames(())
