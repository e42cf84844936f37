"""The interactive-foreground recipe on a photograph: red and blue strokes in, a cut-out picture out.

Usage: python examples/classic_preset.py [FOLDER]
"""

import sys
from pathlib import Path

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.samples import load

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "example-output")
photo = load("photo")

# K = 64 clusters a side, sum of exp(-distance) on 0-255 colours, 5x5 closing and opening, small
# pieces dropped, holes filled. Every setting can still be given by name; here n_clusters is.
for n_clusters in (64, 8):
    result = nsk.segment(photo.image, photo.seeds, preset="classic", n_clusters=n_clusters)
    path = folder / f"cutout-{n_clusters}.png"
    nsk.write_image(nsk.cut_out(photo.image, result.mask), path)
    iou = nsk.evaluate(result.mask, photo.truth, ignore=0).iou
    print(f"K = {n_clusters}: IoU {iou:.3f}, {path}")
