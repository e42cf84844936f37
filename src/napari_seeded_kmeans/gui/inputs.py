"""What a result is made of: the image, its channels and the seeds; joins their choice and the layers."""

from typing import TYPE_CHECKING, Any

import numpy as np
from napari.layers import Image, Labels
from numpy.typing import NDArray
from qtpy.QtCore import QObject, Signal

from .layer_choice import LayerChoice
from .layer_watch import LayerWatch
from .layers import add_seeds
from .pairing import Pairing
from .seed_tracker import SeedTracker
from .source import Source, channel_choices, full_resolution, guess_channel_axis

if TYPE_CHECKING:
    from napari.viewer import Viewer


class Inputs(QObject):
    """Offers layers to choose from, and says when something else is chosen or an image has new pixels."""

    image_chosen = Signal()
    pixels_changed = Signal()
    channels_chosen = Signal()
    seeds_chosen = Signal()

    def __init__(self, viewer: "Viewer", choice: LayerChoice, pairing: Pairing, tracker: SeedTracker) -> None:
        super().__init__()
        self._viewer = viewer
        self._choice = choice
        self._pairing = pairing
        self._tracker = tracker
        self._image: LayerWatch[Image] = LayerWatch(("data",), self._on_image_data)
        choice.image_chosen.connect(self._on_image_chosen)
        choice.channels_chosen.connect(self._on_channels_chosen)
        choice.seeds_chosen.connect(self._on_seeds_chosen)

    @property
    def source(self) -> Source | None:
        """The chosen image, with the axis that holds its channels."""
        image = self._image.layer
        return None if image is None else Source(image, self._choice.channel_axis)

    @property
    def seeds_shape(self) -> tuple[int, ...] | None:
        """Spatial shape of the chosen seeds; None when none are chosen."""
        source, seeds = self.source, self._tracker.layer
        if source is None or seeds is None:
            return None
        return tuple(source.to_spatial(full_resolution(seeds)).shape)

    def seeds(self, source: Source) -> NDArray[np.integer]:
        """Return a copy of the chosen seeds (*spatial,) as of the last look."""
        array: NDArray[np.integer] = source.to_spatial(self._tracker.snapshot())
        return array

    def images(self) -> list[Image]:
        """Return all layers that can be segmented."""
        return self._pairing.images()

    def add_seeds(self, source: Source, seeds: NDArray[np.integer] | None = None) -> Labels:
        """Add a seeds layer for an image and choose both; empty unless `seeds` are given."""
        layer = add_seeds(self._viewer, source, seeds)
        self._pairing.remember(layer, source.layer)
        self._choice.choose_image(source.layer)
        self._choice.choose_seeds(layer)
        return layer

    def offer(self) -> None:
        """Offer the layers there are now."""
        self._choice.offer_images(self._pairing.images(), self._pairing.best_image(self._image.layer))
        self._offer_seeds()

    def let_go(self) -> None:
        """Listen to no layer any more."""
        self._image.watch(None)
        self._tracker.follow(None)

    # ---- what happens ----

    def _on_image_chosen(self) -> None:
        self._image.watch(self._choice.image)
        self._offer_channels()
        self._offer_seeds()
        self.image_chosen.emit()

    def _on_image_data(self, _event: Any = None) -> None:
        self._offer_channels()
        self.pixels_changed.emit()

    def _on_channels_chosen(self) -> None:
        self._offer_seeds()
        self.channels_chosen.emit()

    def _on_seeds_chosen(self) -> None:
        seeds, image = self._choice.seeds, self._image.layer
        self._tracker.follow(seeds)
        if seeds is not None and image is not None:
            self._pairing.remember(seeds, image)
        self.seeds_chosen.emit()

    def _offer_channels(self) -> None:
        image = self._image.layer
        axes = () if image is None else channel_choices(image)
        shape = () if image is None else full_resolution(image).shape
        names = [f"axis {axis} ({shape[axis]} channels)" for axis in axes]
        self._choice.offer_channels(axes, names, None if image is None else guess_channel_axis(image))

    def _offer_seeds(self) -> None:
        best = self._pairing.best_seeds(self._tracker.layer, self.source)
        self._choice.offer_seeds(self._pairing.seeds(), best)
