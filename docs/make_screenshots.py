"""Make the pictures of the window in ``docs/images``: ``python docs/make_screenshots.py [--output DIR]``.

Needs a screen; without one, run it under ``xvfb-run -a -s "-screen 0 1600x1000x24"``.
"""

import argparse
from pathlib import Path

import napari
import numpy as np
from PIL import Image
from qtpy.QtCore import QEventLoop, Qt, QTimer
from qtpy.QtWidgets import QApplication, QDockWidget

from napari_seeded_kmeans.gui.__main__ import open_demo
from napari_seeded_kmeans.gui.dock import SeededSegmentation
from napari_seeded_kmeans.session import Stage

WINDOW_PX = (1360, 720)
DOCK_WIDTH_PX = 330
LARGEST_BYTES = 400_000
# The first run compiles the kernels, which takes a minute on a small machine.
PATIENCE_MS = 300_000


def segmented_photograph(viewer: napari.Viewer) -> np.ndarray:
    """Press Segment on the photograph and return the window, RGBA."""
    window = viewer.window._qt_window
    window.resize(*WINDOW_PX)
    dock = window.findChild(SeededSegmentation)
    frame = next(frame for frame in window.findChildren(QDockWidget) if frame.isAncestorOf(dock))
    window.resizeDocks([frame], [DOCK_WIDTH_PX], Qt.Orientation.Horizontal)
    QApplication.processEvents()
    dock.segment()
    wait_for(dock)
    wait_for_accuracy(dock)
    viewer.fit_to_view(margin=0.02)
    QApplication.processEvents()
    return viewer.screenshot(canvas_only=False, flash=False)


def wait_for_accuracy(dock: SeededSegmentation) -> None:
    """Let the window live until it says how many of the strokes left out were predicted right."""
    loop = QEventLoop()
    dock._updates.estimated.connect(loop.quit)
    QTimer.singleShot(PATIENCE_MS, loop.quit)
    loop.exec_()


def wait_for(dock: SeededSegmentation) -> None:
    """Let the window live until the dock's job has ended well."""
    loop = QEventLoop()

    def leave_when_done() -> None:
        if dock.session.stage is not Stage.RUNNING:
            loop.quit()

    dock.session.changed.connect(leave_when_done)
    QTimer.singleShot(PATIENCE_MS, loop.quit)
    if dock.session.stage is Stage.RUNNING:
        loop.exec_()
    if dock.session.stage is not Stage.DONE:
        raise SystemExit(f"Segmenting ended with: {dock.session.hint}")


def save_small(picture: np.ndarray, path: Path) -> None:
    """Save as a PNG of as many colours as fit into the size allowed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rgb = Image.fromarray(picture[..., :3])
    for n_colors in (256, 128, 64, 32):
        rgb.quantize(n_colors).save(path, optimize=True)
        if path.stat().st_size <= LARGEST_BYTES:
            return
    raise SystemExit(f"{path} has {path.stat().st_size} bytes, more than {LARGEST_BYTES}.")


def main() -> None:
    """Make all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "images")
    folder = parser.parse_args().output
    viewer, _dock = open_demo()
    try:
        save_small(segmented_photograph(viewer), folder / "screenshot.png")
    finally:
        viewer.close()


if __name__ == "__main__":
    main()
