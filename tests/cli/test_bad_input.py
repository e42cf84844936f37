"""Whatever a user gets wrong: one line, exit code 2, nothing written."""

import warnings

import numpy as np
import pytest

from napari_seeded_kmeans import segment
from napari_seeded_kmeans.cli import main
from napari_seeded_kmeans.core.errors import SeededKMeansError, SeededKMeansWarning
from napari_seeded_kmeans.io.images import write_image
from napari_seeded_kmeans.io.seeds import write_seeds

SHAPE = (20, 30)
IMAGE = np.random.default_rng(0).integers(0, 256, (*SHAPE, 3), np.uint8)
SEEDS = np.zeros(SHAPE, np.uint8)
SEEDS[2, 2:20], SEEDS[12, 2:20] = 1, 2
STROKES = np.zeros((*SHAPE, 3), np.uint8)
STROKES[SEEDS == 1], STROKES[SEEDS == 2] = (0, 0, 255), (255, 0, 0)
RED_ONLY = STROKES * np.array([1, 0, 0], np.uint8)
BLUE_ONLY = STROKES * np.array([0, 0, 1], np.uint8)


@pytest.fixture
def folder(tmp_path):
    write_image(IMAGE, tmp_path / "image.png")
    write_image(STROKES, tmp_path / "strokes.png")
    write_seeds(SEEDS, tmp_path / "seeds.tif")
    return tmp_path


def refused(capsys, folder, *arguments):
    """Run a command that must fail, and return the one line it says."""
    before = sorted(folder.rglob("*"))
    assert main([str(argument) for argument in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("seeded-kmeans: ")
    assert err.count("\n") == 1
    assert err.endswith("\n")
    assert "Traceback" not in err
    assert sorted(folder.rglob("*")) == before
    return err


@pytest.mark.parametrize("broken", ["image.png", "strokes.png"])
@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda path: path.unlink(), "no such file"),
        (lambda path: path.write_bytes(b""), "the file is empty"),
        (lambda path: path.write_bytes(b"not an image"), "not an image of a known format"),
        (lambda path: path.write_bytes(path.read_bytes()[:-30]), "damaged or not supported"),
        (lambda path: (path.unlink(), path.mkdir()), "it is a folder"),
    ],
    ids=["missing", "empty", "text", "truncated", "folder"],
)
def test_files_that_cannot_be_read(capsys, folder, broken, break_it, message):
    break_it(folder / broken)
    said = refused(capsys, folder, "segment", folder / "image.png", folder / "strokes.png")
    assert f"cannot read {folder / broken}: " in said
    assert message in said


def as_file(folder, array, name):
    np.save(folder / name, array)
    return folder / name


@pytest.mark.parametrize(
    ("strokes", "message"),
    [
        (STROKES[:-1], r"seeds have shape (19, 30), but the image's spatial shape is (20, 30)"),
        (RED_ONLY, "blue (background)"),
        (BLUE_ONLY, "red (foreground)"),
        (np.zeros_like(STROKES), "all zero"),
    ],
    ids=["wrong size", "no blue", "no red", "black"],
)
def test_stroke_pictures_that_cannot_be_used(capsys, folder, strokes, message):
    write_image(strokes, folder / "strokes.png")
    assert message in refused(capsys, folder, "segment", folder / "image.png", folder / "strokes.png")


BAD_SEEDS = {
    "all zero": (np.zeros_like(SEEDS), "seeds are all zero"),
    "one class": (np.minimum(SEEDS, 1), "seeds hold only class 1"),
    "float": (SEEDS.astype(float), "float64"),
    "complex": (SEEDS.astype(complex), "complex128"),
    "wrong size": (SEEDS[:, 1:], "(20, 29)"),
    "too many axes": (SEEDS[None], "image"),
}


@pytest.mark.parametrize(("seeds", "message"), BAD_SEEDS.values(), ids=BAD_SEEDS)
def test_seeds_that_cannot_be_used(capsys, folder, seeds, message):
    path = as_file(folder, seeds, "seeds.npy")
    assert message in refused(capsys, folder, "segment", folder / "image.png", path)
    with pytest.raises(SeededKMeansError) as caught:
        segment(IMAGE, seeds)
    assert message in str(caught.value)


BAD_IMAGES = {
    "empty": (np.zeros((0, 30)), "shape (0, 30)"),
    "complex": (IMAGE.astype(complex), "complex128"),
    "object": (IMAGE.astype(object), "object"),
    "all NaN": (np.full(SHAPE, np.nan), "NaN"),
}


@pytest.mark.parametrize(("image", "message"), BAD_IMAGES.values(), ids=BAD_IMAGES)
def test_images_that_cannot_be_used(capsys, folder, image, message):
    path = as_file(folder, image, "image.npy")
    said = refused(capsys, folder, "segment", path, folder / "seeds.tif")
    assert message.lower() in said.lower() or "object" in message
    with pytest.raises(SeededKMeansError):
        segment(image, SEEDS)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-k", "0"], "n_clusters should be greater than or equal to 1, not 0"),
        (["-k", "-3"], "n_clusters should be greater than or equal to 1, not -3"),
        (["-k", "many"], "argument -k/--n-clusters: invalid int value: 'many'"),
        (["--preset", "nope"], "argument --preset: invalid choice: 'nope'"),
        (["--bandwidth", "nan"], "bandwidth"),
        (["--spacing", "1,2,3"], "spacing must be one positive number, or one for each of 2 axes"),
        (["--spacing", "wide"], "argument --spacing: invalid spacing value: 'wide'"),
        (["--channel-axis", "7"], "7"),
        (["--n-cl", "3"], "unrecognized arguments: --n-cl 3"),
        (["-o", "nowhere.xyz"], "its name must end in .png"),
    ],
)
def test_options_that_cannot_be_used(capsys, folder, monkeypatch, options, message):
    monkeypatch.chdir(folder)
    assert message in refused(capsys, folder, "segment", "image.png", "strokes.png", *options)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["nope"], "invalid choice: 'nope'"),
        (["segment"], "the following arguments are required: IMAGE, STROKES"),
        (["evaluate", "a"], "the following arguments are required: TRUTH"),
    ],
)
def test_wrong_use(capsys, tmp_path, arguments, message):
    assert message in refused(capsys, tmp_path, *arguments)


@pytest.mark.parametrize("taken", ["image.png", "strokes.png"])
def test_inputs_are_never_overwritten(capsys, folder, taken):
    before = (folder / taken).read_bytes()
    output = folder / "." / taken
    said = refused(capsys, folder, "segment", folder / "image.png", folder / "strokes.png", "-o", output)
    assert "is one of the inputs" in said
    assert (folder / taken).read_bytes() == before


def test_an_output_that_cannot_be_written(capsys, folder):
    output = folder / "image.png" / "below.png"
    said = refused(capsys, folder, "segment", folder / "image.png", folder / "strokes.png", "-o", output)
    assert f"cannot write {output}" in said


def test_more_clusters_than_colours_uses_fewer_and_says_so(capsys, folder):
    write_image(
        np.where(SEEDS[..., None] == 2, 200, 20).astype(np.uint8).repeat(3, axis=-1), folder / "flat.png"
    )
    arguments = ["segment", folder / "flat.png", folder / "strokes.png", "-o", folder / "out.png", "-k", "64"]
    assert main([str(argument) for argument in arguments]) == 0
    assert (folder / "out.png").exists()
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert all(line.startswith("seeded-kmeans: ") for line in lines)
    assert any("n_clusters is 1 there instead of 64" in line for line in lines)


def test_warnings_are_one_line(capsys, folder, monkeypatch):
    def run(arguments):
        warnings.warn("something was done\ndifferently", SeededKMeansWarning, stacklevel=2)

    monkeypatch.setattr("napari_seeded_kmeans.cli.evaluate.run", run)
    assert main(["evaluate", "a", "b"]) == 0
    assert capsys.readouterr().err == "seeded-kmeans: something was done differently\n"


def test_interrupt_is_130(capsys, monkeypatch):
    def run(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("napari_seeded_kmeans.cli.evaluate.run", run)
    assert main(["evaluate", "a", "b"]) == 130
    assert capsys.readouterr().err == "seeded-kmeans: interrupted\n"


def test_evaluate_refuses_what_does_not_fit(capsys, folder):
    write_seeds(SEEDS[1:], folder / "smaller.tif")
    said = refused(capsys, folder, "evaluate", folder / "smaller.tif", folder / "seeds.tif")
    assert "prediction has shape (19, 30), but truth has shape (20, 30)" in said
    assert "colour picture" in refused(capsys, folder, "evaluate", folder / "image.png", folder / "seeds.tif")
    refused(
        capsys, folder, "evaluate", folder / "missing.png", folder / "seeds.tif", "--csv", folder / "t.csv"
    )
