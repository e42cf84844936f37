"""Cancelling while the mask follows a stroke: how soon nothing works any more, and whether nothing comes of it.

A real window, real strokes and the key C, pressed at moments spread over an update, its estimated accuracy included.
Without a screen, run it under ``xvfb-run -a -s "-screen 0 1600x1000x24"``.
"""

import argparse
import time

import numpy as np
from live import Painter, ready
from qtpy.QtCore import QEventLoop, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from napari_seeded_kmeans.gui.dock import SeededSegmentation

LATEST_S = 1.5
AFTERMATH_S = 0.5


def live_on(seconds: float) -> None:
    """Let the window live for a while, and take note of what was done to it in any case."""
    QApplication.processEvents()
    until = time.perf_counter() + seconds
    while (left := until - time.perf_counter()) > 0:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, max(1, round(1e3 * left)))
        time.sleep(0.001)


def is_working(dock: SeededSegmentation) -> bool:
    """Whether any of the workers behind the mask still computes."""
    updates = dock._updates
    workers = (updates._runner, updates._drafter, updates._glancer, updates._estimator)
    return any(worker.is_working for worker in workers)


def measure(n_strokes: int, size: int) -> tuple[list[float], int]:
    """Return the seconds from the key to rest where something ran, and how often something came of it."""
    painter = Painter(size)
    dock, layers = painter.dock, painter.viewer.layers
    waits, n_stale = [], 0
    for moment in np.linspace(0, LATEST_S, n_strokes):
        painter.paint_next()
        live_on(moment)
        is_running = is_working(dock)
        pressed = time.perf_counter()
        QTest.keyClick(painter.canvas, Qt.Key.Key_C)
        before, result = layers["picture mask"].data.copy(), dock.result
        while is_working(dock) or dock.session.running:
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 1)
        if is_running:
            waits.append(time.perf_counter() - pressed)
        live_on(AFTERMATH_S)
        is_same = np.array_equal(layers["picture mask"].data, before) and dock.result is result
        n_stale += not is_same
    painter.viewer.close()
    return waits, n_stale


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strokes", type=int, default=30)
    parser.add_argument("--size", type=int, default=2048, help="of the square image, in pixels")
    chosen = parser.parse_args()
    with ready():
        waits, n_stale = measure(chosen.strokes, chosen.size)
    print(
        f"{chosen.size} x {chosen.size} RGB, {chosen.strokes} strokes; something ran at {len(waits)} of the keys"
    )
    print(
        f"from the key C to rest: median {1e3 * np.median(waits):.0f} ms, p95 {1e3 * np.quantile(waits, 0.95):.0f} ms, "
        f"longest {1e3 * max(waits):.0f} ms; something came of it {n_stale} times"
    )


if __name__ == "__main__":
    main()
