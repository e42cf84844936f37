"""What the axes of an image are: which holds channels, which of those count, whether one is time.

Joins the choice and the image, and remembers what was chosen by hand.
"""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from napari.layers import Image, Labels
from qtpy.QtCore import QObject, Signal

from .layer_choice import NO_CHANNELS, LayerChoice
from .source import Source, channel_choices, full_resolution, guess_channel_axis, guess_frames

# By image, not by dock, which may be closed and opened again; only what is not what one would guess.
_channels: WeakKeyDictionary[Image, int | None] = WeakKeyDictionary()
_subsets: WeakKeyDictionary[Image, tuple[int, tuple[int, ...]]] = WeakKeyDictionary()
_frames: WeakKeyDictionary[Image, bool] = WeakKeyDictionary()


class Axes(QObject):
    """Offers what the axes of an image may be, and says when somebody chooses otherwise."""

    chosen = Signal()

    def __init__(self, choice: LayerChoice) -> None:
        super().__init__()
        self._choice = choice
        choice.channels_chosen.connect(self._on_channels_chosen)
        choice.subset_chosen.connect(self._on_subset_chosen)
        choice.frames_chosen.connect(self._on_frames_chosen)

    def source_of(self, image: Image) -> Source:
        """Return the chosen image with its axes as they are chosen."""
        return Source(image, self._choice.channel_axis, self._choice.channels, self._choice.has_frames)

    def offer(self) -> None:
        """Offer the axes of the chosen image."""
        image = self._choice.image
        axes = () if image is None else channel_choices(image)
        shape = () if image is None else full_resolution(image).shape
        names = [_axis_name(axis, shape) for axis in axes]
        guess = None if image is None else guess_channel_axis(image)
        chosen = guess if image is None else _channels.get(image, guess)
        self._choice.offer_channels(axes, names, chosen if chosen is None or chosen in axes else guess)
        self._offer_others()

    def fitting_channels(self, image: Image, seeds: Labels) -> str:
        """Return what to choose as channels for seeds to fit, as it is listed; empty if nothing would do."""
        for axis in (None, *channel_choices(image)):
            other = Source(image, axis)
            if tuple(other.to_spatial(full_resolution(seeds)).shape) == other.shape:
                return NO_CHANNELS if axis is None else _axis_name(axis, other.data.shape)
        return ""

    def _on_channels_chosen(self) -> None:
        image, axis = self._choice.image, self._choice.channel_axis
        if image is not None and axis != guess_channel_axis(image):
            _channels[image] = axis
        elif image is not None:
            _channels.pop(image, None)
        self._offer_others()
        self.chosen.emit()

    def _on_subset_chosen(self) -> None:
        image, axis, channels = self._choice.image, self._choice.channel_axis, self._choice.channels
        if image is not None and axis is not None and channels is not None:
            _subsets[image] = axis, channels
        elif image is not None:
            _subsets.pop(image, None)
        self.chosen.emit()

    def _on_frames_chosen(self) -> None:
        image, has_frames = self._choice.image, self._choice.has_frames
        if image is not None and has_frames != guess_frames(image, self._choice.channel_axis):
            _frames[image] = has_frames
        elif image is not None:
            _frames.pop(image, None)
        self.chosen.emit()

    def _offer_others(self) -> None:
        """Offer what there is to choose from, given which axis holds channels."""
        image, axis = self._choice.image, self._choice.channel_axis
        n_channels = 0 if image is None or axis is None else full_resolution(image).shape[axis]
        known = None if image is None else _subsets.get(image)
        channels = known[1] if known is not None and known[0] == axis else None
        is_there = channels is not None and max(channels) < n_channels
        self._choice.offer_subset(n_channels, channels if is_there else None)
        shape = () if image is None else Source(image, axis).shape
        if image is None or len(shape) < 3:
            self._choice.offer_frames(None, has_frames=False)
            return
        has_frames = _frames.get(image, guess_frames(image, axis))
        self._choice.offer_frames(f"axis {int(axis == 0)} ({shape[0]})", has_frames=has_frames)


def _axis_name(axis: int, shape: Sequence[int]) -> str:
    return f"axis {axis} ({shape[axis]})"
