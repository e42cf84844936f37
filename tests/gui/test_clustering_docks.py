"""The docks that need no strokes: what their controls do to layers, and that nothing flickers."""

from collections.abc import Iterator

import dask.array as da
import numpy as np
import pytest
from conftest import LONG_MS, PLUGIN
from napari.components import ViewerModel
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.gui.background_dock import RemoveBackground
from napari_seeded_kmeans.gui.cluster_dock import MAX_K, ClusterColours
from napari_seeded_kmeans.gui.elbow_dock import ChooseK
from napari_seeded_kmeans.gui.source import Source
from napari_seeded_kmeans.io.images import read_image, write_image

RNG = np.random.default_rng(0)
TRUTH = np.zeros((40, 60), bool)
TRUTH[10:30, 20:45] = True


def picture() -> np.ndarray:
    """A red subject over green and blue."""
    image = np.empty((*TRUTH.shape, 3))
    image[:20], image[20:] = (40, 160, 60), (50, 70, 170)
    image[TRUTH] = (210, 40, 40)
    return (image + RNG.integers(-6, 7, image.shape)).astype(np.uint8)


@pytest.fixture
def open_dock(viewer, qtbot) -> Iterator:
    docks = []

    def make(kind):
        dock = kind(viewer)
        qtbot.addWidget(dock)
        dock.show()
        docks.append(dock)
        return dock

    yield make
    for dock in docks:
        dock.close_down()


@pytest.fixture
def rest(qtbot):
    """Wait until a dock has an answer to everything it was asked."""

    def wait(dock):
        qtbot.waitUntil(lambda: not dock.is_running, timeout=LONG_MS)

    return wait


@pytest.mark.parametrize("kind", [ClusterColours, ChooseK, RemoveBackground])
def test_without_an_image_it_asks_for_one_and_then_works_by_itself(viewer, open_dock, rest, kind):
    dock = open_dock(kind)
    assert "Open an image" in dock.hint_line.text
    viewer.add_image(picture(), name="cup")
    rest(dock)
    assert dock.result is not None
    viewer.layers.clear()
    rest(dock)
    assert "Open an image" in dock.hint_line.text


# ---- Cluster colours ----


def test_the_slider_redraws_the_same_layer(viewer, open_dock, rest):
    image = viewer.add_image(picture(), name="cup", scale=(2, 3), translate=(5, 7))
    dock = open_dock(ClusterColours)
    rest(dock)
    layer = viewer.layers["cup in few colours"]
    assert layer.rgb
    assert (layer.scale == image.scale).all()
    assert (layer.translate == image.translate).all()
    for k in (3, 12, 1, 5):
        dock.set_n_clusters(k)
        rest(dock)
        assert len(np.unique(layer.data.reshape(-1, 3), axis=0)) == k
        assert list(viewer.layers) == [image, layer]
        np.testing.assert_array_equal(layer.data, nsk.cluster_image(image.data, k).quantized)
        assert dock.palette_view.rowCount() == k


def test_while_nobody_asks_every_k_is_found_ahead(viewer, open_dock, rest, qtbot):
    viewer.add_image(picture())
    dock = open_dock(ClusterColours)
    rest(dock)
    qtbot.waitUntil(lambda: dock._every_k.next_missing(8, MAX_K) is None, timeout=LONG_MS)


def test_the_newest_wish_wins(viewer, open_dock, rest):
    viewer.add_image(picture())
    dock = open_dock(ClusterColours)
    for k in range(1, MAX_K + 1):
        dock.set_n_clusters(k)
    dock.set_n_clusters(4)
    rest(dock)
    assert len(dock.result.centers) == 4


@pytest.mark.parametrize("color_space", ["hsv", "lab", "intensity"])
def test_colour_spaces(viewer, open_dock, rest, color_space):
    viewer.add_image(picture())
    dock = open_dock(ClusterColours)
    dock.choice.choose_space(color_space)
    dock.set_n_clusters(3)
    rest(dock)
    expected = nsk.cluster_image(picture(), 3, color_space=color_space)
    assert dock.result.centers.shape == expected.centers.shape


def test_labels_lie_over_the_picture_and_are_kept_on_request(viewer, open_dock, rest):
    viewer.add_image(picture(), name="cup")
    dock = open_dock(ClusterColours)
    dock.set_n_clusters(3)
    rest(dock)
    dock.keep("picture", "labels")
    assert [layer.name for layer in viewer.layers] == ["cup", "cup in few colours", "cup clusters"]
    np.testing.assert_array_equal(viewer.layers["cup clusters"].data, dock.result.labels + 1)
    dock.keep("labels")
    assert [layer.name for layer in viewer.layers] == ["cup", "cup clusters"]


@pytest.mark.parametrize(
    ("image", "keywords", "spatial"),
    [
        (RNG.normal(size=(20, 30)), {}, (20, 30)),
        (RNG.integers(0, 60000, (7, 20, 30)).astype(np.uint16), {}, (7, 20, 30)),
        (RNG.normal(size=(3, 20, 30)).astype(np.float32), {}, (20, 30)),
        (da.from_array(picture(), chunks=(20, 20, 3)), {"rgb": True}, (40, 60)),
        ([picture()[..., 0], picture()[::2, ::2, 0]], {"multiscale": True}, (40, 60)),
    ],
)
def test_images_of_any_kind(viewer, open_dock, rest, image, keywords, spatial):
    layer = viewer.add_image(image, name="any", **keywords)
    dock = open_dock(ClusterColours)
    dock.keep("picture", "labels")
    rest(dock)
    assert dock.result.labels.shape == spatial
    assert viewer.layers["any in few colours"].data.shape == Source(layer).data.shape


def test_new_pixels_are_clustered_anew(viewer, open_dock, rest):
    image = viewer.add_image(picture())
    dock = open_dock(ClusterColours)
    rest(dock)
    image.data = np.full_like(picture(), 9)
    rest(dock)
    assert "only 1 distinct colours" in dock.hint_line.text
    assert len(viewer.layers) == 2


def test_clusters_become_classes_of_the_seeded_segmentation(viewer, open_dock, dock, rest, settle):
    image = viewer.add_image(picture(), name="cup")
    clusters = open_dock(ClusterColours)
    clusters.set_n_clusters(3)
    rest(clusters)
    clusters.palette_view.set_classes([1, 1, 2])
    QTest.mouseClick(clusters.to_classes_button, Qt.MouseButton.LeftButton)
    seeds = viewer.layers["cup seeds"]
    assert set(np.unique(seeds.data)) == {0, 1, 2}
    settle(dock)
    assert dock.choice.image is image
    assert dock.choice.seeds is seeds
    dock.segment()
    settle(dock)
    smallest = clusters.result.labels == 2
    assert ((viewer.layers["cup mask"].data == 2) == smallest).mean() > 0.95


def test_clusters_are_saved_as_a_model_with_the_classes_in_the_table(viewer, open_dock, rest, tmp_path):
    image = viewer.add_image(picture(), name="cup")
    clusters = open_dock(ClusterColours)
    clusters.set_n_clusters(3)
    rest(clusters)
    clusters.palette_view.set_classes([1, 1, 2])
    assert clusters.to_model_button.isEnabled()
    clusters.save_model(tmp_path / "model.json")
    labels = nsk.SeededKMeans.load(tmp_path / "model.json").predict(image.data)
    np.testing.assert_array_equal(labels, np.array([1, 1, 2])[clusters.result.labels])
    assert "model.json" in clusters.hint_line.text


# ---- Choose K ----


def test_the_curve_and_a_click_on_it_in_a_window(window, qtbot, rest, tmp_path):
    window.add_image(picture(), name="cup")
    dock = window.window.add_plugin_dock_widget(PLUGIN, "Choose K")[1]
    rest(dock)
    assert "elbow is at K = 3" in dock.hint_line.text
    canvas, axes = dock.plot.canvas, dock.plot.figure.axes[0]
    canvas.draw()
    x, y = axes.transData.transform((4, dock.result.wcss[0] / 2)) / canvas.devicePixelRatioF()
    QTest.mouseClick(
        canvas,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        QPoint(int(x), canvas.height() - int(y)),
    )
    qtbot.waitUntil(lambda: "in 4 colours" in dock.hint_line.text, timeout=LONG_MS)
    drawn = window.layers["cup in few colours"].data
    assert len(np.unique(drawn.reshape(-1, 3), axis=0)) == 4
    window.theme = "light"
    dock.export(tmp_path / "curve.png")
    dock.export(tmp_path / "curve.csv")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "curve.csv").read_text().count("\n") == 13


def test_another_largest_k_draws_another_curve(viewer, open_dock, rest):
    viewer.add_image(picture())
    dock = open_dock(ChooseK)
    dock.k_max_box.setValue(5)
    rest(dock)
    assert len(dock.result.k) == 5


# ---- Remove background ----


def test_the_subject_and_the_cut_out_follow_the_controls(viewer, open_dock, rest):
    viewer.add_image(picture(), name="cup")
    dock = open_dock(RemoveBackground)
    rest(dock)
    assert dock.choice.color_space == "lab"
    mask, cut_out = viewer.layers["cup subject"], viewer.layers["cup cut out"]
    np.testing.assert_array_equal(mask.data, np.where(TRUTH, 2, 0))
    np.testing.assert_array_equal(cut_out.data[..., 3], np.where(TRUTH, 255, 0))
    dock.border_box.set_value(60)
    rest(dock)
    assert dock.result.border_share == 0.6
    assert viewer.layers["cup subject"] is mask
    dock.set_color((1, 2, 3))
    assert viewer.layers["cup cut out"].data[0, 0].tolist() == [1, 2, 3]
    dock.keep("mask")
    assert [layer.name for layer in viewer.layers] == ["cup", "cup subject"]


def test_it_finds_what_the_function_finds(viewer, open_dock, rest):
    image = RNG.integers(0, 256, (50, 60, 3)).astype(np.uint8)
    viewer.add_image(image)
    dock = open_dock(RemoveBackground)
    dock.k_slider.setValue(5)
    rest(dock)
    np.testing.assert_array_equal(dock.result.mask, nsk.remove_background(image, n_clusters=5).mask)


def test_a_folder_with_truth_and_a_broken_file(open_dock, qtbot, tmp_path):
    for name in ("a", "b"):
        write_image(picture(), tmp_path / f"images/{name}.png")
        write_image(TRUTH, tmp_path / f"masks/{name}.png")
    (tmp_path / "images/c.png").write_bytes(b"no picture")
    dock = open_dock(RemoveBackground)
    dock.folder_view.set_folder("images", tmp_path / "images")
    dock.folder_view.set_folder("results", tmp_path / "out")
    dock.folder_view.set_folder("truth", tmp_path / "masks")
    dock.folder_view.work_bar.start_button.click()
    qtbot.waitUntil(lambda: len(dock.outcomes) == 3, timeout=LONG_MS)
    assert "2 of 3 pictures done. IoU: mean 1.000" in dock.hint_line.text
    assert "1 with a problem: cannot read" in dock.hint_line.text
    assert dock.folder_view.table.rowCount() == 3
    np.testing.assert_array_equal(read_image(tmp_path / "out/masks/a.png") > 0, TRUTH)
    assert (tmp_path / "out/scores.png").exists()


def test_a_folder_must_be_chosen_first(open_dock):
    dock = open_dock(RemoveBackground)
    dock.folder_view.work_bar.start_button.click()
    assert "Choose the folder of images" in dock.hint_line.text


@pytest.mark.parametrize("kind", [ClusterColours, ChooseK, RemoveBackground])
def test_closing_while_it_works_leaves_nothing_behind(viewer, qtbot, kind):
    assert isinstance(viewer, ViewerModel)
    viewer.add_image(RNG.integers(0, 256, (300, 300, 3)).astype(np.uint8))
    dock = kind(viewer)
    qtbot.addWidget(dock)
    dock.close_down()
    viewer.add_image(picture())
    assert len(viewer.layers) == 2
