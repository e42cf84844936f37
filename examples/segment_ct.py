"""A slice of a chest in Hounsfield units: three classes, areas, and a model for the next slice.

Usage: python examples/segment_ct.py [FOLDER]
"""

import sys
from pathlib import Path

import numpy as np

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.samples import load

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "example-output")
ct = load("ct")
names = {1: "air", 2: "lung", 3: "body"}

result = nsk.segment(ct.image, ct.seeds, spacing=ct.spacing)
scores = nsk.evaluate(result.labels, ct.truth, ignore=0, spacing=ct.spacing)
pixel_cm2 = float(np.prod(ct.spacing)) / 100
for value in result.classes:
    area = (result.labels == value).sum() * pixel_cm2
    print(f"{names[value]}: {area:.0f} square centimetres")
print(f"mean IoU {scores.iou:.3f}")

result.model.names = names
result.model.save(folder / "ct.json")
again = nsk.SeededKMeans.load(folder / "ct.json").predict(ct.image, spacing=ct.spacing)
print(f"the model alone, without strokes: lung {(again == 2).sum() * pixel_cm2:.0f} square centimetres")
