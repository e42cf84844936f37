"""From the images a model is fitted to, one after the other, to the record of its training."""

from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .drift import measure_fit, sample_blocks
from .model import Model
from .training import Training, TrainingImage


class Recorder:
    """Image and seeds, one pair after the other; keeps of each what the training record needs."""

    def __init__(self, pairs: Iterable[tuple[ArrayLike, ArrayLike]], channel_axis: int | None) -> None:
        self._pairs = pairs
        self._channel_axis = channel_axis
        self._kept: list[tuple[NDArray[Any], tuple[int, ...], int]] = []

    def __iter__(self) -> Iterator[tuple[ArrayLike, ArrayLike]]:
        # Images are not kept for as long as their record is.
        pairs, self._pairs = self._pairs, ()
        for image, seeds in pairs:
            yield image, seeds
            array, n_spatial = np.asarray(image), np.ndim(seeds)
            if array.ndim > n_spatial:
                array = np.moveaxis(array, -1 if self._channel_axis is None else self._channel_axis, -1)
            sample = sample_blocks(array, n_spatial)
            self._kept.append((sample, np.shape(image), int(np.count_nonzero(seeds))))

    def training(self, model: Model, names: Sequence[str], random_state: int) -> Training:
        """Return the record, once `model` is fitted to the pairs."""
        images = tuple(
            TrainingImage(
                names[index] if index < len(names) else "",
                shape,
                str(sample.dtype),
                n_seeds,
                measure_fit(model, sample),
            )
            for index, (sample, shape, n_seeds) in enumerate(self._kept)
        )
        return Training(version("napari-seeded-kmeans"), random_state, self._channel_axis, images)
