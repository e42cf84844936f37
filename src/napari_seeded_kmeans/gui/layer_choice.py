"""Which image to segment, what its axes are, where in it to segment, and which layer to paint on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QSignalBlocker, Signal
from qtpy.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from .channel_button import ChannelButton

if TYPE_CHECKING:
    from napari.layers import Image, Labels, Layer, Shapes

_WITHIN_HELP = (
    "Where to segment: everywhere, or only inside the shapes or labels of a layer. Outside nothing is "
    "computed, and strokes teach nothing."
)
_FRAMES_HELP = (
    "What the first axis is. In depth, texture, outlines and pieces go from plane to plane. Frames in time "
    "are segmented one by one, each by what the strokes on any of them teach."
)
NO_CHANNELS = "none (space only)"
# None is what a combo without a choice says.
_EVERYWHERE = object()


class Combo(QComboBox):
    """A choice between objects, told apart by identity; explained by `help_text`, or by what is chosen."""

    chosen = Signal()
    """The choice became another object."""

    def __init__(self, placeholder: str, parent: QWidget | None = None, help_text: str = "") -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self._help = f"<p>{help_text}</p>" if help_text else ""
        # A long layer name must not widen the dock.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._objects: list[Any] = []
        self._value: Any = None
        self.currentIndexChanged.connect(self._on_index_changed)

    def value(self) -> Any:
        """Return the chosen object, None when nothing is chosen."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Choose an object; None, or one that is not offered, chooses nothing."""
        self.setCurrentIndex(self._index(value))

    def offer(self, objects: Sequence[Any], names: Sequence[str], value: Any) -> None:
        """Offer `objects` by `names`, with `value` chosen; `chosen` fires only when that is news."""
        with QSignalBlocker(self):
            self._objects = list(objects)
            self.clear()
            self.addItems(list(names))
            self.setCurrentIndex(self._index(value))
        self._on_index_changed(self.currentIndex())

    def _index(self, value: Any) -> int:
        return next((i for i, known in enumerate(self._objects) if known is value), -1)

    def _on_index_changed(self, index: int) -> None:
        value = self._objects[index] if 0 <= index < len(self._objects) else None
        self.setToolTip(self._help or self.currentText())
        if value is not self._value:
            self._value = value
            self.chosen.emit()


class LayerChoice(QWidget):
    """Image, its axes, region and seeds; shows what it is offered and says what was chosen."""

    image_chosen = Signal()
    channels_chosen = Signal()
    subset_chosen = Signal()
    frames_chosen = Signal()
    region_chosen = Signal()
    seeds_chosen = Signal()
    new_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = Combo("no image open", self)
        self._channels = Combo("none", self)
        self._subset = ChannelButton(self)
        self._frames = Combo("none", self, _FRAMES_HELP)
        self._region = Combo("whole image", self, _WITHIN_HELP)
        self._seeds = Combo("none yet", self)
        self.new_button = QPushButton("New", self)
        self._image.chosen.connect(self.image_chosen)
        self._channels.chosen.connect(self.channels_chosen)
        self._subset.chosen.connect(self.subset_chosen)
        self._frames.chosen.connect(self.frames_chosen)
        self._region.chosen.connect(self.region_chosen)
        self._seeds.chosen.connect(self.seeds_chosen)
        self.new_button.clicked.connect(self.new_requested)
        self._form = self._lay_out()
        self.offer_channels((), (), None)
        self.offer_subset(0, None)
        self.offer_frames(None, has_frames=False)
        self.offer_regions((), None)

    @property
    def image(self) -> "Image | None":
        """The image to segment."""
        return self._image.value()

    @property
    def channel_axis(self) -> int | None:
        """The axis of the image's data that holds channels; None when there is none, and for RGB."""
        axis = self._channels.value()
        return None if axis is None or axis < 0 else int(axis)

    @property
    def channels(self) -> tuple[int, ...] | None:
        """The channels that count; None for all."""
        return self._subset.value()

    @property
    def has_frames(self) -> bool:
        """Whether the first spatial axis is time."""
        return bool(self._frames.value())

    @property
    def region(self) -> "Labels | Shapes | None":
        """The layer inside which to segment; None for the whole image."""
        chosen = self._region.value()
        return None if chosen is _EVERYWHERE else chosen

    @property
    def seeds(self) -> "Labels | None":
        """The layer that is painted on."""
        return self._seeds.value()

    def offer_images(self, layers: "Sequence[Image]", chosen: "Image | None") -> None:
        """Offer layers to segment."""
        self._image.offer(layers, _names(layers), chosen)

    def offer_seeds(self, layers: "Sequence[Labels]", chosen: "Labels | None") -> None:
        """Offer layers to paint on."""
        self._seeds.offer(layers, _names(layers), chosen)

    def offer_channels(self, axes: Sequence[int], names: Sequence[str], chosen: int | None) -> None:
        """Offer axes that may hold channels, and none of them; the row shows only if there are any."""
        # -1 stands for "no channels": None is what a combo without a choice says.
        self._channels.offer([-1, *axes], [NO_CHANNELS, *names], -1 if chosen is None else chosen)
        self._form.setRowVisible(self._channels_row, len(axes) > 0)

    def offer_subset(self, n_channels: int, chosen: Sequence[int] | None) -> None:
        """Offer channels to leave out some of, if there are several; None is all of them."""
        self._subset.offer(n_channels, chosen)

    def offer_frames(self, axis: str | None, *, has_frames: bool) -> None:
        """Offer to take an axis, named here, for time; None where there is nothing to choose.

        `frames_chosen` does not fire.
        """
        offered = {} if axis is None else {False: f"{axis} is depth", True: f"{axis} is time"}
        with QSignalBlocker(self._frames):
            self._frames.offer(list(offered), list(offered.values()), has_frames)
        self._form.setRowVisible(self._frames, axis is not None)

    def offer_regions(self, layers: "Sequence[Labels | Shapes]", chosen: "Labels | Shapes | None") -> None:
        """Offer layers to segment within, and the whole image."""
        names = ["whole image", *_names(layers)]
        self._region.offer([_EVERYWHERE, *layers], names, _EVERYWHERE if chosen is None else chosen)

    def choose_image(self, layer: "Image") -> None:
        """Choose one of the images offered."""
        self._image.set_value(layer)

    def choose_channels(self, axis: int | None) -> None:
        """Choose the axis that holds channels."""
        self._channels.set_value(-1 if axis is None else axis)

    def choose_subset(self, channels: Sequence[int] | None) -> None:
        """Choose the channels that count, None for all."""
        self._subset.set_value(channels)

    def choose_frames(self, *, has_frames: bool) -> None:
        """Choose whether the first spatial axis is time, where that is offered."""
        self._frames.set_value(has_frames)

    def choose_region(self, layer: "Labels | Shapes | None") -> None:
        """Choose one of the layers offered to segment within, None for the whole image."""
        self._region.set_value(_EVERYWHERE if layer is None else layer)

    def choose_seeds(self, layer: "Labels") -> None:
        """Choose one of the seeds layers offered."""
        self._seeds.set_value(layer)

    def _lay_out(self) -> QFormLayout:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.addRow("Image", self._image)
        self._channels_row = QHBoxLayout()
        self._channels_row.addWidget(self._channels, 1)
        self._channels_row.addWidget(self._subset)
        form.addRow("Channels", self._channels_row)
        form.addRow("Stack", self._frames)
        form.addRow("Within", self._region)
        seeds = QHBoxLayout()
        seeds.addWidget(self._seeds, 1)
        seeds.addWidget(self.new_button)
        form.addRow("Seeds", seeds)
        return form


def _names(layers: "Sequence[Layer]") -> list[str]:
    return [str(layer.name) for layer in layers]
