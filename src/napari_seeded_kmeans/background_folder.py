"""Background removal for many pictures: one outcome per file, and statistics against a truth.

The layout of saliency sets such as DUTS is understood: a folder of images and a
folder of masks with the same stems, jpg against png.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .core.background import BackgroundRemoval, check_color, check_settings, remove_background
from .core.errors import SeededKMeansError
from .io.files import reason
from .io.images import read_image, write_image
from .io.pictures import READABLE, ZARR
from .io.pixels import PathLike
from .io.seeds import read_labels
from .io.tables import write_table

IMAGE_SUFFIXES = tuple(ending for ending in READABLE if ending != ZARR)
_VOID = 255
MASKS, CUT_OUTS = "masks", "cutouts"


@dataclass(frozen=True)
class BackgroundOutcome:
    """What became of one picture.

    Attributes
    ----------
    path : Path
        The picture.
    mask, cut_out : Path or None
        The files written.
    foreground : float or None
        Part of the picture that is subject.
    iou : float or None
        Intersection over union with the truth; 1 where both are empty.
    error : str or None
        What went wrong, in a sentence.
    """

    path: Path
    mask: Path | None = None
    cut_out: Path | None = None
    foreground: float | None = None
    iou: float | None = None
    error: str | None = None


@dataclass(frozen=True)
class IouStatistics:
    """How the scores of a folder are spread.

    Attributes
    ----------
    n : int
        Pictures that were scored.
    mean, median, first_quartile, third_quartile : float
    best, worst : Path
        The pictures with the highest and lowest IoU.
    """

    n: int
    mean: float
    median: float
    first_quartile: float
    third_quartile: float
    best: Path
    worst: Path


def find_images(inputs: Iterable[PathLike]) -> list[Path]:
    """Return the files meant: each file itself, and the images right inside each folder, by name.

    Raises
    ------
    SeededKMeansError
        When a folder cannot be listed or holds no image, or nothing was given.
    """
    paths: list[Path] = []
    for given in map(Path, inputs):
        if not given.is_dir():
            paths.append(given)
            continue
        found = _images_in(given)
        if not found:
            raise SeededKMeansError(f"{given} holds no image ({', '.join(IMAGE_SUFFIXES)}).")
        paths.extend(found)
    if not paths:
        raise SeededKMeansError("inputs is empty: name at least one file or folder.")
    return paths


def remove_background_folder(
    inputs: Iterable[PathLike],
    output: PathLike,
    *,
    truth: PathLike | None = None,
    ignore: int | None = None,
    color: Sequence[int] | None = None,
    **settings: Any,
) -> Iterator[BackgroundOutcome]:
    """Remove the background of many pictures, one at a time.

    Parameters
    ----------
    inputs : iterable of path
        Files, and folders of them.
    output : path
        A folder; gets ``masks/NAME.png`` (white and black) and ``cutouts/NAME.png``.
    truth : path, optional
        A folder of masks named like the pictures, whatever their endings. Subject is what is brighter than
        half of the brightest.
    ignore : int, optional
        Pixels with this value in a truth mask are not scored. Default: none, but 255 in a mask of nothing but
        0, 1 and 255.
    color : three integers, optional
        What to put in place of the background; default transparency.
    **settings
        As in `remove_background`.

    Yields
    ------
    BackgroundOutcome
        One per file, in order. A file that fails has an `error` and does not stop the others.

    Raises
    ------
    SeededKMeansError
        When inputs or truth cannot be listed.
    """
    check_settings(**settings)
    if color is not None:
        check_color(color)
    paths = find_images(inputs)
    masks = None if truth is None else {path.stem.casefold(): path for path in _images_in(Path(truth))}
    return _work_through(paths, Path(output), masks, ignore, color, settings)


def summarise_ious(outcomes: Iterable[BackgroundOutcome]) -> IouStatistics | None:
    """Return the statistics of all outcomes that were scored, None if none was."""
    scored = [(outcome.iou, outcome.path) for outcome in outcomes if outcome.iou is not None]
    if not scored:
        return None
    ious = [iou for iou, _ in scored]
    low, middle, high = (float(value) for value in np.quantile(ious, [0.25, 0.5, 0.75]))
    best, worst = max(scored)[1], min(scored)[1]
    return IouStatistics(len(ious), float(np.mean(ious)), middle, low, high, best, worst)


def write_outcomes(outcomes: Iterable[BackgroundOutcome], path: PathLike) -> None:
    """Write one CSV row per outcome."""
    rows = [
        {
            "image": outcome.path.name,
            "foreground": outcome.foreground,
            "iou": outcome.iou,
            "error": outcome.error,
        }
        for outcome in outcomes
    ]
    write_table(rows, path)


def _work_through(
    paths: Sequence[Path],
    output: Path,
    masks: dict[str, Path] | None,
    ignore: int | None,
    color: Sequence[int] | None,
    settings: dict[str, Any],
) -> Iterator[BackgroundOutcome]:
    taken: dict[str, Path] = {}
    for path in paths:
        # Some file systems take names of different case for one.
        first = taken.setdefault(path.stem.casefold(), path)
        if first is not path:
            error = f"{path} was left out: its result would replace that of {first}."
            yield BackgroundOutcome(path, error=error)
            continue
        try:
            image = read_image(path)
            removal = remove_background(image, **settings)
            mask, cut_out = _write(removal, output, path.stem, color)
        except SeededKMeansError as problem:
            sentence = str(problem) if str(path) in str(problem) else f"{path}: {problem}"
            yield BackgroundOutcome(path, error=sentence)
            continue
        outcome = BackgroundOutcome(path, mask, cut_out, float(removal.mask.mean()))
        if masks is not None:
            try:
                iou = _score(removal.mask, masks.get(path.stem.casefold()), path, ignore)
                outcome = replace(outcome, iou=iou)
            except SeededKMeansError as problem:
                outcome = replace(outcome, error=str(problem))
        yield outcome


def _write(
    removal: BackgroundRemoval, output: Path, stem: str, color: Sequence[int] | None
) -> tuple[Path, Path]:
    suffix = ".png" if removal.mask.ndim == 2 else ".tif"
    mask, cut_out = output / MASKS / f"{stem}{suffix}", output / CUT_OUTS / f"{stem}{suffix}"
    picture = removal.cut_out(color)
    write_image(removal.mask, mask)
    write_image(picture, cut_out)
    return mask, cut_out


def _score(mask: NDArray[np.bool_], truth: Path | None, image: Path, ignore: int | None) -> float:
    if truth is None:
        raise SeededKMeansError(f"{image} has no truth: no mask is named {image.stem}.")
    values = read_labels(truth)
    if values.shape != mask.shape:
        raise SeededKMeansError(f"{truth} has shape {values.shape}, but {image} has {mask.shape}.")
    if ignore is None and values.dtype != bool and 1 in values and not set(np.unique(values)) - {0, 1, _VOID}:
        ignore = _VOID
    scored = np.ones(mask.shape, bool) if ignore is None else values != ignore
    true = values > values.max(where=scored, initial=0) / 2
    union = int(((mask | true) & scored).sum())
    return float((mask & true & scored).sum() / union) if union else 1.0


def _images_in(folder: Path) -> list[Path]:
    try:
        return sorted(
            path
            for path in folder.iterdir()
            if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".") and path.is_file()
        )
    except OSError as error:
        raise SeededKMeansError(f"cannot list {folder}: {reason(error)}.") from error
