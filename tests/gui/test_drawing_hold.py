"""A held window is drawn later: when it is let go, or by itself."""

import gc
from weakref import ref

import pytest
from qtpy.QtWidgets import QDockWidget, QLabel, QMainWindow, QWidget

from napari_seeded_kmeans.gui.drawing_hold import DrawingHold


class Drawn(QLabel):
    """Counts how often it is drawn."""

    n = 0

    def paintEvent(self, event):  # noqa: N802
        self.n += 1
        super().paintEvent(event)


@pytest.fixture
def window(qtbot):
    window = QMainWindow()
    window.setCentralWidget(Drawn("one", window))
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: window.centralWidget().n > 0)
    return window


@pytest.fixture
def docked(window):
    """A widget in a dock that floats."""
    dock = QDockWidget(window)
    widget = QWidget(dock)
    dock.setWidget(widget)
    dock.setFloating(True)
    return widget


def test_nothing_is_drawn_until_it_is_let_go(window, docked, qtbot):
    label, hold = window.centralWidget(), DrawingHold(docked)
    hold._timer.setInterval(60_000)
    before = label.n
    hold.hold()
    label.setText("two")
    for _ in range(5):
        qtbot.wait(1)
    assert label.n == before
    hold.release()
    qtbot.waitUntil(lambda: label.n > before)
    assert not hold.is_held


def test_it_is_drawn_by_itself_after_a_moment(window, docked, qtbot):
    label, hold = window.centralWidget(), DrawingHold(docked)
    before = label.n
    hold.hold()
    label.setText("two")
    qtbot.waitUntil(lambda: label.n > before)
    assert not hold.is_held


def test_what_asks_for_nothing_is_not_drawn(window, docked, qtbot):
    label, hold = window.centralWidget(), DrawingHold(docked)
    qtbot.wait(1)
    before = label.n
    hold.hold()
    hold.release()
    hold.release()
    for _ in range(5):
        qtbot.wait(1)
    assert label.n == before


def test_holding_twice_does_not_hold_for_longer(window, docked):
    hold = DrawingHold(docked)
    hold.hold()
    left = hold._timer.remainingTime()
    hold.hold()
    assert hold._timer.remainingTime() <= left
    hold.release()


def test_a_window_that_is_closed_meanwhile_does_not_live_on(qtbot):
    window = QMainWindow()
    widget = QWidget(window)
    hold = DrawingHold(widget)
    hold.hold()
    gone = ref(window)
    del window, widget
    gc.collect()
    assert gone() is None
    del hold
