"""What was chosen automatically can be seen, and set by hand gives the same bits."""

import numpy as np
import pytest

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans import samples
from napari_seeded_kmeans.core.choices import Choices

GREY = samples.load("nuclei")
COLOUR = samples.load("photo")


def scene(*shape_of_channels, dtype=np.uint8):
    rng = np.random.default_rng(0)
    image = rng.integers(20, 60, (40, 50, *shape_of_channels)).astype(dtype)
    image[10:30, 15:35] += dtype(120)
    seeds = np.zeros((40, 50), np.uint8)
    seeds[3, 4:44], seeds[20, 20:25] = 1, 2
    return image, seeds


CASES = {
    "grey": ((GREY.image, GREY.seeds), {}),
    "colour": ((COLOUR.image[::3, ::3], COLOUR.seeds[::3, ::3]), {}),
    "a volume": ((np.stack([GREY.image[::2, ::2]] * 3), np.stack([GREY.seeds[::2, ::2]] * 3)), {}),
    "few painted pixels": (scene(), {}),
    "two channels": (scene(2), {}),
    "sixteen bits with an offset": ((scene(dtype=np.uint16)[0] + np.uint16(33_000), scene()[1]), {}),
    "flat colours": ((np.where(scene()[0] > 100, 200, 50), scene()[1]), {}),
    "without texture": (scene(), {"texture": False}),
    "the classic preset": (scene(3), {"preset": "classic", "n_clusters": 3}),
}


@pytest.mark.parametrize("name", CASES)
def test_pinned_choices_give_the_same_bits(name):
    (image, seeds), settings = CASES[name]
    first = nsk.segment(image, seeds, **settings)
    pinned = first.choices.pinned(first.model.params)
    assert "auto" not in (pinned.color_space, pinned.spread)
    second = nsk.segment(image, seeds, **pinned.model_dump())
    assert second.labels.tobytes() == first.labels.tobytes()
    assert second.scores.tobytes() == first.scores.tobytes()
    assert second.choices == first.choices


def test_pinned_choices_stay_when_strokes_change():
    image, seeds = scene()
    first = nsk.segment(image, seeds)
    seeds[35, 2:48] = 1
    assert nsk.segment(image, seeds).choices != first.choices
    pinned = first.choices.pinned(first.model.params)
    assert nsk.segment(image, seeds, **pinned.model_dump()).choices == first.choices


def test_few_pixels_have_few_clusters():
    image, seeds = scene()
    assert nsk.segment(image, seeds).choices.n_clusters == {1: 10, 2: 1}
    by_hand = nsk.segment(image, seeds, clusters_by_class={2: 3}).choices
    assert by_hand.n_clusters == {1: 10, 2: 3}


def test_they_are_said_in_plain_words():
    choices = Choices("lightness", (1.0, 2.0), {1: 16, 2: 9}, (0.5, 1.25), "strokes")
    assert choices.in_words() == {
        "Spread": "only where you painted",
        "Looks at": "lightness, and texture of 1, 2 px",
        "Clusters": "16 for background, 9 for foreground",
        "Bandwidth": "0.5 for colours, 1.25 with texture",
    }
    assert choices.in_words(lambda value: f"<{value}>")["Clusters"] == "16 for <1>, 9 for <2>"


def test_a_model_that_was_only_fitted_does_not_know_the_spread():
    image, seeds = scene()
    model = nsk.SeededKMeans().fit(image, seeds)
    assert model.choices.spread is None
    assert "Spread" not in model.choices.in_words()
    assert model.choices.pinned(model.params).spread == "auto"


def test_lightness_can_be_asked_for():
    image, seeds = scene()
    automatic, by_hand = (nsk.segment(image, seeds, color_space=name) for name in ("auto", "lightness"))
    assert automatic.scores.tobytes() == by_hand.scores.tobytes()
    colour, seeds = scene(3)
    assert nsk.segment(colour, seeds, color_space="lightness").choices.color_space == "lightness"
    assert nsk.segment(colour, seeds).choices.color_space == "lab"


def test_models_keep_choices_and_estimate(tmp_path):
    image, seeds = scene()
    model = nsk.segment(image, seeds).model
    estimated = model.estimate_accuracy([(image, seeds)])
    model.save(tmp_path / "model.json")
    loaded = nsk.SeededKMeans.load(tmp_path / "model.json")
    assert loaded.choices == model.choices
    assert loaded.accuracy_ == estimated == nsk.estimate_accuracy(image, seeds)
    assert loaded.summary() == model.summary()
    assert "Estimated accuracy" in model.summary()
    assert model.fit(image, seeds).accuracy_ is None


def test_a_loaded_model_chooses_again_what_was_automatic(tmp_path):
    image, seeds = scene()
    model = nsk.SeededKMeans().fit(image, seeds)
    model.save(tmp_path / "model.json")
    again = nsk.SeededKMeans.load(tmp_path / "model.json").fit(image, seeds)
    assert again.choices == model.choices


def test_files_of_before_still_load():
    image, seeds = scene()
    model = nsk.segment(image, seeds).model
    written = model.to_dict()
    for name in ("spread", "estimated_accuracy"):
        del written[name]
    for name in ("clusters_by_class", "texture_bandwidth"):
        del written["params"][name]
    loaded = nsk.SeededKMeans.from_dict(written)
    assert loaded.accuracy_ is None
    assert loaded.choices.spread is None
    assert loaded.choices.bandwidths == model.choices.bandwidths
    assert loaded.predict(image).tobytes() == model.predict(image).tobytes()


@pytest.mark.parametrize("spread", ["auto", 7, ["strokes"]])
def test_a_spread_that_is_none_is_refused(spread):
    image, seeds = scene()
    written = {**nsk.SeededKMeans().fit(image, seeds).to_dict(), "spread": spread}
    with pytest.raises(nsk.SeededKMeansError, match="its spread is"):
        nsk.SeededKMeans.from_dict(written)
