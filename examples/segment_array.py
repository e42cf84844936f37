"""Segment arrays without any window: strokes in, labels, mask, scores and uncertainty out."""

import numpy as np

import napari_seeded_kmeans as nsk

# A bright disc on a darker, noisy ground, 16 bits as from a microscope.
y, x = np.mgrid[:200, :300]
is_disc = (y - 100) ** 2 + (x - 150) ** 2 < 60**2
image = np.random.default_rng(0).poisson(np.where(is_disc, 900, 400)).astype(np.uint16)

# Seeds have the image's shape: 0 = not painted, 1 = background, 2 = foreground, 3... further classes.
seeds = np.zeros(image.shape, np.uint8)
seeds[20:23, 30:270] = 1
seeds[98:101, 130:170] = 2

result = nsk.segment(image, seeds)
print("classes", result.classes)
print("foreground", f"{result.mask.mean():.1%} of the image")
print("most uncertain pixel", f"{result.uncertainty.max():.2f}")

scores = nsk.evaluate(result.mask, is_disc)
print("IoU", f"{scores.iou:.3f}", "boundary F", f"{scores.boundary_f:.3f}")

# The fitted model is a few KB of JSON, and labels other images of the same kind.
again = result.model.predict(image)
print("another image of the kind: foreground", f"{(again == 2).mean():.1%}")
