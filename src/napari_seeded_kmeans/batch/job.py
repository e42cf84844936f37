"""What is the same for every file of a run."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from math import inf
from pathlib import Path
from typing import Any

from .manifest import FORMAT

VIEWS, SCORES, THUMBNAILS = "views", "scores", "thumbnails"


@dataclass(frozen=True)
class Job:
    """Model and settings of a run; JSON-ready, so that it travels to other processes.

    Attributes
    ----------
    model : mapping
        `SeededKMeans.to_dict`.
    output : str
        The output folder.
    truth : str or None
        The folder with a truth for each image, by the same name without ending.
    truth_from_zero : bool
        Whether the truth counts classes from 0 (background), one less than seeds do.
    ignore : int or None
        Pixels with this value in the truth are not scored.
    tolerance : float
        How far apart boundaries may lie and still agree, in pixels.
    view, scores : bool
        Whether to write a picture in the class colours, and the score maps.
    channel_axis : int or None
        Which axis holds the channels; None for what the file or the model says.
    spacing : tuple of float or None
        Size of a pixel along each spatial axis, ``inf`` along the first for frames in time; None for what the
        file says.
    """

    model: Mapping[str, Any]
    output: str
    truth: str | None = None
    truth_from_zero: bool = False
    ignore: int | None = None
    tolerance: float = 2.0
    view: bool = False
    scores: bool = False
    channel_axis: int | None = None
    spacing: tuple[float, ...] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready form."""
        # JSON knows no infinity.
        spacing = [None if size == inf else size for size in self.spacing or ()]
        return asdict(self) | {"spacing": tuple(spacing) or None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Job":
        """Return the job that `to_dict` described."""
        spacing = tuple(inf if size is None else size for size in data["spacing"] or ())
        return cls(**{**data, "spacing": spacing or None})

    def header(self) -> dict[str, Any]:
        """Return the manifest's first line: everything a result depends on, and no place on this disk."""
        settings = self.to_dict()
        del settings["model"], settings["output"]
        settings["truth"] = self.truth is not None
        model = json.dumps(self.model, sort_keys=True, allow_nan=False)
        return {
            "format": FORMAT,
            "version": 1,
            "release": version("napari-seeded-kmeans"),
            "model_sha256": hashlib.sha256(model.encode()).hexdigest(),
            "params": self.model["params"],
            "settings": json.loads(json.dumps(settings)),
        }

    def file(self, kind: str, place: Path, suffix: str) -> Path:
        """Return where an output of an input goes: labels at the top, other kinds in a folder each."""
        return Path(self.output, kind, place.parent, place.name + suffix)
