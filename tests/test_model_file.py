"""The page about the model file is true, and its ten lines do what they say."""

import json
import re
from pathlib import Path

import numpy as np

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.samples import load

PAGE = (Path(__file__).parents[1] / "docs" / "model-file.md").read_text(encoding="utf-8")


def test_ten_lines_of_numpy_apply_a_model(tmp_path, monkeypatch):
    sample = load("photo")
    image, seeds = sample.image[::4, ::4].copy(), sample.seeds[::4, ::4].copy()
    model = nsk.SeededKMeans(texture=False, color_space="rgb").fit(image, seeds)
    model.save(tmp_path / "model.json")
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len([line for line in code.splitlines() if line]) <= 10
    names = {"image": image}
    exec(code, names)
    scores = model.scores(image)
    best = np.array(model.classes)[scores.argmax(axis=0)]
    # Where two classes are equal to seven digits, either may win.
    is_close = np.abs(scores[0] - scores[1]) < 1e-5
    assert ((names["labels"] == best) | is_close).all()
    assert is_close.mean() < 0.01


def test_the_page_names_every_key_of_a_model(tmp_path):
    sample = load("photo")
    nsk.SeededKMeans(n_clusters=2).fit(sample.image[::8, ::8], sample.seeds[::8, ::8]).save(
        tmp_path / "m.json"
    )
    document = json.loads((tmp_path / "m.json").read_text())
    assert (tmp_path / "m.json").stat().st_size < 500_000
    for key in (*document, *document["looks"][0]):
        assert f"`{key}`" in PAGE or f"looks[i].{key}" in PAGE, key
