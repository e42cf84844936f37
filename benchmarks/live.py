"""Painting with the dock open: how soon the mask follows a stroke, and how long the window stands still.

A real window and real mouse events; without a screen, run it under ``xvfb-run -a -s "-screen 0 1600x1000x24"``.
The window's own cost is measured first, by the same strokes before the dock is opened.
"""

import argparse
import json
import os
import tempfile
import time
from statistics import median

import napari
import numpy as np
from qtpy.QtCore import QEvent, QPointF, Qt, QTimer
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication

from napari_seeded_kmeans import segment
from napari_seeded_kmeans.core.warm_up import warm_up
from napari_seeded_kmeans.gui.dock import SeededSegmentation
from napari_seeded_kmeans.io.autosaves import DATA_VARIABLE
from napari_seeded_kmeans.session import Stage

WINDOW_PX = (1360, 900)
STEPS = 12
HAND_S = 0.008
BEAT_MS = 1
PATIENCE_S = 300
SETTINGS = {
    "auto": {},
    "auto, no texture": {"texture": False},
    "colours only (no texture, no coherence)": {"texture": False, "coherence": 0.0},
}


class Heart:
    """Beats as often as the window's thread lets it; `worst` is the longest block, in seconds."""

    def __init__(self) -> None:
        self.worst = 0.0
        self._last = 0.0
        self._timer = QTimer()
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def __enter__(self) -> None:
        self.worst, self._last = 0.0, time.perf_counter()
        self._timer.start()

    def __exit__(self, *_error: object) -> None:
        self._beat()
        self._timer.stop()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.worst, self._last = max(self.worst, now - self._last), now


def picture(size: int) -> np.ndarray:
    """Return a photograph-like RGB picture: smooth regions, a few objects, noise."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:size, :size] / size
    base = np.stack([120 + 80 * np.sin(3 * x), 110 + 60 * y, 100 + 50 * np.cos(5 * x * y)], axis=-1)
    for center_y, center_x, radius in rng.uniform((0.1, 0.1, 0.03), (0.9, 0.9, 0.12), (12, 3)):
        base[(y - center_y) ** 2 + (x - center_x) ** 2 < radius**2] = rng.uniform(0, 255, 3)
    return np.clip(base + rng.normal(0, 8, base.shape), 0, 255).astype(np.uint8)


def paint(viewer: napari.Viewer, layer: napari.layers.Labels, points: np.ndarray) -> float:
    """Draw with the left button, at the speed of a hand; return when it was let go."""
    canvas = viewer.window._qt_viewer.canvas.native
    camera = getattr(viewer, "scene", viewer).camera
    move, press, release = (
        QEvent.Type.MouseMove,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
    )
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    strokes = [(press, left, left, points[0]), *((move, none, left, point) for point in points)]
    let_go = 0.0
    for kind, button, buttons, point in [
        (move, none, none, points[0]),
        *strokes,
        (release, left, none, points[-1]),
    ]:
        offset = (np.array(layer.data_to_world(point)[-2:]) - np.array(camera.center[-2:])) * camera.zoom
        place = QPointF(canvas.width() / 2 + offset[1], canvas.height() / 2 + offset[0])
        event = QMouseEvent(
            kind, place, canvas.mapToGlobal(place), button, buttons, Qt.KeyboardModifier.NoModifier
        )
        let_go = time.perf_counter()
        QApplication.sendEvent(canvas, event)
        until = time.perf_counter() + HAND_S
        while time.perf_counter() < until:
            QApplication.processEvents()
    return let_go


def stroke(rng: np.random.Generator, size: int) -> np.ndarray:
    """Return the points of a short stroke."""
    start = rng.uniform(0.1, 0.8, 2) * size
    return start + np.linspace(0, 0.08 * size, STEPS)[:, np.newaxis] * rng.uniform(-1, 1, 2)


def wait_for(dock: SeededSegmentation) -> None:
    """Let the window live until the newest result is shown."""
    until = time.perf_counter() + PATIENCE_S
    while dock._seeds.is_waiting or dock.session.running:
        QApplication.processEvents()
        if time.perf_counter() > until:
            raise SystemExit("No result came.")
    if dock.session.stage is not Stage.DONE:
        raise SystemExit(f"Segmenting ended with: {dock.session.hint}")
    # Once more, so that the result is drawn.
    QApplication.processEvents()


def measure(size: int, n_strokes: int) -> dict[str, dict[str, float]]:
    """Return milliseconds by setting: from release to overlay, and the longest block."""
    viewer = napari.Viewer()
    viewer.window._qt_window.resize(*WINDOW_PX)
    viewer.add_image(picture(size), name="picture")
    rng, heart = np.random.default_rng(1), Heart()
    plain = viewer.add_labels(np.zeros((size, size), np.uint8), name="plain")
    plain.mode, plain.brush_size = "paint", 20
    paint(viewer, plain, stroke(rng, size))
    blocks = []
    for _ in range(n_strokes):
        with heart:
            paint(viewer, plain, stroke(rng, size))
        blocks.append(heart.worst)
    results = {"napari alone": {"longest block": 1e3 * max(blocks), "median block": 1e3 * median(blocks)}}
    viewer.layers.remove(plain)
    dock = viewer.window.add_plugin_dock_widget("napari-seeded-kmeans", "Seeded segmentation")[1]
    for title, overrides in SETTINGS.items():
        dock.params.set_value("auto", **overrides)
        seeds = dock.new_seeds()
        for label in (1, 2):
            seeds.selected_label = label
            paint(viewer, seeds, stroke(rng, size))
        wait_for(dock)
        delays, blocks = [], []
        for number in range(n_strokes):
            seeds.selected_label = 1 + number % 2
            with heart:
                let_go = paint(viewer, seeds, stroke(rng, size))
                wait_for(dock)
            delays.append(time.perf_counter() - let_go)
            blocks.append(heart.worst)
        start = time.perf_counter()
        segment(viewer.layers["picture"].data, seeds.data, **overrides)
        alone = time.perf_counter() - start
        before = dock._last.answer.segmentation
        paint(viewer, seeds, stroke(rng, size))
        wait_for(dock)
        seeds.undo()
        wait_for(dock)
        after = dock._last.answer.segmentation
        same = all(
            getattr(after, name).tobytes() == getattr(before, name).tobytes() for name in ("labels", "scores")
        )
        results[title] = {
            "release to overlay, median": 1e3 * median(delays),
            "release to overlay, p95": 1e3 * float(np.quantile(delays, 0.95)),
            "segment() alone, once": 1e3 * alone,
            "longest block": 1e3 * max(blocks),
            "median block": 1e3 * median(blocks),
            "undo is bit-identical": float(same),
        }
        viewer.layers.remove(seeds)
    viewer.close()
    return results


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=2048, help="side of the RGB picture in pixels")
    parser.add_argument("--runs", type=int, default=10, help="strokes per setting")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    chosen = parser.parse_args()
    warm_up()
    with tempfile.TemporaryDirectory() as folder:
        os.environ[DATA_VARIABLE] = folder
        results = measure(chosen.size, chosen.runs)
    if chosen.json:
        print(json.dumps(results))
        return
    print(f"{chosen.size} x {chosen.size} RGB, {chosen.runs} strokes, ms")
    for title, figures in results.items():
        print(f"\n{title}")
        for name, value in figures.items():
            print(f"  {name:32} {value:9.1f}")


if __name__ == "__main__":
    main()
