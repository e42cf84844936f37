"""What the worker does when Segment is pressed: no layers, no widgets, arrays only."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.threads import Cancel, Progress
from ..estimator import Segmentation, segment


@dataclass(frozen=True, eq=False)
class Answer:
    """A result, and one sentence about it."""

    segmentation: Segmentation
    summary: str


@dataclass(frozen=True, eq=False)
class Request:
    """Everything a segmentation needs, as it was when the button was pressed.

    Attributes
    ----------
    image : array (*spatial,) or with one more axis
        Not copied; Dask arrays are computed by the worker.
    seeds : ndarray (*spatial,), integer
        A copy: the person goes on painting.
    channel_axis : int or None
        The axis of `image` that holds channels.
    spacing : tuple of float
        Size of a pixel along each spatial axis.
    preset : str
        Where the settings start from.
    params : dict
        The settings that depart from the preset.
    """

    image: Any
    seeds: NDArray[np.integer]
    channel_axis: int | None
    spacing: tuple[float, ...]
    preset: str
    params: dict[str, Any]

    def run(self, cancel: Cancel, progress: Progress) -> Answer:
        """Segment, in the worker thread."""
        result = segment(
            np.asarray(self.image),
            self.seeds,
            channel_axis=self.channel_axis,
            spacing=self.spacing,
            preset=self.preset,
            cancel=cancel,
            progress=progress,
            **self.params,
        )
        return Answer(result, _summarise(result))


def _summarise(result: Segmentation) -> str:
    if len(result.classes) == 2:
        covered = f"The mask covers {np.mean(result.mask):.1%} of the image."
    else:
        shares = (f"class {value} {np.mean(result.labels == value):.1%}" for value in result.classes)
        covered = f"Shares of the image: {', '.join(shares)}."
    return f"{covered} Where it is wrong, paint more and press Segment again."
