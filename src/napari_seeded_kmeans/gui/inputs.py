"""What a result is made of: image, channels, region and seeds; joins their choice and the layers."""

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
from napari.layers import Image, Labels, Shapes
from numpy.typing import NDArray
from qtpy.QtCore import QObject, QTimer, Signal

from ..core.errors import SeededKMeansError
from ..core.region import are_equal
from ..io.sessions import SavedSession
from .axes import Axes
from .companions import PLACE_EVENTS, Companions
from .layer_choice import LayerChoice
from .layer_watch import LayerWatch
from .layers import mark_as_result
from .pairing import Pairing
from .placing import place
from .region import region_of
from .seed_tracker import SeedTracker
from .seeds_layer import add_seeds, is_for_seeds
from .source import Source, full_resolution
from .words import words_for

if TYPE_CHECKING:
    from napari.viewer import Viewer


_REGION_EVENTS = ("data", "set_data", "paint")
_REGION_OPACITY = 0.2
_REST_MS = 200
# Where images came from that were opened with their session; by image, not by dock, which may be closed.
_paths: WeakKeyDictionary[Image, str] = WeakKeyDictionary()


class Inputs(QObject):
    """Offers layers to choose from, and says when another one is chosen, or is not what or where it was."""

    image_chosen = Signal()
    pixels_changed = Signal()
    moved = Signal()
    """The image rests somewhere else, or its pixels have another size."""
    axes_chosen = Signal()
    region_changed = Signal()
    seeds_chosen = Signal()

    def __init__(self, viewer: "Viewer", choice: LayerChoice, pairing: Pairing, tracker: SeedTracker) -> None:
        super().__init__()
        self._viewer = viewer
        self._choice = choice
        self._pairing = pairing
        self._tracker = tracker
        self._image: LayerWatch[Image] = LayerWatch(("data",), self._on_image_data)
        self._place: LayerWatch[Image] = LayerWatch(PLACE_EVENTS, self._on_place_event)
        self._axes = Axes(choice)
        self._companions = Companions()
        self._region: LayerWatch[Labels | Shapes] = LayerWatch(_REGION_EVENTS, self._on_region_event)
        self.region: NDArray[np.bool_] | None = None
        self.region_problem = ""
        # Once a drag rests: every step of it says that the region changes, and before it has.
        self._timer, self._move_timer = QTimer(self), QTimer(self)
        for timer, slot in ((self._timer, self._look_at_region), (self._move_timer, self._on_moved)):
            timer.setSingleShot(True)
            timer.setInterval(_REST_MS)
            timer.timeout.connect(slot)
        choice.image_chosen.connect(self._on_image_chosen)
        self._axes.chosen.connect(self._on_axes_chosen)
        choice.region_chosen.connect(self._on_region_chosen)
        choice.seeds_chosen.connect(self._on_seeds_chosen)

    @property
    def source(self) -> Source | None:
        """The chosen image, with what its axes are."""
        image = self._image.layer
        return None if image is None else self._axes.source_of(image)

    @property
    def seeds_shape(self) -> tuple[int, ...] | None:
        """Spatial shape of the chosen seeds; None when none are chosen."""
        source, seeds = self.source, self._tracker.layer
        if source is None or seeds is None:
            return None
        return tuple(source.to_spatial(full_resolution(seeds)).shape)

    @property
    def fitting_channels(self) -> str:
        """What to choose as channels for the seeds to fit, as it is listed; empty if nothing would do."""
        source, seeds = self.source, self._tracker.layer
        if source is None or seeds is None or self.seeds_shape == source.shape:
            return ""
        return self._axes.fitting_channels(source.layer, seeds)

    def seeds(self, source: Source) -> NDArray[np.integer]:
        """Return a copy of the chosen seeds (*spatial,) as of the last look."""
        array: NDArray[np.integer] = source.to_spatial(self._tracker.snapshot())
        return array

    def has_seeds(self, source: Source, seeds: NDArray[np.integer]) -> bool:
        """Whether the chosen seeds are these, as of the last look."""
        return self.seeds_shape == seeds.shape and np.array_equal(self.seeds(source), seeds)

    def glimpse(self, source: Source, visible: tuple[slice, ...]) -> NDArray[np.integer]:
        """Return a copy of a part of the chosen seeds as they are now, not looked at yet."""
        part: NDArray[np.integer] = source.to_spatial(full_resolution(self._tracker.layer))[visible]
        return np.array(part)

    def path_of(self, image: Image) -> str:
        """Return where an image came from, empty if nobody knows."""
        return str(image.source.path or _paths.get(image, ""))

    def add_image(self, data: Any, saved: SavedSession) -> Image:
        """Add the image of a session, where it was.

        Raises
        ------
        SeededKMeansError
            When it cannot lie there.
        """
        layer = Image(data, name=saved.image.name, rgb=saved.is_rgb)
        if saved.placement is not None:
            place(layer, saved.placement)
        _paths[layer] = saved.image.path
        self._viewer.add_layer(layer)
        return layer

    def add_region(self, source: Source, region: NDArray[np.bool_]) -> None:
        """Add a labels layer that stands for a region, and choose it."""
        layer = Labels(
            source.to_layer(region.astype(np.uint8)),
            name=f"{source.layer.name} region",
            opacity=_REGION_OPACITY,
            **source.placement,
        )
        mark_as_result(layer)
        self._viewer.add_layer(layer)
        self._choice.choose_region(layer)

    def images(self) -> list[Image]:
        """Return all layers that can be segmented."""
        return self._pairing.images()

    def add_seeds(self, source: Source, seeds: NDArray[np.integer] | None = None) -> Labels:
        """Add a seeds layer for an image and choose both; empty unless `seeds` are given.

        Seeds that were painted on before are hidden: strokes of the same colours cannot be told apart.
        """
        before = self._tracker.layer
        if before is not None and is_for_seeds(before) and self.seeds_shape == source.shape:
            before.visible = False
        layer = add_seeds(self._viewer, source, seeds)
        self._pairing.remember(layer, source.layer)
        self._choice.choose_image(source.layer)
        self._choice.choose_seeds(layer)
        return layer

    def take_up_seeds(self) -> None:
        """Have what is painted go into the chosen seeds."""
        if self._tracker.layer is not None:
            self._viewer.layers.selection.active = self._tracker.layer

    def offer(self) -> None:
        """Offer the layers there are now."""
        self._choice.offer_images(self._pairing.images(), self._pairing.best_image(self._image.layer))
        self._offer_regions()
        self._offer_seeds()

    def let_go(self) -> None:
        """Listen to no layer any more."""
        self._timer.stop()
        self._move_timer.stop()
        self._image.watch(None)
        self._place.watch(None)
        self._region.watch(None)
        self._tracker.follow(None)

    # ---- what happens ----

    def _on_image_chosen(self) -> None:
        self._image.watch(self._choice.image)
        self._place.watch(self._choice.image)
        self._axes.offer()
        self._offer_seeds()
        self._bring_along()
        self._look_at_region()
        self.image_chosen.emit()

    def _on_image_data(self, _event: Any = None) -> None:
        self._axes.offer()
        self._look_at_region()
        self.pixels_changed.emit()

    def _on_place_event(self, _event: Any = None) -> None:
        self._move_timer.start()

    def _on_moved(self) -> None:
        before = self.source
        # Labels, too, are set where the image is put, and say what its axes are.
        self._axes.offer()
        self._bring_along()
        self._look_at_region()
        if self.source != before:
            self._on_axes_chosen()
        self.moved.emit()

    def _on_axes_chosen(self) -> None:
        self._offer_seeds()
        self._look_at_region()
        self.axes_chosen.emit()

    def _on_region_chosen(self) -> None:
        self._region.watch(self._choice.region)
        self._bring_along()
        self._offer_seeds()
        self._look_at_region()

    def _on_region_event(self, _event: Any) -> None:
        self._timer.start()

    def _look_at_region(self) -> None:
        """Find out what is inside; `region_changed` fires only if that is something else than before."""
        source, layer, region, problem = self.source, self._region.layer, None, ""
        if source is not None and layer is not None:
            try:
                region = region_of(layer, source)
            except (SeededKMeansError, MemoryError) as error:
                problem = words_for(error)
        is_news = problem != self.region_problem or not are_equal(region, self.region)
        self.region, self.region_problem = region, problem
        if is_news:
            self.region_changed.emit()

    def _on_seeds_chosen(self) -> None:
        seeds, image = self._choice.seeds, self._image.layer
        self._tracker.follow(seeds)
        if seeds is not None and not seeds.visible:
            # What is painted on is seen.
            seeds.visible = True
        self._offer_regions()
        if seeds is not None and image is not None:
            self._pairing.remember(seeds, image)
        self._bring_along()
        self.seeds_chosen.emit()

    def _bring_along(self) -> None:
        """Have seeds and region where the image is now, if they lay over it."""
        source, region = self.source, self._region.layer
        if source is not None:
            regions = [] if region is None else [region]
            self._companions.bring_along([*self._pairing.seeds_of(source.layer), *regions], source)

    def _offer_regions(self) -> None:
        layers = [
            layer
            for layer in self._viewer.layers
            if isinstance(layer, Shapes)
            or (isinstance(layer, Labels) and layer is not self._tracker.layer and not layer.multiscale)
        ]
        layers = [layer for layer in layers if not self._pairing.is_output(layer)]
        chosen = self._region.layer
        self._choice.offer_regions(layers, chosen if any(layer is chosen for layer in layers) else None)

    def _offer_seeds(self) -> None:
        layers = [layer for layer in self._pairing.seeds() if layer is not self._region.layer]
        best = self._pairing.best_seeds(self._tracker.layer, self.source)
        self._choice.offer_seeds(layers, best)
