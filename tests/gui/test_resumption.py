"""What a session brings back: everything that leads to the mask, however the viewer is by then."""

import json

import numpy as np
import pytest
from conftest import paint_halves
from napari.layers._source import layer_source

from napari_seeded_kmeans import write_image
from napari_seeded_kmeans.io.sessions import read_session
from napari_seeded_kmeans.session import Stage

# A dab on a smooth picture may have fewer colours than the clusters asked for.
pytestmark = pytest.mark.filterwarnings("ignore:Class .* distinct colours only")

SCALE = {"scale": (4.0, 1.0, 1.0), "units": ("um", "um", "um"), "axis_labels": ("z", "y", "x")}


@pytest.fixture
def stack():
    """(z, y, x): two blobs in noise, so that the distance between planes matters."""
    z, y, x = np.ogrid[:8, :48, :64]
    picture = np.random.default_rng(0).normal(60, 22, (8, 48, 64))
    picture += 80 * (((z - 4) * 4) ** 2 + (y - 24) ** 2 + (x - 46) ** 2 < 14**2)
    return np.clip(picture, 0, 255).astype(np.uint8)


@pytest.fixture
def saved(viewer, dock, stack, settle, tmp_path):
    """A session on a stack from a file, of which somebody said how large its pixels are; gives the mask."""
    write_image(stack, tmp_path / "stack.tif")
    with layer_source(path=str(tmp_path / "stack.tif")):
        viewer.add_image(stack, name="stack", translate=(1, 0, 0), **SCALE)
    dock.params.set_value("auto", n_clusters=4)
    seeds = dock.new_seeds()
    seeds.data[4, 5:20, 4:8] = 1
    seeds.data[4, 20:28, 44:48] = 2
    seeds.refresh()
    assert settle(dock) is Stage.DONE
    mask = viewer.layers["stack mask"].data.copy()
    dock.save_session(tmp_path / "my.json")
    settle(dock)
    viewer.layers.clear()
    return mask


def test_an_image_is_opened_with_the_size_of_its_pixels(viewer, dock, saved, settle, tmp_path):
    dock.open_session(tmp_path / "my.json")
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    image = viewer.layers["stack"]
    np.testing.assert_array_equal(image.scale, SCALE["scale"])
    np.testing.assert_array_equal(image.translate, (1, 0, 0))
    assert tuple(map(str, image.units)) == ("micrometer",) * 3
    assert image.axis_labels == SCALE["axis_labels"]
    np.testing.assert_array_equal(viewer.layers["stack mask"].data, saved)


def test_an_image_that_nobody_placed_is_put_where_it_was(viewer, dock, saved, stack, settle, tmp_path):
    viewer.add_image(stack, name="again")
    dock.open_session(tmp_path / "my.json")
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(viewer.layers["again"].scale, SCALE["scale"])
    np.testing.assert_array_equal(viewer.layers["again seeds"].scale, SCALE["scale"])
    np.testing.assert_array_equal(viewer.layers["again mask"].data, saved)


def test_what_was_kept_is_restored_with_the_size_of_pixels(
    viewer, dock, saved, stack, another, settle, qtbot
):
    dock.close_down()
    viewer.add_image(stack, name="again")
    again = another()
    qtbot.waitUntil(again.hint_line.restore_button.isVisible)
    again.restore()
    assert settle(again) is Stage.DONE, again.hint_line.text
    np.testing.assert_array_equal(viewer.layers["again mask"].data, saved)


def test_an_image_that_somebody_placed_stays_there_and_its_pixels_are_told_of(
    viewer, dock, saved, stack, settle, tmp_path
):
    image = viewer.add_image(stack, name="again", scale=(2, 1, 1))
    dock.open_session(tmp_path / "my.json")
    settle(dock)
    np.testing.assert_array_equal(image.scale, (2, 1, 1))
    assert "Pixels of again are 2 x 1 x 1 here but were 4 x 1 x 1" in dock.hint_line.text
    image.scale = SCALE["scale"]
    dock.segment()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert "Pixels" not in dock.hint_line.text
    np.testing.assert_array_equal(viewer.layers["again mask"].data, saved)


def test_unknown_units_are_said_and_nothing_is_added(viewer, dock, saved, settle, tmp_path):
    path = tmp_path / "my.json"
    path.write_text(path.read_text().replace('"micrometer"', '"furlong per cell"'))
    dock.open_session(path)
    settle(dock)
    assert "placement is not usable" in dock.hint_line.text
    assert not len(viewer.layers)


def test_three_planes_are_not_taken_for_colours(viewer, dock, two_halves, settle, tmp_path):
    planes = np.repeat(two_halves[..., np.newaxis], 3, axis=-1)
    write_image(planes, tmp_path / "in.tif")
    with layer_source(path=str(tmp_path / "in.tif")):
        viewer.add_image(planes, name="in", rgb=False)
    dock.choice.choose_channels(2)
    seeds = dock.new_seeds()
    # Its last axis stands for the channels.
    seeds.data[10:40, 4:8] = 1
    seeds.data[10:40, 56:60] = 2
    seeds.refresh()
    assert settle(dock) is Stage.DONE
    dock.save_session(tmp_path / "my.json")
    settle(dock)
    viewer.layers.clear()
    dock.open_session(tmp_path / "my.json")
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert not viewer.layers["in"].rgb
    assert dock.choice.channel_axis == 2


@pytest.fixture
def painted(viewer, dock, two_halves, settle):
    """The dock with a first result; gives the seeds."""
    viewer.add_image(two_halves, name="halves")
    dock.params.set_value("auto", n_clusters=4)
    seeds = dock.new_seeds()
    paint_halves(seeds)
    assert settle(dock) is Stage.DONE
    return seeds


def test_a_session_of_the_whole_image_lets_go_of_the_region(viewer, dock, painted, settle, tmp_path):
    mask = viewer.layers["halves mask"].data.copy()
    dock.save_session(tmp_path / "my.json")
    settle(dock)
    region = np.zeros(painted.data.shape, np.uint8)
    region[5:45] = 1
    dock.choice.choose_region(viewer.add_labels(region, name="part"))
    settle(dock)
    assert not viewer.layers["halves mask"].data[0].any()
    dock.open_session(tmp_path / "my.json")
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert dock.choice.region is None
    np.testing.assert_array_equal(viewer.layers["halves mask"].data, mask)


def test_edits_of_a_session_are_undone_one_by_one(viewer, dock, painted, settle, tmp_path):
    dock.clusters.lock(0, True)
    settle(dock)
    dock.clusters.weigh(1, 3.0)
    settle(dock)
    edits = dock.clusters.edits
    dock.save_session(tmp_path / "my.json")
    settle(dock)
    viewer.layers.remove(painted)
    dock.open_session(tmp_path / "my.json")
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert dock.clusters.edits == edits
    for n_left in (1, 0):
        dock.clusters.undo()
        assert settle(dock) is Stage.DONE, dock.hint_line.text
        assert len(dock.clusters.edits.steps) == n_left
    assert not dock.insight.table.undo_button.isEnabled()
    dock.clusters.redo()
    dock.clusters.redo()
    assert dock.clusters.edits == edits


def test_strokes_that_are_there_are_not_added_twice_unless_they_have_other_edits(
    viewer, dock, painted, settle, tmp_path
):
    dock.save_session(tmp_path / "my.json")
    settle(dock)
    dock.classes.rename(2, "bright")
    dock.open_session(tmp_path / "my.json")
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert dock.choice.seeds is painted
    assert dock.classes.legend.name_of(2) != "bright"
    dock.clusters.lock(0, True)
    settle(dock)
    dock.open_session(tmp_path / "my.json")
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert dock.choice.seeds is not painted
    dock.choice.choose_seeds(painted)
    assert len(dock.clusters.edits.steps) == 1


def test_the_outputs_that_were_ticked_are_there_again(
    viewer, dock, painted, settle, another, qtbot, tmp_path
):
    kinds = ("mask", "uncertainty", "objects")
    dock.outputs.set_value(kinds)
    qtbot.waitUntil(lambda: {"halves objects", "halves uncertainty"} <= {one.name for one in viewer.layers})
    dock.save_session(tmp_path / "my.json")
    settle(dock)
    dock.outputs.set_value(("mask",))
    painted.paint((20, 20), 2)
    settle(dock)
    dock.open_session(tmp_path / "my.json")
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert dock.outputs.value() == kinds
    qtbot.waitUntil(lambda: {"halves objects", "halves uncertainty"} <= {one.name for one in viewer.layers})


def test_ticking_an_output_is_kept_by_itself(viewer, dock, painted, settle, kept, qtbot):
    dock.outputs.set_value(("mask", "scores"))

    def outputs():
        return [read_session(path).outputs for path in kept.glob("autosave/*.json")]

    qtbot.waitUntil(lambda: outputs() == [("mask", "scores")])


def test_a_session_of_an_earlier_release_leaves_the_outputs(viewer, dock, painted, settle, tmp_path):
    path = tmp_path / "my.json"
    dock.save_session(path)
    settle(dock)
    path.write_text(json.dumps({**json.loads(path.read_text()), "outputs": None}))
    dock.outputs.set_value(("mask", "scores"))
    dock.open_session(path)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert dock.outputs.value() == ("mask", "scores")


def test_strokes_that_lie_over_an_image_go_where_it_was(viewer, dock, saved, stack, settle, tmp_path, qtbot):
    strokes = read_session(tmp_path / "my.json").seeds
    image = viewer.add_image(stack, name="again")
    seeds = viewer.add_labels(strokes, name="again seeds")
    dock.open_session(tmp_path / "my.json")
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    qtbot.waitUntil(lambda: np.array_equal(seeds.scale, image.scale))
    assert dock.choice.seeds is seeds
    qtbot.waitUntil(lambda: not dock._inputs._move_timer.isActive())
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert "The mask covers" in dock.hint_line.text
    np.testing.assert_array_equal(image.scale, SCALE["scale"])
    np.testing.assert_array_equal(seeds.translate, image.translate)
    np.testing.assert_array_equal(viewer.layers["again mask"].data, saved)
