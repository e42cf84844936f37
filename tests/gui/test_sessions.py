"""Nothing painted is lost: kept after every stroke, offered again, saved, opened, and run as a script."""

import subprocess
import sys
from threading import Event

import dask.array as da
import numpy as np
import pytest
from conftest import paint_halves
from napari.layers._source import layer_source
from qtpy.QtCore import Qt

from napari_seeded_kmeans import SeededKMeans, read_labels, write_image
from napari_seeded_kmeans.gui import keeper
from napari_seeded_kmeans.io.sessions import read_session
from napari_seeded_kmeans.session import Stage

# A dab on a smooth picture may have fewer colours than the clusters asked for.
pytestmark = pytest.mark.filterwarnings("ignore:Class .* distinct colours only")


@pytest.fixture
def painted(viewer, dock, two_halves, settle):
    """The dock with a first result of named classes; gives the seeds."""
    viewer.add_image(two_halves, name="halves")
    dock.params.set_value("classic", n_clusters=4)
    seeds = dock.new_seeds()
    paint_halves(seeds)
    dock.classes.rename(2, "bright")
    assert settle(dock) is Stage.DONE
    return seeds


def kept_seeds(kept):
    paths = list(kept.glob("autosave/*.json"))
    return read_session(paths[0]).seeds if paths else None


def test_every_stroke_is_kept(dock, painted, kept, qtbot):
    qtbot.waitUntil(lambda: np.array_equal(kept_seeds(kept), painted.data))
    painted.paint((20, 20), 2)
    qtbot.waitUntil(lambda: np.array_equal(kept_seeds(kept), painted.data))


def new_seeds(viewer, dock):
    dock.new_seeds()


def delete_seeds(viewer, dock):
    viewer.layers.remove(dock.choice.seeds)


def close_the_viewer(viewer, dock):
    viewer.layers.clear()
    dock.close_down()


def switch_image(viewer, dock):
    dock.choice.choose_image(viewer.add_image(np.zeros((30, 40), np.uint8)))


@pytest.mark.parametrize("go_on", [new_seeds, delete_seeds, close_the_viewer, switch_image])
def test_the_last_stroke_is_kept_however_soon_one_goes_on(go_on, viewer, dock, painted, kept, qtbot):
    qtbot.waitUntil(lambda: np.array_equal(kept_seeds(kept), painted.data))
    painted.paint((20, 20), 2)
    dock._seeds.look()
    # No timer has fired yet.
    go_on(viewer, dock)
    qtbot.waitUntil(lambda: np.array_equal(kept_seeds(kept), painted.data))


def test_what_waits_to_be_kept_is_kept_after_closing_and_also_of_another_image(
    viewer, dock, painted, two_halves, kept, qtbot, monkeypatch
):
    qtbot.waitUntil(lambda: np.array_equal(kept_seeds(kept), painted.data))
    is_writing, may_write, write = Event(), Event(), keeper.autosave

    def write_slowly(*what):
        is_writing.set()
        assert may_write.wait(60)
        write(*what)

    monkeypatch.setattr(keeper, "autosave", write_slowly)
    monkeypatch.setattr(keeper, "_PATIENCE_S", 0.0)
    dock.classes.rename(1, "dark")
    assert is_writing.wait(60)
    painted.paint((20, 20), 2)
    dock._seeds.look()
    dock.choice.choose_image(viewer.add_image(two_halves[:30]))
    dock.new_seeds().paint((3, 3), 1)
    dock._seeds.look()
    dock.close_down()
    may_write.set()

    def strokes():
        return {read_session(path).seeds.shape: read_session(path).seeds for path in kept.glob("*/*.json")}

    qtbot.waitUntil(lambda: len(strokes()) == 2)
    qtbot.waitUntil(lambda: np.array_equal(strokes()[48, 64], painted.data))


def test_what_was_painted_before_is_offered_and_restored(viewer, dock, painted, another, kept, settle, qtbot):
    before = painted.data.copy()
    qtbot.waitUntil(lambda: np.array_equal(kept_seeds(kept), before))
    dock.close_down()
    viewer.layers.remove("halves seeds")
    viewer.layers.remove("halves mask")
    again = another()
    qtbot.waitUntil(again.hint_line.restore_button.isVisible)
    assert "was kept" in again.hint_line.text
    qtbot.mouseClick(again.hint_line.restore_button, Qt.MouseButton.LeftButton)
    assert settle(again) is Stage.DONE
    np.testing.assert_array_equal(again.choice.seeds.data, before)
    assert again.classes.legend.name_of(2) == "bright"
    assert again.params.overrides() == {"n_clusters": 4}
    assert not again.hint_line.restore_button.isVisible()


def test_what_was_restored_is_not_offered_again(viewer, dock, painted, another, kept, settle, qtbot):
    qtbot.waitUntil(lambda: kept_seeds(kept) is not None)
    dock.close_down()
    viewer.layers.remove("halves seeds")
    viewer.layers.remove("halves mask")
    again = another()
    again.run_bar.set_live(False)
    qtbot.waitUntil(again.hint_line.restore_button.isVisible)
    qtbot.mouseClick(again.hint_line.restore_button, Qt.MouseButton.LeftButton)
    assert settle(again) is Stage.READY
    assert not again.hint_line.restore_button.isVisible()
    again.restore()
    assert [layer.name for layer in viewer.layers] == ["halves", "halves seeds"]


def test_an_offer_goes_once_something_is_painted(viewer, dock, painted, another, kept, qtbot):
    qtbot.waitUntil(lambda: kept_seeds(kept) is not None)
    dock.close_down()
    viewer.layers.remove("halves seeds")
    again = another()
    qtbot.waitUntil(again.hint_line.restore_button.isVisible)
    again.new_seeds().paint((3, 3), 1)
    qtbot.waitUntil(lambda: "Only class 1" in again.hint_line.text)
    assert len(list(kept.glob("autosave/*.json"))) >= 1, "what was kept before stays"


def test_an_offer_is_made_beside_other_strokes_but_not_beside_the_same(
    viewer, dock, painted, another, kept, settle, qtbot
):
    before = painted.data.copy()
    qtbot.waitUntil(lambda: np.array_equal(kept_seeds(kept), before))
    dock.close_down()
    seeds, mask = viewer.layers["halves seeds"], viewer.layers["halves mask"]
    viewer.layers.remove(mask)
    same = another()
    same._records._keeper._finder._thread.join(5)
    qtbot.wait(1)
    assert not same.session.has_offer, "they are there already"
    same.close_down()
    older = seeds.data.copy()
    older[:30] = 0
    seeds.data = older
    again = another()
    qtbot.waitUntil(again.hint_line.restore_button.isVisible)
    assert again.session.can_segment
    qtbot.mouseClick(again.hint_line.restore_button, Qt.MouseButton.LeftButton)
    assert settle(again) is Stage.DONE
    np.testing.assert_array_equal(again.choice.seeds.data, before)


def test_an_offer_is_made_when_strokes_come_along_with_the_image(viewer, dock, painted, another, kept, qtbot):
    qtbot.waitUntil(lambda: kept_seeds(kept) is not None)
    dock.close_down()
    image, older = viewer.layers["halves"].data, painted.data.copy()
    older[:30] = 0
    viewer.layers.clear()
    again = another()
    # As a sample opens: one after the other, before anything is found.
    viewer.add_image(image, name="halves")
    viewer.add_labels(older, name="halves seeds")
    qtbot.waitUntil(again.hint_line.restore_button.isVisible)
    assert again.session.can_segment


def test_an_offer_stays_when_strokes_come_after_it(viewer, dock, painted, another, kept, qtbot):
    qtbot.waitUntil(lambda: kept_seeds(kept) is not None)
    dock.close_down()
    older = painted.data.copy()
    older[:30] = 0
    viewer.layers.remove("halves seeds")
    viewer.layers.remove("halves mask")
    again = another()
    qtbot.waitUntil(again.hint_line.restore_button.isVisible)
    viewer.add_labels(older, name="halves seeds")
    assert again.session.can_segment
    assert again.hint_line.restore_button.isVisible()


def test_nothing_is_offered_for_another_image(viewer, dock, painted, another, kept, two_halves, qtbot):
    qtbot.waitUntil(lambda: kept_seeds(kept) is not None)
    viewer.layers.clear()
    viewer.add_image(two_halves[::-1])
    again = another()
    again._records._keeper._finder._thread.join(5)
    qtbot.wait(1)
    assert not again.session.has_offer


def test_a_saved_session_goes_on_where_it_ended(viewer, dock, painted, settle, tmp_path):
    path, before = tmp_path / "my.json", painted.data.copy()
    mask = viewer.layers["halves mask"].data.copy()
    dock.save_session(path)
    settle(dock)
    assert dock.hint_line.text == f"Saved my.json in the folder {tmp_path.name}."
    viewer.layers.remove(painted)
    dock.params.set_value("auto")
    dock.open_session(path)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    np.testing.assert_array_equal(dock.choice.seeds.data, before)
    np.testing.assert_array_equal(viewer.layers["halves mask"].data, mask)
    assert dock.class_list.rows[1].name == "bright"


def test_after_opening_a_session_one_paints_on_its_seeds(viewer, dock, painted, settle, tmp_path):
    region = np.zeros(painted.data.shape, np.uint8)
    region[5:45] = 1
    dock.choice.choose_region(viewer.add_labels(region, name="part"))
    settle(dock)
    dock.save_session(tmp_path / "my.json")
    settle(dock)
    painted.paint((20, 20), 2)
    settle(dock)
    dock.open_session(tmp_path / "my.json")
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    seeds = dock.choice.seeds
    assert seeds is not painted
    assert viewer.layers.selection.active is seeds
    assert seeds.mode == "paint"
    assert dock.choice.region.name == "halves region"
    assert viewer.layers.index(seeds) > viewer.layers.index(dock.choice.region)
    assert not painted.visible, "two layers of strokes look alike"
    viewer.layers.remove(seeds)
    assert dock.choice.seeds is painted
    assert painted.visible


def test_a_session_without_its_image_says_which_to_open(viewer, dock, painted, settle, tmp_path):
    dock.save_session(tmp_path / "my.json")
    settle(dock)
    viewer.layers.clear()
    dock.open_session(tmp_path / "my.json")
    settle(dock)
    assert "belongs to halves (48 x 64 pixels): open that image first" in dock.hint_line.text


def test_a_session_opens_its_image_where_it_came_from(viewer, dock, two_halves, settle, tmp_path):
    write_image(two_halves, tmp_path / "in.png")
    with layer_source(path=str(tmp_path / "in.png")):
        viewer.add_image(two_halves, name="in")
    dock.params.set_value("classic", n_clusters=4)
    paint_halves(dock.new_seeds())
    assert settle(dock) is Stage.DONE
    for path in (tmp_path / "my.json", tmp_path / "again.json"):
        dock.save_session(path)
        settle(dock)
        viewer.layers.clear()
        dock.open_session(path)
        assert settle(dock) is Stage.DONE, dock.hint_line.text
        assert [layer.name for layer in viewer.layers] == ["in", "in mask", "in seeds"]


@pytest.mark.parametrize("is_on_disk", [False, True])
def test_the_script_gives_the_same_mask(is_on_disk, viewer, dock, two_halves, settle, tmp_path):
    if is_on_disk:
        write_image(two_halves, tmp_path / "in.png")
        with layer_source(path=str(tmp_path / "in.png")):
            viewer.add_image(two_halves)
    else:
        viewer.add_image(two_halves, name='odd "name"', scale=(2, 1))
    dock.params.set_value("classic", n_clusters=4)
    paint_halves(dock.new_seeds())
    assert settle(dock) is Stage.DONE
    dock.classes.rename(2, "bright")
    script = tmp_path / "segment it.py"
    dock.export_script(script)
    settle(dock)
    assert (tmp_path / "segment it.image.npy").exists() is not is_on_disk
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    expected = dock.result.labels
    np.testing.assert_array_equal(read_labels(tmp_path / "segment it.labels.tif"), expected)
    assert SeededKMeans.load(tmp_path / "segment it.model.json").name_of(2) == "bright"


def test_without_strokes_there_is_nothing_to_save(viewer, dock, two_halves):
    viewer.add_image(two_halves)
    dock.new_seeds()
    assert not dock.file_bar.save_session_action.isEnabled()
    assert not dock.file_bar.export_script_action.isEnabled()
    assert dock.file_bar.open_session_action.isEnabled()


def test_what_is_painted_on_a_lazy_image_is_kept_and_offered(
    viewer, dock, two_halves, another, settle, kept, qtbot
):
    viewer.add_image(da.from_array(two_halves, chunks=20), name="lazy")
    seeds = dock.new_seeds()
    paint_halves(seeds)
    settle(dock)
    qtbot.waitUntil(lambda: np.array_equal(kept_seeds(kept), seeds.data))
    dock.close_down()
    viewer.layers.clear()
    viewer.add_image(da.from_array(two_halves, chunks=48), name="again")
    again = another()
    qtbot.waitUntil(again.hint_line.restore_button.isVisible)


def test_a_session_on_a_lazy_image_belongs_to_no_other(viewer, dock, two_halves, settle, tmp_path):
    viewer.add_image(da.from_array(two_halves, chunks=20), name="lazy")
    paint_halves(dock.new_seeds())
    settle(dock)
    dock.save_session(tmp_path / "my.json")
    settle(dock)
    viewer.layers.clear()
    viewer.add_image(da.from_array(two_halves.copy()[::-1], chunks=20), name="other")
    dock.open_session(tmp_path / "my.json")
    settle(dock)
    assert "belongs to lazy (48 x 64 pixels): open that image first" in dock.hint_line.text
