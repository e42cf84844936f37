"""Painting with the dock open: how soon the mask follows a stroke, and how long the window stands still.

A real window and real mouse events; without a screen, run it under ``xvfb-run -a -s "-screen 0 1600x1000x24"``.
The window's own cost is measured first, by the same strokes before the dock is opened.

``--shape 8192 8192`` is a large picture, ``--shape 200 512 512 --grey`` a stack whose strokes lie on one
slice; ``--seen-only`` waits for what is seen and cancels the rest, ``--scores`` has scores and uncertainty
shown, too, ``--cold`` starts without compiled code, ``--forest`` adds the random forest on the same image and
strokes. Strokes agree with the picture, class 2 being its discs; ``--strokes contradicting`` lie anywhere, so
that the same colours teach both classes.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from statistics import mean, median
from typing import NamedTuple

import napari
import numpy as np
from qtpy.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer
from qtpy.QtGui import QMouseEvent
from qtpy.QtWidgets import QApplication

from napari_seeded_kmeans.core._kernels._jit import CACHE_VARIABLE
from napari_seeded_kmeans.core.warm_up import is_warm, warm_up
from napari_seeded_kmeans.gui.dock import SeededSegmentation
from napari_seeded_kmeans.gui.glimpses import Preview
from napari_seeded_kmeans.gui.job import Answer
from napari_seeded_kmeans.io.autosaves import DATA_VARIABLE
from napari_seeded_kmeans.session import Stage

WINDOW_PX = (1360, 900)
STEPS = 12
LONGEST_STROKE = 0.08
"""In sides of the picture, along each axis."""
BRUSH = 0.01
"""No part of an agreeing stroke is nearer to an edge than this, in sides of the picture."""
HAND_S = 0.008
BEAT_MS = 2
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


def draw_discs(rng: np.random.Generator) -> np.ndarray:
    """Return centre (y, x) and radius of the things in the picture, (12, 3), in its sides."""
    return rng.uniform((0.1, 0.1, 0.03), (0.9, 0.9, 0.12), (12, 3))


DISCS = draw_discs(np.random.default_rng(0))


def depth(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return how deep places lie within the discs, all in sides of the picture; negative outside."""
    deepest = np.float64(-np.inf)
    for center_y, center_x, radius in DISCS:
        deepest = np.maximum(deepest, radius - np.hypot(y - center_y, x - center_x))
    return deepest


def picture(shape: tuple[int, ...], *, grey: bool = False) -> np.ndarray:
    """Return a photograph-like picture, or a stack of it: smooth regions, a few objects, noise."""
    rng = np.random.default_rng(0)
    discs = [(*disc, rng.uniform(0, 255, 3)) for disc in draw_discs(rng)]
    drawn = np.empty((*shape, *(() if grey else (3,))), np.uint8)
    height, width = shape[-2:]
    x = np.arange(width) / width
    # Row by row: this is not what memory is measured of.
    for number, row in enumerate(drawn.reshape(-1, *drawn.shape[len(shape) - 1 :])):
        y = np.full(width, number % height / height)
        base = np.stack([120 + 80 * np.sin(3 * x), 110 + 60 * y, 100 + 50 * np.cos(5 * x * y)], axis=-1)
        for center_y, center_x, radius, color in discs:
            base[(y - center_y) ** 2 + (x - center_x) ** 2 < radius**2] = color
        if grey:
            base = base.mean(axis=-1)
        row[:] = np.clip(base + rng.normal(0, 8, base.shape), 0, 255)
    return drawn


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
        inside = [*viewer.dims.point[: layer.ndim - 2], *point]
        offset = (np.array(layer.data_to_world(inside)[-2:]) - np.array(camera.center[-2:])) * camera.zoom
        place = QPointF(canvas.width() / 2 + offset[1], canvas.height() / 2 + offset[0])
        event = QMouseEvent(
            kind, place, canvas.mapToGlobal(place), button, buttons, Qt.KeyboardModifier.NoModifier
        )
        let_go = time.perf_counter()
        QApplication.sendEvent(canvas, event)
        if kind != release:
            rest(HAND_S)
    return let_go


def rest(seconds: float) -> None:
    """Let the window live for a while, asleep while nothing happens."""
    loop = QEventLoop()
    QTimer.singleShot(round(1e3 * seconds), Qt.TimerType.PreciseTimer, loop.quit)
    loop.exec()


def strokes(seed: int, size: int, kind: str) -> Iterator[tuple[int, np.ndarray]]:
    """Yield short strokes without end, of class 1 and 2 in turn: the class, and the points in pixels."""
    rng = np.random.default_rng(seed)
    for value in cycle((1, 2)):
        sign = 1 if value == 2 else -1
        start = rng.uniform(0.1, 0.8, 2)
        while kind == "agreeing" and sign * depth(*start) < BRUSH:
            start = rng.uniform(0.1, 0.8, 2)
        points = start + np.linspace(0, LONGEST_STROKE, STEPS)[:, np.newaxis] * rng.uniform(-1, 1, 2)
        while kind == "agreeing" and (sign * depth(*points.T) < BRUSH).any():
            points = (start + points) / 2
        yield value, points * size


Place = tuple[int | slice, ...]


def place_of(points: np.ndarray, plane: tuple[int, ...], brush: int) -> Place:
    """Return a part of the seeds that a stroke (n, 2) lies in."""
    low, high = (points.min(axis=0) - brush).astype(int), (points.max(axis=0) + brush).astype(int)
    return *plane, *(slice(max(0, start), stop) for start, stop in zip(low, high, strict=True))


class Delays(NamedTuple):
    """Seconds from letting go until what is visible is seen, the whole mask, and all outputs."""

    seen: float
    whole: float
    done: float


class Eye:
    """Notes when what was asked for is drawn first, and when all of it is there."""

    def __init__(self, viewer: napari.Viewer, dock: SeededSegmentation) -> None:
        self._dock = dock
        self._preview: Preview | None = None
        self._drawn_s: float | None = None
        self._canvas = viewer.window._qt_viewer.canvas.native
        self._canvas.frameSwapped.connect(self._on_frame_swapped)
        self._scored: Answer | None = None
        dock._updates.previewed.connect(self._on_previewed)
        dock._extras.arrived.connect(self._on_extras_arrived)

    @property
    def labels(self) -> np.ndarray:
        """What was seen last, before the result, over nothing."""
        labels = np.zeros_like(self._preview.seeds)
        self._preview.patch.put(labels)
        return labels

    def sees(self, seeds: np.ndarray, place: Place) -> bool:
        """Whether a stroke was known to what is drawn."""
        is_drawn = self._preview is not None and self._drawn_s is not None
        return is_drawn and np.array_equal(self._preview.seeds[place], seeds[place])

    def wait(self, let_go: float, place: Place = (), *, seen_only: bool) -> Delays:
        """Let the window live until the newest result is shown, a stroke lying in one place, or anywhere."""
        seeds, looked_at = self._dock._seeds.layer.data, None
        seen = whole = float("nan")
        until = time.perf_counter() + PATIENCE_S
        while self._is_segmenting or self._misses_scores:
            if not seen > 0 and looked_at != self._drawn_s:
                looked_at = self._drawn_s
                if self.sees(seeds, place):
                    seen = self._drawn_s - let_go
                    if seen_only:
                        self._dock.cancel()
            was_whole = not self._is_segmenting
            # Asleep until something happens, the heart's beat at the latest, as the window is by itself.
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if was_whole and not whole > 0:
                whole = time.perf_counter() - let_go
            if time.perf_counter() > until:
                raise SystemExit("No result came.")
        if not seen_only and self._dock.session.stage is not Stage.DONE:
            raise SystemExit(f"Segmenting ended with: {self._dock.session.hint}")
        # Once more, so that the result is drawn.
        QApplication.processEvents()
        done = time.perf_counter() - let_go
        return Delays(seen, whole if whole > 0 else done, done)

    @property
    def _is_segmenting(self) -> bool:
        return self._dock._seeds.is_waiting or self._dock.session.running

    @property
    def _misses_scores(self) -> bool:
        """Whether the scores of the last result are asked for, and not there yet."""
        last = self._dock._results.last
        is_asked = last is not None and "scores" in self._dock.outputs.value()
        return is_asked and last.answer is not self._scored

    def _on_previewed(self, seen: Preview) -> None:
        self._preview, self._drawn_s = seen, None
        # What changes nothing is not drawn by itself.
        self._canvas.update()

    def _on_frame_swapped(self) -> None:
        if self._drawn_s is None:
            self._drawn_s = time.perf_counter()

    def _on_extras_arrived(self, answer: Answer) -> None:
        self._scored = answer


class Painter:
    """Somebody at a window with a picture and the dock, who has painted one stroke of either class."""

    def __init__(self, size: int) -> None:
        self.viewer = napari.Viewer()
        self.viewer.window._qt_window.resize(*WINDOW_PX)
        self.viewer.add_image(picture((size, size)), name="picture")
        self.canvas = self.viewer.window._qt_viewer.canvas.native
        window = self.viewer.window
        _, self.dock = window.add_plugin_dock_widget("napari-seeded-kmeans", "Seeded segmentation")
        self._eye, self._ways = Eye(self.viewer, self.dock), strokes(0, size, "agreeing")
        self._seeds = self.dock.new_seeds()
        self.paint_next()
        self.paint_next()
        self.wait()

    def paint_next(self) -> None:
        """Paint a stroke of the other class."""
        self._seeds.selected_label, points = next(self._ways)
        paint(self.viewer, self._seeds, points)

    def wait(self) -> None:
        """Let the window live until the newest result is shown."""
        self._eye.wait(time.perf_counter(), seen_only=False)


@contextmanager
def ready() -> Iterator[None]:
    """Have compiled code, and leave nothing among a person's own files."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ[DATA_VARIABLE] = folder
        warm_up()
        yield


def overlap(labels: np.ndarray) -> float:
    """Return the IoU of class 2 in a plane with the discs."""
    found = labels == 2
    y, x = (np.arange(length) / length for length in found.shape)
    # Row by row: this is not what memory is measured of.
    truth = np.stack([depth(row, x) > 0 for row in y])
    return np.count_nonzero(found & truth) / np.count_nonzero(found | truth)


def forest(image: np.ndarray, seeds: np.ndarray) -> float:
    """Return how long a random forest on multiscale features takes, in seconds."""
    from skimage.feature import multiscale_basic_features
    from sklearn.ensemble import RandomForestClassifier

    start = time.perf_counter()
    features = multiscale_basic_features(image, channel_axis=-1 if image.ndim > seeds.ndim else None)
    trees = RandomForestClassifier(n_estimators=100, n_jobs=-1, random_state=0)
    trees.fit(features[seeds > 0], seeds[seeds > 0])
    trees.predict(features.reshape(-1, features.shape[-1]))
    return time.perf_counter() - start


def measure(chosen: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Return milliseconds by setting: from release to preview and to result, and the longest block."""
    shape, size = tuple(chosen.shape), chosen.shape[-1]
    viewer = napari.Viewer()
    viewer.window._qt_window.resize(*WINDOW_PX)
    image = viewer.add_image(picture(shape, grey=chosen.grey), name="picture")
    ways, heart = strokes(1, size, chosen.strokes), Heart()
    plain = viewer.add_labels(np.zeros(shape, np.uint8), name="plain")
    plain.mode, plain.brush_size = "paint", 20
    paint(viewer, plain, next(ways)[1])
    blocks = []
    for _ in range(chosen.runs):
        with heart:
            paint(viewer, plain, next(ways)[1])
        blocks.append(heart.worst)
    results = {"napari alone": {"longest block": 1e3 * max(blocks), "median block": 1e3 * median(blocks)}}
    viewer.layers.remove(plain)
    dock = viewer.window.add_plugin_dock_widget("napari-seeded-kmeans", "Seeded segmentation")[1]
    eye = Eye(viewer, dock)
    for title in chosen.settings:
        results[title] = measure_setting(viewer, dock, eye, title, chosen)
    if chosen.forest:
        seeds = np.zeros(shape, np.uint8)
        seeds[..., 100:120, 100:400], seeds[..., size // 2 : size // 2 + 20, 100:400] = 1, 2
        results["forest"] = {"features, fit, predict": 1e3 * forest(image.data, seeds)}
    results["memory"] = {"peak, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    viewer.close()
    return results


def measure_setting(
    viewer: napari.Viewer, dock: SeededSegmentation, eye: Eye, title: str, chosen: argparse.Namespace
) -> dict[str, float]:
    """Paint with one of the SETTINGS."""
    ways, heart = strokes(2, chosen.shape[-1], chosen.strokes), Heart()
    dock.params.set_value("auto", **SETTINGS[title])
    dock.outputs.set_value(("mask", *(("scores", "uncertainty") if chosen.scores else ())))
    seeds = dock.new_seeds()
    plane = viewer.dims.current_step[: seeds.ndim - 2]

    def paint_next() -> tuple[float, Place]:
        seeds.selected_label, points = next(ways)
        return paint(viewer, seeds, points), place_of(points, plane, seeds.brush_size)

    paint_next()
    with heart:
        first = eye.wait(*paint_next(), seen_only=chosen.seen_only)
    first_block = heart.worst
    delays, blocks, overlaps = [], [], []
    for _ in range(chosen.runs):
        with heart:
            delays.append(eye.wait(*paint_next(), seen_only=chosen.seen_only))
        overlaps.append(overlap(eye.labels[plane]))
        blocks.append(heart.worst)
    seen, whole, done = (np.array(column) for column in zip(*delays, strict=True))
    figures = {
        "first result, seen": 1e3 * first.seen,
        "first mask of the whole image": 1e3 * first.whole,
        "release to preview, median": 1e3 * median(seen),
        "release to preview, p95": 1e3 * float(np.quantile(seen, 0.95)),
        "IoU of previews, mean": mean(overlaps),
        "longest block": 1e3 * max(*blocks, first_block),
        "median block": 1e3 * median(blocks),
    }
    if not chosen.seen_only:
        before = dock.result
        let_go, place = paint_next()
        with heart:
            eye.wait(let_go, place, seen_only=False)
            seeds.undo()
            eye.wait(time.perf_counter(), place, seen_only=False)
        after = dock.result
        same = all(
            getattr(after, name).tobytes() == getattr(before, name).tobytes() for name in ("labels", "scores")
        )
        figures |= {
            "release to whole image, median": 1e3 * median(whole),
            "release to whole image, p95": 1e3 * float(np.quantile(whole, 0.95)),
            "release to all outputs, median": 1e3 * median(done),
            "release to all outputs, p95": 1e3 * float(np.quantile(done, 0.95)),
            "IoU of the last result": overlap(after.labels[plane]),
            "undo is bit-identical": float(same),
        }
    viewer.layers.remove(seeds)
    return figures


def start_cold() -> int:
    """Run this again with no compiled code; kernels look for theirs when they are imported."""
    with tempfile.TemporaryDirectory() as folder:
        return subprocess.call([sys.executable, *sys.argv], env={**os.environ, CACHE_VARIABLE: folder})


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", type=int, nargs="+", default=[2048, 2048], help="of the image, in pixels")
    parser.add_argument("--grey", action="store_true", help="a grey image instead of RGB")
    parser.add_argument("--runs", type=int, default=10, help="strokes per setting")
    parser.add_argument("--strokes", choices=("agreeing", "contradicting"), default="agreeing")
    parser.add_argument("--settings", nargs="+", choices=list(SETTINGS), default=list(SETTINGS))
    parser.add_argument("--seen-only", action="store_true", help="cancel once the visible part is shown")
    parser.add_argument("--scores", action="store_true", help="show scores and uncertainty, too")
    parser.add_argument("--cold", action="store_true", help="start without compiled code")
    parser.add_argument("--forest", action="store_true", help="time a random forest, too")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    chosen = parser.parse_args()
    if chosen.cold and is_warm():
        raise SystemExit(start_cold())
    with tempfile.TemporaryDirectory() as folder:
        os.environ[DATA_VARIABLE] = folder
        if not chosen.cold:
            warm_up()
        results = measure(chosen)
    if chosen.json:
        print(json.dumps(results))
        return
    print(
        f"{' x '.join(map(str, chosen.shape))} {'grey' if chosen.grey else 'RGB'}, {chosen.runs} {chosen.strokes} strokes, ms"
    )
    for title, figures in results.items():
        print(f"\n{title}")
        for name, value in figures.items():
            print(f"  {name:32} {value:9.3f}" if "IoU" in name else f"  {name:32} {value:9.1f}")


if __name__ == "__main__":
    main()
