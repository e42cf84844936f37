"""Result layers of docks that were closed: the next dock of that kind goes on with them.

Without it a dock that is opened again would add a second mask beside the first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import ReferenceType, WeakKeyDictionary, ref

from napari.layers import Image
from numpy.typing import NDArray

from .shown import Shown

if TYPE_CHECKING:
    from napari.layers import Layer


@dataclass(frozen=True, eq=False)
class _Left:
    """All about a layer but the layer itself, which must not be kept alive."""

    owner: str
    image: ReferenceType[Image]
    key: str
    data: NDArray[Any]
    array: Any
    placement: dict[str, Any]
    name: str
    class_name: str


_left: "WeakKeyDictionary[Layer, _Left]" = WeakKeyDictionary()


def leave(owner: str, shown: Mapping[Image, Mapping[str, Shown]]) -> None:
    """Leave layers to the next dock of the kind `owner`; keys are those of `Outputs`."""
    for image, own in shown.items():
        for key, one in own.items():
            _left[one.layer] = _Left(
                owner, ref(image), key, one.data, one.array, one.placement, one.name, one.class_name
            )


def take_up(owner: str, layers: "Iterable[Layer]") -> dict[Image, dict[str, Shown]]:
    """Return those of `layers` that a dock of the kind `owner` left, once."""
    found: dict[Image, dict[str, Shown]] = {}
    for layer in layers:
        left = _left.get(layer)
        image = None if left is None else left.image()
        if left is None or image is None or left.owner != owner:
            continue
        del _left[layer]
        one = Shown(layer, left.data, left.array, left.placement, left.name, left.class_name)
        found.setdefault(image, {})[left.key] = one
    return found
