"""Train on one picture, apply the model to a folder of pictures, look at what became of each.

    python batch_folder.py OUTPUT

Makes its own pictures, so that it runs as it is: replace them by yours.
"""

import sys
from pathlib import Path

import numpy as np

import napari_seeded_kmeans as nsk


def make_picture(seed: int, brightness: int = 0) -> np.ndarray:
    """Return blobs on a darker, noisy ground."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:160, :240]
    is_blob = np.zeros(y.shape, bool)
    for cy, cx in rng.integers((20, 20), (140, 220), (6, 2)):
        is_blob |= (y - cy) ** 2 + (x - cx) ** 2 < 15**2
    levels = np.where(is_blob, 170, 70) + brightness + rng.normal(0, 9, y.shape)
    return np.clip(levels, 0, 255).astype(np.uint8)


def main() -> None:
    """Make pictures, train, and work through the folder."""
    output = Path(sys.argv[1] if len(sys.argv) > 1 else "batch-output")
    pictures = output / "pictures"
    for seed in range(5):
        nsk.write_image(make_picture(seed), pictures / f"{seed}.png")
    # One of them in other light, and one broken: neither stops the rest.
    nsk.write_image(make_picture(5, brightness=80), pictures / "bright.png")
    (pictures / "empty.png").write_bytes(b"")

    # Painted by hand in real life, in the dock or in any drawing program; here by what we know.
    image = make_picture(0)
    seeds = nsk.seeds_from_labels(image > 120, "eroded")
    model = nsk.SeededKMeans().fit_many([(image, seeds)], names=["0.png"])
    model.names[2] = "blobs"
    model.save(output / "model.json")

    for outcome in nsk.segment_folder(model, pictures, output / "labels", view=True):
        share = f"{outcome.classes[2].share:.1%} blobs" if outcome.classes else "nothing"
        print(f"{outcome.path.name}: {outcome.status}, {share} {outcome.problem or outcome.drift_warning}")
    print("report:", output / "labels" / "report.html")


if __name__ == "__main__":
    main()
