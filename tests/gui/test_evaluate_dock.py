"""The dock Evaluate: layers in, a table and a layer of errors out."""

import numpy as np
import pytest
from napari.layers import Labels

from napari_seeded_kmeans import evaluate
from napari_seeded_kmeans.core.evaluation import CONFUSED, EXTRA, MISSED
from napari_seeded_kmeans.gui import save_dialog
from napari_seeded_kmeans.gui.evaluate_dock import Evaluate

TRUTH = np.zeros((40, 60), np.uint8)
TRUTH[10:30, 10:30], TRUTH[5:15, 40:55] = 1, 2
FOUND = np.zeros_like(TRUTH)
FOUND[10:30, 12:34], FOUND[5:15, 40:50], FOUND[5:15, 50:52] = 1, 2, 1


@pytest.fixture
def dock(viewer, qtbot):
    dock = Evaluate(viewer)
    qtbot.addWidget(dock)
    dock.show()
    yield dock
    dock.close_down()


def settle(qtbot, dock):
    qtbot.waitUntil(lambda: not dock.is_running, timeout=60_000)


@pytest.fixture
def layers(viewer):
    truth = Labels(TRUTH, name="image truth", scale=(2, 2), translate=(5, 7))
    found = Labels(FOUND, name="image mask", scale=(2, 2), translate=(5, 7))
    viewer.add_layer(truth)
    viewer.add_layer(found)
    return found, truth


def test_layers_are_guessed_by_their_names(dock, layers):
    assert (dock.prediction_combo.value(), dock.truth_combo.value()) == layers


def test_table_and_error_layer(dock, layers, viewer, qtbot):
    dock.run_bar.segment_button.click()
    settle(qtbot, dock)
    expected = evaluate(FOUND, TRUTH, spacing=2.0)
    assert dock.scores.to_dict() == expected.to_dict()
    assert [dock.table.item(row, 0).text() for row in range(3)] == ["1", "2", "mean"]
    assert float(dock.table.item(2, 1).text()) == pytest.approx(expected.iou, abs=1e-3)
    assert dock.confusion.columnCount() == 4
    errors = viewer.layers["image truth errors"]
    np.testing.assert_array_equal(errors.scale, (2, 2))
    np.testing.assert_array_equal(errors.translate, (5, 7))
    assert set(np.unique(errors.data)) == {0, MISSED, EXTRA, CONFUSED}
    assert (errors.data[10:30, 10:12] == MISSED).all()
    assert (errors.data[15:30, 30:34] == EXTRA).all()
    assert (errors.data[5:15, 50:52] == CONFUSED).all()
    assert dock.hint_line.text.startswith("Mean IoU 0.")


def test_again_updates_the_same_layer(dock, layers, viewer, qtbot):
    dock.evaluate()
    settle(qtbot, dock)
    layer = viewer.layers["image truth errors"]
    layers[0].data = TRUTH.copy()
    dock.evaluate()
    settle(qtbot, dock)
    assert viewer.layers["image truth errors"] is layer
    assert not layer.data.any()
    assert dock.scores.iou == 1
    assert len(viewer.layers) == 3


def test_labels_of_two_values_against_a_mask(dock, viewer, qtbot):
    truth = viewer.add_labels((TRUTH == 1).astype(np.uint8), name="truth")
    found = viewer.add_labels((FOUND == 1).astype(np.uint8) + 1, name="mask")
    dock.choose(found, truth)
    dock.evaluate()
    settle(qtbot, dock)
    assert "background" in dock.hint_line.text
    dock.masks_box.setChecked(True)
    dock.evaluate()
    settle(qtbot, dock)
    assert dock.scores.iou == evaluate(FOUND == 1, TRUTH == 1).iou


def test_the_ignored_value_may_be_zero(dock, viewer, qtbot):
    truth = TRUTH + 1
    truth[:5] = 0
    viewer.add_labels(truth, name="truth")
    viewer.add_labels(FOUND + 1, name="mask")
    dock.ignore_box.set_value(0)
    for masks in (False, True):
        dock.masks_box.setChecked(masks)
        dock.evaluate()
        settle(qtbot, dock)
        assert dock.scores.n_pixels == (truth != 0).sum()


def test_what_is_missing_is_said(dock, viewer):
    assert dock.hint_line.text.startswith("Choose a labels layer to judge")
    assert not dock.run_bar.segment_button.isEnabled()
    truth = viewer.add_labels(TRUTH, name="truth")
    assert dock.hint_line.text.startswith("Choose a labels layer to judge")
    dock.choose(truth, truth)
    assert "two different layers" in dock.hint_line.text
    dock.choose(viewer.add_labels(TRUTH[1:], name="mask"), truth)
    assert "sizes must be the same" in dock.hint_line.text
    assert dock.run_bar.segment_button.toolTip()


def test_the_table_is_saved(dock, layers, qtbot, tmp_path):
    dock.save(tmp_path / "early.csv")
    assert not (tmp_path / "early.csv").exists()
    dock.evaluate()
    settle(qtbot, dock)
    dock.save(tmp_path / "scores.csv")
    lines = (tmp_path / "scores.csv").read_text().splitlines()
    assert lines[0] == "class,iou,dice,precision,recall,boundary_f"
    assert lines[-1].startswith(f"mean,{dock.scores.iou!r}")


def test_a_table_that_cannot_be_saved_is_said_in_words(dock, layers, qtbot, tmp_path, monkeypatch):
    dock.evaluate()
    settle(qtbot, dock)
    (tmp_path / "file").touch()
    monkeypatch.setattr(save_dialog, "ask_where_to_save", lambda *_: str(tmp_path / "file" / "scores.csv"))
    dock.save_button.click()
    assert dock.hint_line.text.startswith("cannot write")
