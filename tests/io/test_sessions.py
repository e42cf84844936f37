"""A session comes back as it was, knows its image again, and what is kept by itself is found by its image."""

import json
from dataclasses import replace

import numpy as np
import pytest

from napari_seeded_kmeans.core.errors import SeededKMeansError
from napari_seeded_kmeans.core.legend import Legend
from napari_seeded_kmeans.io import autosaves
from napari_seeded_kmeans.io.digests import digest
from napari_seeded_kmeans.io.placement import read_placement
from napari_seeded_kmeans.io.sessions import (
    ImageReference,
    SavedSession,
    read_session,
    write_session,
)

IMAGE = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


PLACE = {
    "scale": [0.5, 2.0],
    "translate": [3.0, -1.0],
    "rotate": [[0.0, -1.0], [1.0, 0.0]],
    "shear": [[1.0, 0.1], [0.0, 1.0]],
    "affine": [[1.0, 0.0, 5.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    "units": ("micrometer", "micrometer"),
    "axis_labels": ("y", "x"),
}


def session(image=IMAGE, **changes):
    seeds = np.zeros(image.shape[:2], np.uint8)
    seeds[0], seeds[-1] = 1, changes.pop("value", 7)
    reference = ImageReference("cells", "", image.shape, str(image.dtype), digest(image))
    legend = Legend().listing([7]).renamed(7, "vessels").recolored(7, "#102030")
    return SavedSession(reference, seeds, -1, "classic", {"n_clusters": 3}, legend, **changes)


def test_everything_comes_back(tmp_path):
    saved = session(placement=PLACE, is_rgb=True, outputs=("mask", "objects"))
    write_session(saved, tmp_path / "a.json")
    again = read_session(tmp_path / "a.json")
    assert (again.placement, again.is_rgb, again.outputs) == (PLACE, True, ("mask", "objects"))
    assert (again.image, again.channel_axis, again.preset) == (saved.image, -1, "classic")
    assert (dict(again.params), again.legend) == ({"n_clusters": 3}, saved.legend)
    np.testing.assert_array_equal(again.seeds, saved.seeds)
    assert again.seeds.dtype == saved.seeds.dtype
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "a.seeds.tif"]


def test_a_session_of_an_earlier_release_opens(tmp_path):
    path = tmp_path / "a.json"
    write_session(session(placement=PLACE, is_rgb=True), path)
    known = {"format", "version", "image", "channel_axis", "preset", "params", "classes"}
    path.write_text(
        json.dumps({key: value for key, value in json.loads(path.read_text()).items() if key in known})
    )
    again = read_session(path)
    assert (again.placement, again.is_rgb, again.outputs, again.region) == (None, None, None, None)


def test_channels_that_count_come_back_and_sessions_of_earlier_releases_have_all(tmp_path):
    path = tmp_path / "a.json"
    write_session(replace(session(), channels=(0, 2)), path)
    assert read_session(path).channels == (0, 2)
    document = json.loads(path.read_text())
    del document["channels"]
    path.write_text(json.dumps(document))
    assert read_session(path).channels is None


@pytest.mark.parametrize("names", [("scan.v1", "scan.v2"), ("2024.05.01", "2024.05.02"), ("a", "a.b")])
def test_names_with_dots_have_strokes_of_their_own(tmp_path, names):
    for value, name in enumerate(names, 5):
        write_session(session(value=value), tmp_path / name)
    for value, name in enumerate(names, 5):
        assert read_session(tmp_path / name).seeds.max() == value


def test_a_session_opens_whose_seeds_were_named_without_what_follows_its_last_dot(tmp_path):
    write_session(session(), tmp_path / "scan.v1")
    (tmp_path / "scan.v1.seeds.tif").rename(tmp_path / "scan.seeds.tif")
    np.testing.assert_array_equal(read_session(tmp_path / "scan.v1").seeds, session().seeds)


def test_an_image_is_known_by_its_values():
    reference = session().image
    assert reference.is_of(IMAGE.copy())
    assert reference.is_of(np.asfortranarray(IMAGE))
    assert not reference.is_of(IMAGE + 1)
    assert not reference.is_of(IMAGE.astype(np.uint16))
    assert not reference.is_of(IMAGE[:2])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"channels": []}, "is not a session"),
        ({"channels": [0, 3]}, "is not a session"),
        ({"channels": ["red"]}, "is not a session"),
        ({"format": "a model"}, "is not a session"),
        ({"version": 2}, "is of version 2"),
        ({"image": {}}, "is not a session"),
        ({"classes": [{}]}, "legend is not usable"),
        ({"params": {"n_clusters": 0}}, "n_clusters"),
        ({"params": {"run": "this"}}, "run is not a setting"),
        ({"channel_axis": None}, "its seeds have shape"),
        ({"outputs": 1}, "is not a session"),
        ({"placement": {}}, "placement is not usable"),
        ({"placement": [1, 1]}, "placement is not usable"),
        ({"placement": {**PLACE, "scale": [1, 1, 1]}}, "placement is not usable: it is not of 2 axes"),
        ({"placement": {**PLACE, "units": ["um"]}}, "placement is not usable: it is not of 2 axes"),
        ({"placement": {**PLACE, "scale": [0, 1]}}, "no extent"),
        ({"image": {"name": "a", "path": "", "dtype": "uint8", "digest": "", "shape": [4, 6]}}, "no colour"),
    ],
)
def test_what_is_no_session_is_refused(tmp_path, change, message):
    path = tmp_path / "a.json"
    write_session(session(placement=PLACE, is_rgb=True), path)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(SeededKMeansError, match=message):
        read_session(path)


def test_a_place_out_of_this_world_is_refused():
    with pytest.raises(SeededKMeansError, match="translate is not finite"):
        read_placement({**PLACE, "translate": [np.inf, 1]}, 2)


def test_missing_files_are_named(tmp_path):
    with pytest.raises(SeededKMeansError, match=r"cannot read .*a\.json"):
        read_session(tmp_path / "a.json")
    write_session(session(), tmp_path / "a.json")
    (tmp_path / "a.seeds.tif").unlink()
    with pytest.raises(SeededKMeansError, match=r"a\.seeds\.tif"):
        read_session(tmp_path / "a.json")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(autosaves.DATA_VARIABLE, str(tmp_path))
    return tmp_path / "autosave"


def found(image, sitting):
    kept = autosaves.find_autosave(image, digest(image), sitting)
    return None if kept is None else kept[0]


def test_what_an_earlier_sitting_kept_is_found_by_its_image(folder):
    assert found(IMAGE, "now") is None
    autosaves.autosave(session(), "before")
    assert found(IMAGE.copy(), "now").image.name == "cells"
    assert found(IMAGE, "before") is None, "one's own is no news"
    assert found(IMAGE + 1, "now") is None
    assert autosaves.find_autosave(IMAGE, "", "now") is None


def test_a_sitting_has_one_file_per_image_and_the_oldest_go(folder, monkeypatch):
    monkeypatch.setattr(autosaves, "_MOST_KEPT", 2)
    for value in (2, 7):
        autosaves.autosave(session(value=value), "a")
    assert found(IMAGE, "now").seeds[-1, 0] == 7
    assert len(list(folder.iterdir())) == 2
    for sitting in ("b", "c"):
        autosaves.autosave(session(), sitting)
    assert len(list(folder.iterdir())) == 4
