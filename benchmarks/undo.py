"""Undo and redo while painting: whether the result is, bit for bit, the one of before.

A real window, real strokes, and the keys for undo and redo. Every stroke is painted, undone, made again, and
kept; each time all that a result consists of is compared. Without a screen, run it under
``xvfb-run -a -s "-screen 0 1600x1000x24"``.
"""

import argparse

from live import Painter, ready
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from napari_seeded_kmeans import Segmentation

PARTS = ("labels", "scores", "uncertainty", "strangeness")
UNDO = Qt.KeyboardModifier.ControlModifier
REDO = UNDO | Qt.KeyboardModifier.ShiftModifier


def are_same(one: Segmentation, other: Segmentation) -> bool:
    """Whether two results are equal to the bit, as objects of their own."""
    same = (getattr(one, part).tobytes() == getattr(other, part).tobytes() for part in PARTS)
    return one is not other and all(same)


def count(n_strokes: int, size: int) -> tuple[int, int, int]:
    """Return how many undone strokes gave the result of before, how many redone ones, and what changed it."""
    painter = Painter(size)
    dock = painter.dock

    def press(modifiers: Qt.KeyboardModifier) -> Segmentation:
        QTest.keyClick(painter.canvas, Qt.Key.Key_Z, modifiers)
        painter.wait()
        return dock.result

    undone = redone = changed = 0
    for _number in range(n_strokes):
        before = dock.result
        painter.paint_next()
        painter.wait()
        after = dock.result
        changed += not are_same(before, after)
        undone += are_same(before, press(UNDO))
        redone += are_same(after, press(REDO))
    painter.viewer.close()
    return undone, redone, changed


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strokes", type=int, default=100)
    parser.add_argument("--size", type=int, default=512, help="of the square image, in pixels")
    chosen = parser.parse_args()
    with ready():
        undone, redone, changed = count(chosen.strokes, chosen.size)
    print(
        f"{chosen.size} x {chosen.size} RGB, {chosen.strokes} strokes; {changed} of them changed the result"
    )
    print(f"undone, bit-identical: {undone} of {chosen.strokes}; made again: {redone} of {chosen.strokes}")


if __name__ == "__main__":
    main()
