"""Every example runs as a reader would run it."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from napari_seeded_kmeans.io.images import read_image
from napari_seeded_kmeans.samples import load

EXAMPLES = Path(__file__).parents[1] / "examples"
needs_screen = pytest.mark.skipif(
    sys.platform == "linux" and not os.environ.get("DISPLAY"), reason="napari needs a screen, or xvfb-run"
)


def run(name, *arguments, cwd):
    command = [sys.executable, str(EXAMPLES / name), *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_example_is_tested():
    tested = {
        "batch_folder.py",
        "classic_preset.py",
        "cluster_colours.py",
        "edit_palette.py",
        "remove_background.py",
        "segment_array.py",
        "segment_ct.py",
        "segment_in_napari.py",
        "segment_nuclei.py",
        "segment_photograph.py",
        "segment_stack.py",
    }
    assert {path.name for path in EXAMPLES.glob("*.py")} == tested


def test_segment_array(tmp_path):
    out = run("segment_array.py", cwd=tmp_path)
    assert "classes (1, 2)" in out
    iou = next(line for line in out.splitlines() if line.startswith("IoU")).split()[1]
    assert float(iou) > 0.95


def test_batch_folder(tmp_path):
    out = run("batch_folder.py", "there", cwd=tmp_path)
    assert "4.png: done" in out
    assert "empty.png: failed" in out
    assert "bright.png: done" in out
    assert (tmp_path / "there" / "labels" / "report.html").exists()


def test_cluster_colours(tmp_path):
    out = run("cluster_colours.py", "there", cwd=tmp_path)
    k = int(out.split("elbow at K = ")[1].split(",")[0])
    drawn = read_image(tmp_path / "there" / f"tissue-{k}.png")
    assert len(np.unique(drawn.reshape(-1, 3), axis=0)) == k
    assert f"classes {tuple(range(1, k + 1))}" in out


def test_remove_background(tmp_path):
    out = run("remove_background.py", "there", cwd=tmp_path)
    assert "cup.png IoU 0." in out
    assert read_image(tmp_path / "there" / "cup-on-white.png").shape == load("photo").image.shape


def test_classic_preset(tmp_path):
    out = run("classic_preset.py", "pictures", cwd=tmp_path)
    assert "K = 64: IoU 0." in out
    for name in ("cutout-64.png", "cutout-8.png"):
        assert read_image(tmp_path / "pictures" / name).shape == load("photo").image.shape


def number_after(word, out):
    return float(out.split(word)[1].split()[0])


def test_segment_photograph(tmp_path):
    out = run("segment_photograph.py", "there", cwd=tmp_path)
    assert number_after("IoU", out) > 0.9
    assert read_image(tmp_path / "there" / "cup.png").shape == load("photo").image.shape


def test_segment_nuclei(tmp_path):
    out = run("segment_nuclei.py", "there", cwd=tmp_path)
    assert number_after("IoU", out) > 0.8
    rows = (tmp_path / "there" / "nuclei.csv").read_text().splitlines()
    assert len(rows) == 1 + read_image(tmp_path / "there" / "nuclei.tif").max()
    assert 30 < len(rows) < 90


def test_segment_ct(tmp_path):
    out = run("segment_ct.py", "there", cwd=tmp_path)
    assert number_after("mean IoU", out) > 0.85
    assert 0.8 < number_after("without strokes: lung", out) / number_after("lung:", out) < 1.25


def test_segment_stack(tmp_path):
    out = run("segment_stack.py", "there", cwd=tmp_path)
    assert number_after("IoU", out) > 0.8
    assert "spacing=(1.5, 0.5, 0.5), unit='µm'" in out


@needs_screen
def test_segment_in_napari(tmp_path):
    out = run("segment_in_napari.py", "--no-window", "photo-mask.png", cwd=tmp_path)
    assert out.startswith("photo-mask.png: ")
    assert set(np.unique(read_image(tmp_path / "photo-mask.png"))) == {0, 255}


def test_edit_palette(tmp_path):
    told = run("edit_palette.py", cwd=tmp_path)
    assert "before: 0%" in told
    assert "now: 100%" in told
