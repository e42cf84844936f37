"""Labels as TIFF in a hurry: tiles that hold one value only, nearly all of them, are compressed once.

What is kept while somebody paints must not take the processor from the mask. Not every program reads tiles,
so what is meant for others is written by `images`.
"""

import zlib
from collections.abc import Iterator
from itertools import product

import numpy as np
import tifffile
from numpy.typing import NDArray

from .files import safe_writer
from .pixels import PathLike

_TILE_PX = 256
# TIFF asks for multiples of this.
_UNIT_PX = 16


def write_flat(labels: NDArray[np.integer], path: PathLike) -> None:
    """Write labels (*spatial,) of two or more axes; the file is complete or not there.

    Raises
    ------
    SeededKMeansError
        When the file cannot be written.
    """
    labels = labels.astype(labels.dtype.newbyteorder("="), copy=False)
    # One value along the last axis is a colour's only one, says the format.
    planes = labels[..., 0] if labels.ndim > 2 and labels.shape[-1] == 1 else labels
    sides = tuple(min(_TILE_PX, -(-length // _UNIT_PX) * _UNIT_PX) for length in planes.shape[-2:])
    with safe_writer(path) as file:
        tifffile.imwrite(
            file,
            _compressed_tiles(planes, sides),
            shape=labels.shape,
            dtype=labels.dtype,
            tile=sides,
            photometric="minisblack",
            compression="zlib",
            metadata={},
        )


def _compressed_tiles(labels: NDArray[np.integer], sides: tuple[int, ...]) -> Iterator[bytes]:
    """Yield the tiles of every plane, row by row; beyond the border they repeat it."""
    of_value: dict[int, bytes] = {}
    for plane in labels.reshape(-1, *labels.shape[-2:]):
        corners = (range(0, length, side) for length, side in zip(plane.shape, sides, strict=True))
        for y, x in product(*corners):
            tile = plane[y : y + sides[0], x : x + sides[1]]
            value = int(tile[0, 0])
            if (tile == value).all():
                if value not in of_value:
                    of_value[value] = _compress(np.full(sides, value, labels.dtype))
                yield of_value[value]
            else:
                beyond = [(0, side - length) for side, length in zip(sides, tile.shape, strict=True)]
                yield _compress(np.pad(tile, beyond, mode="edge"))


def _compress(tile: NDArray[np.integer]) -> bytes:
    # Runs only: quicker, and of labels no larger.
    deflate = zlib.compressobj(1, strategy=zlib.Z_RLE)
    return deflate.compress(tile.tobytes()) + deflate.flush()
