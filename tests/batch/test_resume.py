"""A run that is stopped, politely or not, goes on where it was, and ends in the same bytes."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.batch.run import segment_folder
from napari_seeded_kmeans.io.images import write_image
from napari_seeded_kmeans.io.seeds import write_seeds

from .conftest import contents, picture, truth

SCRIPT = """
import sys
from napari_seeded_kmeans import segment_folder
for outcome in segment_folder(sys.argv[1], sys.argv[2], sys.argv[3], jobs=int(sys.argv[4])):
    print(outcome.path.name, flush=True)
"""


def resumed(model, folder, output, **options):
    return [outcome.path.name for outcome in segment_folder(model, folder, output, resume=True, jobs=1, **options) if outcome.resumed]  # fmt: skip


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_killed_and_resumed_gives_the_same_bytes(model, folder, output, tmp_path):
    for seed in range(4, 12):
        write_image(picture(seed), folder / f"{seed}.png")
    model.save(tmp_path / "model.json")
    whole = tmp_path / "whole"
    assert len(list(segment_folder(model, folder, whole, jobs=1))) == 12

    command = [sys.executable, "-c", SCRIPT, tmp_path / "model.json", folder, output, "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        finished = [process.stdout.readline().strip() for _ in range(3)]
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not (output / "report.html").exists()
    (output / f".{'0' * 16}.tmp").write_bytes(b"left over")

    assert set(finished) <= set(resumed(model, folder, output))
    assert contents(output) == contents(whole)


def test_a_line_cut_off_in_the_middle_is_done_again(model, folder, output):
    list(segment_folder(model, folder, output, jobs=1))
    whole = contents(output)
    path = output / "manifest.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    assert resumed(model, folder, output) == ["a.png", "b.png", "c.png"]
    assert contents(output) == whole


def test_stopping_to_iterate_keeps_what_is_done(model, folder, output):
    run = segment_folder(model, folder, output, jobs=1)
    next(run), next(run)
    run.close()
    assert (output / "report.html").exists()
    assert resumed(model, folder, output) == ["a.png", "b.png"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_cancel_keeps_what_is_done(model, folder, output, jobs):
    done = []
    run = segment_folder(model, folder, output, jobs=jobs, cancel=lambda: len(done) >= 2)
    done.extend(run)
    assert len(done) == 2
    assert "2</b>not done yet" in (output / "report.html").read_text()
    assert sorted(resumed(model, folder, output)) == sorted(outcome.path.name for outcome in done)
    assert not list(output.rglob("*.tmp"))


def test_what_changed_is_done_again(model, folder, output):
    list(segment_folder(model, folder, output, jobs=1))
    write_image(picture(7), folder / "b.png")
    (output / "c.png").unlink()
    (output / "thumbnails" / "d.jpg").write_bytes(b"something else")
    assert resumed(model, folder, output) == ["a.png"]
    assert resumed(model, folder, output) == ["a.png", "b.png", "c.png", "d.png"]


def test_what_failed_is_tried_again(model, folder, output):
    good = (folder / "b.png").read_bytes()
    (folder / "b.png").write_bytes(b"")
    list(segment_folder(model, folder, output, jobs=1))
    (folder / "b.png").write_bytes(good)
    outcomes = list(segment_folder(model, folder, output, resume=True, jobs=1))
    assert {outcome.path.name: outcome.resumed for outcome in outcomes} == {
        "a.png": True, "b.png": False, "c.png": True, "d.png": True,
    }  # fmt: skip
    assert all(outcome.status == "done" for outcome in outcomes)


def test_without_resume_everything_is_done_again(model, folder, output):
    for _ in range(2):
        assert not any(outcome.resumed for outcome in segment_folder(model, folder, output, jobs=1))


def test_a_run_of_another_model_or_setting_is_not_gone_on_with(model, folder, output):
    list(segment_folder(model, folder, output, jobs=1))
    other = nsk.SeededKMeans(n_clusters=3).fit(picture(), np.eye(*picture().shape[:2], dtype=int) + 1)
    with pytest.raises(nsk.SeededKMeansError, match=r"cannot resume: .* another model_sha256, params"):
        segment_folder(other, folder, output, resume=True)
    with pytest.raises(nsk.SeededKMeansError, match=r"cannot resume: .* another settings"):
        segment_folder(model, folder, output, resume=True, view=True)
    (output / "manifest.jsonl").write_text("{}\n")
    with pytest.raises(nsk.SeededKMeansError, match="is no manifest"):
        segment_folder(model, folder, output, resume=True)


def test_the_number_of_processes_changes_no_byte(model, folder, tmp_path):
    for jobs in (1, 2):
        list(segment_folder(model, folder, tmp_path / str(jobs), jobs=jobs, view=True, scores=True))
    assert contents(tmp_path / "1") == contents(tmp_path / "2")


def test_a_worker_that_dies_costs_its_file_only(model, folder, output, monkeypatch):
    # The worker reads this when it starts: Python's own way to run something first.
    (output.parent / "site").mkdir()
    (output.parent / "site" / "sitecustomize.py").write_text(
        "import os\n"
        "import napari_seeded_kmeans.batch.apply as apply\n"
        "read = apply.read_picture\n"
        "def die(path):\n"
        "    return os._exit(9) if path.name == 'b.png' else read(path)\n"
        "apply.read_picture = die\n"
    )
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(output.parent / "site"), os.environ.get("PYTHONPATH", "")])
    )
    outcomes = {outcome.path.name: outcome for outcome in segment_folder(model, folder, output, jobs=2)}
    assert "exit code 9" in outcomes["b.png"].problem
    assert sorted(name for name, outcome in outcomes.items() if outcome.status == "done") == [
        "a.png",
        "c.png",
        "d.png",
    ]
    assert len(json.loads((output / "manifest.jsonl").read_text().splitlines()[0])["model_sha256"]) == 64


def test_another_truth_is_compared_with(model, folder, output, tmp_path):
    for name, value in (("one", 0), ("two", 1)):
        for letter in "abcd":
            write_seeds(np.where(truth(), 1, value).astype(np.uint8), tmp_path / name / f"{letter}.png")
    list(segment_folder(model, folder, output, truth=tmp_path / "one", jobs=1))
    again = list(segment_folder(model, folder, output, truth=tmp_path / "one", resume=True, jobs=1))
    assert all(outcome.resumed for outcome in again)
    others = list(segment_folder(model, folder, output, truth=tmp_path / "two", resume=True, jobs=1))
    assert not any(outcome.resumed for outcome in others)
    assert others[0].scores["iou"] < again[0].scores["iou"]
