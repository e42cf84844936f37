"""What is known of every pixel beside its label: worked out when somebody asks, as labels need only some."""

from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .evidence import say_nothing
from .scene import Factors, View, block_means
from .scores import uncertainty
from .threads import Cancel

Values = NDArray[np.float32]


class Maps(Protocol):
    """Maps of an image, as described for `Segmentation`; they may be asked for from any thread."""

    @property
    def scores(self) -> Values:
        """Of every class, (n_classes, *spatial)."""

    @property
    def uncertainty(self) -> Values:
        """Of every pixel, (*spatial,)."""

    @property
    def strangeness(self) -> Values:
        """Of every pixel, (*spatial,)."""

    def finish(self, cancel: Cancel | None = None) -> None:
        """Work out what is missing; what is cancelled goes on the next time."""

    def doubts(self) -> tuple[Values, Factors]:
        """Return the mean uncertainty of blocks of a large image, by some pixels of each, and their sizes."""

    def at(self, position: tuple[int, ...]) -> tuple[Values, float]:
        """Return the scores (n_classes,) and the strangeness of one pixel, without the others."""


class ScoreMaps:
    """The `Maps` of a view; until they are finished, they hold what is needed for that.

    Parameters
    ----------
    view : View
        As the labels saw it.
    strangeness : ndarray (*spatial,), float32
        As far as the view's scores are there.
    valid : ndarray (*spatial,), bool
        Elsewhere all classes are as likely.
    """

    def __init__(self, view: View, strangeness: Values, valid: NDArray[np.bool_]) -> None:
        self._view: View | None = view
        self._scores, self._strangeness, self._valid = view.scores, strangeness, valid
        self._undecided: Values | None = None
        self._samples, self._factors = view.samples, view.scene.middle_factors
        self._lock = Lock()

    @property
    def scores(self) -> Values:
        """See `Maps`."""
        self.finish()
        return self._scores

    @property
    def uncertainty(self) -> Values:
        """See `Maps`."""
        scores = self.scores
        with self._lock:
            if self._undecided is None:
                self._undecided = uncertainty(scores)
            return self._undecided

    @property
    def strangeness(self) -> Values:
        """See `Maps`."""
        self.finish()
        return self._strangeness

    def finish(self, cancel: Cancel | None = None) -> None:
        """See `Maps`."""
        with self._lock:
            if self._view is not None:
                self._view.need(cancel=cancel)
                say_nothing(self._scores, self._valid)
                self._view = None

    def doubts(self) -> tuple[Values, Factors]:
        """See `Maps`."""
        if self._samples is None:
            return block_means(self.uncertainty, self._factors), self._factors
        means: Values = uncertainty(self._samples.scores).mean(axis=0)
        return means, self._factors

    def at(self, position: tuple[int, ...]) -> tuple[Values, float]:
        """See `Maps`."""
        with self._lock:
            if self._view is not None:
                here = np.zeros(self._valid.shape, bool)
                here[position] = True
                self._view.need(here)
            where: tuple[Any, ...] = (slice(None), *position)
            scores = np.array(self._scores[where])
            say_nothing(scores[:, np.newaxis], self._valid[position].reshape(1))
            return scores, float(self._strangeness[position])
