"""Time series: frames are chosen or known by their label, segmented one by one, and kept."""

import subprocess
import sys

import numpy as np
import pytest

from napari_seeded_kmeans import read_labels, segment
from napari_seeded_kmeans.gui.layer_choice import LayerChoice
from napari_seeded_kmeans.session import Stage

pytestmark = pytest.mark.filterwarnings("ignore:Class .* distinct colours only")
FRAMES = (np.inf, 1.0, 1.0)


@pytest.fixture(scope="module")
def film():
    """(t, y, x): a disc that jumps, and where it is."""
    y, x = np.mgrid[:64, :96]
    truth = np.stack([(y - 20) ** 2 + (x - 12 - 13 * frame) ** 2 < 9**2 for frame in range(6)])
    image = np.where(truth, 130, 40) + np.random.default_rng(0).normal(0, 8, truth.shape)
    return image.clip(0, 255).astype(np.uint8), truth


@pytest.fixture
def image(viewer, dock, film):
    return viewer.add_image(film[0], name="im")


@pytest.fixture
def seeds(viewer, dock, image, settle):
    """Strokes on the first frame, and a first result."""
    seeds = dock.new_seeds()
    seeds.data[0, 20, 8:16], seeds.data[0, 45, 5:60] = 2, 1
    seeds.refresh()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    return seeds


def mask(viewer):
    return viewer.layers["im mask"].data


def test_an_axis_is_time_if_it_is_chosen(viewer, dock, seeds, film, settle):
    assert not dock.choice.has_frames
    np.testing.assert_array_equal(mask(viewer), segment(film[0], seeds.data, spacing=(1, 1, 1)).labels)
    dock.choice.choose_frames(has_frames=True)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    wanted = segment(film[0], seeds.data, spacing=FRAMES)
    np.testing.assert_array_equal(mask(viewer), wanted.labels)
    for found, true in zip(mask(viewer) == 2, film[1], strict=True):
        assert (found & true).sum() > 0.95 * (found | true).sum()
    dock.choice.choose_frames(has_frames=False)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(mask(viewer), segment(film[0], seeds.data, spacing=(1, 1, 1)).labels)


@pytest.mark.parametrize("label", ["t", "Time", "frames"])
def test_an_axis_that_is_called_time_is_time(label, viewer, dock, film):
    viewer.add_image(film[0], axis_labels=(label, "y", "x"))
    assert dock.choice.has_frames
    assert dock._inputs.source.spacing == FRAMES


def test_an_axis_that_is_called_time_later_is_followed(viewer, dock, image, seeds, film, settle, qtbot):
    image.axis_labels = ("t", "y", "x")
    qtbot.waitUntil(lambda: dock.choice.has_frames)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(mask(viewer), segment(film[0], seeds.data, spacing=FRAMES).labels)


def test_an_axis_that_is_called_channels_later_holds_them(viewer, dock, film, qtbot):
    image = viewer.add_image(film[0])
    assert dock.choice.channel_axis is None
    image.axis_labels = ("c", "y", "x")
    qtbot.waitUntil(lambda: dock.choice.channel_axis == 0)
    assert not dock.choice.has_frames


def test_channels_before_time(viewer, dock, film):
    both = np.stack([film[0], film[0]])
    viewer.add_image(both, axis_labels=("c", "t", "y", "x"))
    assert (dock.choice.channel_axis, dock.choice.has_frames) == (0, True)
    assert dock._inputs.source.spacing == FRAMES
    assert dock.choice._frames.currentText() == "axis 1 (6) is time"


def test_what_is_offered_is_not_told_as_if_somebody_chose_it(qtbot):
    choice = LayerChoice()
    qtbot.addWidget(choice)
    choice.offer_frames("axis 0 (6)", has_frames=False)
    with qtbot.assertNotEmitted(choice.frames_chosen):
        choice.offer_frames("axis 0 (8)", has_frames=True)
    assert choice.has_frames
    with qtbot.waitSignal(choice.frames_chosen):
        choice.choose_frames(has_frames=False)
    assert "Frames in time" in choice._frames.toolTip()


def test_pictures_leave_no_choice(viewer, dock, film):
    viewer.add_image(film[0][0])
    assert dock.choice._frames.isHidden()
    viewer.add_image(np.zeros((40, 50, 3), np.uint8), rgb=True)
    assert dock.choice._frames.isHidden()


def test_it_is_remembered_for_every_image(viewer, dock, image, film):
    dock.choice.choose_frames(has_frames=True)
    other = viewer.add_image(film[0] + 1, name="other")
    dock.choice.choose_image(other)
    assert not dock.choice.has_frames
    dock.choice.choose_image(image)
    assert dock.choice.has_frames


def test_objects_and_sizes_are_those_of_frames(viewer, dock, image, seeds, film, settle, qtbot):
    image.scale = (5, 0.5, 0.5)
    dock.choice.choose_frames(has_frames=True)
    dock.outputs.set_value(("mask", "objects", "measurements"))
    settle(dock)
    qtbot.waitUntil(lambda: "im objects" in viewer.layers)
    objects = viewer.layers["im objects"]
    # Those of the volume come first, and where the image lay before.
    qtbot.waitUntil(lambda: objects.features["centroid-0"].tolist() == [0, 1, 2, 3, 4, 5])
    np.testing.assert_allclose(objects.features["size"], objects.features["pixels"] / 4)


def test_it_comes_back_with_session_and_script(viewer, dock, seeds, settle, tmp_path):
    dock.choice.choose_frames(has_frames=True)
    settle(dock)
    wanted = mask(viewer).copy()
    dock.save_session(tmp_path / "my.json")
    settle(dock)
    dock.export_script(tmp_path / "run.py")
    settle(dock)
    dock.choice.choose_frames(has_frames=False)
    settle(dock)
    dock.open_session(tmp_path / "my.json")
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert dock.choice.has_frames
    np.testing.assert_array_equal(mask(viewer), wanted)
    done = subprocess.run([sys.executable, tmp_path / "run.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    np.testing.assert_array_equal(read_labels(tmp_path / "run.labels.tif"), wanted)


def test_a_dock_that_is_opened_again_knows_it(dock, seeds, settle, another):
    dock.choice.choose_frames(has_frames=True)
    settle(dock)
    dock.close_down()
    assert another().choice.has_frames
