"""What the worker does when a result is asked for: no layers, no widgets, arrays only."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.cleanup import background_class
from ..core.errors import SeededKMeansError, heard_by
from ..core.features import check_image
from ..core.left_out import EstimatedAccuracy, estimate_in
from ..core.legend import Legend
from ..core.model import OnFit, open_workspace
from ..core.palette_edits import NO_EDITS, PaletteEdits
from ..core.params import make_params
from ..core.preview import window_of
from ..core.region import Part
from ..core.seeds import are_same
from ..core.threads import Cancel, Progress
from ..core.workspace import Shelf, Workspace
from ..estimator import Segmentation, segment
from .in_place import small_integers


@dataclass(frozen=True, eq=False)
class Answer:
    """A result, the image and seeds (*spatial,) it was made of, and how many pixels every class got.

    `drawn` is the segmentation with labels as small as layers want them, always the same array. The notes
    say what was done differently from what was asked, if anything was.
    """

    segmentation: Segmentation
    drawn: Segmentation
    image: NDArray[Any]
    seeds: NDArray[np.integer]
    n_pixels: dict[int, int]
    notes: tuple[str, ...] = ()

    @property
    def shares(self) -> dict[int, float]:
        """The share of the image that every class got."""
        return {value: n / self.segmentation.labels.size for value, n in self.n_pixels.items()}

    def describe(self, legend: Legend) -> str:
        """Return what came out, in a sentence or more."""
        if len(self.n_pixels) == 2:
            background = background_class(self.segmentation.classes)
            covered = sum(share for value, share in self.shares.items() if value != background)
            return " ".join([f"The mask covers {covered:.1%} of the image.", *self.notes])
        listed = ", ".join(f"{legend.name_of(value)} {share:.1%}" for value, share in self.shares.items())
        return " ".join([f"Shares of the image: {listed}.", *self.notes])

    def best_two(self, position: tuple[int, ...]) -> tuple[int, int]:
        """Return the likeliest class at a pixel and the next one."""
        classes = self.segmentation.classes
        scores, _ = self.segmentation.maps.at(position)
        second, first = np.argsort(scores)[-2:].tolist()
        return classes[first], classes[second]


@dataclass(frozen=True, eq=False)
class Request:
    """Everything a segmentation needs, as it was when it was asked for.

    Attributes
    ----------
    image : array (*spatial,) or with one more axis
        All channels. Not copied; Dask arrays are computed by the worker.
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
    edits : PaletteEdits
        What was changed in the palette.
    ignore : tuple of int
        Classes that teach nothing.
    region : ndarray (*spatial,), bool, or None
        Outside of it nothing is computed.
    channels : tuple of int or None
        Which channels count, ascending; None is all.
    """

    image: Any
    seeds: NDArray[np.integer]
    channel_axis: int | None
    spacing: tuple[float, ...]
    preset: str
    params: dict[str, Any]
    edits: PaletteEdits = NO_EDITS
    ignore: tuple[int, ...] = ()
    region: NDArray[np.bool_] | None = None
    channels: tuple[int, ...] | None = None

    def is_same(self, other: "Request") -> bool:
        """Whether both ask for the same result."""
        if self.image is not other.image or self.region is not other.region:
            return False
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("channel_axis", "channels", "spacing", "preset", "params", "edits", "ignore")
        ) and are_same(self.seeds, other.seeds)

    def load(self) -> NDArray[Any]:
        """Return the image in memory, without the channels that do not count."""
        axis, channels = self.channel_axis, self.channels
        if axis is None or channels is None:
            return np.asarray(self.image)
        first, last, step = channels[0], channels[-1], (channels[1] - channels[0] if channels[1:] else 1)
        if channels == tuple(range(first, last + 1, step)):
            # A view; of a lazy array no more is computed.
            return np.asarray(self.image[(slice(None),) * axis + (slice(first, last + 1, step),)])
        return np.take(np.asarray(self.image), channels, axis=axis)

    @property
    def part(self) -> tuple[int | None, tuple[int, ...]] | None:
        """What is taken of the image: the channels that count, and their axis; None if all is."""
        return None if self.channels is None else (self.channel_axis, self.channels)

    def loaded(self, image: NDArray[Any]) -> "Request":
        """Return the same request with what `load` returned."""
        return replace(self, image=image, channels=None)

    def get_ready(self, visible: tuple[slice, ...], shelf: Shelf, cancel: Cancel) -> None:
        """Work out what depends on the image alone, for what is visible, in the worker thread."""
        if self.region is None:
            self._open(shelf, cancel).every(window_of(visible), cancel)

    def get_ahead(self, box: tuple[slice, ...], part: NDArray[np.integer], shelf: Shelf) -> None:
        """Work out what will be needed of what is painted in a box, in the worker thread."""
        if self.region is None:
            places = [axis + side.start for axis, side in zip(np.nonzero(part), box, strict=True)]
            self._open(shelf).get_ahead(np.ravel_multi_index(places, self.seeds.shape))

    def _open(self, shelf: Shelf, cancel: Cancel | None = None) -> Workspace:
        """Return the workspace of the whole image."""
        n_spatial = self.seeds.ndim
        image = check_image(self.load(), n_spatial, self.channel_axis)
        params = make_params(self.preset, **self.params)
        return open_workspace(
            image, n_spatial, params, spacing=self.spacing, edits=self.edits, shelf=shelf, cancel=cancel
        )

    def estimate(self, shelf: Shelf, cancel: Cancel) -> EstimatedAccuracy | None:
        """Return how well the strokes tell the classes apart, in the worker thread.

        None where that cannot be told: with an edited palette, or when single pixels are painted only.
        """
        if self.edits:
            return None
        params = make_params(self.preset, **self.params)
        part = Part(self.load(), self.seeds, self.channel_axis, self.ignore, self.region)
        n_spatial = self.seeds.ndim
        image = check_image(part.image, n_spatial, self.channel_axis)
        # Another image, in a way: it must not take the place of the one that is kept.
        known = shelf if self.region is None else Shelf()
        workspace = open_workspace(image, n_spatial, params, spacing=self.spacing, shelf=known, cancel=cancel)
        try:
            return estimate_in(workspace, np.asarray(part.seeds), params, cancel=cancel)
        except SeededKMeansError:
            return None

    def run(
        self,
        cancel: Cancel,
        progress: Progress,
        shelf: Shelf | None = None,
        on_sketch: OnFit | None = None,
        on_fit: OnFit | None = None,
    ) -> Answer:
        """Segment, in the worker thread; `shelf` and what is to be called as for `segment`."""
        notes: list[str] = []
        image = self.load()
        with heard_by(notes.append):
            result = segment(
                image,
                self.seeds,
                channel_axis=self.channel_axis,
                spacing=self.spacing,
                preset=self.preset,
                edits=self.edits,
                ignore=self.ignore,
                region=self.region,
                shelf=shelf,
                on_sketch=on_sketch,
                on_fit=on_fit,
                lazy=True,
                cancel=cancel,
                progress=progress,
                **self.params,
            )
        n_pixels = {value: int(np.count_nonzero(result.labels == value)) for value in result.classes}
        drawn = replace(result, labels=small_integers(result.labels))
        return Answer(result, drawn, image, self.seeds, n_pixels, tuple(notes))
