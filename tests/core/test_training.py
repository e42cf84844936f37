"""Training on several images, and what a model remembers of it."""

import json

import numpy as np
import pytest

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.core.training import Training
from napari_seeded_kmeans.io.models import read_model

SHAPE = (40, 60)


def scene(seed=0, shape=SHAPE, channels=()):
    image = np.full(shape, 60.0)
    image[10:30, 20:40] = 160
    image = image[(..., *[None] * len(channels))] * np.ones(channels)
    image = (image + np.random.default_rng(seed).normal(0, 8, image.shape)).astype(np.uint8)
    seeds = np.zeros(shape, np.uint8)
    seeds[3:6, 5:55], seeds[15:25, 25:35] = 1, 2
    return image, seeds


def test_one_pair_is_the_same_as_fit():
    one, many = nsk.SeededKMeans().fit(*scene()), nsk.SeededKMeans().fit_many([scene()])
    assert one.to_dict() == many.to_dict()


def test_two_images_teach_what_one_stitched_together_would():
    (a, a_seeds), (b, b_seeds) = scene(0), scene(1)
    stitched = nsk.SeededKMeans(color_space="intensity").fit(np.vstack([a, b]), np.vstack([a_seeds, b_seeds]))
    many = nsk.SeededKMeans(color_space="intensity").fit_many([(a, a_seeds), (b, b_seeds)])
    np.testing.assert_array_equal(many.predict(a), stitched.predict(a))


def test_a_class_need_not_be_in_every_image():
    (a, a_seeds), (b, b_seeds) = scene(0), scene(1)
    model = nsk.SeededKMeans().fit_many(
        [(a, np.where(a_seeds == 1, 1, 0)), (b, np.where(b_seeds == 2, 2, 0))]
    )
    assert model.classes == (1, 2)
    assert (model.predict(a) == 2)[12:28, 22:38].mean() > 0.95


def test_pairs_are_taken_one_by_one():
    taken = []

    def pairs():
        for seed in range(3):
            taken.append(seed)
            yield scene(seed)

    model = nsk.SeededKMeans().fit_many(pairs(), names=["a", "b", "c"])
    assert taken == [0, 1, 2]
    assert [image.name for image in model.training_.images] == ["a", "b", "c"]
    assert {image.n_seeds for image in model.training_.images} == {np.count_nonzero(scene()[1])}


def test_the_channel_axis_is_remembered():
    image, seeds = scene(channels=(5,))
    model = nsk.SeededKMeans().fit_many([(np.moveaxis(image, -1, 0), seeds)], channel_axis=0)
    assert model.training_.channel_axis == 0
    assert model.training_.images[0].shape == (5, *SHAPE)


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([], "pairs are empty"),
        ([scene(), (scene()[0], np.zeros((5, 5), int))], r"pair 2: seeds have shape \(5, 5\)"),
        ([scene(), (scene()[0], np.zeros(SHAPE))], "pair 2: seeds must be an integer array"),
        ([(scene()[0], scene()[1] * 0)], "seeds are all zero"),
        ([(scene()[0], np.ones(SHAPE, int))] * 2, "seeds hold only class 1"),
        ([scene(channels=(3,)), scene()], "pair 2: image has shape"),
    ],
    ids=["none", "shape", "float", "unpainted", "one class", "channels"],
)
def test_unusable_pairs(pairs, message):
    with pytest.raises(nsk.SeededKMeansError, match=message):
        nsk.SeededKMeans().fit_many(pairs)


def test_a_model_file_keeps_names_colours_and_record(tmp_path):
    model = nsk.SeededKMeans().fit_many([scene(0), scene(1)], names=["first", "second"])
    model.names[2], model.colors[2] = "nuclei", "#123456"
    model.save(tmp_path / "model.json")
    back = nsk.SeededKMeans.load(tmp_path / "model.json")
    assert (back.name_of(2), back.color_of(2)) == ("nuclei", "#123456")
    assert back.training_ == model.training_
    back.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "model.json").read_bytes()


def test_a_model_without_legend_and_record_opens():
    document = nsk.SeededKMeans().fit(*scene()).to_dict()
    del document["legend"], document["training"]
    model = nsk.SeededKMeans.from_dict(document)
    assert model.training_ is None
    assert model.name_of(1) == "background"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("legend", [{"value": 2, "name": "x", "color": "url(http://example.org)"}]),
        ("legend", [{"value": 2}]),
        ("legend", 3),
        ("training", {"release": "0"}),
        ("training", {**Training("0", 0, None, ()).to_dict(), "images": [{"name": ""}]}),
        ("training", [1]),
    ],
)
def test_a_damaged_model_says_so(tmp_path, key, value):
    model = nsk.SeededKMeans().fit(*scene())
    model.save(tmp_path / "model.json")
    document = {**json.loads((tmp_path / "model.json").read_text()), key: value}
    (tmp_path / "model.json").write_text(json.dumps(document))
    assert read_model(tmp_path / "model.json")[key] == value
    with pytest.raises(nsk.SeededKMeansError, match="model is not usable"):
        nsk.SeededKMeans.load(tmp_path / "model.json")
