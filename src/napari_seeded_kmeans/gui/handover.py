"""What a dock was about when it was closed: opened again in the same viewer, it is about that again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import ReferenceType, WeakKeyDictionary, ref

from .front import Front

if TYPE_CHECKING:
    from napari.layers import Image, Labels, Layer, Shapes
    from napari.viewer import Viewer

L = TypeVar("L", bound="Layer")


@dataclass(frozen=True)
class _Left:
    """The choices of a person; layers may be gone by the time they are asked for."""

    image: "ReferenceType[Image] | None"
    region: "ReferenceType[Labels | Shapes] | None"
    seeds: "ReferenceType[Labels] | None"
    preset: str
    params: dict[str, Any]
    outputs: tuple[str, ...]
    is_live: bool


_left: "WeakKeyDictionary[Viewer, _Left]" = WeakKeyDictionary()


def leave(viewer: "Viewer", front: Front) -> None:
    """Remember what is chosen, for the next dock of this viewer."""
    choice, params = front.choice, front.params
    _left[viewer] = _Left(
        _reference(choice.image),
        _reference(choice.region),
        _reference(choice.seeds),
        params.preset,
        params.overrides(),
        front.outputs.value(),
        front.run_bar.is_live,
    )


def take_up_settings(viewer: "Viewer", front: Front) -> None:
    """Set what the last dock of this viewer left, if there was one."""
    left = _left.get(viewer)
    if left is not None:
        front.params.set_value(left.preset, **left.params)
        front.outputs.set_value(left.outputs)
        front.run_bar.set_live(left.is_live)


def take_up_layers(viewer: "Viewer", front: Front) -> None:
    """Choose the layers that the last dock of this viewer was about, as far as they are there, once."""
    left = _left.pop(viewer, None)
    if left is None:
        return
    image, region, seeds = (_present(viewer, layer) for layer in (left.image, left.region, left.seeds))
    if image is not None:
        front.choice.choose_image(image)
        if seeds is not None:
            front.choice.choose_seeds(seeds)
        front.choice.choose_region(region)


def _reference(layer: L | None) -> ReferenceType[L] | None:
    return None if layer is None else ref(layer)


def _present(viewer: "Viewer", reference: ReferenceType[L] | None) -> L | None:
    layer = None if reference is None else reference()
    return layer if layer is not None and layer in viewer.layers else None
