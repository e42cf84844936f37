"""Kinds of pictures that the sets of real ones lack, drawn with their truth and sparse strokes, beside peers.

Run ``python benchmarks/drawn.py [--pictures N] [--kinds ...] [--peers ...]``. The drawings are coarse: they say which
kind is in trouble, not by how much.
"""

import argparse
import time
import warnings
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import numpy as np
from peers import PEERS, Array, Method
from quality import mean_iou
from scipy import ndimage
from skimage.draw import disk, ellipse

import napari_seeded_kmeans as nsk

SIDE = 256
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE].astype(float)
Random = np.random.Generator


class Kind(NamedTuple):
    """How a picture and its truth are drawn, how many strokes per class, and how far inside they stay."""

    draw: Callable[[Random], tuple[Array, Array]]
    n_strokes: int
    margin_px: float = 2.0


def main() -> None:
    """Print the mean IoU of the thing and the median processor time, for every kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=4)
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=["forest"])
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    methods: dict[str, Method] = {"ours": lambda image, seeds: nsk.segment(image, seeds).labels}
    methods |= {name: PEERS[name] for name in arguments.peers}
    print("| kind |", " | ".join(methods), "|")
    for name in arguments.kinds:
        pictures = [picture(KINDS[name], number) for number in range(arguments.pictures)]
        cells = [_cell(method, pictures) for method in methods.values()]
        print(f"| {name} |", " | ".join(cells), "|", flush=True)


def _cell(method: Method, pictures: list[tuple[Array, Array, Array]]) -> str:
    ious, seconds = [], []
    for image, seeds, truth in pictures:
        started = time.process_time()
        ious.append(mean_iou(method(image, seeds), truth))
        seconds.append(time.process_time() - started)
    return f"{np.mean(ious):.3f}, {median(seconds):.2f} s"


def picture(kind: Kind, number: int) -> tuple[Array, Array, Array]:
    """Return image, seeds and truth of one picture of a kind: 1 is ground, 2 the thing."""
    random = np.random.default_rng(number)
    image, thing = kind.draw(random)
    seeds = np.zeros(thing.shape, np.uint8)
    for value, mask in ((1, ~thing), (2, thing)):
        depth = ndimage.distance_transform_edt(mask)
        inner = depth > min(kind.margin_px, 0.5 * depth.max())
        for _ in range(kind.n_strokes):
            _paint(seeds, inner, value, random)
    return np.clip(image, 0, 255).astype(np.uint8), seeds, (1 + thing).astype(np.uint8)


def _paint(seeds: Array, inner: Array, value: int, random: Random, length_px: int = 25) -> None:
    """Wander about inside a mask, a pixel wide; turn where it ends."""
    places = np.argwhere(inner)
    place, heading = places[random.integers(len(places))].astype(float), random.uniform(0, 2 * np.pi)
    for _ in range(length_px):
        seeds[tuple(np.rint(place).astype(int))] = value
        heading += random.normal(0, 0.25)
        ahead = place + _ahead(heading)
        row, column = np.rint(ahead).astype(int)
        if 0 <= row < SIDE and 0 <= column < SIDE and inner[row, column]:
            place = ahead
        else:
            heading += 1.3


def _ahead(heading: float) -> Array:
    """Return one step in a direction."""
    return np.array([np.sin(heading), np.cos(heading)])


def vessels(random: Random) -> tuple[Array, Array]:
    """Two dark trees that branch and narrow, on uneven ground."""
    tree = np.zeros((SIDE, SIDE), bool)
    _grow(tree, np.array([SIDE / 2, 2.0]), 0.0, 5.0, 60, random)
    _grow(tree, np.array([2.0, SIDE / 3]), 1.2, 4.0, 60, random)
    ground = 120 + 60 * np.sin(COLUMNS / 70) * np.cos(ROWS / 90)
    return ground - 45 * _blur(tree, 1) + _noise(random, 8), tree


def _grow(tree: Array, place: Array, heading: float, radius: float, length: float, random: Random) -> None:
    for _ in range(int(length)):
        place = place + _ahead(heading)
        heading += random.normal(0, 0.08)
        if not ((place >= 0) & (place < SIDE)).all():
            return
        tree[disk(place, max(radius, 1), shape=tree.shape)] = True
    if radius > 1.2:
        for turn in (0.5, -0.5):
            _grow(tree, place, heading + turn, 0.75 * radius, 0.75 * length, random)


def cracks(random: Random) -> tuple[Array, Array]:
    """Dark lines two pixels wide on a mottled wall."""
    lines = np.zeros((SIDE, SIDE), bool)
    for _ in range(5):
        place, heading = random.uniform(0, SIDE, 2), random.uniform(0, 2 * np.pi)
        for _ in range(200):
            place = place + _ahead(heading)
            heading += random.normal(0, 0.2)
            if not ((place >= 1) & (place < SIDE - 1)).all():
                break
            row, column = place.astype(int)
            lines[row : row + 2, column] = True
    return 150 + 10 * _mottle(random, 3) - 55 * _blur(lines, 0.7) + _noise(random, 9), lines


def fibres(random: Random) -> tuple[Array, Array]:
    """Bright straight threads that cross, on hazy ground."""
    threads = np.zeros((SIDE, SIDE), bool)
    for _ in range(14):
        angle, offset = random.uniform(0, np.pi), random.uniform(-0.4, 0.4) * SIDE
        across = (ROWS - SIDE / 2) * np.cos(angle) - (COLUMNS - SIDE / 2) * np.sin(angle) - offset
        threads |= np.abs(across) < random.uniform(1, 2.5)
    return 70 + 15 * _mottle(random, 20) + 60 * _blur(threads, 1) + _noise(random, 12), threads


def textures(random: Random) -> tuple[Array, Array]:
    """Round and drawn-out grain of the same mean and contrast."""
    lumps = _blur(random.normal(size=(SIDE, SIDE)), 25)
    thing = lumps > np.quantile(lumps, 0.6)
    round_, long = _mottle(random, 1), _mottle(random, (1, 4))
    return 128 + 30 * np.where(thing, long, round_) + _noise(random, 4), thing


def rough(random: Random) -> tuple[Array, Array]:
    """Fine and coarse grain of the same mean and contrast."""
    lumps = _blur(random.normal(size=(SIDE, SIDE)), 25)
    thing = lumps > np.quantile(lumps, 0.6)
    return 128 + 25 * np.where(thing, _mottle(random, 3), _mottle(random, 1)) + _noise(random, 4), thing


def blobs(random: Random) -> tuple[Array, Array]:
    """Fluorescent round things, brighter on one side, with shot noise."""
    glow = np.zeros((SIDE, SIDE))
    for _ in range(60):
        inside = disk(random.uniform(0, SIDE, 2), random.uniform(7, 13), shape=glow.shape)
        glow[inside] = np.maximum(glow[inside], random.uniform(0.6, 1.0))
    light = _blur(glow, 1.2) * (60 + 100 * COLUMNS / SIDE) + 30 + 50 * COLUMNS / SIDE
    return random.poisson(light), glow > 0


def discs(random: Random) -> tuple[Array, Array]:
    """Round things less bright than the noise."""
    thing = np.zeros((SIDE, SIDE), bool)
    for _ in range(18):
        thing[disk(random.uniform(10, SIDE - 10, 2), random.uniform(8, 20), shape=thing.shape)] = True
    return 110 + 18 * thing + _noise(random, 20), thing


def glands(random: Random) -> tuple[Array, Array]:
    """Purple ellipses in mottled pink tissue."""
    thing = np.zeros((SIDE, SIDE), bool)
    for _ in range(14):
        place, radii = random.uniform(15, SIDE - 15, 2), random.uniform(8, 18, 2)
        thing[ellipse(*place, *radii, shape=thing.shape)] = True
    colors = np.where(thing[..., np.newaxis], [150, 110, 175], [215, 160, 190])
    mottle = _mottle(random, 2)[..., np.newaxis] * (14, 18, 10)
    return colors + mottle + random.normal(0, 7, (SIDE, SIDE, 3)), thing


def organ(random: Random) -> tuple[Array, Array]:
    """One thing with a bright core, among bright discs that are not meant."""
    angle = np.arctan2(ROWS - 130, COLUMNS - 120)
    distance = np.hypot(ROWS - 130, COLUMNS - 120)
    radius = 55 + 12 * np.sin(3 * angle + random.uniform(0, 6)) + 8 * np.cos(5 * angle)
    thing = distance < radius
    light = (
        70 + 50.0 * thing + 25 * (distance < 0.5 * radius) + 15 * np.sin(COLUMNS / 50) + _noise(random, 10)
    )
    for _ in range(6):
        place, size = random.uniform(0, SIDE, 2), random.uniform(8, 16)
        other = (np.hypot(ROWS - place[0], COLUMNS - place[1]) < size) & ~thing
        light[other] = 125 + _noise(random, 10)[other]
    return _blur(light, 0.8), thing


def _blur(values: Array, sigma: float | tuple[float, float]) -> Array:
    return ndimage.gaussian_filter(values.astype(float), sigma)


def _noise(random: Random, deviation: float) -> Array:
    return random.normal(0, deviation, (SIDE, SIDE))


def _mottle(random: Random, sigma: float | tuple[float, float]) -> Array:
    """Return blurred noise of deviation 1."""
    grain = _blur(random.normal(size=(SIDE, SIDE)), sigma)
    return grain / grain.std()


KINDS = {
    "vessels": Kind(vessels, 6, 1.0),
    "cracks": Kind(cracks, 6, 1.0),
    "fibres": Kind(fibres, 6, 1.0),
    "textures": Kind(textures, 4),
    "rough": Kind(rough, 4),
    "blobs": Kind(blobs, 6),
    "discs": Kind(discs, 6),
    "glands": Kind(glands, 6),
    "organ": Kind(organ, 1),
}


if __name__ == "__main__":
    main()
