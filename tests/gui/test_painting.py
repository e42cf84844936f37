"""As a person does it: real mouse, real keys, real window."""

import numpy as np
from conftest import LONG_MS, drag
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication

from napari_seeded_kmeans.session import Stage


def test_after_the_second_class_has_a_stroke_the_mask_is_there(window, docked, two_halves, qtbot):
    viewer, dock = window, docked
    image = viewer.add_image(two_halves, name="halves", scale=(2, 2))
    qtbot.mouseClick(dock.choice.new_button, Qt.MouseButton.LeftButton)
    seeds = dock.choice.seeds
    QApplication.processEvents()

    drag(viewer, seeds, [(10, 6), (25, 8), (40, 6)])
    qtbot.waitUntil(lambda: "key 2" in dock.hint_line.text)
    qtbot.keyClick(viewer.window._qt_viewer.canvas.native, Qt.Key.Key_2)
    assert seeds.selected_label == 2
    drag(viewer, seeds, [(10, 56), (25, 58), (40, 56)])
    assert set(np.unique(seeds.data)) == {0, 1, 2}

    qtbot.waitUntil(lambda: dock.session.stage is Stage.DONE, timeout=LONG_MS)

    mask = viewer.layers["halves mask"]
    truth = np.where(np.arange(64) < 32, 1, 2)
    assert (mask.data == truth).mean() > 0.99
    np.testing.assert_array_equal(mask.scale, image.scale)
    assert viewer.layers.selection.active is seeds, "painting must go on where it was"
    assert not dock.run_bar.cancel_button.isVisible()
    assert "50." in dock.hint_line.text
