"""One layer that shows something of a result: what it is made of, and how it is brought up to date."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from napari.layers import Labels
from numpy.typing import NDArray

from ..core.patch import Patch
from .in_place import write_labels
from .placing import put

if TYPE_CHECKING:
    from napari.layers import Layer
    from napari.viewer import Viewer


@dataclass(frozen=True, eq=False)
class Output:
    """One layer to be shown: how it is made, and which of it is kept up to date.

    Attributes
    ----------
    kind : type of Layer
    data : ndarray
        In the shape its layer needs.
    look : dict
        Name, colours, ...: the person's to change once the layer is there.
    placement : dict
        Where it lies, see `Source.placement`.
    current : dict
        Features, colours, ... that belong to the data and change with it.
    picture : str
        What it belongs to, if it covers the image: one picture is seen at a time, by one layer.
    class_name : str
        What its class is called, if it is about one: its name follows that.
    """

    kind: type["Layer"]
    data: NDArray[Any]
    look: dict[str, Any]
    placement: dict[str, Any]
    current: dict[str, Any] = field(default_factory=dict)
    picture: str = ""
    class_name: str = ""


@dataclass(frozen=True, eq=False)
class Shown:
    """A layer that shows a result, what of it, where it was put, and what it was called.

    The array is the layer's own: nobody else writes to it, unless the person paints there.
    """

    layer: "Layer"
    data: NDArray[Any]
    array: Any
    placement: dict[str, Any]
    name: str
    class_name: str


def own_data(output: Output) -> NDArray[Any]:
    """Return what a layer is given to hold: labels of its own, which are written in place from then on."""
    return output.data.copy() if output.kind is Labels else output.data


def update(viewer: "Viewer", shown: Shown, output: Output) -> None:
    """Give a layer new data and perhaps a new place; name, opacity and visibility stay the person's."""
    layer = shown.layer
    # Showing a result again, because an extra came or a class was renamed, draws nothing anew.
    if layer.data is not shown.array or not _is_same(shown.data, output.data):
        _show_data(viewer, shown, output)
    for name, value in output.current.items():
        setattr(layer, name, value)
    move(shown, output.placement)


def rename(shown: Shown, output: Output) -> str:
    """Let a layer be called after its class as that is called now, unless somebody gave it another name.

    Return the name it was given here.
    """
    if output.class_name == shown.class_name:
        return shown.name
    name = str(output.look["name"])
    if shown.layer.name == shown.name:
        shown.layer.name = name
    return name


def move(shown: Shown, placement: dict[str, Any]) -> None:
    """Put a layer elsewhere, unless it was put there before."""
    if shown.placement != placement:
        put(shown.layer, placement)


def _show_data(viewer: "Viewer", shown: Shown, output: Output) -> None:
    layer, array, data = shown.layer, shown.array, output.data
    is_own = isinstance(layer, Labels) and layer.data is array
    if is_own and (array.shape, array.dtype) == (data.shape, data.dtype):
        write_labels(viewer, layer, array, Patch.everywhere(data))
    else:
        layer.data = own_data(output)


def _is_same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Whether two arrays are the same memory."""
    return one.__array_interface__ == other.__array_interface__
