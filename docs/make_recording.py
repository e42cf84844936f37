"""Record a short session as ``docs/images/session.gif``: ``python docs/make_recording.py [--output FILE]``.

Strokes are drawn with real mouse events, and the window is left to react by itself. Needs a screen; without
one, run it under ``xvfb-run -a -s "-screen 0 1600x1000x24"``.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import napari
import numpy as np
from PIL import Image
from qtpy.QtCore import QEvent, QPoint, QPointF, Qt
from qtpy.QtGui import QMouseEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QDockWidget

from napari_seeded_kmeans.gui.dock import SeededSegmentation
from napari_seeded_kmeans.io.autosaves import DATA_VARIABLE
from napari_seeded_kmeans.session import Stage

Ends = tuple[tuple[float, float], tuple[float, float]]

PLUGIN = "napari-seeded-kmeans"
WINDOW_PX = (1240, 800)
DOCK_PX = 330
GIF_WIDTH_PX = 960
N_COLORS = 160
N_FOR_PALETTE = 12
LARGEST_BYTES = 1_500_000
STEPS = 21
STEP_S = 0.012
# The first run compiles the kernels, which takes a minute on a small machine.
PATIENCE_S = 300
# (y, x) from and to, as parts of the photograph's height and width.
BACKGROUND = [((0.08, 0.1), (0.08, 0.6)), ((0.2, 0.93), (0.7, 0.96)), ((0.6, 0.04), (0.93, 0.15))]
CUP = [((0.12, 0.42), (0.45, 0.62)), ((0.55, 0.2), (0.85, 0.4)), ((0.5, 0.74), (0.75, 0.62))]
CORRECTION = [((0.93, 0.3), (0.93, 0.7))]


class Recording:
    """A window, a hand that paints in it, and the pictures taken meanwhile."""

    def __init__(self) -> None:
        self.viewer = napari.Viewer()
        self.frames: list[tuple[Image.Image, int]] = []

    def look(self, milliseconds: int) -> None:
        """Take a picture that is shown for so long."""
        for _ in range(5):
            QApplication.processEvents()
        pixels = self.viewer.screenshot(canvas_only=False, flash=False)[..., :3]
        height = round(GIF_WIDTH_PX * pixels.shape[0] / pixels.shape[1])
        picture = Image.fromarray(pixels).resize((GIF_WIDTH_PX, height), Image.Resampling.LANCZOS)
        self.frames.append((picture, milliseconds))

    def wait_until(self, is_done: Callable[[], bool]) -> None:
        """Let the window live until something is so."""
        end = time.monotonic() + PATIENCE_S
        while not is_done():
            QApplication.processEvents()
            time.sleep(0.005)
            if time.monotonic() > end:
                raise SystemExit("The window did not come to an end.")

    def stroke(self, layer: napari.layers.Labels, ends: Ends) -> None:
        """Draw with the left button, from and to places given as parts of the layer's height and width."""
        size = np.array(layer.data.shape[-2:])
        start, end = np.array(ends) * size
        points = np.linspace(start, end, STEPS)
        points[:, 0] += 0.02 * size[0] * np.sin(np.linspace(0, 2 * np.pi, STEPS))
        move, press = QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress
        none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
        self._send(layer, move, none, none, points[0])
        self._send(layer, press, left, left, points[0])
        for number, point in enumerate(points):
            self._send(layer, move, none, left, point)
            time.sleep(STEP_S)
            if number % 7 == 6:
                self.look(60)
        self._send(layer, QEvent.Type.MouseButtonRelease, left, none, points[-1])

    def _send(
        self,
        layer: napari.layers.Layer,
        kind: QEvent.Type,
        button: Qt.MouseButton,
        buttons: Qt.MouseButton,
        point: np.ndarray,
    ) -> None:
        # napari 0.9 moved the camera from the viewer to its scene.
        camera = getattr(self.viewer, "scene", self.viewer).camera
        canvas = self.viewer.window._qt_viewer.canvas.native
        offset = (np.array(layer.data_to_world(point)[-2:]) - np.array(camera.center[-2:])) * camera.zoom
        place = QPointF(canvas.width() / 2 + offset[1], canvas.height() / 2 + offset[0])
        modifier = Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(kind, place, canvas.mapToGlobal(place), button, buttons, modifier)
        QApplication.sendEvent(canvas, event)
        QApplication.processEvents()

    def save(self, path: Path) -> None:
        """Write the GIF, one palette for all pictures, so that only what changes takes room."""
        pictures, durations = zip(*self.frames, strict=True)
        width, height = pictures[0].size
        shown = pictures[:: max(1, len(pictures) // N_FOR_PALETTE)]
        collage = Image.new("RGB", (width, height * len(shown)))
        for index, picture in enumerate(shown):
            collage.paste(picture, (0, height * index))
        palette = collage.quantize(N_COLORS, dither=Image.Dither.NONE)
        indexed = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
        path.parent.mkdir(parents=True, exist_ok=True)
        indexed[0].save(
            path, save_all=True, append_images=indexed[1:], duration=list(durations), loop=0, optimize=True
        )
        if path.stat().st_size > LARGEST_BYTES:
            raise SystemExit(f"{path} has {path.stat().st_size} bytes, more than {LARGEST_BYTES}.")


def play(recording: Recording) -> None:
    """Open the photograph, paint, correct, edit the palette."""
    viewer = recording.viewer
    window = viewer.window._qt_window
    window.resize(*WINDOW_PX)
    viewer.open_sample(PLUGIN, "photo")
    for name in ("photo seeds", "photo truth"):
        viewer.layers.remove(name)
    _, dock = viewer.window.add_plugin_dock_widget(PLUGIN, "Seeded segmentation")
    frame = next(frame for frame in window.findChildren(QDockWidget) if frame.isAncestorOf(dock))
    window.resizeDocks([frame], [DOCK_PX], Qt.Orientation.Horizontal)
    QApplication.processEvents()
    viewer.fit_to_view(margin=0.02)
    recording.look(1200)
    QTest.mouseClick(dock.choice.new_button, Qt.MouseButton.LeftButton)
    recording.look(800)
    seeds = dock.choice.seeds
    for value, strokes in ((1, BACKGROUND), (2, CUP)):
        seeds.selected_label = value
        for ends in strokes:
            recording.stroke(seeds, ends)
            settle(recording, dock)
            recording.look(700)
    seeds.selected_label = 1
    for ends in CORRECTION:
        recording.stroke(seeds, ends)
        settle(recording, dock)
        recording.look(1200)
    edit_palette(recording, dock)
    recording.look(2500)


def edit_palette(recording: Recording, dock: SeededSegmentation) -> None:
    """Light up a row of the palette, give it to the other class, and take that back."""
    table = dock.insight.table
    dock.insight.palette_fold.set_open(True)
    recording.wait_until(lambda: bool(table.rows) and table.rows[0].share is not None)
    bar = dock.verticalScrollBar()
    bar.setValue(bar.maximum())
    recording.look(900)
    # The largest background cluster.
    row = int(np.argmax([row.share if row.class_value == 1 else 0 for row in table.rows]))
    item = table.tree.topLevelItem(row)
    table.tree.scrollToItem(item)
    place = QPoint(20, table.tree.visualItemRect(item).center().y())
    QTest.mouseClick(table.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    recording.look(1500)
    table.class_menu.actions()[1].trigger()
    settle(recording, dock)
    recording.look(1500)
    QTest.mouseClick(table.undo_button, Qt.MouseButton.LeftButton)
    settle(recording, dock)
    table.tree.clearSelection()
    bar.setValue(0)


def settle(recording: Recording, dock: SeededSegmentation) -> None:
    """Wait until the dock has seen everything and nothing runs."""
    recording.wait_until(lambda: not dock._seeds.is_waiting and not dock.session.running)
    if dock.session.is_error or dock.session.stage is Stage.NEEDS_IMAGE:
        raise SystemExit(dock.session.hint)


def main() -> None:
    """Record and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "images" / "session.gif")
    path = parser.parse_args().output
    with tempfile.TemporaryDirectory() as folder:
        os.environ[DATA_VARIABLE] = folder
        recording = Recording()
        try:
            play(recording)
            recording.save(path)
        finally:
            recording.viewer.close()
    print(f"{path}: {len(recording.frames)} pictures, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
