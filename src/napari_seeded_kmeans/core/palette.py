"""The clusters of all classes as one table: the part of a model a person can read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Palette:
    """Clusters as rows, sorted by class.

    Attributes
    ----------
    centers : ndarray (k, d), float64
        Cluster means in feature units.
    classes : ndarray (k,), int64
        The class value each cluster speaks for.
    shares : ndarray (k,), float64
        Part of its class's painted pixels behind each cluster; sums to 1 within a class.
    """

    centers: NDArray[np.float64]
    classes: NDArray[np.int64]
    shares: NDArray[np.float64]

    def of(self, class_value: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (centers, shares) of one class."""
        rows = self.classes == class_value
        return self.centers[rows], self.shares[rows]
