"""Every kind of bad file has its own line in manifest and report, and the rest is done."""

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.batch.run import segment_folder
from napari_seeded_kmeans.cli import main
from napari_seeded_kmeans.io import files
from napari_seeded_kmeans.io.images import write_image

from .conftest import SHAPE, picture, truth


def zero_byte(path):
    path.write_bytes(b"")


def truncated(path):
    path.write_bytes(path.read_bytes()[:-60])


def lying_header(path):
    data = bytearray(path.read_bytes())
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    path.write_bytes(data)


def wrong_size(path):
    write_image(np.zeros(SHAPE, np.uint8), path)


def unreadable(path):
    # A link in a circle, which not even an administrator may read.
    path.unlink()
    path.symlink_to(path.name)


def missing(path):
    path.unlink()


BREAKAGES = {
    zero_byte: "the file is empty",
    truncated: "damaged or not supported",
    lying_header: "cannot read",
    wrong_size: "image is grey (shape (48, 64)), and the model was trained on 3 channels",
    unreadable: "too many levels of symbolic links",
    missing: "no such file or directory",
}


def run(model, *inputs, output, **options):
    outcomes = {outcome.path.name: outcome for outcome in segment_folder(model, inputs, output, **options)}
    rows = {Path(row["input"]).name: row for row in manifest(output)}
    assert {name: (row["status"], row["problem"]) for name, row in rows.items()} == {
        name: (outcome.status, outcome.problem) for name, outcome in outcomes.items()
    }
    return outcomes


def manifest(output):
    return [json.loads(line) for line in (output / "manifest.jsonl").read_text().splitlines()[1:]]


@pytest.mark.parametrize(
    ("break_it", "message"), [pytest.param(*case, id=case[0].__name__) for case in BREAKAGES.items()]
)
def test_a_broken_file_stops_nothing(model, folder, output, break_it, message):
    break_it(folder / "b.png")
    paths = [folder / f"{name}.png" for name in "abcd"]
    outcomes = run(model, *paths, output=output, jobs=1)
    assert {name for name, outcome in outcomes.items() if outcome.status == "done"} == {
        "a.png",
        "c.png",
        "d.png",
    }
    assert outcomes["b.png"].status == "failed"
    assert message in outcomes["b.png"].problem
    assert not (output / "b.png").exists()
    assert outcomes["b.png"].problem.split(":")[-1].strip(" .") in (output / "report.html").read_text()
    assert (output / "measurements.csv").read_text().count("failed") == 1


def test_a_file_without_permission(model, folder, output, monkeypatch):
    opened = Path.open

    def refuse(path, *arguments, **options):
        if path.name == "b.png" and path.parent == folder:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    outcomes = run(model, folder, output=output, jobs=1)
    assert outcomes["b.png"].problem.endswith("b.png: permission denied.")
    assert sum(outcome.status == "done" for outcome in outcomes.values()) == 3


def test_a_full_disk(model, folder, output, monkeypatch):
    synced = os.fsync
    calls = []

    def full(descriptor):
        calls.append(descriptor)
        if len(calls) == 5:  # header, picture and labels of a, its line, and now b
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        synced(descriptor)

    monkeypatch.setattr(files.os, "fsync", full)
    outcomes = run(model, folder, output=output, jobs=1)
    failed = [outcome for outcome in outcomes.values() if outcome.status == "failed"]
    assert len(failed) == 1
    assert "no space left on device" in failed[0].problem
    assert not list(output.rglob("*.tmp"))


def test_a_disk_too_full_for_the_manifest_ends_the_run_in_one_sentence(model, folder, output, monkeypatch):
    run_ = segment_folder(model, folder, output, jobs=1)
    next(run_)
    monkeypatch.setattr(
        files.os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left on device"))
    )
    with pytest.raises(nsk.SeededKMeansError, match=r"cannot write .*manifest.*no space left"):
        list(run_)


def test_the_same_stem_twice(model, folder, output):
    write_image(picture(9), folder / "b.jpg")
    outcomes = run(model, folder, output=output, jobs=1)
    assert outcomes["b.jpg"].status == "done"
    assert outcomes["b.png"].problem.endswith("b.jpg, which has the same name")
    assert sum(outcome.status == "done" for outcome in outcomes.values()) == 4


@pytest.mark.parametrize("twin", ["B.png", "u\u0308.png"])
def test_names_that_are_one_on_other_disks(model, folder, output, twin):
    write_image(picture(8), folder / "\u00fc.png")
    write_image(picture(9), folder / twin)
    if len(list(folder.iterdir())) < 6:
        pytest.skip("they are one on this disk")
    outcomes = run(model, folder, output=output, jobs=1)
    failed = [outcome for outcome in outcomes.values() if outcome.status == "failed"]
    assert len(failed) == 1
    assert failed[0].problem.endswith("which differs by case or spelling only")


@pytest.mark.parametrize(
    "name", ["with space", "ümläut ß 日本", "new\nline", "<b>&amp;\"'", "100%", "-o", "a,b;c"]
)
def test_odd_names(model, folder, output, name):
    (folder / "b.png").rename(folder / f"{name}.png")
    outcomes = run(model, folder, output=output, jobs=1)
    assert outcomes[f"{name}.png"].status == "done"
    assert (output / f"{name}.png").is_file()
    assert "<b>&amp;" not in (output / "report.html").read_text()


def test_a_name_that_is_not_unicode(model, folder, output, capsys):
    try:
        (folder / "b.png").rename(folder / os.fsdecode(b"caf\xe9.png"))
    except OSError:
        pytest.skip("this disk has none")
    (folder / "a.png").write_bytes(b"")
    assert len(run(model, folder, output=output, jobs=1)) == 4
    model.save(folder.parent / "m.json")
    assert (
        main(["predict", "-m", str(folder.parent / "m.json"), str(folder), "-o", str(output), "--json"]) == 1
    )
    assert json.loads(capsys.readouterr().out)["n_done"] == 3


def test_missing_and_wrong_masks(model, folder, output, tmp_path):
    masks = tmp_path / "masks"
    write_image(truth(), masks / "a.png")
    write_image(truth()[:-1], masks / "c.png")
    (masks / "d.png").write_bytes(b"")
    outcomes = run(model, folder, output=output, truth=masks, jobs=1)
    assert {name: outcome.status for name, outcome in outcomes.items()} == {
        "a.png": "done", "b.png": "not scored", "c.png": "not scored", "d.png": "not scored",
    }  # fmt: skip
    assert outcomes["a.png"].scores["iou"] > 0.95
    assert "no truth named b.*" in outcomes["b.png"].problem
    assert "truth has shape" in outcomes["c.png"].problem
    assert "the file is empty" in outcomes["d.png"].problem
    assert all((output / f"{name}.png").is_file() for name in "abcd")


def test_output_inside_the_input_is_no_input(model, folder):
    output = folder / "out"
    for _ in range(2):
        assert len(run(model, str(folder / "**" / "*.png"), output=output, jobs=1)) == 4


def test_output_that_is_the_input_is_refused(model, folder):
    before = sorted(folder.iterdir())
    for inputs in (folder, folder / "a.png", str(folder / "*.png")):
        with pytest.raises(nsk.SeededKMeansError, match="is an input folder: choose another"):
            segment_folder(model, inputs, folder)
    assert sorted(folder.iterdir()) == before


def test_the_same_file_named_twice_is_one(model, folder, output):
    assert len(run(model, folder, folder / "a.png", str(folder / "*.png"), output=output, jobs=1)) == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": []}, "inputs hold no image: nothing was given"),
        ({"inputs": "nothing*.png"}, r"inputs hold no image: nothing\*"),
        ({"jobs": 0}, "jobs must be at least 1"),
        ({"truth": "nowhere"}, "truth nowhere is not a folder"),
        ({"spacing": (1.0, -1.0)}, "spacing must be positive"),
        ({"model": "nowhere.json"}, "cannot read nowhere.json"),
    ],
)
def test_unusable_arguments_are_refused_at_once(model, folder, output, change, message):
    arguments = {"model": model, "inputs": folder, "output": output, **change}
    with pytest.raises(nsk.SeededKMeansError, match=message):
        segment_folder(**arguments)
    assert not output.exists()


def test_a_fault_of_ours_with_one_file_is_an_outcome_too(model, folder, output, monkeypatch):
    from napari_seeded_kmeans.batch import apply

    paint = apply.thumbnail

    def broken(image, *rest):
        if (image == picture(1)).all():
            raise ZeroDivisionError("oops")
        return paint(image, *rest)

    monkeypatch.setattr(apply, "thumbnail", broken)
    outcomes = run(model, folder, output=output, jobs=1)
    assert outcomes["b.png"].problem == "unexpected ZeroDivisionError: oops"
    assert "Traceback" in outcomes["b.png"].notes[0]
    assert sum(outcome.status == "done" for outcome in outcomes.values()) == 3
