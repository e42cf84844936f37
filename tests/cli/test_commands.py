"""The commands as a shell sees them: what they print, write and answer."""

import json
import subprocess
import sys
from importlib.metadata import version

import numpy as np
import pytest
from PIL import Image

from napari_seeded_kmeans.cli import COMMANDS, main
from napari_seeded_kmeans.core.params import PRESETS, Params, make_params
from napari_seeded_kmeans.io.images import read_image, write_image
from napari_seeded_kmeans.io.seeds import read_labels, write_seeds

RNG = np.random.default_rng(0)
TRUTH = np.zeros((40, 50), bool)
TRUTH[10:30, 15:35] = True


def make_image():
    colors = np.where(TRUTH[..., None], (200, 120, 40), (40, 80, 160))
    return (colors + RNG.integers(-20, 20, (*TRUTH.shape, 3))).astype(np.uint8)


def make_strokes():
    picture = np.zeros((*TRUTH.shape, 3), np.uint8)
    picture[14:26, 18:32] = (255, 0, 0)
    picture[3:6, 3:45] = (6, 0, 255)
    return picture


@pytest.fixture
def folder(tmp_path):
    write_image(make_image(), tmp_path / "image.png")
    write_image(make_strokes(), tmp_path / "image-stroke.png")
    return tmp_path


def iou(mask):
    return (mask & TRUTH).sum() / (mask | TRUTH).sum()


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_segment_writes_a_white_and_black_mask_into_a_folder_named_after_k(folder, capsys):
    assert main(["segment", str(folder / "image.png"), str(folder / "image-stroke.png"), "-k", "70"]) == 0

    output = folder / "70" / "image-stroke.png"
    mask = read_image(output)
    assert mask.dtype == np.uint8
    assert set(np.unique(mask)) == {0, 255}
    assert iou(mask == 255) > 0.95
    out, err = capsys.readouterr()
    assert out.startswith(f"{output}: class 1 ")
    assert err == ""
    assert files_in(folder) == ["70/image-stroke.png", "image-stroke.png", "image.png"]


def test_segment_says_what_it_chose_and_how_sure_it_is(folder, capsys):
    arguments = ["segment", f"{folder}/image.png", f"{folder}/image-stroke.png"]
    assert main([*arguments, "--estimate"]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.partition(":")[0] for line in lines] == [
        "Spread",
        "Looks at",
        "Clusters",
        "Bandwidth",
        "Estimated accuracy",
    ]
    assert main([*arguments, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["choices"]["spread"] == "strokes"
    assert report["estimated_accuracy"] is None


def test_json_is_one_object_and_nothing_else(folder, capsys):
    assert main(["segment", str(folder / "image.png"), str(folder / "image-stroke.png"), "--json"]) == 0
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert err == ""
    assert report["output"] == str(folder / str(Params().n_clusters) / "image-stroke.png")
    assert report["classes"] == [1, 2]
    assert sum(report["shares"].values()) == pytest.approx(1)
    assert Params(**report["params"]) == Params()


@pytest.mark.parametrize("name", ["out.png", "new folder/mit Umlaut ä.png", "out.tif", "out.npy"])
def test_output_goes_where_it_is_told(folder, name):
    arguments = [
        "segment",
        str(folder / "image.png"),
        str(folder / "image-stroke.png"),
        "-o",
        str(folder / name),
    ]
    assert main(arguments) == 0
    assert iou(read_image(folder / name) > 0) > 0.95


@pytest.mark.parametrize("name", ["results", "v1.2"])
def test_a_folder_as_output_gets_the_strokes_name(folder, name):
    (folder / "v1.2").mkdir()
    (folder / "image-stroke.png").rename(folder / "scribbles.png")
    assert main(["segment", f"{folder}/image.png", f"{folder}/scribbles.png", "-o", f"{folder}/{name}"]) == 0
    assert (folder / name / "scribbles.png").exists()


def test_the_same_command_gives_the_same_bytes(folder):
    for name in ("a.png", "b.png"):
        main(["segment", f"{folder}/image.png", f"{folder}/image-stroke.png", "-o", f"{folder}/{name}"])
    assert (folder / "a.png").read_bytes() == (folder / "b.png").read_bytes()


def test_classes_keep_their_values(folder):
    seeds = np.zeros(TRUTH.shape, np.uint16)
    seeds[3:6], seeds[18:21, 18:32] = 4, 300
    write_seeds(seeds, folder / "seeds.png")
    assert main(["segment", f"{folder}/image.png", f"{folder}/seeds.png", "-o", f"{folder}/labels.png"]) == 0
    labels = read_labels(folder / "labels.png")
    assert set(np.unique(labels)) == {4, 300}
    assert iou(labels == 300) > 0.95


def test_stacks_give_a_tiff_of_labels(folder):
    stack = np.stack([make_image()[..., 0]] * 3)
    seeds = np.zeros(stack.shape, np.uint8)
    seeds[1, 3:6], seeds[1, 18:21, 18:32] = 1, 2
    write_image(stack, folder / "stack.tif")
    write_seeds(seeds, folder / "seeds.tif")
    assert main(["segment", f"{folder}/stack.tif", f"{folder}/seeds.tif", "--spacing", "2,0.5,0.5"]) == 0
    labels = read_labels(folder / str(Params().n_clusters) / "seeds.tif")
    assert labels.shape == stack.shape
    assert iou(labels[1] == 2) > 0.9


def test_channels_may_come_first(folder):
    write_image(np.moveaxis(make_image(), -1, 0), folder / "channels.tif")
    arguments = ["segment", f"{folder}/channels.tif", f"{folder}/image-stroke.png", "-o", f"{folder}/out.png"]
    assert main([*arguments, "--channel-axis", "0"]) == 0
    assert iou(read_image(folder / "out.png") > 0) > 0.95


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], Params()),
        (["--preset", "classic"], make_params("classic")),
        (["--preset", "classic", "-k", "3"], make_params("classic", n_clusters=3)),
        (
            ["--fill-holes", "--bandwidth", "4", "--spread", "everywhere"],
            make_params(fill_holes=True, bandwidth=4, spread="everywhere"),
        ),
        (["--preset", "classic", "--no-fill-holes"], make_params("classic", fill_holes=False)),
        (["--clean-up", "2: open=3"], make_params(clean_up={2: {"open": 3}})),
        (["--clusters-by-class", "1=9 2=4"], make_params(clusters_by_class={1: 9, 2: 4})),
    ],
    ids=["none", "preset", "preset and k", "several kinds", "switch off", "text", "by class"],
)
def test_settings_are_the_presets_unless_given(folder, capsys, options, expected):
    assert main(["segment", f"{folder}/image.png", f"{folder}/image-stroke.png", "--json", *options]) == 0
    assert Params(**json.loads(capsys.readouterr().out)["params"]) == expected


def test_every_setting_is_an_option_with_its_description(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["segment", "--help"])
    assert ended.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for name, field in Params.model_fields.items():
        assert f"--{name.replace('_', '-')}" in text
        assert " ".join(field.description.split()) in text
    for preset in PRESETS:
        assert preset in text


def test_help_lists_the_commands_and_version_says_which(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    assert all(command in text for command in COMMANDS)
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"seeded-kmeans {version('napari-seeded-kmeans')}\n"


def test_evaluate_prints_a_table(folder, capsys):
    write_image(TRUTH, folder / "truth.png")
    write_image(np.roll(TRUTH, 1, axis=0), folder / "mask.png")
    assert main(["evaluate", f"{folder}/mask.png", f"{folder}/truth.png"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["class", "IoU", "Dice", "precision", "recall", "boundary", "F"]
    assert lines[1].split() == ["1", "0.9048", "0.9500", "0.9500", "0.9500", "1.0000"]
    assert lines[2].split()[0] == "mean"


def test_evaluate_as_json_and_csv(folder, capsys):
    write_seeds(TRUTH + 1, folder / "labels.tif")
    write_image(TRUTH, folder / "truth.png")
    csv = folder / "new" / "scores.csv"
    assert main(["evaluate", f"{folder}/labels.tif", f"{folder}/truth.png", "--json", "--csv", str(csv)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["iou"] == report["per_class"]["1"]["boundary_f"] == 1.0
    assert csv.read_text().splitlines() == [
        "class,iou,dice,precision,recall,boundary_f",
        "1,1.0,1.0,1.0,1.0,1.0",
        "mean,1.0,1.0,1.0,1.0,1.0",
    ]


def test_evaluate_options(folder, capsys):
    truth = np.where(TRUTH, 2, 1).astype(np.uint8)
    truth[0] = 0
    write_seeds(truth, folder / "truth.png")
    write_image(TRUTH, folder / "mask.png")
    arguments = ["evaluate", f"{folder}/mask.png", f"{folder}/truth.png", "--json"]
    assert main([*arguments, "--ignore", "0", "--tolerance", "0", "--spacing", "0.5"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["iou"] == report["boundary_f"] == 1.0
    assert report["n_pixels"] == TRUTH.size - 50
    assert main([*arguments, "--background", "1"]) == 0


def test_demo_writes_pictures_and_scores(tmp_path, capsys):
    assert main(["demo", "-o", str(tmp_path / "demo"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert files_in(tmp_path / "demo") == ["cutout.png", "mask.png", "overlay.png", "scores.json"]
    assert report["iou"] >= 0.9
    assert set(report["files"].values()) == {
        str(tmp_path / "demo" / name) for name in files_in(tmp_path / "demo")
    }
    assert json.loads((tmp_path / "demo" / "scores.json").read_text())["iou"] == report["iou"]
    mask, overlay = read_image(tmp_path / "demo" / "mask.png"), read_image(tmp_path / "demo" / "overlay.png")
    assert overlay.shape == (*mask.shape, 3)


def test_demo_says_iou_and_paths(tmp_path, capsys):
    assert main(["demo", "-o", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("IoU 0.")
    for name in files_in(tmp_path):
        assert str(tmp_path / name) in out
    assert err == ""


def run(*arguments, cwd):
    command = [sys.executable, "-m", "napari_seeded_kmeans", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_as_a_process_with_relative_paths(folder):
    done = run("segment", "image.png", "image-stroke.png", "-k", "70", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("70/image-stroke.png: ")
    failed = run("segment", "image.png", "missing.png", cwd=folder)
    assert (failed.returncode, failed.stdout) == (2, "")
    assert failed.stderr == "seeded-kmeans: cannot read missing.png: no such file or directory.\n"


def test_help_needs_no_heavy_library(tmp_path):
    script = (
        "import sys\nfrom napari_seeded_kmeans.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'numpy', 'numba', 'scipy', 'pydantic', 'napari', 'qtpy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_transparent_strokes_are_read(folder):
    picture = np.dstack([make_strokes(), make_strokes().any(axis=-1) * np.uint8(255)])
    Image.fromarray(picture).save(folder / "image-stroke.png")
    assert (
        main(["segment", f"{folder}/image.png", f"{folder}/image-stroke.png", "-o", f"{folder}/o.png"]) == 0
    )
    assert iou(read_image(folder / "o.png") > 0) > 0.95
