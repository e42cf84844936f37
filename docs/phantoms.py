"""Synthetic pictures with exactly known truth: nuclei, a CT slice, a 3-D stack, stained tissue.

Every public function takes a random generator and returns ``(image, truth)``; truth has the class values of
the seeds (1 = background, 2 = foreground, 3 = a further class) and 0 where nobody could say.
"""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage as ndi
from skimage.draw import line


def nuclei(rng: np.random.Generator, size: int = 320) -> tuple[np.ndarray, np.ndarray]:
    """Return fluorescent nuclei, uint16: uneven light, haze of unfocused cells, blur, shot and read noise."""
    grid = np.mgrid[:size, :size].astype(float)
    photons = np.zeros((size, size))
    truth = np.ones((size, size), np.uint8)
    for center in _scattered(rng, (size, size), count=60, gap=29):
        inside = _blob(rng, grid, center, radius=rng.uniform(10, 16))
        photons[inside] = rng.lognormal(5.6, 0.35)
        truth[inside] = 2
    photons *= np.exp(0.18 * _smooth_noise(rng, photons.shape, 2.5))
    haze = ndi.gaussian_filter(photons, 14) + 0.5 * ndi.gaussian_filter(photons, 40)
    y, x = grid / size
    light = 1.15 - 0.9 * ((x - 0.4) ** 2 + (y - 0.55) ** 2)
    expected = light * (ndi.gaussian_filter(photons, 1.2) + 0.3 * haze + 16)
    counts = 9.0 * rng.poisson(expected) + rng.normal(100, 12, photons.shape)
    return np.clip(counts, 0, 65_535).astype(np.uint16), truth


def stack(
    rng: np.random.Generator, shape: tuple[int, int, int] = (24, 128, 128)
) -> tuple[np.ndarray, np.ndarray]:
    """Return cells in a (z, y, x) stack, uint8; planes are three pixels apart and dimmer with depth."""
    grid = np.mgrid[tuple(slice(n) for n in shape)].astype(float)
    grid[0] *= 3
    extent = (3 * shape[0], *shape[1:])
    photons = np.zeros(shape)
    truth = np.ones(shape, np.uint8)
    for center in _scattered(rng, extent, count=60, gap=21, margin=4):
        distance = np.sqrt(
            sum(((g - c) / rng.uniform(8, 12)) ** 2 for g, c in zip(grid, center, strict=True))
        )
        inside = distance + 0.06 * _smooth_noise(rng, shape, 3) < 1
        photons[inside] = rng.uniform(45, 90)
        truth[inside] = 2
    photons *= np.exp(0.2 * _smooth_noise(rng, shape, (0.7, 2, 2)))
    depth = np.exp(-np.arange(shape[0]) / 40)[:, None, None]
    blurred = ndi.gaussian_filter(photons, (0.8, 1.2, 1.2)) + 0.15 * ndi.gaussian_filter(photons, (3, 8, 8))
    counts = 2.2 * rng.poisson(depth * (blurred + 7)) + 6
    return np.clip(counts, 0, 255).astype(np.uint8), truth


def lung_ct(rng: np.random.Generator, size: int = 288) -> tuple[np.ndarray, np.ndarray]:
    """Return a chest CT slice, int16 Hounsfield units, -2000 outside the scanned circle.

    Classes: 1 = air, 2 = lung with its vessels, 3 = body; the airways are not scored.
    """
    half = size / 2
    y, x = (np.mgrid[:size, :size] + 0.5 - half) / half
    part = _chest(x, y, wobble=0.03 * _smooth_noise(rng, (size, size), 16))
    lungs = part["lungs"]

    hu = np.full((size, size), -1000.0)
    for name, value in (("body", -95), ("wall", 50), ("cage", -60), ("heart", 45), ("lungs", -845)):
        hu[part[name]] = value
    hu[lungs] += 60 * (y[lungs] + 0.1) + 30 * _smooth_noise(rng, (size, size), 4)[lungs]
    vessels = _vessels(rng, (size, size), roots=((-0.22, 0.05), (0.3, 0.08), (-0.2, 0.12), (0.28, 0.14)))
    hu = np.where(lungs, np.maximum(hu, vessels), hu)
    for name, value in (("great vessels", 160), ("ribs", 520), ("spine", 230), ("cortex", 560)):
        hu[part[name]] = value
    for name, value in (("cord", 20), ("airways", -985), ("table", -250)):
        hu[part[name]] = value
    hu = ndi.gaussian_filter(hu, 0.8) + 26 * _smooth_noise(rng, (size, size), 0.7)

    outside = x**2 + y**2 > 0.99
    truth = np.select([outside, part["airways"], lungs, part["body"]], [1, 0, 2, 3], 1).astype(np.uint8)
    return np.where(outside, -2000, np.clip(hu, -1024, 3071)).astype(np.int16), truth


def _chest(x: np.ndarray, y: np.ndarray, wobble: np.ndarray) -> dict[str, np.ndarray]:
    """Return the parts of a chest as masks, on coordinates from -1 to 1."""

    def ellipse(cx: float, cy: float, rx: float, ry: float, power: float = 2.0) -> np.ndarray:
        return np.abs((x - cx) / rx) ** power + np.abs((y - cy) / ry) ** power < 1 + wobble

    body, wall, cage = (ellipse(0, 0.02, *r, 2.4) for r in ((0.86, 0.62), (0.81, 0.565), (0.73, 0.50)))
    heart = ellipse(0.1, -0.12, 0.27, 0.27) | ellipse(0, 0.1, 0.17, 0.4) | ellipse(0.02, -0.36, 0.2, 0.18)
    great_vessels = ellipse(-0.02, -0.33, 0.085, 0.075) | ellipse(0.17, 0.27, 0.075, 0.075)
    spine = ellipse(0, 0.36, 0.13, 0.11) | ellipse(0, 0.5, 0.05, 0.1)
    around_spine = ellipse(0, 0.38, 0.2, 0.19)
    return {
        "body": body,
        "wall": wall,
        "cage": cage,
        "heart": heart,
        "great vessels": great_vessels,
        "lungs": cage & ~heart & ~great_vessels & ~around_spine & (np.abs(x) > 0.05),
        "airways": ellipse(-0.075, 0.07, 0.045, 0.038) | ellipse(0.085, 0.07, 0.04, 0.034),
        "ribs": wall & ~cage & (np.cos(9 * np.arctan2(y - 0.02, x) + 0.5) > 0.35),
        "spine": spine,
        "cortex": spine & ~ndi.binary_erosion(spine, iterations=2),
        "cord": ellipse(0, 0.475, 0.035, 0.035),
        "table": (np.abs(y - 0.70 + 0.05 * x**2) < 0.012) & (np.abs(x) < 0.7) & ~body,
    }


def tissue(rng: np.random.Generator, size: int = 320) -> tuple[np.ndarray, np.ndarray]:
    """Return stained glands, RGB uint8: 1 = empty glass, 2 = nuclei, 3 = cytoplasm and fibres.

    Colours by Beer's law from two stains, haematoxylin and eosin, with the reference densities of Macenko
    et al., "A method for normalizing histology slides for quantitative analysis", ISBI 2009.
    """
    grid = np.mgrid[:size, :size].astype(float)
    shape = (size, size)
    glands, glass, nuclei_mask = _glands(rng, grid)
    fibres = _fibres(rng, grid)
    glass |= (_smooth_noise(rng, shape, 14) > 1.45) & ~glands
    for center in _scattered(rng, shape, count=70, gap=15):
        spindle = _ellipse(grid, center, rng.uniform(5.5, 8.5), rng.uniform(2.2, 3.2), rng.normal(0, 0.35))
        if not (spindle & (glands | glass)).any():
            nuclei_mask |= spindle
    glass &= ~nuclei_mask

    regions = [nuclei_mask, glass, glands]
    cytoplasm = 0.42 + 0.07 * _smooth_noise(rng, shape, 2)
    tint = 0.26 + 0.05 * _smooth_noise(rng, shape, 3)
    chromatin = 1.02 + 0.2 * _smooth_noise(rng, shape, 1.3) + 0.12 * _smooth_noise(rng, shape, 9)
    eosin = np.select(regions, [0.3, 0.02, cytoplasm], 0.55 + 0.11 * fibres)
    haematoxylin = np.select(regions, [chromatin, 0.02, tint], 0.10)
    stains = np.stack([ndi.gaussian_filter(s, 0.8) for s in (haematoxylin, eosin)], axis=-1).clip(0)
    density = stains @ np.array([[0.563, 0.720, 0.406], [0.216, 0.801, 0.558]])
    light = 244 * np.exp(-density) + rng.normal(0, 2.0, (*shape, 1)) + rng.normal(0, 1.0, (*shape, 3))
    truth = np.select(regions[:2], [2, 1], 3).astype(np.uint8)
    return light.clip(0, 255).round().astype(np.uint8), truth


def _glands(rng: np.random.Generator, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return masks of whole glands, of the empty space inside them, and of the ring of nuclei."""
    glands, empty, nuclei_mask = np.zeros((3, *grid.shape[1:]), bool)
    for *center, radius in (74, 84, 62), (88, 232, 68), (230, 66, 56), (226, 190, 60), (308, 292, 58):
        edge = _blob_radius(rng, grid, center, radius, roughness=0.1)
        glands |= edge < 1
        empty |= edge < 0.42 + 0.05 * _smooth_noise(rng, edge.shape, 6)
        for angle in np.arange(0, 2 * np.pi, 11.5 / radius) + rng.uniform(0, 1):
            wanted = 0.78 + rng.uniform(-0.1, 0.1)
            outwards = radius * np.array([np.sin(angle), np.cos(angle)])
            spot = center + wanted * outwards
            spot += (wanted - _nearest(edge, spot)) * outwards
            size = rng.uniform(5, 7.5), rng.uniform(3.2, 4.8)
            nuclei_mask |= _ellipse(grid, spot, *size, angle + rng.normal(0, 0.2))
    return glands, empty, nuclei_mask


def _smooth_noise(
    rng: np.random.Generator, shape: tuple[int, ...], sigma: float | tuple[float, ...]
) -> np.ndarray:
    """Return Gaussian noise of mean 0, standard deviation 1 and the given correlation length."""
    noise = ndi.gaussian_filter(rng.normal(size=shape), sigma, mode="wrap")
    return (noise - noise.mean()) / noise.std()


def _fibres(rng: np.random.Generator, grid: np.ndarray) -> np.ndarray:
    """Return wavy streaks: noise drawn out along x, then bent by a smooth displacement of its rows."""
    shape = grid.shape[1:]
    streaks = _smooth_noise(rng, shape, (1.1, 7))
    bend = 16 * _smooth_noise(rng, shape, 30) + 3 * _smooth_noise(rng, shape, 8)
    return ndi.map_coordinates(streaks, [grid[0] + bend, grid[1]], order=1, mode="grid-wrap")


def _scattered(
    rng: np.random.Generator, shape: tuple[int, ...], count: int, gap: float, margin: float = 0
) -> list[np.ndarray]:
    """Return up to `count` random points at least about `gap` apart."""
    points: list[np.ndarray] = []
    for _ in range(40 * count):
        point = rng.uniform(margin, np.array(shape) - margin)
        if len(points) < count and all(
            np.linalg.norm(point - p) > gap * rng.uniform(0.8, 1.1) for p in points
        ):
            points.append(point)
    return points


def _blob_radius(
    rng: np.random.Generator, grid: np.ndarray, center: Sequence[float], radius: float, roughness: float
) -> np.ndarray:
    """Return the distance from `center` in units of a wavy, slightly elongated outline's radius."""
    dy, dx = grid[0] - center[0], grid[1] - center[1]
    angle = np.arctan2(dy, dx)
    outline = 1 + sum(
        roughness / (k - 1) * np.cos(k * angle + phase)
        for k, phase in zip((2, 3, 4, 5), rng.uniform(0, 2 * np.pi, 4), strict=True)
    )
    return np.hypot(dy, dx) / (radius * outline)


def _blob(rng: np.random.Generator, grid: np.ndarray, center: Sequence[float], radius: float) -> np.ndarray:
    return _blob_radius(rng, grid, center, radius, roughness=0.16) < 1


def _ellipse(grid: np.ndarray, center: np.ndarray, long: float, short: float, angle: float) -> np.ndarray:
    dy, dx = grid[0] - center[0], grid[1] - center[1]
    along, across = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
    return (along / long) ** 2 + (across / short) ** 2 < 1


def _nearest(values: np.ndarray, point: np.ndarray) -> float:
    y, x = np.clip(point.round().astype(int), 0, np.array(values.shape) - 1)
    return float(values[y, x])


def _vessels(
    rng: np.random.Generator, shape: tuple[int, int], roots: tuple[tuple[float, float], ...]
) -> np.ndarray:
    """Grow branching vessels from the lung roots outwards; return their Hounsfield units on -1000."""
    size = shape[0]
    density = np.zeros(shape)
    for root_x, root_y in roots:
        start = (np.array([root_y, root_x]) + 1) * size / 2
        twigs = [(start, np.arctan2(spread, np.sign(root_x)), 1.7) for spread in (-2.2, -0.6, 1.0)]
        while twigs:
            point, heading, radius = twigs.pop()
            end = point + rng.uniform(6, 20) * radius**0.5 * np.array([np.sin(heading), np.cos(heading)])
            _draw(density, point, end, radius)
            if radius > 0.45:
                twigs += [
                    (end, heading + turn * rng.uniform(0.1, 0.75), radius * rng.uniform(0.5, 0.8))
                    for turn in (-1, 1)
                ]
    return -1000 + 1000 * density


def _draw(canvas: np.ndarray, start: np.ndarray, end: np.ndarray, radius: float) -> None:
    """Draw a soft line, keeping the brighter value where lines cross."""
    mask = np.zeros(canvas.shape, bool)
    rows, columns = line(*start.round().astype(int), *end.round().astype(int))
    keep = (rows >= 0) & (columns >= 0) & (rows < canvas.shape[0]) & (columns < canvas.shape[1])
    mask[rows[keep], columns[keep]] = True
    np.maximum(canvas, (radius + 0.2 - ndi.distance_transform_edt(~mask)).clip(0, 1), out=canvas)
