"""A photograph with strokes: mask and cut-out, and where one more stroke would help most.

Usage: python examples/segment_photograph.py [FOLDER]
"""

import sys
from pathlib import Path

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.samples import load

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "example-output")
photo = load("photo")

result = nsk.segment(photo.image, photo.seeds)
print("spread", result.spread, "- what the strokes were taken to mean")
print(f"IoU {nsk.evaluate(result.mask, photo.truth, ignore=0).iou:.3f}")
print("least sure of row, column", nsk.paint_here_next(result.uncertainty, photo.seeds))

nsk.write_image(result.mask, folder / "cup-mask.png")
nsk.write_image(nsk.cut_out(photo.image, result.mask), folder / "cup.png")
