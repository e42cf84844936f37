"""Edit what was learnt instead of painting again: give a colour to another class."""

from pathlib import Path

import numpy as np

import napari_seeded_kmeans as nsk

# Four squares: dark and green painted as background (1), blue and red as foreground (2).
index = np.repeat(np.repeat([[0, 1], [2, 3]], 32, axis=0), 32, axis=1)
colors = np.array([[40, 40, 40], [60, 160, 60], [120, 160, 230], [220, 60, 50]])
noise = np.random.default_rng(0).integers(-6, 7, (64, 64, 3))
image = np.clip(colors[index] + noise, 0, 255).astype(np.uint8)
seeds = np.zeros((64, 64), np.uint8)
seeds[8:24, 8:24] = seeds[8:24, 40:56] = 1
seeds[40:56, 8:24] = seeds[40:56, 40:56] = 2

result = nsk.segment(image, seeds)
model = result.model.model_

# Rows of the palette that are green go to the foreground; the strokes stay as they are.
edits = nsk.PaletteEdits()
for row in np.flatnonzero(np.abs(result.model.palette_colors - colors[1]).max(axis=1) < 30):
    edits = edits.reassigned(model, int(row), to=2)
edited = nsk.segment(image, seeds, edits=edits)
green = index == 1
for name, labels in (("before", result.labels), ("now", edited.labels)):
    print(f"Green squares that are foreground, {name}: {(labels[green] == 2).mean():.0%}")

# Edits are saved with the model, and any later fit takes them: strokes painted on follow.
path = Path("edited-model.json")
edited.model.save(path)
print(len(nsk.SeededKMeans.load(path).edits.steps), "edits are in", path.name)
