"""Settings: defaults, presets, and errors in words."""

import pytest

from napari_seeded_kmeans import SeededKMeansError
from napari_seeded_kmeans.core.params import PRESETS, Params, make_params


def test_auto_is_the_default_of_every_setting():
    assert make_params() == Params()


def test_classic_follows_the_document():
    classic = make_params("classic")
    assert (classic.n_clusters, classic.color_space, classic.bandwidth) == (64, "rgb", 1.0)
    assert (classic.close_px, classic.open_px, classic.min_size_px) == (5, 5, 500)
    assert classic.fill_holes


def test_overrides_go_on_top_of_the_preset():
    assert make_params("classic", n_clusters=7).n_clusters == 7
    assert make_params("classic", n_clusters=7).min_size_px == 500


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_survive_json(preset):
    params = make_params(preset)
    assert Params.model_validate_json(params.model_dump_json()) == params


@pytest.mark.parametrize("name", Params.model_fields)
def test_every_setting_has_words_for_the_user(name):
    field = Params.model_fields[name]
    assert field.title
    assert field.description.endswith(".")


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"n_clusters": 0}, r"n_clusters should be greater than or equal to 1, not 0\."),
        ({"n_clusters": "many"}, r"n_clusters should be a valid integer.*not 'many'"),
        ({"color_space": "cmyk"}, r"color_space should be .*'lab'.* not 'cmyk'"),
        ({"clusters": 3}, r"clusters is not a setting; the settings are color_space,"),
        ({"bandwidth": 0}, r"bandwidth should be greater than 0"),
    ],
)
def test_bad_settings_are_one_sentence(overrides, message):
    with pytest.raises(SeededKMeansError, match=message):
        make_params(**overrides)


def test_unknown_preset():
    with pytest.raises(SeededKMeansError, match="preset must be one of auto, classic, not 'best'"):
        make_params("best")
