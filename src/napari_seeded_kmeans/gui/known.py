"""What is shown of an image already: the last labels of all of it, and what was seen since."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..core.patch import Patch
from ..core.spread import Spread
from ..core.workspace import Window

Labels = NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class Known:
    """Labels (*spatial,) of an image, if there are any, and newer patches, the last on top; a value.

    `spread` is what the strokes meant in the last result, where the settings leave it open.
    """

    shape: tuple[int, ...] = ()
    labels: Labels | None = None
    patches: tuple[Patch, ...] = ()
    spread: Spread | None = None

    @property
    def is_something(self) -> bool:
        """Whether anything is shown."""
        return self.labels is not None or bool(self.patches)

    def with_patch(self, patch: Patch, shape: tuple[int, ...]) -> "Known":
        """Return what is known once `patch` is shown, of an image of some shape."""
        if shape != self.shape:
            return Known(shape, None, (patch,), self.spread)
        others = tuple(known for known in self.patches if known.window != patch.window)
        return replace(self, patches=(*others, patch))

    def within(self, window: Window, shape: tuple[int, ...]) -> Labels | None:
        """Return what is shown in a window of an image of some shape; None if nothing is known."""
        if shape != self.shape:
            return None
        if not self.patches:
            return None if self.labels is None else self.labels[window]
        *_, newest = self.patches
        if newest.window == window:
            return newest.labels
        # Somebody looked elsewhere meanwhile.
        kind = newest.labels.dtype
        array = np.zeros(shape, kind) if self.labels is None else self.labels.astype(kind)
        for patch in self.patches:
            patch.put(array)
        return array[window]
