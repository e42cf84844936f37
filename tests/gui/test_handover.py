"""A dock that is closed and opened again goes on where it was; nothing is lost, and nothing is there twice."""

import numpy as np
import pytest
from conftest import paint_halves
from napari.layers import Image, Labels

from napari_seeded_kmeans.gui.cluster_dock import ClusterColours
from napari_seeded_kmeans.io.sessions import read_session
from napari_seeded_kmeans.session import Stage

# A dab on a smooth picture may have fewer colours than the clusters asked for.
pytestmark = pytest.mark.filterwarnings("ignore:Class .* distinct colours only")


@pytest.fixture
def painted(viewer, dock, two_halves, settle):
    """The dock with a result of classes, edits and settings of somebody's own; gives the seeds."""
    viewer.add_image(two_halves, name="halves")
    dock.params.set_value("auto", n_clusters=4)
    seeds = dock.new_seeds()
    paint_halves(seeds)
    seeds.data[2:4, 28:36] = 3
    seeds.refresh()
    assert settle(dock) is Stage.DONE
    dock.classes.rename(2, "bright")
    dock.classes.set_ignored(3, True)
    settle(dock)
    dock.clusters.lock(0, True)
    settle(dock)
    dock.clusters.lock(1, True)
    assert settle(dock) is Stage.DONE
    return seeds


def names(viewer):
    return [layer.name for layer in viewer.layers]


def test_all_that_was_chosen_is_there_again_and_the_mask_follows(
    viewer, dock, painted, another, settle, kept
):
    region = np.zeros(painted.data.shape, np.uint8)
    region[:45] = 1
    dock.choice.choose_region(viewer.add_labels(region, name="part"))
    dock.outputs.set_value(("mask", "objects"))
    settle(dock)
    mask, legend, edits = viewer.layers["halves mask"], dock.classes.legend, dock.clusters.edits
    before = mask.data.copy()
    dock.close_down()
    again = another()
    assert settle(again) is Stage.DONE, again.hint_line.text
    assert not again.session.has_offer
    assert again.classes.legend == legend
    assert (again.clusters.edits, len(edits.steps)) == (edits, 2)
    assert again.params.overrides() == {"n_clusters": 4}
    assert again.outputs.value() == ("mask", "objects")
    assert again.choice.region.name == "part"
    assert again.choice.seeds is painted
    assert viewer.layers["halves mask"] is mask
    np.testing.assert_array_equal(mask.data, before)
    assert not any("[1]" in name for name in names(viewer))


def test_one_more_stroke_keeps_names_and_edits(viewer, dock, painted, another, settle, kept, qtbot):
    dock.close_down()
    again = another()
    settle(again)
    painted.paint((20, 50), 2)
    assert settle(again) is Stage.DONE

    def newest():
        path = max(kept.glob("autosave/*.json"), key=lambda path: path.stat().st_mtime_ns)
        return read_session(path)

    qtbot.waitUntil(lambda: np.array_equal(newest().seeds, painted.data))
    assert newest().legend.name_of(2) == "bright"
    assert newest().legend.ignored == {3}
    assert len(newest().edits.steps) == 2


def test_edits_made_before_can_be_undone_one_by_one(viewer, dock, painted, another, settle):
    dock.close_down()
    again = another()
    settle(again)
    again.clusters.undo()
    assert len(again.clusters.edits.steps) == 1


def test_without_live_nothing_runs(viewer, dock, painted, another, settle):
    dock.run_bar.set_live(False)
    dock.close_down()
    again = another()
    assert settle(again) is Stage.READY
    assert not again.run_bar.is_live


def test_of_two_images_the_one_that_was_chosen_is(viewer, dock, painted, two_halves, another, settle):
    image = dock.choice.image
    viewer.add_image(two_halves.T, name="other")
    viewer.layers.selection.active = painted
    assert dock.choice.image is image
    dock.close_down()
    again = another()
    settle(again)
    assert again.choice.image is image
    assert again.choice.seeds is painted


def test_layers_that_are_gone_are_not_chosen(viewer, dock, painted, another, settle):
    dock.close_down()
    viewer.layers.clear()
    again = another()
    assert settle(again) is Stage.NEEDS_IMAGE


def test_an_image_that_was_never_segmented_is_not_unasked(viewer, dock, two_halves, settle):
    viewer.add_image(two_halves, name="halves")
    seeds = np.zeros(two_halves.shape, np.uint8)
    seeds[10:40, 4:8], seeds[10:40, 56:60] = 1, 2
    viewer.add_labels(seeds, name="halves seeds")
    assert settle(dock) is Stage.READY
    assert dock.choice.seeds is not None


def test_what_was_done_with_the_same_strokes_is_offered_where_they_came_without(
    viewer, dock, painted, another, settle, kept, qtbot
):
    image, strokes = dock.choice.image.data, painted.data.copy()
    qtbot.waitUntil(lambda: [read_session(path) for path in kept.glob("autosave/*.json")] != [])
    dock.close_down()
    viewer.layers.clear()
    viewer.add_layer(Image(image, name="halves"))
    viewer.add_layer(Labels(strokes, name="halves seeds"))
    again = another()
    qtbot.waitUntil(again.hint_line.restore_button.isVisible)
    assert "How you went on with these strokes was kept" in again.hint_line.text
    again.restore()
    assert settle(again) is Stage.DONE, again.hint_line.text
    assert again.classes.legend.name_of(2) == "bright"
    assert len(again.clusters.edits.steps) == 2
    assert names(viewer) == ["halves", "halves mask", "halves seeds"]


def test_other_docks_have_no_layer_twice_either(viewer, two_halves, qtbot):
    viewer.add_image(two_halves, name="halves")
    for _ in range(2):
        dock = ClusterColours(viewer)
        qtbot.addWidget(dock)
        qtbot.waitUntil(lambda dock=dock: dock.result is not None)
        dock.close_down()
    assert len(names(viewer)) > 1
    assert not any("[1]" in name for name in names(viewer))
