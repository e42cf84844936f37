"""Labels of classes -> single objects, and what is measured of each."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from .errors import SeededKMeansError
from .frames import are_frames
from .seeds import BACKGROUND

# Bumps of an outline this small are its roughness, not objects.
_ROUGHNESS_PX = 2.0
# Below the logarithm of any distance.
_OUTSIDE = -1e3
_COLUMNS = {"label": "index", "num_pixels": "pixels", "area": "size", "equivalent_diameter_area": "diameter"}


def split_touching(
    labels: ArrayLike, *, neck: float = 0.75, spacing: tuple[float, ...] | None = None
) -> NDArray[np.int32]:
    """Give every object a number of its own, touching ones too.

    *Strategy.* Watershed of the distance to the outline (Meyer, Signal Processing 38, 1994). Its markers are
    the maxima that stand out by a *ratio*, not by a number of pixels (h-maxima of the logarithm; Soille,
    Morphological Image Analysis, 2003), so that large and small objects are treated alike.

    Parameters
    ----------
    labels : array (*spatial,), bool or integer
        0 and 1, the background class, belong to no object; neither does False.
    neck : float
        Two parts are two objects if the neck between them is narrower than this share of the smaller one;
        0 never splits.
    spacing : tuple of float, optional
        Pixel size along each axis, in any unit; ``inf`` along the first where its planes are frames, whose
        objects are others.

    Returns
    -------
    ndarray (*spatial,), int32
        Objects from 1 on, class by class, 0 elsewhere. Objects of different classes are never joined.

    Raises
    ------
    SeededKMeansError
        When labels are no integers or `neck` is not from 0 to 1.
    """
    array = np.asarray(labels)
    if array.dtype.kind not in "iub":
        raise SeededKMeansError(f"labels must be integers, not {array.dtype}.")
    if not 0 <= neck < 1:
        raise SeededKMeansError(f"neck must be from 0 to less than 1, not {neck!r}.")
    objects = np.zeros(array.shape, np.int32)
    n_objects = 0
    if are_frames(spacing):
        for frame, own in zip(array, objects, strict=True):
            split = split_touching(frame, neck=neck, spacing=spacing[1:])
            own[split > 0] = split[split > 0] + n_objects
            n_objects += int(split.max(initial=0))
        return objects
    steps = np.ones(array.ndim) if spacing is None else np.asarray(spacing, float) / min(spacing)
    for value in np.unique(array):
        if value == 0 or (value == BACKGROUND and array.dtype.kind != "b"):
            continue
        inside = array == value
        # The rest of the image need not be looked at.
        (box,) = ndimage.find_objects(inside.astype(np.uint8))
        own = _split(inside[box], neck, steps)
        objects[box][own > 0] = own[own > 0] + n_objects
        n_objects += int(own.max())
    return objects


def _split(inside: NDArray[np.bool_], neck: float, steps: NDArray[np.float64]) -> NDArray[np.int32]:
    # Here, because the dock opens a third of a second sooner without them.
    from skimage.morphology import local_maxima, reconstruction
    from skimage.segmentation import watershed

    touching = np.ones((3,) * inside.ndim, bool)
    if neck == 0:
        whole: NDArray[np.int32] = ndimage.label(inside, touching)[0].astype(np.int32)
        return whole
    # What lies beyond the box is outside, too.
    padded = np.pad(inside, 1)
    distances = ndimage.distance_transform_edt(padded, sampling=steps)
    height = np.where(padded, np.log(distances + _ROUGHNESS_PX), _OUTSIDE)
    flooded = reconstruction(height + np.log(neck), height, footprint=touching)  # type: ignore[no-untyped-call]
    peaks = local_maxima(flooded, connectivity=inside.ndim)  # type: ignore[no-untyped-call]
    markers, _ = ndimage.label(peaks & padded, touching)
    split = watershed(-distances, markers, connectivity=inside.ndim, mask=padded)  # type: ignore[no-untyped-call]
    unpadded: NDArray[np.int32] = split[(slice(1, -1),) * inside.ndim].astype(np.int32, copy=False)
    return unpadded


def measure_objects(
    objects: ArrayLike,
    labels: ArrayLike | None = None,
    image: ArrayLike | None = None,
    *,
    spacing: tuple[float, ...] | None = None,
) -> dict[str, NDArray[Any]]:
    """Measure single objects; a column per measure, a row per object.

    Parameters
    ----------
    objects : array (*spatial,), integer
        0 belongs to none.
    labels : array (*spatial,), integer, optional
        Gives the column "class".
    image : array (*spatial,) or (*spatial, c), optional
        Gives the mean of every channel.
    spacing : tuple of float, optional
        Pixel size along each axis: "size", "diameter" and "centroid" are in its unit. With ``inf`` along the
        first, objects are measured frame by frame, each in a row of every frame it is on, and "centroid-0"
        counts frames.

    Returns
    -------
    dict of str to ndarray (n,)
        "index" (the object's number), "class", "pixels", "size", "diameter" (of a disc or ball as large),
        "centroid-0", ... and "mean-0", ...
    """
    # Here for the same reason.
    from skimage.measure import regionprops_table

    numbers = np.asarray(objects)
    intensity = None if image is None else np.asarray(image)
    if are_frames(spacing):
        return _joined(
            [
                measure_objects(
                    own,
                    None if labels is None else np.asarray(labels)[frame],
                    None if intensity is None else intensity[frame],
                    spacing=spacing[1:],
                )
                for frame, own in enumerate(numbers)
            ]
        )
    properties = [*_COLUMNS, "centroid", *([] if intensity is None else ["intensity_mean"])]
    table = regionprops_table(  # type: ignore[no-untyped-call]
        numbers, intensity, properties=properties, spacing=spacing
    )
    columns = {_column(name): column for name, column in table.items()}
    if labels is not None:
        present, firsts = np.unique(numbers, return_index=True)
        classes = np.asarray(labels).ravel()[firsts[present > 0]]
        columns = {"index": columns.pop("index"), "class": classes, **columns}
    return columns


def _joined(tables: list[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    """Return the measures of all frames' objects, by their numbers and then by frame."""
    by_frame = []
    for frame, table in enumerate(tables):
        columns: dict[str, NDArray[Any]] = {}
        for name, column in table.items():
            axis = name.removeprefix("centroid-")
            if axis == "0":
                columns[name] = np.full(len(column), float(frame))
            columns[name if axis == name else f"centroid-{int(axis) + 1}"] = column
        by_frame.append(columns)
    joined = {name: np.concatenate([columns[name] for columns in by_frame]) for name in by_frame[0]}
    order = np.argsort(joined["index"], kind="stable")
    return {name: column[order] for name, column in joined.items()}


def _column(name: str) -> str:
    return _COLUMNS.get(name, name.replace("intensity_mean", "mean"))
