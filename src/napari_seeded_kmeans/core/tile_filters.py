"""The filters of one tile: read it with its surroundings, smooth, differentiate.

Everything is three-dimensional here; a flat image is a single plane whose
first axis is not filtered. A *window* is a box of pixels that may reach beyond
the image, and an array "of" a window holds its pixels.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import combinations_with_replacement
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._kernels import filters as kernels

Values = NDArray[np.float32]
Triple = tuple[int, int, int]
FilterKind = Literal["gaussian", "gradient", "hessian", "structure"]

_TRUNCATE = 4.0
_MARGIN = 2
_STRUCTURE_WINDOW = 0.5
"""Sigma of the structure tensor's average, in sigmas of its derivative."""


class Grid(NamedTuple):
    """The image: its size, and the pixel size along each axis in pixels of the finest."""

    size: Triple
    steps: tuple[float, float, float]
    first_axis: int

    @property
    def axes(self) -> range:
        """The axes to filter along."""
        return range(self.first_axis, 3)

    def radii(self, sigma: float) -> Triple:
        """How far a Gaussian reaches along each axis."""
        return _triple(
            len(_gaussian_weights(sigma / step)) - 1 if axis in self.axes else 0
            for axis, step in enumerate(self.steps)
        )

    def margins(self, sigma: float, kinds: Sequence[FilterKind]) -> Triple:
        """How far the filters reach on the smoothed image, along each axis."""
        window = self.radii(_STRUCTURE_WINDOW * sigma) if "structure" in kinds else (0, 0, 0)
        return _triple(max(_MARGIN, 1 + window[axis]) if axis in self.axes else 0 for axis in range(3))


class Window(NamedTuple):
    """A box of pixels; it may reach beyond the image."""

    start: Triple
    stop: Triple

    @property
    def shape(self) -> Triple:
        """The number of pixels along each axis."""
        return _triple(stop - start for start, stop in zip(self.start, self.stop, strict=True))

    def grown(self, margins: Triple) -> "Window":
        """Return the window with that many pixels more on both sides."""
        start = _triple(a - m for a, m in zip(self.start, margins, strict=True))
        return Window(start, _triple(b + m for b, m in zip(self.stop, margins, strict=True)))

    def widened(self, width: int) -> "Window":
        """Return the window with rows of at least that many pixels."""
        return Window(self.start, (*self.stop[:2], max(self.stop[2], self.start[2] + width)))

    def of(self, values: Values, outer: "Window") -> Values:
        """Return the part of the values of another window that this one has."""
        sides = zip(self.start, self.stop, outer.start, strict=True)
        z, y, x = (slice(a - o, b - o) for a, b, o in sides)
        return values[..., z, y, x]


class Scale(NamedTuple):
    """The image smoothed by `sigma`, in a window with margins around the tile."""

    smoothed: Values
    window: Window
    tile: Window
    sigma: float
    grid: Grid


def reach(sigmas: Sequence[float], kinds: Sequence[FilterKind], steps: tuple[float, ...]) -> tuple[int, ...]:
    """How many pixels around a tile its filters look at, along each axis."""
    grid = _grid((1,) * len(steps), steps)
    reaches = [np.add(grid.radii(sigma), grid.margins(sigma, kinds)) for sigma in sigmas]
    return tuple(int(n) for n in np.max(reaches, axis=0)[grid.first_axis :])


def filter_tile(
    image: NDArray[Any],
    tile: tuple[slice, ...],
    sigmas: Sequence[float],
    kinds: Sequence[FilterKind],
    steps: tuple[float, ...],
    features_out: Sequence[Values] | Values,
) -> None:
    """Filter one tile of an image at every scale, into n_features planes of float32 (*tile shape)."""
    grid = _grid(image.shape, steps)
    flat = (0,) * grid.first_axis
    own = Window(
        _triple((*flat, *(side.start for side in tile))),
        _triple((*(1 for _ in flat), *(side.stop for side in tile))),
    )
    wide = own.widened(kernels.STRIP)
    around = wide.grown(_triple((*flat, *reach(sigmas, kinds, steps))))
    source = _read(image, around, grid)
    planes_out = iter(features_out)
    for sigma in sigmas:
        window = wide.grown(grid.margins(sigma, kinds))
        scale = Scale(_smooth(source, around, window, sigma, grid), window, own, sigma, grid)
        for kind in kinds:
            for plane in _FILTERS[kind](scale):
                next(planes_out)[:] = plane[0] if grid.first_axis else plane


def _grid(shape: tuple[int, ...], steps: tuple[float, ...]) -> Grid:
    lift = 3 - len(shape)
    size, widths = (1,) * lift + shape, (1.0,) * lift + steps
    return Grid(_triple(size), (widths[0], widths[1], widths[2]), lift)


def _triple(values: Iterable[int]) -> Triple:
    a, b, c = values
    return a, b, c


@cache
def _gaussian_weights(sigma: float) -> Values:
    """Weights of the centre and of one side, as SciPy's; zeros make the side a multiple of four."""
    radius = int(_TRUNCATE * sigma + 0.5)
    offsets = np.arange(radius + 1)
    side = np.exp(-0.5 * (offsets / max(sigma, 1e-12)) ** 2)
    weights = np.zeros(1 + 4 * ((radius + 3) // 4), np.float32)
    weights[: radius + 1] = side / (side[0] + 2 * side[1:].sum())
    return weights


def _read(image: NDArray[Any], window: Window, grid: Grid) -> Values:
    """Copy a window of the image; beyond the border, the border's value."""
    sides = list(zip(window.start, window.stop, grid.size, strict=True))
    inside = [slice(min(max(a, 0), n - 1), max(min(b, n), 1)) for a, b, n in sides]
    pads = [(s.start - a, b - s.stop) for s, (a, b, _) in zip(inside, sides, strict=True)]
    values = np.asarray(image[tuple(inside[grid.first_axis :])]).astype(np.float32)
    padded = np.pad(values.reshape([s.stop - s.start for s in inside]), pads, mode="edge")
    return np.ascontiguousarray(padded)


def _smooth(source: Values, around: Window, window: Window, sigma: float, grid: Grid) -> Values:
    """Gaussian of `source`, the values of `around`, in `window`; beyond the image, the border's value."""
    radii = grid.radii(sigma)
    values, covered = source, around
    for axis in grid.axes:
        # What the axes still to come will look at is kept.
        later = _triple(radii[other] if other > axis else 0 for other in range(3))
        target = window.grown(later)
        corner = _triple(
            t - c - (radii[axis] if other == axis else 0)
            for other, (t, c) in enumerate(zip(target.start, covered.start, strict=True))
        )
        result = np.empty(target.shape, np.float32)
        kernels.smooth(values, corner, _gaussian_weights(sigma / grid.steps[axis]), axis, result)
        values, covered = result, target
    _extend(values, window, grid)
    return values


def _extend(values: Values, window: Window, grid: Grid) -> None:
    """Give pixels beyond the image the value at its border, in place."""
    for axis in grid.axes:
        along = np.moveaxis(values, axis, 0)
        before, after = -window.start[axis], window.stop[axis] - grid.size[axis]
        if before > 0:
            along[:before] = along[before]
        if after > 0:
            along[-after:] = along[-after - 1]


def _extend_linearly(values: Values, window: Window, grid: Grid) -> Values:
    """Give two pixels beyond the border values that make central differences equal one-sided ones.

    That is how `numpy.gradient`, applied twice, treats the border. A copy, where there is a border.
    """
    inside = zip(window.start, window.stop, grid.size, strict=True)
    if all(start >= 0 and stop <= size for start, stop, size in inside):
        return values
    values = values.copy()
    for axis in grid.axes:
        if grid.size[axis] < 2:
            continue
        along = np.moveaxis(values, axis, 0)
        first, last = -window.start[axis], grid.size[axis] - 1 - window.start[axis]
        for border, inwards in ((first, 1), (last, -1)):
            if 1 <= border < len(along) - 1:
                along[border - inwards] = 2 * along[border] - along[border + inwards]
        # Afterwards: in an image two pixels wide, this looks at the other side's.
        for border, inwards in ((first, 1), (last, -1)):
            if 2 <= border < len(along) - 2:
                step = along[border + inwards] - along[border]
                along[border - 2 * inwards] = along[border + 2 * inwards] - 4 * step
    return values


def _gaussian(scale: Scale) -> Values:
    return scale.tile.of(scale.smoothed, scale.window)[np.newaxis]


def _gradient(scale: Scale) -> Values:
    """Magnitude of the Sobel derivative, divided by the root of the number of axes, as scikit-image does."""
    magnitude = np.empty_like(scale.smoothed)
    rows = _derivatives(scale.smoothed, scale.grid)
    kernels.root_mean_square(rows.reshape(len(rows), -1), magnitude.reshape(-1))
    return scale.tile.of(magnitude, scale.window)[np.newaxis]


def _hessian(scale: Scale) -> Values:
    """Eigenvalues of the second differences, largest first."""
    grid = scale.grid
    values = _extend_linearly(scale.smoothed, scale.window, grid)
    strides = _strides(values)
    pairs = list(combinations_with_replacement(grid.axes, 2))
    elements = np.empty((len(pairs), *values.shape), np.float32)
    for element, (a, b) in zip(elements, pairs, strict=True):
        weight = np.float32(0.25 / (grid.steps[a] * grid.steps[b]))
        kernels.cross_difference(values.reshape(-1), strides[a], strides[b], weight, element.reshape(-1))
    return _eigenvalues(elements, scale.window, scale.tile)


def _structure(scale: Scale) -> Values:
    """Eigenvalues of the averaged outer product of the gradient with itself, largest first."""
    derivatives = _derivatives(scale.smoothed, scale.grid)
    window = scale.tile.widened(kernels.STRIP)
    elements = []
    for a, b in combinations_with_replacement(derivatives, 2):
        product = a * b
        _extend(product, scale.window, scale.grid)
        elements.append(_smooth(product, scale.window, window, _STRUCTURE_WINDOW * scale.sigma, scale.grid))
    return _eigenvalues(np.stack(elements), window, scale.tile)


def _derivatives(values: Values, grid: Grid) -> Values:
    """Sobel derivative along every axis, a difference over two pixels of the finest; (n_axes, *shape)."""
    strides = _strides(values)
    derivatives = np.zeros((len(grid.axes), *values.shape), np.float32)
    spare = np.zeros(values.size, np.float32)
    for derivative, axis in zip(derivatives, grid.axes, strict=True):
        others = [other for other in grid.axes if other != axis]
        # Each smoothing goes from one array to the other; the last one ends in the result.
        source, target = spare, derivative.reshape(-1)
        if len(others) % 2 == 0:
            source, target = target, source
        kernels.difference(values.reshape(-1), strides[axis], np.float32(1 / grid.steps[axis]), source)
        for other in others:
            kernels.binomial(source, strides[other], target)
            source, target = target, source
    return derivatives


def _strides(values: Values) -> Triple:
    return values.shape[1] * values.shape[2], values.shape[2], 1


def _eigenvalues(elements: Values, window: Window, tile: Window) -> Values:
    """Eigenvalues of symmetric matrices from the elements on and above the diagonal, row by row."""
    rows = elements.reshape(len(elements), -1)
    n_axes, kernel = (2, kernels.eigenvalues_2d) if len(elements) == 3 else (3, kernels.eigenvalues_3d)
    eigenvalues = np.empty((n_axes, *elements.shape[1:]), np.float32)
    kernel(rows, eigenvalues.reshape(n_axes, -1))
    return tile.of(eigenvalues, window)


_FILTERS: dict[FilterKind, Callable[[Scale], Values]] = {
    "gaussian": _gaussian,
    "gradient": _gradient,
    "hessian": _hessian,
    "structure": _structure,
}
