import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_seeded_kmeans.core.errors import SeededKMeansError
from napari_seeded_kmeans.io import files
from napari_seeded_kmeans.io.models import read_model, write_model

NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers()
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text().filter(lambda key: key not in ("format", "version")), VALUES))
def test_everything_comes_back(tmp_path_factory, model):
    path = tmp_path_factory.getbasetemp() / "round.json"
    write_model(model, path)
    assert read_model(path) == model


def test_floats_come_back_bit_for_bit(tmp_path):
    floats = [0.1, 1 / 3, -0.0, 5e-324, 1.7976931348623157e308, math.pi]
    write_model({"centers": floats}, tmp_path / "m.json")
    assert [value.hex() for value in read_model(tmp_path / "m.json")["centers"]] == [v.hex() for v in floats]


def test_text_is_stable_and_one_row_is_one_line(tmp_path):
    model = {"name": "a [ 1,\n 2 ] b", "classes": [{"value": 1, "centers": [[1.5, 2.0], [3.0, 4.0]]}]}
    write_model(model, tmp_path / "a.json")
    write_model(read_model(tmp_path / "a.json"), tmp_path / "b.json")
    text = (tmp_path / "a.json").read_text()
    assert text == (tmp_path / "b.json").read_text()
    assert "   [1.5, 2.0],\n" in text
    assert text.startswith('{\n "format": "napari-seeded-kmeans model",\n "version": 1,\n "name":')
    assert read_model(tmp_path / "a.json") == model


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a model: it is no JSON"),
        (b"{", "is not a model: it is no JSON"),
        (b"\x80\x04\x95", "is not a model: it is no JSON"),
        (b'{"format": NaN}', "is not a model: it is no JSON .NaN"),
        (b"[" * 100_000, "is not a model: it is no JSON"),
        (b"[]", 'its "format" is not'),
        (b'{"format": "another"}', 'its "format" is not "napari-seeded-kmeans model"'),
        (b'{"format": "napari-seeded-kmeans model"}', 'its "version" is None'),
        (b'{"format": "napari-seeded-kmeans model", "version": true}', 'its "version" is True'),
        (
            b'{"format": "napari-seeded-kmeans model", "version": 2}',
            "version 2, and this release reads up to 1",
        ),
    ],
)
def test_what_is_no_model_is_refused_in_one_sentence(tmp_path, content, message):
    path = tmp_path / "m.json"
    path.write_bytes(content)
    with pytest.raises(SeededKMeansError, match=message) as caught:
        read_model(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_too_large_is_refused_before_it_is_parsed(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_MAX_BYTES", 2**20)
    (tmp_path / "m.json").write_bytes(b" " * (2**20 + 1))
    with pytest.raises(SeededKMeansError, match="larger than 1 MiB"):
        read_model(tmp_path / "m.json")


def test_missing_file(tmp_path):
    with pytest.raises(SeededKMeansError, match=r"cannot read .*m\.json: no such file or directory"):
        read_model(tmp_path / "m.json")


def test_numbers_json_cannot_hold_are_refused(tmp_path):
    with pytest.raises(SeededKMeansError, match="cannot write"):
        write_model({"centers": [math.nan]}, tmp_path / "m.json")
    assert list(tmp_path.iterdir()) == []


def test_a_model_is_plain_json(tmp_path):
    write_model({"classes": []}, tmp_path / "m.json")
    assert json.loads((tmp_path / "m.json").read_text())["classes"] == []
