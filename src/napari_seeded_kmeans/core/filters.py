"""Multiscale features: what the surroundings of a pixel look like, at several sizes.

Each tile is worked out from a copy of the image with the margin its filters
need, so a stack far larger than memory can be evaluated tile by tile, and the
result is the same bits however the image is cut. The definitions are those of
``skimage.feature.multiscale_basic_features``, in float32.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any, TypeVar, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import SeededKMeansError
from .frames import counts_frames, within_frames
from .threads import Cancel, Progress, map_tiles
from .tile_filters import FilterKind, filter_tile, reach

Features = NDArray[np.float32]
TileIndex = tuple[slice, ...]
R = TypeVar("R")

TILE_SHAPES = {2: (256, 512), 3: (32, 64, 128)}
"""The largest tiles, by number of axes: they and their surroundings fit a core's cache."""
# Of images with other numbers of axes, which no filter looks at.
_TILE_PX = 1 << 17


@dataclass(frozen=True)
class FilterBank:
    """Which filters at which scales.

    Attributes
    ----------
    sigmas_px : tuple of float
        Scales, counted in pixels of the finest axis; 0 is the image itself.
    kinds : tuple of {"gaussian", "gradient", "hessian", "structure"}
        Smoothed value; gradient magnitude (Sobel); eigenvalues of the Hessian, of the structure tensor.
    spacing : tuple of float, optional
        Pixel size along each axis, in any unit; by default the same along all. The first may be ``inf``: its
        planes are filtered one by one.

    Raises
    ------
    SeededKMeansError
        When a sigma is negative, a kind unknown, a spacing not positive, or nothing is asked for.
    """

    sigmas_px: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0)
    kinds: tuple[FilterKind, ...] = ("gaussian", "gradient", "hessian")
    spacing: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if not self.sigmas_px or not all(0 <= sigma < np.inf for sigma in self.sigmas_px):
            raise SeededKMeansError(f"sigmas_px must be numbers >= 0, not {self.sigmas_px}.")
        if not self.kinds or not set(self.kinds) <= set(get_args(FilterKind)):
            raise SeededKMeansError(f"kinds must be some of {get_args(FilterKind)}, not {self.kinds}.")
        if self.spacing is not None and not all(0 < step < np.inf for step in within_frames(self.spacing, 0)):
            raise SeededKMeansError(f"spacing must be numbers > 0, not {self.spacing}.")

    def names(self, n_spatial: int) -> list[str]:
        """Return the name of every feature, in order: scale by scale, "gaussian 2", "hessian 2 1st", ..."""
        names = []
        n_filtered = n_spatial - counts_frames(self.spacing, n_spatial)
        for sigma, kind in product(self.sigmas_px, self.kinds):
            parts = ["1st", "2nd", "3rd"][:n_filtered] if kind in ("hessian", "structure") else [""]
            names += [f"{kind} {sigma:g} {part}".rstrip() for part in parts]
        return names

    def n_features(self, n_spatial: int) -> int:
        """Return how many features there are for an image of `n_spatial` axes."""
        return len(self.names(n_spatial))

    def halo(self, n_spatial: int) -> tuple[int, ...]:
        """Return how many pixels around a region the filters reach, along each axis."""
        halo = reach(self.sigmas_px, self.kinds, _relative_steps(self, n_spatial))
        return (0, *halo) if counts_frames(self.spacing, n_spatial) else halo


def multiscale_features(
    image: ArrayLike,
    bank: FilterBank,
    *,
    tile_shape: Sequence[int] | None = None,
    cancel: Cancel | None = None,
    progress: Progress | None = None,
) -> Features:
    """Every feature of every pixel.

    Parameters
    ----------
    image : real array, 2-D or 3-D
        One channel. Values beyond the border are those at the border.
    bank : FilterBank
    tile_shape : sequence of int, optional
        Does not change the result.
    cancel, progress : callable, optional
        See `core.threads`.

    Returns
    -------
    float32 array (n_features, *image.shape), C order
        Features first: ``features.reshape(len(features), -1).T`` are the samples, without a copy.
    """
    image = _image(image, bank)
    features = np.empty((bank.n_features(image.ndim), *image.shape), np.float32)

    def fill(tile: TileIndex, values: Features) -> None:
        features[:, *tile] = values

    map_features(fill, image, bank, tile_shape=tile_shape, cancel=cancel, progress=progress)
    return features


def map_features(
    function: Callable[[TileIndex, Features], R],
    image: ArrayLike,
    bank: FilterBank,
    *,
    tile_shape: Sequence[int] | None = None,
    cancel: Cancel | None = None,
    progress: Progress | None = None,
) -> list[R]:
    """Call ``function(tile, features)`` for every tile, on the pool; the whole stack never exists.

    `tile` is a tuple of slices of the image, `features` float32 (n_features, *tile shape).
    The results come in the order of `iter_tiles`.
    """
    image = _image(image, bank)
    tiles = list(iter_tiles(image.shape, tile_shape))
    return map_tiles(
        lambda tile: function(tile, tile_features(image, tile, bank)), tiles, cancel=cancel, progress=progress
    )


def features_at(
    image: ArrayLike, mask: ArrayLike, bank: FilterBank, *, cancel: Cancel | None = None
) -> Features:
    """Features of the pixels in `mask` only, as samples (n, n_features) in the order of ``image[mask]``.

    Only tiles that hold such pixels are worked out.
    """
    image, mask = _image(image, bank), np.asarray(mask, bool)
    if mask.shape != image.shape:
        raise SeededKMeansError(f"mask has shape {mask.shape}, but the image has {image.shape}.")
    # Small tiles: strokes are thin.
    tiles = [tile for tile in iter_tiles(image.shape, (60,) * image.ndim) if mask[tile].any()]
    ranks = np.cumsum(mask.ravel()).reshape(mask.shape) - 1
    samples = np.empty((np.count_nonzero(mask), bank.n_features(image.ndim)), np.float32)

    def pick(tile: TileIndex) -> None:
        samples[ranks[tile][mask[tile]]] = tile_features(image, tile, bank)[:, mask[tile]].T

    map_tiles(pick, tiles, cancel=cancel)
    return samples


def frame_tiles(shape: Sequence[int]) -> tuple[int, ...]:
    """Return the largest tile of frames (n, *shape of each): of one, as filters reach no other."""
    n_axes = len(shape) - 1
    side = int(_TILE_PX ** (1.0 / n_axes))
    return 1, *TILE_SHAPES.get(n_axes, (side,) * n_axes)


def iter_tiles(shape: Sequence[int], tile_shape: Sequence[int] | None = None) -> Iterator[TileIndex]:
    """Cut an array into tiles of nearly the same size, none larger than `tile_shape`, row by row."""
    side = int(_TILE_PX ** (1.0 / len(shape)))
    largest = tile_shape or TILE_SHAPES.get(len(shape), (side,) * len(shape))
    sides = []
    for size, step in zip(shape, largest, strict=True):
        n_tiles = -(-size // step)
        bounds = [size * i // n_tiles for i in range(n_tiles + 1)]
        sides.append([slice(start, stop) for start, stop in pairwise(bounds)])
    yield from product(*sides)


def tile_features(image: NDArray[Any], tile: TileIndex, bank: FilterBank) -> Features:
    """Features of one tile of an image: float32 (n_features, *tile shape).

    Parameters
    ----------
    image : real array, 2-D or 3-D
        Anything that can be sliced; only the tile and `bank.halo` around it matter.
    tile : tuple of slices
        Inside the image, without steps.
    bank : FilterBank
    """
    shape = (side.stop - side.start for side in tile)
    features = np.empty((bank.n_features(image.ndim), *shape), np.float32)
    fill_tile_features(image, tile, bank, features)
    return features


def fill_tile_features(
    image: NDArray[Any], tile: TileIndex, bank: FilterBank, features_out: Sequence[Features] | Features
) -> None:
    """Write what `tile_features` returns into `features_out`: one float32 (*tile shape) per feature."""
    if counts_frames(bank.spacing, image.ndim):
        first, *others = tile
        for number, frame in enumerate(range(first.start, first.stop)):
            fill_tile_features(image[frame], tuple(others), bank, [plane[number] for plane in features_out])
        return
    steps = _relative_steps(bank, image.ndim)
    filter_tile(image, tile, bank.sigmas_px, bank.kinds, steps, features_out)


def _image(image: ArrayLike, bank: FilterBank) -> NDArray[Any]:
    image = np.asarray(image)
    if image.ndim not in TILE_SHAPES or image.size == 0 or image.dtype.kind not in "biuf":
        raise SeededKMeansError(
            f"image must be a 2-D or 3-D array of real numbers, not {image.shape} of {image.dtype}."
        )
    _relative_steps(bank, image.ndim)
    return image


def _relative_steps(bank: FilterBank, n_spatial: int) -> tuple[float, ...]:
    """Return the pixel size along each axis that is filtered, in pixels of the finest."""
    spacing = within_frames(bank.spacing, n_spatial)
    if len(spacing) + counts_frames(bank.spacing, n_spatial) != n_spatial:
        raise SeededKMeansError(f"spacing must have {n_spatial} numbers for this image, not {spacing}.")
    return tuple(step / min(spacing) for step in spacing)
