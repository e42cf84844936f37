"""What became of one file, as a value and as a row of the manifest."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Status = Literal["done", "failed", "not scored"]


@dataclass(frozen=True)
class ClassMeasure:
    """How much of one class an image holds.

    Attributes
    ----------
    n_pixels : int
        Pixels of the class.
    share : float
        Their part of the labelled pixels.
    size : float or None
        Their area or volume, in powers of `Outcome.unit`; None where pixels have no known size.
    n_objects : int
        Connected pieces, by faces.
    """

    n_pixels: int
    share: float
    size: float | None
    n_objects: int


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Attributes
    ----------
    path : Path
        The input.
    status : {"done", "failed", "not scored"}
        "not scored": the labels were written, but could not be compared with a truth.
    problem : str
        What went wrong, one sentence; empty if nothing did.
    notes : tuple of str
        What was done differently from what was asked.
    input_hash : str
        SHA-256 of the file's bytes; empty where it cannot be read.
    outputs : mapping of str to str
        Kind of output ("labels", "view", "scores", "thumbnail") to its path below the output folder.
    output_hashes : mapping of str to str
        The same kinds to the SHA-256 of what was written.
    shape : tuple of int
        Spatial shape.
    unit : str
        Unit of the pixel size, "pixel" where unknown.
    n_measured_axes : int
        The power of the unit: how many axes a size is measured in, time not among them.
    classes : mapping of int to ClassMeasure
        By class value.
    drift : mapping or None
        `Drift.to_dict`; None for models without a training record.
    scores : mapping or None
        `Scores.to_dict` against the truth.
    truth_hash : str
        SHA-256 of the truth file.
    n_done, n_total : int
        How many inputs are finished, this one included, and how many there are. Not in the manifest.
    resumed : bool
        Whether an earlier run had finished it. Not in the manifest.
    """

    path: Path
    status: Status
    problem: str = ""
    notes: tuple[str, ...] = ()
    input_hash: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
    output_hashes: Mapping[str, str] = field(default_factory=dict)
    shape: tuple[int, ...] = ()
    unit: str = "pixel"
    n_measured_axes: int = 0
    classes: Mapping[int, ClassMeasure] = field(default_factory=dict)
    drift: Mapping[str, Any] | None = None
    scores: Mapping[str, Any] | None = None
    truth_hash: str = ""
    n_done: int = 0
    n_total: int = 0
    resumed: bool = False

    @property
    def drift_warning(self) -> str:
        """Why the result should be looked at; empty when the image fits the palette."""
        return str(self.drift["warning"]) if self.drift else ""

    def to_row(self) -> dict[str, Any]:
        """Return the manifest row: JSON-ready, and the same for the same file and model in every run."""
        return {
            "input": os.fspath(self.path),
            "status": self.status,
            "problem": self.problem,
            "notes": list(self.notes),
            "input_sha256": self.input_hash,
            "outputs": dict(self.outputs),
            "output_sha256": dict(self.output_hashes),
            "shape": list(self.shape),
            "unit": self.unit,
            "n_measured_axes": self.n_measured_axes,
            "classes": {
                str(value): {
                    "n_pixels": measure.n_pixels,
                    "share": measure.share,
                    "size": measure.size,
                    "n_objects": measure.n_objects,
                }
                for value, measure in self.classes.items()
            },
            "drift": self.drift,
            "scores": self.scores,
            "truth_sha256": self.truth_hash,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Outcome":
        """Return what `to_row` described; KeyError, TypeError or ValueError when it is none."""
        return cls(
            path=Path(row["input"]),
            status=row["status"],
            problem=row["problem"],
            notes=tuple(row["notes"]),
            input_hash=row["input_sha256"],
            outputs=row["outputs"],
            output_hashes=row["output_sha256"],
            shape=tuple(row["shape"]),
            unit=row["unit"],
            # Manifests of before counted all axes.
            n_measured_axes=row.get("n_measured_axes", len(row["shape"])),
            classes={int(value): ClassMeasure(**measure) for value, measure in row["classes"].items()},
            drift=row["drift"],
            scores=row["scores"],
            truth_hash=row["truth_sha256"],
        )
