"""An image layer as the core sees it: which array, which axis holds channels, where pixels lie in the world.

Reads layers and never changes one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np
from napari.utils.transforms import Affine
from numpy.typing import NDArray

if TYPE_CHECKING:
    from napari.layers import Image, Layer

# No picture is this narrow, so so short an axis holds channels, unless its label says something else.
_FEW_CHANNELS = 4
# A longer one only when somebody says so: by choosing it, or by a label, which spectra have, too.
_MOST_CHANNELS = 64
_MOST_LABELLED = 1024
_CHANNEL_LABELS = frozenset(("c", "ch", "channel", "channels", "wavelength", "lambda"))
_SPACE_LABELS = frozenset(("x", "y", "z", "row", "rows", "column", "columns", "width", "height", "depth"))
_PLANE_LABELS = frozenset(("plane", "planes", "slice", "slices", "section", "sections"))
_TIME_LABELS = frozenset(("t", "time", "times", "timepoint", "timepoints", "frame", "frames"))
_OTHER_LABELS = _SPACE_LABELS | _PLANE_LABELS | _TIME_LABELS
# What napari shows black and white in RGB pictures of whole numbers.
_RGB_RANGES = {"uint8": (0.0, 255.0), "uint16": (0.0, 65535.0)}


def full_resolution(layer: "Layer") -> Any:
    """Return the array of `layer`, its finest level if it has several; Dask arrays stay lazy."""
    # np.asarray of multiscale data is its *coarsest* level.
    return layer.data[0] if getattr(layer, "multiscale", False) else layer.data


def placement_of(
    layer: "Layer", kept: Sequence[int] | None = None, stretched: Mapping[int, int] | None = None
) -> dict[str, Any]:
    """Return the keywords that put a layer of the axes `kept` exactly over `layer`.

    Axes that are `stretched` have one pixel there in place of so many.
    """
    kept = list(range(layer.ndim) if kept is None else kept)
    scale, translate = layer.scale.astype(float), layer.translate.astype(float)
    for axis, n in (stretched or {}).items():
        translate[axis] += scale[axis] * (n - 1) / 2
        scale[axis] *= n
    index = np.ix_(kept, kept)
    shear = Affine(shear=layer.shear, ndim=layer.ndim).linear_matrix
    return {
        "scale": scale[kept].tolist(),
        "translate": translate[kept].tolist(),
        "rotate": np.asarray(layer.rotate)[index].tolist(),
        "shear": shear[index].tolist(),
        "affine": layer.affine.set_slice(kept).affine_matrix.tolist(),
        "units": tuple(str(layer.units[i]) for i in kept),
        "axis_labels": tuple(layer.axis_labels[i] for i in kept),
    }


def channel_choices(image: "Image") -> tuple[int, ...]:
    """Return the axes of a layer that is not RGB that may hold channels."""
    shape = full_resolution(image).shape
    if image.rgb or len(shape) < 3:
        return ()
    labels = _labels(image)
    return tuple(
        axis
        for axis, length in enumerate(shape)
        if length <= (_MOST_LABELLED if labels[axis] in _CHANNEL_LABELS else _MOST_CHANNELS)
    )


def guess_channel_axis(image: "Image") -> int | None:
    """Return the axis that most likely holds channels: by its label, else the first or last if very short.

    An axis whose label says that it is space or time holds none, however short it is.
    """
    choices, labels = channel_choices(image), _labels(image)
    for axis in choices:
        if labels[axis] in _CHANNEL_LABELS:
            return axis
    shape = full_resolution(image).shape
    for axis in (len(shape) - 1, 0):
        if axis in choices and 1 < shape[axis] <= _FEW_CHANNELS and labels[axis] not in _OTHER_LABELS:
            return axis
    return None


def guess_frames(image: "Image", channel_axis: int | None) -> bool:
    """Return whether the label of the first axis that holds no channels says that it is time."""
    labels = [label for axis, label in enumerate(_labels(image)) if axis != channel_axis]
    return len(labels) > 2 and labels[0] in _TIME_LABELS


def _labels(image: "Image") -> list[str]:
    return [label.strip().lower() for label in image.axis_labels]


@dataclass(frozen=True)
class Source:
    """An image layer together with the axis of its data that holds channels, if any.

    Of several `channels` some may count only; None is all of them. With `has_frames` the first spatial axis
    is time, whose frames have nothing to do with each other.

    Layers line up by their *last* axes in napari. A labels layer for channels that are not the first
    axis therefore keeps an axis of length one there, stretched over all channels; `to_layer` adds it
    and `to_spatial` takes it away.
    """

    layer: "Image"
    channel_axis: int | None = None
    channels: tuple[int, ...] | None = None
    has_frames: bool = False

    @property
    def data(self) -> Any:
        """The array, full resolution, perhaps lazy, with all its channels."""
        return full_resolution(self.layer)

    @property
    def data_channel_axis(self) -> int | None:
        """The axis of `data` that holds channels."""
        return self.data.ndim - 1 if self.layer.rgb else self.channel_axis

    @property
    def shape(self) -> tuple[int, ...]:
        """Spatial shape."""
        shape = tuple(self.data.shape)
        axis = self.data_channel_axis
        return shape if axis is None else shape[:axis] + shape[axis + 1 :]

    @property
    def spacing(self) -> tuple[float, ...]:
        """Distance of pixels along each spatial axis, in the layer's units; that of frames is infinite."""
        return (inf, *self.pixel_size[1:]) if self.has_frames else self.pixel_size

    @property
    def pixel_size(self) -> tuple[float, ...]:
        """Size of a pixel along each spatial axis, in the layer's units."""
        scale = np.abs(self.layer.scale)
        return tuple(float(size) for size in np.delete(scale, self._dropped_axes))

    @property
    def contrast(self) -> tuple[float, float] | None:
        """The values that are seen black and white; None if nobody knows."""
        if not self.layer.rgb:
            low, high = self.layer.contrast_limits
            return float(low), float(high)
        dtype = np.dtype(self.data.dtype)
        return (0.0, 1.0) if dtype.kind == "f" else _RGB_RANGES.get(dtype.name)

    @cached_property
    def placement(self) -> dict[str, Any]:
        """Keywords that put a new layer exactly over this one: plain values, comparable by ``==``."""
        axis = self.channel_axis
        kept = [i for i in range(self.layer.ndim) if self._stretched or i != axis]
        n_stretched = {axis: self.data.shape[axis]} if axis else {}
        return placement_of(self.layer, kept, n_stretched)

    def to_layer(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return a spatial array in the shape its layer needs; a view."""
        return np.expand_dims(array, self._stretched_axes)

    def to_spatial(self, array: Any) -> Any:
        """Return a layer's array without the axis that `to_layer` added; as it is when there is none."""
        if self._stretched and array.ndim == len(self.shape) + 1 and array.shape[self.channel_axis] == 1:
            return array[(slice(None),) * (self.channel_axis or 0) + (0,)]
        return array

    @property
    def _stretched(self) -> bool:
        return bool(self.channel_axis)

    @property
    def _stretched_axes(self) -> Sequence[int]:
        return (self.channel_axis,) if self.channel_axis else ()

    @property
    def _dropped_axes(self) -> Sequence[int]:
        return () if self.channel_axis is None else (self.channel_axis,)
