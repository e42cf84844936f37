"""A viewer with the dock open, and a hand that paints."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import napari
import numpy as np
import pytest
from napari.components import ViewerModel
from qtpy.QtCore import QEvent, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication

from napari_seeded_kmeans.core.warm_up import warm_up
from napari_seeded_kmeans.gui.dock import SeededSegmentation
from napari_seeded_kmeans.io.autosaves import DATA_VARIABLE
from napari_seeded_kmeans.session import Stage

PLUGIN = "napari-seeded-kmeans"
LONG_MS = 60_000  # a first run compiles


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        for item in items:
            if "gui" in item.path.parts:
                item.add_marker(pytest.mark.skip(reason="needs a display: run under xvfb-run"))


@pytest.fixture(autouse=True, scope="session")
def compiled() -> None:
    """Compile once, instead of starting to in every dock."""
    warm_up()


@pytest.fixture(autouse=True)
def kept(tmp_path_factory, monkeypatch) -> Path:
    """A folder of its own for what is kept, so that no test finds what another painted."""
    folder = tmp_path_factory.mktemp("kept")
    monkeypatch.setenv(DATA_VARIABLE, str(folder))
    return folder


@pytest.fixture
def viewer() -> ViewerModel:
    """A viewer without a window: all that most of the dock needs, in a tenth of the time."""
    return ViewerModel()


@pytest.fixture
def dock(viewer, qtbot) -> Iterator[SeededSegmentation]:
    dock = SeededSegmentation(viewer)
    qtbot.addWidget(dock)
    dock.show()
    yield dock
    dock.close_down()


@pytest.fixture
def another(viewer, qtbot) -> Iterator[Callable[[], SeededSegmentation]]:
    """Open one more dock on the viewer, as after the one before was closed or lost in a crash."""

    def open_dock() -> SeededSegmentation:
        dock = SeededSegmentation(viewer)
        qtbot.addWidget(dock)
        dock.show()
        docks.append(dock)
        return dock

    docks = []
    yield open_dock
    for dock in docks:
        dock.close_down()


@pytest.fixture
def window(make_napari_viewer) -> napari.Viewer:
    """A viewer with a window."""
    return make_napari_viewer(show=True)


@pytest.fixture
def docked(window) -> SeededSegmentation:
    """The dock in the window, as napari's menu opens it."""
    return window.window.add_plugin_dock_widget(PLUGIN, "Seeded segmentation")[1]


@pytest.fixture
def two_halves() -> np.ndarray:
    """(y, x) picture, dark on the left, bright on the right, with a little noise."""
    picture = np.random.default_rng(0).normal(60, 5, (48, 64))
    picture[:, 32:] += 120
    return picture.astype(np.uint8)


@pytest.fixture
def settle(qtbot) -> Callable[[SeededSegmentation], Stage]:
    """Wait until the dock has seen everything and nothing runs; tell where it stands."""

    def wait(dock: SeededSegmentation) -> Stage:
        qtbot.waitUntil(lambda: not dock._seeds.is_waiting, timeout=LONG_MS)
        qtbot.waitUntil(lambda: not dock.session.running, timeout=LONG_MS)
        return dock.session.stage

    return wait


def paint_halves(seeds: napari.layers.Labels) -> None:
    """Paint class 1 on the left, class 2 on the right, in the last two axes of every plane."""
    seeds.data[..., 10:40, 4:8] = 1
    seeds.data[..., 10:40, 56:60] = 2
    seeds.refresh()


def drag(viewer: napari.Viewer, layer: napari.layers.Layer, points: list[tuple[float, float]]) -> None:
    """Press, move and release the left button over `points`, given in the layer's last two data axes."""
    canvas = viewer.window._qt_viewer.canvas.native
    for kind, point in [
        (QEvent.Type.MouseMove, points[0]),
        (QEvent.Type.MouseButtonPress, points[0]),
        *((QEvent.Type.MouseMove, point) for point in points[1:]),
        (QEvent.Type.MouseButtonRelease, points[-1]),
    ]:
        position = _on_canvas(viewer, layer, point)
        is_down = kind is not QEvent.Type.MouseButtonRelease and point is not points[0]
        is_down = is_down or kind is QEvent.Type.MouseButtonPress
        button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        buttons = Qt.MouseButton.LeftButton if is_down else Qt.MouseButton.NoButton
        event = QMouseEvent(
            kind,
            QPointF(*position),
            canvas.mapToGlobal(QPointF(*position)),
            button,
            buttons,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(canvas, event)
        QApplication.processEvents()


def click(viewer: napari.Viewer, layer: napari.layers.Layer, point: tuple[float, float]) -> None:
    """Press and release the left button at a point, given as in `drag`."""
    drag(viewer, layer, [point])


def hover(viewer: napari.Viewer, layer: napari.layers.Layer, point: tuple[float, float]) -> None:
    """Move the pointer to a point, given as in `drag`, with no button down."""
    canvas = viewer.window._qt_viewer.canvas.native
    position = QPointF(*_on_canvas(viewer, layer, point))
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        position,
        canvas.mapToGlobal(position),
        none,
        none,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(canvas, event)
    QApplication.processEvents()


def _on_canvas(
    viewer: napari.Viewer, layer: napari.layers.Layer, point: tuple[float, float]
) -> tuple[float, float]:
    """Return where a data point is on the canvas, as (x, y) pixels from its top left."""
    # napari 0.9 moved the camera from the viewer to its scene.
    camera = getattr(viewer, "scene", viewer).camera
    canvas = viewer.window._qt_viewer.canvas.native
    data = [*np.zeros(layer.ndim - 2), *point]
    offset = (np.array(layer.data_to_world(data)[-2:]) - np.array(camera.center[-2:])) * camera.zoom
    return canvas.width() / 2 + offset[1], canvas.height() / 2 + offset[0]
