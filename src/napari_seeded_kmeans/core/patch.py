"""A part of an image's labels, on its way to where the others are."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from .workspace import Window


@dataclass(frozen=True, eq=False)
class Patch:
    """Labels of evenly spaced pixels, each of which stands for those up to the next.

    Attributes
    ----------
    labels : ndarray (*shape of the window), integer
    window : tuple of slice
        Where they lie in the image, see `preview.window_of`.
    """

    labels: NDArray[np.integer]
    window: Window

    def put(self, array: NDArray[np.integer]) -> None:
        """Write the labels into an array (*spatial,); what lies outside of the window stays."""
        *others, last = self.window
        rows = np.repeat(self.labels, last.step, axis=-1)[..., : last.stop - last.start]
        inside = array[tuple(slice(side.start, side.stop) for side in self.window)]
        # Whole rows are copied along the other axes.
        for offsets in product(*(range(min(side.step, side.stop - side.start)) for side in others)):
            part = inside[tuple(slice(at, None, side.step) for at, side in zip(offsets, others, strict=True))]
            part[...] = rows[tuple(slice(length) for length in part.shape)]
