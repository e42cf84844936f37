"""The units features are measured in are the image's, whatever is painted."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from napari_seeded_kmeans.core import standard as module
from napari_seeded_kmeans.core.features import FeatureRecipe
from napari_seeded_kmeans.core.filters import iter_tiles
from napari_seeded_kmeans.core.model import Model, fit, fit_many, predict, segment
from napari_seeded_kmeans.core.params import make_params
from napari_seeded_kmeans.core.standard import apply_standard, measure, measured_boxes, some, standard_of

RNG = np.random.default_rng(0)
TEXTURE = FeatureRecipe("rgb", 3, 255.0, sigmas_px=(1.0, 2.0, 4.0))


def painted(shape, *, seed):
    """Strokes of two classes, anywhere."""
    seeds = np.zeros(shape, np.uint8)
    for value, row in enumerate(np.random.default_rng(seed).permutation(shape[0])[:2], start=1):
        seeds[row, 3:-3] = value
    return seeds


def test_the_standard_is_that_of_the_samples():
    samples = np.random.default_rng(2).normal(1e4, 3, (999, 5)).astype(np.float32)
    recipe = standard_of(FeatureRecipe("channels", 5, 1.0), samples)
    np.testing.assert_allclose(recipe.offsets, samples.mean(axis=0, dtype=float), rtol=1e-12)
    np.testing.assert_allclose(1 / np.array(recipe.factors), samples.std(axis=0, dtype=float), rtol=1e-12)
    found = apply_standard(samples, recipe)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(found.std(axis=0), 1, atol=1e-3)


def textured(n=4000):
    """Many features that say the same few things, in 3 colours and 2 axes."""
    return (RNG.normal(0, 1, (n, 3)) @ RNG.normal(0, 1, (3, 39)) + RNG.normal(0, 0.03, (n, 39))).astype(
        np.float32
    )


def test_axes_are_few_and_keep_distances():
    samples = textured()
    recipe = standard_of(TEXTURE, samples)
    axes = np.array(recipe.axes)
    assert axes.shape == (3, 39)
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    raw = standard_of(replace(TEXTURE, sigmas_px=()), samples)
    every = apply_standard(samples, raw)
    along = measure(np.ascontiguousarray(samples.T), recipe, 9).T
    assert along.shape == (len(samples), 9 + 3)
    np.testing.assert_array_equal(along[:, :9], every[:, :9])
    np.testing.assert_allclose(along[:, 9:], every @ axes.T, atol=1e-4)
    near, far = (np.linalg.norm(rows[1:] - rows[:-1], axis=1) for rows in (along[:, 9:], every))
    np.testing.assert_allclose(near[far > 5], far[far > 5], rtol=0.01)


def test_axes_are_as_many_as_variance_asks_for():
    samples = RNG.normal(0, 1, (4000, 39)).astype(np.float32)
    assert len(standard_of(TEXTURE, samples).axes) > 35, "nothing says the same twice"
    assert len(standard_of(TEXTURE, np.ones((10, 39), np.float32)).axes) == 1, "nothing is said at all"


def test_pixels_are_measured_the_same_in_any_company():
    samples = np.ascontiguousarray(textured(3000).T)
    recipe = standard_of(TEXTURE, samples.T)
    whole = measure(samples, recipe, 9)
    for part in (slice(0, 1), slice(7, 1500), slice(1023, 3000)):
        assert measure(samples[:, part].copy(), recipe, 9).tobytes() == whole[:, part].tobytes()


def test_a_model_with_all_features_is_read_and_applied():
    image = RNG.normal(100, 10, (40, 50))
    image[:, 25:] += 40
    seeds = painted(image.shape, seed=1)
    seeds[:, 25:] = np.where(seeds[:, 25:] > 0, 2, 0)
    model = fit(image, seeds, make_params())
    data = model.to_dict()
    again = Model.from_dict(data)
    assert again.to_dict() == data
    assert predict(again, image).maps.scores.tobytes() == predict(model, image).maps.scores.tobytes()
    # As files were before: no axes, and texture seen by all features, colours included.
    axes = np.array(model.recipe.axes)
    del data["features"]["axes"]
    for look in data["looks"]:
        del look["first"]
    data["looks"][1]["centers"] = (np.array(data["looks"][1]["centers"]) @ axes).tolist()
    before = predict(Model.from_dict(data), image).labels
    assert (before == predict(model, image).labels).mean() > 0.98


@pytest.mark.parametrize("n", [0, 2])
def test_what_is_constant_says_nothing(n):
    samples = np.array([[1, 5], [3, 5]], np.float32)[:n]
    recipe = standard_of(FeatureRecipe("channels", 2, 1.0), samples)
    assert recipe.factors[1] == 0
    assert np.isfinite(recipe.factors).all()


@pytest.mark.parametrize("settings", [{}, {"texture": False}])
def test_units_do_not_depend_on_strokes(settings):
    image = RNG.normal(1000, 30, (40, 50))
    recipes = [fit(image, painted(image.shape, seed=seed), make_params(**settings)).recipe for seed in (1, 2)]
    assert recipes[0] == recipes[1]
    assert recipes[0].factors


def test_colours_by_themselves_have_no_units():
    image = RNG.normal(1000, 30, (40, 50))
    params = make_params(texture=False, cluster_weights="share")
    assert fit(image, painted(image.shape, seed=1), params).recipe.factors == ()


def test_of_several_images_the_first_settles_the_units():
    images = [RNG.normal(1000, spread, (40, 50)) for spread in (30, 90)]
    seeds = painted(images[0].shape, seed=1)
    both = fit_many([(image, seeds) for image in images], make_params())
    assert both.recipe == fit(images[0], seeds, make_params()).recipe


def test_an_image_in_other_units_is_segmented_alike():
    image = RNG.normal(100, 10, (60, 60))
    image[:, 30:] += 40
    seeds = np.zeros(image.shape, np.uint8)
    seeds[10:50, 10], seeds[10:50, 50] = 1, 2
    first, second = (
        segment(scale * image, seeds, make_params(color_space="channels"))[1].labels for scale in (1, 1e-6)
    )
    assert (first == second).mean() > 0.99


def test_pixels_that_are_not_finite_are_not_measured():
    image = RNG.normal(100, 10, (60, 60))
    image[:, 30:] = np.nan
    seeds = np.zeros(image.shape, np.uint8)
    seeds[10:50, 5], seeds[10:50, 20] = 1, 2
    model, _ = segment(image, seeds, make_params(color_space="channels"))
    assert model.recipe.offsets[0] == pytest.approx(np.nanmean(image), rel=1e-3)
    assert predict(model, image).labels[30, 40] == 0


@pytest.mark.parametrize(
    "shape", [(500, 700), (3, 4000), (65, 64), (40, 50, 60), (1, 300, 400), (17, 400, 18)]
)
def test_of_a_large_image_places_all_over_it_are_measured(shape, monkeypatch):
    tiles = list(iter_tiles(shape))
    assert measured_boxes(shape, tiles) is tiles
    monkeypatch.setattr(module, "_ALL_PIXELS", {2: 1, 3: 1})
    hits = np.zeros(shape, int)
    boxes = measured_boxes(shape, tiles)
    for box in boxes:
        hits[box] += 1
    assert hits.max() == 1
    for axis, length in enumerate(shape):
        line = np.flatnonzero(hits.any(axis=tuple(set(range(len(shape))) - {axis})))
        assert abs((line[0] + line[-1]) - (length - 1)) <= 1, "as far from either end"
    assert len(boxes) == len({repr(box) for box in boxes})
    assert all(first != second for first, second in combinations(map(repr, boxes), 2))


def test_some_pixels_are_enough_and_meet_every_column():
    n_all = 1 << 20
    chosen = some(np.arange(n_all), n_all)
    assert 1 << 16 < len(chosen) <= 1 << 17
    assert len(np.unique(chosen % 1024)) == 1024
    few = np.arange(7)
    np.testing.assert_array_equal(some(few, 7), few)
