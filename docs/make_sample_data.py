"""Make every file of ``src/napari_seeded_kmeans/sample_data``: ``python docs/make_sample_data.py``.

The pictures are synthetic (`phantoms`) but for the photograph, which comes with scikit-image and is in the
public domain; its outline and all strokes were drawn by hand and stand below as (x, y) pixel positions. With
the same versions of NumPy, SciPy, scikit-image and Pillow, the same files come out bit for bit.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import phantoms
from scipy.interpolate import make_interp_spline
from skimage import data
from skimage.draw import disk, polygon

from napari_seeded_kmeans import samples
from napari_seeded_kmeans.io.geometry import Geometry
from napari_seeded_kmeans.io.geometry import write_tiff as geometric_tiff

FOLDER = Path(__file__).parents[1] / "src/napari_seeded_kmeans/sample_data"
RANDOM_SEED = 7

Polyline = Sequence[tuple[float, float]]
Strokes = Mapping[int, Sequence[Polyline]]

# fmt: off
CUP_AND_SAUCER: Polyline = [
    (77, 200), (79, 180), (83.4, 160), (89.6, 148), (98.5, 136.5), (110.5, 121), (123.5, 106), (140, 92),
    (160, 79.2), (178, 70.6), (184.5, 67.5), (191, 58), (199.4, 49), (209.5, 40), (221.5, 32),
    (236, 24.6), (254, 19.4), (270, 17.6), (282, 17), (296, 17.6), (312, 20), (326, 23.8), (340, 29),
    (354, 36), (368, 44.8), (380, 55), (389, 64.8), (395.6, 71.8), (400, 69.2), (405, 67.3), (411, 66.6),
    (418, 68.4), (422.8, 73), (424.2, 78.4), (421.6, 88), (417, 104), (427.5, 112), (439.5, 124.6),
    (451.5, 140), (461.5, 156), (470, 175), (475.6, 196), (478.2, 214), (479, 228), (478.2, 244),
    (475.8, 262), (470.8, 280), (462.8, 297), (451.8, 314.6), (438, 329.5), (420, 344.6), (400, 358.4),
    (376, 371.2), (351, 381.4), (326.5, 387), (300, 390), (281, 390.8), (266, 390.4), (250, 389.3),
    (233, 386.4), (217, 381.5), (201, 376.5), (188, 371.4), (175, 365), (162, 356.8), (149, 347),
    (137, 336.6), (126.6, 326.7), (116, 315.5), (106.2, 303.7), (98.3, 291.8), (92.2, 281), (85, 265.5),
    (80, 249.7), (77.6, 234), (76.6, 217),
]
PHOTO_STROKES: Strokes = {
    1: [
        [(30, 160), (75, 112), (120, 62), (165, 25)],
        [(15, 15), (50, 22), (85, 10)],
        [(448, 40), (520, 52), (572, 40), (580, 130), (520, 200)],
        [(404, 390), (450, 352), (484, 304), (570, 288)],
        [(82, 292), (102, 330), (140, 362)],
        [(22, 215), (14, 262), (50, 300), (30, 352), (75, 385)],
    ],
    2: [
        [(96, 200), (112, 262), (150, 315), (185, 338)],
        [(182, 118), (196, 74), (232, 40), (270, 52), (335, 64), (366, 104), (330, 140), (262, 132)],
        [(296, 180), (288, 232), (268, 278), (276, 330), (318, 366)],
        [(412, 75), (409, 106), (430, 146), (452, 205), (446, 268), (415, 318)],
        [(340, 262), (362, 278), (378, 300), (352, 306)],
    ],
}
NUCLEI_STROKES: Strokes = {
    1: [
        [(150, 25), (160, 36), (152, 46), (147, 62), (144, 80), (152, 95)],
        [(165, 135), (190, 141), (215, 140), (235, 147), (262, 144)],
        [(170, 270), (176, 288), (178, 306)],
        [(120, 152), (140, 160), (152, 174)],
        [(12, 142), (25, 151), (37, 158)],
    ],
    2: [
        [(46, 60), (53, 66), (48, 74), (54, 78)],
        [(80, 68), (88, 74), (94, 81)],
        [(57, 143), (62, 150), (60, 160)],
        [(197, 27), (207, 32), (216, 34)],
        [(276, 26), (285, 31), (292, 27)],
        [(278, 224), (285, 228), (289, 238)],
        [(300, 260), (304, 268), (298, 279)],
        [(13, 302), (22, 308), (31, 311)],
    ],
}
CT_STROKES: Strokes = {
    1: [
        [(55, 52), (80, 41), (118, 33)],
        [(195, 262), (150, 269), (115, 260)],
        [(8, 26), (13, 12), (26, 7)],
        [(92, 242.5), (120, 244), (158, 245)],
    ],
    2: [
        [(58, 106), (48, 130), (50, 160), (64, 186), (82, 202)],
        [(112, 92), (95, 93), (84, 101)],
        [(72, 140), (92, 150), (104, 172)],
        [(190, 90), (212, 102), (232, 122)],
        [(205, 158), (226, 150), (236, 166)],
        [(184, 178), (194, 192), (190, 204)],
    ],
    3: [
        [(128, 112), (150, 120), (170, 138), (172, 150)],
        [(24, 148), (26, 178), (40, 200)],
        [(38, 106), (34, 120), (37, 136)],
        [(104, 64), (140, 62), (178, 64)],
        [(134, 190), (146, 197), (150, 188)],
        [(252, 160), (258, 176), (250, 190)],
    ],
}
TISSUE_STROKES: Strokes = {
    1: [
        [(70, 62), (86, 68), (78, 84), (94, 80)],
        [(166, 222), (190, 214), (200, 228)],
        [(262, 240), (254, 250)],
    ],
    2: [
        [(37, 53), (41, 65), (40, 73), (42, 82), (44, 90)],
        [(78, 124), (80, 131)],
        [(234, 136), (239, 138)],
        [(108, 162), (115, 157)],
        [(286, 16), (294, 15)],
        [(104, 232), (105, 240), (104, 246)],
        [(263, 107), (266, 112)],
        [(207, 171), (210, 176)],
    ],
    3: [
        [(14, 68), (25, 84), (14, 100)],
        [(136, 34), (150, 16), (168, 24)],
        [(148, 148), (165, 160), (188, 158)],
        [(104, 290), (130, 302), (162, 304)],
        [(60, 109), (75, 111), (92, 107)],
        [(196, 68), (198, 78), (195, 86)],
        [(214, 200), (222, 214), (223, 234)],
    ],
}
STACK_STROKES: Mapping[int, Strokes] = {
    4: {
        1: [[(80, 60), (83, 74), (100, 78)], [(60, 6), (53, 16), (56, 21)], [(18, 8), (25, 15), (10, 21)]],
        2: [[(30, 53), (36, 61)], [(62, 28), (68, 31), (74, 29)], [(115, 100), (119, 111)],
            [(49, 67), (54, 72)]],
    },
    12: {
        1: [[(58, 8), (54, 20), (62, 32)], [(64, 74), (68, 95), (58, 116)], [(34, 58), (24, 64), (28, 70)]],
        2: [[(17, 18), (23, 28)], [(109, 57), (118, 63)], [(86, 27), (93, 30)], [(12, 94), (19, 99)]],
    },
    19: {
        1: [[(44, 10), (58, 18), (63, 34)], [(25, 104), (30, 115), (46, 120)],
            [(96, 115), (110, 119), (121, 110)]],
        2: [[(32, 54), (38, 64)], [(75, 81), (81, 87)], [(110, 60), (117, 62)], [(64, 61), (71, 65)]],
    },
}
# fmt: on


def paint(shape: tuple[int, ...], strokes: Strokes, width_px: float) -> np.ndarray:
    """Paint smooth, slightly unsteady lines through the given points; one class value per stroke."""
    rng = np.random.default_rng(RANDOM_SEED)
    seeds = np.zeros(shape, np.uint8)
    for value, paths in strokes.items():
        for path in paths:
            spline = make_interp_spline(np.linspace(0, 1, len(path)), path, k=min(3, len(path) - 1))
            tremor = make_interp_spline(np.linspace(0, 1, 12), rng.normal(0, 0.4, (12, 2)), k=3)
            for t in np.linspace(0, 1, 400):
                x, y = spline(t) + tremor(t)
                seeds[disk((y, x), width_px / 2, shape=shape)] = value
    return seeds


def photo() -> None:
    """Write a cup on a saucer, the strokes as the red and blue picture a paint program would save."""
    image = data.coffee()
    truth = np.ones(image.shape[:2], np.uint8)
    x, y = np.transpose(CUP_AND_SAUCER)
    truth[polygon(y, x, truth.shape)] = 2
    palette = np.array([(0, 0, 0), (0, 0, 255), (255, 0, 0)], np.uint8)
    write_png("photo", image)
    write_png("photo-strokes", palette[paint(truth.shape, PHOTO_STROKES, 5)])
    write_png("photo-truth", truth)


def plane(
    name: str, make: Callable[..., tuple[np.ndarray, np.ndarray]], strokes: Strokes, width_px: float
) -> None:
    """Write one synthetic 2-D picture: colour as PNG, measured values as TIFF."""
    image, truth = make(np.random.default_rng(RANDOM_SEED))
    if image.ndim == 3:
        write_png(name, image)
    else:
        write_tiff(name, image)
    write_png(f"{name}-seeds", paint(truth.shape, strokes, width_px))
    write_png(f"{name}-truth", truth)


def stack() -> None:
    """Write the 3-D stack, painted on three of its planes."""
    image, truth = phantoms.stack(np.random.default_rng(RANDOM_SEED))
    seeds = np.zeros_like(truth)
    for z, strokes in STACK_STROKES.items():
        seeds[z] = paint(truth.shape[1:], strokes, 3)
    write_tiff("stack", image)
    write_tiff("stack-seeds", seeds)
    write_tiff("stack-truth", truth)


def write_png(name: str, pixels: np.ndarray) -> None:
    """Write without metadata, as small as possible."""
    iio.imwrite(FOLDER / f"{name}.png", pixels, optimize=True)


def write_tiff(name: str, pixels: np.ndarray) -> None:
    """Write with the axes and the size of a pixel, as OME."""
    entry = samples._ENTRIES[name.split("-")[0]]
    geometry = Geometry("ZYX"[-pixels.ndim :], entry.spacing, "µm" if entry.unit == "um" else entry.unit)
    geometric_tiff(pixels, FOLDER / f"{name}.tif", geometry)


def main() -> None:
    """Write all files."""
    FOLDER.mkdir(exist_ok=True)
    photo()
    plane("nuclei", phantoms.nuclei, NUCLEI_STROKES, 4)
    plane("ct", phantoms.lung_ct, CT_STROKES, 4)
    plane("tissue", phantoms.tissue, TISSUE_STROKES, 3)
    stack()


if __name__ == "__main__":
    main()
