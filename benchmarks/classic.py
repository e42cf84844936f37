"""The classic preset beside a straight NumPy/OpenCV writing of the same steps.

Prints, for each picture with a red/blue stroke picture, the IoU of the raw masks (before clean-up) between

- two random starts of the straight writing,
- ours and the straight writing (mean over its starts),

the IoU of the final masks, and the ratio of whole-run times (median of the runs).

Usage: python benchmarks/classic.py [--data DIR] [--runs N] [--json]

DIR holds `images/NAME.png` and `strokes_raw/NAME_stroke*.png`; without it the shipped photograph is used.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, median
from time import perf_counter

import cv2
import numpy as np

import napari_seeded_kmeans as nsk
from napari_seeded_kmeans.io.images import read_image

K = 64
RAW = {"close_px": 0, "open_px": 0, "min_size_px": 0, "fill_holes": False}


def straight(image: np.ndarray, strokes: np.ndarray, start: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (raw mask, final mask) as the document writes it; K-means starts from seed `start`."""
    cv2.setRNGSeed(start)
    blurred = cv2.GaussianBlur(image, (5, 5), 1.1)
    hsv = cv2.cvtColor(cv2.GaussianBlur(strokes[..., :3], (5, 5), 1.1), cv2.COLOR_RGB2HSV)
    red = cv2.inRange(hsv, (0, 115, 90), (15, 255, 255)) | cv2.inRange(hsv, (165, 115, 90), (180, 255, 255))
    blue = cv2.inRange(hsv, (105, 115, 90), (135, 255, 255))
    pixels = blurred.reshape(-1, 3).astype(np.float32)
    score = [class_score(pixels, blurred[side > 0].astype(np.float32)) for side in (blue, red)]
    raw = (score[1] > score[0]).reshape(image.shape[:2])
    square = np.ones((5, 5), np.uint8)
    mask = cv2.morphologyEx(raw.astype(np.uint8), cv2.MORPH_CLOSE, square)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, square)
    n_pieces, pieces, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    for piece in range(1, n_pieces):
        if stats[piece, cv2.CC_STAT_AREA] < 500:
            mask[pieces == piece] = 0
    outside = np.pad(1 - mask, 1, constant_values=1)
    cv2.floodFill(outside, None, (0, 0), 0, flags=4)
    return raw, (mask + outside[1:-1, 1:-1]) > 0


def class_score(pixels: np.ndarray, stroke: np.ndarray) -> np.ndarray:
    """Sum over the K centres of 0.1 exp(-distance), as one broadcast over all pixels."""
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.1)
    _, _, centers = cv2.kmeans(stroke, K, None, stop, 1, cv2.KMEANS_PP_CENTERS)
    distance = np.sqrt(((pixels[:, np.newaxis] - centers) ** 2).sum(axis=2, dtype=np.float64))
    return (0.1 * np.exp(-distance)).sum(axis=1)


def ours(image: np.ndarray, strokes: np.ndarray, **settings: object) -> np.ndarray:
    """Return the mask of the classic preset."""
    seeds = nsk.read_strokes(strokes, blur_sigma_px=1.1)
    return nsk.segment(image, seeds, preset="classic", **settings).mask


def iou(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of two masks."""
    return float((a & b).sum() / max(1, (a | b).sum()))


def pictures(data: Path | None) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Yield (name, image, stroke picture)."""
    if data is None:
        folder = Path(nsk.__file__).parent / "sample_data"
        yield "photo", read_image(folder / "photo.png")[..., :3], read_image(folder / "photo-strokes.png")
        return
    for strokes in sorted((data / "strokes_raw").glob("*.png")):
        image = data / "images" / f"{strokes.stem.rpartition('_')[0]}.png"
        yield strokes.stem, read_image(image)[..., :3], read_image(strokes)


def timed(function: object, *arguments: object) -> float:
    """Return the seconds one call takes."""
    start = perf_counter()
    function(*arguments)
    return perf_counter() - start


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = [measure(*picture, options.runs) for picture in pictures(options.data)]
    if options.json:
        print(json.dumps(rows, indent=2))
        return
    print(
        f"{'picture':<20}{'theirs/theirs':>15}{'ours/theirs':>13}{'final':>8}{'s theirs':>10}{'s ours':>8}{'ratio':>8}"
    )
    for row in [*rows, {key: mean(r[key] for r in rows) for key in rows[0] if key != "picture"}]:
        print(
            f"{row.get('picture', 'mean'):<20}{row['raw_theirs_theirs']:>15.3f}{row['raw_ours_theirs']:>13.3f}"
            f"{row['final_ours_theirs']:>8.3f}{row['seconds_theirs']:>10.2f}{row['seconds_ours']:>8.3f}{row['ratio']:>8.1f}"
        )


def measure(name: str, image: np.ndarray, strokes: np.ndarray, runs: int) -> dict[str, object]:
    """Return one row of the table."""
    theirs = [straight(image, strokes, start) for start in range(runs)]
    raw, final = ours(image, strokes, **RAW), ours(image, strokes)
    pairs = [iou(a[0], b[0]) for i, a in enumerate(theirs) for b in theirs[:i]]
    seconds_theirs = median(timed(straight, image, strokes, start) for start in range(runs))
    seconds_ours = median(timed(ours, image, strokes) for _ in range(runs))
    return {
        "picture": name,
        "raw_theirs_theirs": mean(pairs) if pairs else 1.0,
        "raw_ours_theirs": mean(iou(raw, their_raw) for their_raw, _ in theirs),
        "final_ours_theirs": mean(iou(final, their_final) for _, their_final in theirs),
        "seconds_theirs": seconds_theirs,
        "seconds_ours": seconds_ours,
        "ratio": seconds_theirs / seconds_ours,
    }


if __name__ == "__main__":
    main()
