"""Which image to work on, which of its axes holds channels, and where its colours are compared."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFormLayout, QWidget

from .layer_choice import Combo

if TYPE_CHECKING:
    from napari.layers import Image

_SPACES = {"rgb": "RGB", "hsv": "HSV", "lab": "LAB", "intensity": "Intensity"}
_VALUES_ONLY = {"rgb": "Values"}


class ImageChoice(QWidget):
    """Image, channels and colour space; shows what it is offered and says what was chosen."""

    image_chosen = Signal()
    channels_chosen = Signal()
    space_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = Combo("no image open", self)
        self._channels = Combo("none", self)
        self._space = Combo("none", self)
        self._colour_wish = ""
        self._image.chosen.connect(self.image_chosen)
        self._channels.chosen.connect(self.channels_chosen)
        self._space.chosen.connect(self._on_space_chosen)
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.addRow("Image", self._image)
        self._form.addRow("Channels", self._channels)
        self._form.addRow("Compared in", self._space)
        self.offer_channels((), (), None)
        self.offer_spaces(is_colour=False, wish="rgb")

    @property
    def image(self) -> "Image | None":
        """The image to work on."""
        return self._image.value()

    @property
    def channel_axis(self) -> int | None:
        """The axis of the image's data that holds channels; None when there is none, and for RGB."""
        axis = self._channels.value()
        return None if axis is None or axis < 0 else int(axis)

    @property
    def color_space(self) -> str:
        """Where colours are compared."""
        return str(self._space.value())

    def offer_images(self, layers: "Sequence[Image]", chosen: "Image | None") -> None:
        """Offer layers to work on."""
        self._image.offer(layers, [str(layer.name) for layer in layers], chosen)

    def offer_channels(self, axes: Sequence[int], names: Sequence[str], chosen: int | None) -> None:
        """Offer axes that may hold channels, and none of them; the row shows only if there are any."""
        self._channels.offer([-1, *axes], ["none (space only)", *names], -1 if chosen is None else chosen)
        self._form.setRowVisible(self._channels, len(axes) > 0)

    def offer_spaces(self, *, is_colour: bool, wish: str) -> None:
        """Offer what fits the image; what was chosen for a colour image stays, else it is `wish`."""
        if is_colour:
            self._colour_wish = self._colour_wish or wish
        spaces = _SPACES if is_colour else _VALUES_ONLY
        keys = list(spaces)
        best = self._colour_wish if is_colour else keys[0]
        # The very objects, as a combo tells them apart by identity.
        self._space.offer(keys, list(spaces.values()), next(key for key in keys if key == best))

    def _on_space_chosen(self) -> None:
        if self._space.count() > 1:
            self._colour_wish = self.color_space
        self.space_chosen.emit()

    def choose_image(self, layer: "Image") -> None:
        """Choose one of the images offered."""
        self._image.set_value(layer)

    def choose_channels(self, axis: int | None) -> None:
        """Choose the axis that holds channels."""
        self._channels.set_value(-1 if axis is None else axis)

    def choose_space(self, color_space: str) -> None:
        """Choose one of the colour spaces offered."""
        self._space.set_value(next((key for key in _SPACES if key == color_space), None))
