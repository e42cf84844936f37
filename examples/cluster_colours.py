"""Redraw an image in K colours, find a good K, and make classes of the clusters."""

import sys
from pathlib import Path

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans import samples

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "colours")
tissue = samples.load("tissue").image

# Every K from 1 to 12 at once; the elbow of the curve, and the silhouette as a second opinion.
curve = nsk.elbow(tissue, 12, color_space="lab")
print(f"elbow at K = {curve.suggested}, best silhouette at K = {curve.second_opinion}")

# The clusters for any of these K are there already; `nsk.cluster_image(tissue, k)` gives the same.
clusters = curve.image(curve.suggested)
for color, share in zip(clusters.colors.round().astype(int).tolist(), clusters.shares, strict=True):
    print(f"{share:6.1%} {color}")
nsk.write_image(clusters.quantized, folder / f"tissue-{curve.suggested}.png")

# The surest pixels of the clusters as seeds: each cluster a class, or several together, or left out (0).
seeds = clusters.to_seeds()
result = nsk.segment(tissue, seeds)
print("classes", result.classes)
nsk.write_seeds(seeds, folder / "tissue-seeds.png")
