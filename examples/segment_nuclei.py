"""Fluorescent nuclei: from a few strokes to single, measured objects in a table.

Usage: python examples/segment_nuclei.py [FOLDER]
"""

import csv
import sys
from pathlib import Path

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.samples import load

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "example-output")
nuclei = load("nuclei")

# Sizes in micrometres: nuclei smaller than 10 square micrometres are dust.
clean_up = {2: {"min_size": 10, "smooth_outline": 1, "unit": "physical"}}
result = nsk.segment(nuclei.image, nuclei.seeds, spacing=nuclei.spacing, clean_up=clean_up)
print(f"IoU {nsk.evaluate(result.mask, nuclei.truth, ignore=0).iou:.3f}")

objects = nsk.split_touching(result.labels, spacing=nuclei.spacing)
table = nsk.measure_objects(objects, result.labels, nuclei.image, spacing=nuclei.spacing)
print(f"{objects.max()} nuclei, mean area {table['size'].mean():.0f} square micrometres")

nsk.write_image(objects.astype("uint16"), folder / "nuclei.tif")
with (folder / "nuclei.csv").open("w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(table)
    writer.writerows(zip(*table.values(), strict=True))
