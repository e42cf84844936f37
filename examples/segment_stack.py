"""A 3-D stack of cells, painted on three of its planes, whose planes are further apart than its pixels.

Usage: python examples/segment_stack.py [FOLDER]
"""

import sys
from pathlib import Path

import numpy as np

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.io.geometry import Geometry
from napari_seeded_kmeans.io.pictures import read_picture, write_labels
from napari_seeded_kmeans.samples import load

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "example-output")
stack = load("stack")
painted = np.unique(np.nonzero(stack.seeds)[0])
print(f"{stack.image.shape} voxels of {stack.spacing} um, painted on planes {painted.tolist()}")

result = nsk.segment(stack.image, stack.seeds, spacing=stack.spacing)
print(f"IoU {nsk.evaluate(result.mask, stack.truth, ignore=0, spacing=stack.spacing).iou:.3f}")

cells = nsk.split_touching(result.labels, spacing=stack.spacing)
volumes = nsk.measure_objects(cells, spacing=stack.spacing)["size"]
print(f"{len(volumes)} cells, median volume {np.median(volumes):.0f} cubic micrometres")

# Axes and voxel sizes go into the file, so that other programs show it in its right shape.
write_labels(cells, folder / "cells.tif", Geometry("ZYX", stack.spacing, "µm"))
print("read back:", read_picture(folder / "cells.tif").geometry)
