"""Drive napari from a script: image and strokes as layers, segment, look, save the mask.

Usage: python examples/segment_in_napari.py [--no-window] [MASK.png]
"""

import sys

import napari

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.samples import load


def main(mask_path: str = "mask.png", *, show: bool = True) -> napari.Viewer:
    """Return the viewer with the photograph, its strokes and the result."""
    photo = load("photo")
    viewer = napari.Viewer(show=show)
    image = viewer.add_image(photo.image, name="photo")
    seeds = viewer.add_labels(photo.seeds, name="strokes")

    # What was painted in the window since counts just the same: the layers' data go in.
    result = nsk.segment(image.data, seeds.data)

    viewer.add_labels(result.labels, name="mask", opacity=0.5)
    viewer.add_image(result.uncertainty, name="uncertainty", colormap="magma", visible=False)
    nsk.write_image(result.mask, mask_path)
    print(f"{mask_path}: {result.mask.mean():.1%} foreground")
    return viewer


if __name__ == "__main__":
    has_window = "--no-window" not in sys.argv
    paths = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    viewer = main(*paths, show=has_window)
    if has_window:
        napari.run()
    viewer.close()
