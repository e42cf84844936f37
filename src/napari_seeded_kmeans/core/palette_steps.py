"""Single edits of a palette, as values: which cluster is meant, and what becomes of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Row = tuple[float, ...]

LEAST_WEIGHT, MOST_WEIGHT = 0.01, 100.0


@dataclass(frozen=True)
class Cell:
    """Where the painted pixels of one cluster lie.

    Attributes
    ----------
    class_value : int
        The class they count for.
    centers : tuple of tuple of float
        The clusters of that class, k rows of d features.
    row : int
        Which of them is meant.
    radius : float
        How far from it a pixel may lie.
    """

    class_value: int
    centers: tuple[Row, ...]
    row: int
    radius: float

    @property
    def center(self) -> Row:
        """The cluster that is meant."""
        return self.centers[self.row]

    def holds(self, samples: Samples, values: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return which of the samples (n, d or more), of classes `values` (n,), lie in it."""
        inside: NDArray[np.bool_] = values == self.class_value
        centers = np.array(self.centers)
        own = samples[inside, : centers.shape[1]].astype(np.float64)
        # Squares by themselves, not by products: equal distances must come out equal.
        squares = np.stack([((own - center) ** 2).sum(axis=1) for center in centers])
        near = (squares.argmin(axis=0) == self.row) & (squares[self.row] <= self.radius**2)
        inside[inside] = near
        return inside


@dataclass(frozen=True)
class Reassign:
    """The pixels of a cluster count for another class."""

    cell: Cell
    to: int


@dataclass(frozen=True)
class LeaveOut:
    """The pixels of a cluster teach nothing; a muted cluster is still listed, a deleted one is not."""

    cell: Cell
    is_muted: bool


@dataclass(frozen=True)
class Regroup:
    """The pixels of some clusters are clustered by themselves, into `n_clusters`."""

    cells: tuple[Cell, ...]
    n_clusters: int


@dataclass(frozen=True)
class Lock:
    """A cluster of colours stays exactly where it is, as long as any pixel lies in it.

    One that was merged is given by all it was merged of, and where it is.
    """

    cells: tuple[Cell, ...]
    center: Row


@dataclass(frozen=True)
class Weigh:
    """The pixels of a cluster count `weight` times when likeness is read."""

    cell: Cell
    weight: float


@dataclass(frozen=True)
class AddColor:
    """A colour, given by all its features, is a cluster of a class.

    `position` is the pixel that has it, along the spatial axes of the image that was clicked into.
    """

    class_value: int
    features: Row
    position: tuple[int, ...] | None = None


Edit = Reassign | LeaveOut | Regroup | Lock | Weigh | AddColor
_KINDS: Mapping[str, type[Edit]] = {
    "reassign": Reassign,
    "leave out": LeaveOut,
    "regroup": Regroup,
    "lock": Lock,
    "weigh": Weigh,
    "add": AddColor,
}


def step_to_dict(step: Edit) -> dict[str, Any]:
    """Return a step in a JSON-ready form; floats come back bit for bit."""
    names = {kind: name for name, kind in _KINDS.items()}
    return {"step": names[type(step)], **asdict(step)}


def read_step(row: Mapping[str, Any]) -> Edit:
    """Return the step that `step_to_dict` described.

    Raises
    ------
    KeyError, TypeError, ValueError
        When something is missing or of the wrong kind.
    """
    kind = _KINDS[row["step"]]
    if kind is AddColor:
        # Files of earlier releases do not say where it was.
        position = row.get("position")
        return AddColor(
            int(row["class_value"]),
            tuple(map(float, row["features"])),
            None if position is None else tuple(map(int, position)),
        )
    if kind is Regroup:
        return Regroup(tuple(map(_read_cell, row["cells"])), int(row["n_clusters"]))
    if kind is Lock and "cells" in row:
        return Lock(tuple(map(_read_cell, row["cells"])), tuple(map(float, row["center"])))
    cell = _read_cell(row["cell"])
    if kind is Reassign:
        return Reassign(cell, int(row["to"]))
    if kind is Weigh:
        return Weigh(cell, check_weight(row["weight"]))
    # Earlier releases knew no locks of merged clusters.
    return LeaveOut(cell, bool(row["is_muted"])) if kind is LeaveOut else Lock((cell,), cell.center)


def check_weight(weight: Any) -> float:
    """Return a weight as a number, if it is one that clusters can have.

    Raises
    ------
    ValueError
        When it is not; to silence a cluster, mute it.
    """
    number = float(weight)
    if not LEAST_WEIGHT <= number <= MOST_WEIGHT:
        raise ValueError(f"weight must be from {LEAST_WEIGHT} to {MOST_WEIGHT}, not {weight!r}")
    return number


def _read_cell(row: Mapping[str, Any]) -> Cell:
    centers = tuple(tuple(map(float, center)) for center in row["centers"])
    cell = Cell(int(row["class_value"]), centers, int(row["row"]), float(row["radius"]))
    if len({len(center) for center in centers}) != 1 or not 0 <= cell.row < len(centers):
        raise ValueError("a cluster that is not among its class's")
    return cell
