"""Cut the background away: from one picture, and from a folder of them."""

import sys
from pathlib import Path

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans import samples

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "subjects")
photo = samples.load("photo")

# Colours that own enough of the frame are background; n_clusters and border_share are what to turn.
found = nsk.remove_background(photo.image, n_clusters=4)
print(f"subject: {found.mask.mean():.1%} of the picture")
print("frame owned by each cluster", found.frame_shares.round(2).tolist())
nsk.write_image(found.cut_out(), folder / "cup.png")  # transparent
nsk.write_image(found.cut_out((255, 255, 255)), folder / "cup-on-white.png")

# A folder of images against a folder of masks with the same names: one outcome per file.
nsk.write_image(photo.image, folder / "images" / "cup.png")
nsk.write_image(photo.truth == 2, folder / "masks" / "cup.png")
outcomes = list(
    nsk.remove_background_folder(
        [folder / "images"], folder / "results", truth=folder / "masks", n_clusters=4
    )
)
for outcome in outcomes:
    print(outcome.path.name, outcome.error or f"IoU {outcome.iou:.3f}")
statistics = nsk.summarise_ious(outcomes)
print(f"mean IoU {statistics.mean:.3f}")
