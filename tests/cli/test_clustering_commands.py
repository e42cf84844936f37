"""The commands that need no strokes: cluster, elbow, remove-background."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from napari_seeded_kmeans.cli import main
from napari_seeded_kmeans.io.images import read_image, write_image
from napari_seeded_kmeans.io.seeds import read_labels

RNG = np.random.default_rng(0)
TRUTH = np.zeros((60, 80), bool)
TRUTH[15:45, 25:60] = True


def make_picture(subject=(210, 40, 40)):
    image = np.empty((*TRUTH.shape, 3))
    image[:30], image[30:] = (40, 160, 60), (50, 70, 170)
    image[TRUTH] = subject
    return np.clip(image + RNG.integers(-6, 7, image.shape), 0, 255).astype(np.uint8)


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "cup.png"
    write_image(make_picture(), path)
    return path


@pytest.fixture
def folders(tmp_path):
    """The layout of saliency sets: images/*.jpg against masks/*.png, grey levels at the edges."""
    for number in range(3):
        (tmp_path / "images").mkdir(exist_ok=True)
        Image.fromarray(make_picture()).save(tmp_path / f"images/bild {number} ü.jpg", quality=95)
        mask = TRUTH * np.uint8(255)
        mask[14] = 90
        write_image(mask, tmp_path / f"masks/bild {number} ü.png")
    return tmp_path


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


# ---- cluster ----


def test_clusters_are_written_as_a_model_that_predict_applies(picture, tmp_path, capsys):
    model, labels = tmp_path / "model.json", tmp_path / "clusters.png"
    assert main(["cluster", str(picture), "-k", "3", "-m", str(model), "--labels", str(labels)]) == 0
    assert main(["predict", "-m", str(model), str(picture), "-o", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    np.testing.assert_array_equal(read_labels(tmp_path / "out" / "cup.png"), read_labels(labels))


def test_cluster_draws_the_picture_in_k_colours_beside_it(picture, capsys):
    assert main(["cluster", str(picture), "-k", "3"]) == 0
    output = picture.with_name("cup-3-colors.png")
    drawn = read_image(output)
    assert drawn.shape == (*TRUTH.shape, 3)
    assert len(np.unique(drawn.reshape(-1, 3), axis=0)) == 3
    assert capsys.readouterr().out.startswith(f"{output}: 3 colours\n  1 ")


def test_cluster_writes_labels_and_palette_too(picture, tmp_path, capsys):
    files = [f"{tmp_path}/{name}" for name in ("drawn.tif", "labels.png", "palette.csv")]
    options = ["-o", files[0], "--labels", files[1], "--palette", files[2], "--color-space", "lab", "--json"]
    assert main(["cluster", str(picture), "-k", "3", *options]) == 0
    labels = read_labels(tmp_path / "labels.png")
    np.testing.assert_array_equal(np.unique(labels), [1, 2, 3])
    assert len(np.unique(labels[TRUTH])) == 1
    report = json.loads(capsys.readouterr().out)
    rows = rows_of(tmp_path / "palette.csv")
    assert [float(row["share"]) for row in rows] == [row["share"] for row in report["palette"]]
    assert float(rows[0]["channel_2"]) == report["palette"][0]["color"][2]
    assert report["palette"][0]["share"] >= report["palette"][1]["share"]


def test_an_image_png_cannot_hold_becomes_a_tiff(tmp_path):
    write_image(RNG.normal(size=(4, 20, 30)).astype(np.float32), tmp_path / "stack.tif")
    assert main(["cluster", f"{tmp_path}/stack.tif", "-k", "2"]) == 0
    assert len(np.unique(read_image(tmp_path / "stack-2-colors.tif"))) == 2


# ---- elbow ----


def test_elbow_prints_a_row_for_each_k(picture, capsys):
    assert main(["elbow", str(picture), "--k-max", "6", "--color-space", "lab"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 8
    assert lines[-1] == "elbow at K = 3; best silhouette at K = 3"


@pytest.mark.parametrize(("name", "head"), [("c.png", b"\x89PNG"), ("c.svg", b"<?xml"), ("c.pdf", b"%PDF")])
def test_elbow_draws_the_curve(picture, tmp_path, name, head):
    assert main(["elbow", str(picture), "--k-max", "4", "-o", f"{tmp_path}/{name}"]) == 0
    assert (tmp_path / name).read_bytes().startswith(head)


def test_elbow_as_a_table_and_as_json(picture, tmp_path, capsys):
    arguments = [
        "elbow",
        str(picture),
        "--k-max",
        "4",
        "-o",
        f"{tmp_path}/a.csv",
        "--csv",
        f"{tmp_path}/b.csv",
    ]
    assert main([*arguments, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["suggested"] == 3
    assert report["table"][0]["silhouette"] is None
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    rows = rows_of(tmp_path / "a.csv")
    assert [float(row["wcss"]) for row in rows] == [row["wcss"] for row in report["table"]]


# ---- remove-background ----


def test_one_picture(picture, tmp_path, capsys):
    assert main(["remove-background", str(picture), "-o", f"{tmp_path}/out"]) == 0
    np.testing.assert_array_equal(read_image(tmp_path / "out/masks/cup.png") > 0, TRUTH)
    with Image.open(tmp_path / "out/cutouts/cup.png") as cut_out:
        np.testing.assert_array_equal(np.asarray(cut_out)[..., 3] > 0, TRUTH)
    assert capsys.readouterr().out == "cup.png: subject 21.9%\n"


def test_a_colour_behind_the_subject(picture, tmp_path):
    arguments = ["remove-background", str(picture), "-o", f"{tmp_path}/out", "--color", "1,2,3"]
    assert main(arguments) == 0
    np.testing.assert_array_equal(read_image(tmp_path / "out/cutouts/cup.png")[0, 0], [1, 2, 3])


def test_a_folder_against_its_truth(folders, capsys):
    out = folders / "images" / "out"
    arguments = ["remove-background", f"{folders}/images", "-o", str(out), "--truth", f"{folders}/masks"]
    assert main([*arguments, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["iou"]["n"] == 3
    assert report["iou"]["mean"] == pytest.approx(np.mean([row["iou"] for row in report["outcomes"]]))
    assert report["iou"]["median"] > 0.97
    assert report["iou"]["worst"].endswith(".jpg")
    rows = rows_of(out / "scores.csv")
    assert [row["image"] for row in rows] == [f"bild {number} ü.jpg" for number in range(3)]
    assert (out / "scores.png").read_bytes().startswith(b"\x89PNG")
    # The results lie inside the folder of images, and do not become images of the next run.
    assert main(arguments) == 0
    assert "IoU of 3: mean 0.9" in capsys.readouterr().out


def test_values_that_are_not_scored(folders, capsys):
    for path in (folders / "masks").iterdir():
        mask = TRUTH.astype(np.uint8)
        mask[:20] = 255
        write_image(mask, path)
    arguments = [
        "remove-background",
        f"{folders}/images",
        "-o",
        f"{folders}/out",
        "--truth",
        f"{folders}/masks",
    ]
    # Class indices, with 255 for "do not score": understood without being told, too.
    for told in (["--ignore", "255"], []):
        assert main([*arguments, *told, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["iou"]["mean"] > 0.97


def test_each_bad_file_has_its_line_and_the_rest_is_done(folders, capsys):
    images = folders / "images"
    (images / "empty.png").touch()
    (images / "BILD 1 Ü.png").write_bytes((images / "bild 1 ü.jpg").read_bytes())
    (images / "cut.jpg").write_bytes((images / "bild 0 ü.jpg").read_bytes()[:200])
    (images / "line\nbreak.png").write_bytes(b"not a picture at all")
    (folders / "masks/bild 0 ü.png").unlink()
    write_image(TRUTH[:9], folders / "masks/bild 2 ü.png")
    arguments = ["remove-background", str(images), "-o", f"{folders}/out", "--truth", f"{folders}/masks"]
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert "IoU of 1: " in out
    lines = err.splitlines()
    assert len(lines) == 6
    for sentence in (
        "empty.png: the file is empty",
        "cut.jpg: it is ",
        "line break.png: it is not an image",
        "would replace that of",
        "bild 0 ü.jpg has no truth: no mask is named bild 0 ü",
        "has shape (9, 80), but",
    ):
        assert sum(sentence in line for line in lines) == 1, sentence
    assert len(list((folders / "out/masks").iterdir())) == 3
    assert len(rows_of(folders / "out/scores.csv")) == 7


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["cluster", "PICTURE", "-k", "0"], "n_clusters must be an integer from 1 to 256, not 0"),
        (["cluster", "PICTURE"], "-k"),
        (["cluster", "PICTURE", "-k", "2", "-o", "FOLDER/a.gif"], "its name must end in"),
        (["cluster", "none.png", "-k", "2"], "none.png"),
        (["elbow", "PICTURE", "--k-max", "999"], "k_max must be an integer from 1 to 256, not 999"),
        (["elbow", "PICTURE", "-o", "FOLDER/curve.docx"], "its name must end in .png, .svg, .pdf"),
        (
            ["remove-background", "PICTURE", "-o", "FOLDER/o", "-k", "1"],
            "n_clusters must be an integer from 2",
        ),
        (
            ["remove-background", "PICTURE", "-o", "FOLDER/o", "--color", "1,2"],
            "color must be three integers",
        ),
        (["remove-background", "PICTURE", "-o", "FOLDER/o", "--border-share", "2"], "from 0 to 1, not 2.0"),
        (["remove-background", "none.png", "-o", "FOLDER/o"], "none.png: no such file"),
        (["remove-background", "PICTURE", "-o", "FOLDER/o", "--truth", "FOLDER/x"], "cannot list"),
        (["remove-background", "FOLDER/leer", "-o", "FOLDER/o"], "holds no image"),
    ],
)
def test_wrong_use_is_one_line_and_nothing_is_written(picture, tmp_path, capsys, arguments, sentence):
    (tmp_path / "leer").mkdir()
    before = sorted(tmp_path.rglob("*"))
    words = {"PICTURE": str(picture)}
    assert main([words.get(word, word.replace("FOLDER", str(tmp_path))) for word in arguments]) == 2
    out, err = capsys.readouterr()
    assert sentence in err
    assert err.count("\n") == 1
    assert out == ""
    assert sorted(tmp_path.rglob("*")) == before
