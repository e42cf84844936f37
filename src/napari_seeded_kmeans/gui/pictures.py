"""Which of a result's pictures is seen: each covers the image and the others, so the one that came last."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, ref

from napari.layers import Image

if TYPE_CHECKING:
    from napari.components import LayerList
    from napari.layers import Layer


@dataclass
class _Front:
    """The layer that a picture is seen by, of those it has, and whether it was hidden for another one."""

    picture: str
    layer: "ref[Layer]"
    is_hidden: bool = False


class Pictures:
    """Hides a picture for a newer one, and shows it again when that goes.

    Only what was shown here is hidden, and only what was hidden here is shown: eyes that a person opened or
    closed meanwhile stay as they are.
    """

    def __init__(self, layers: "LayerList") -> None:
        self._layers = layers
        self._fronts: WeakKeyDictionary[Image, list[_Front]] = WeakKeyDictionary()

    def take(self, image: Image, picture: str, layer: "Layer") -> None:
        """Let a layer be seen that was just added; but of a picture that has several the first alone."""
        fronts = self._present(image)
        if any(front.picture == picture for front in fronts):
            layer.visible = False
            return
        if fronts:
            _hide(fronts[-1])
        fronts.append(_Front(picture, ref(layer)))

    def let_go(self, image: Image, layer: "Layer") -> None:
        """Show what was seen before a layer that is about to be removed."""
        fronts = self._present(image)
        was_seen = bool(fronts) and fronts[-1].layer() is layer
        fronts[:] = [front for front in fronts if front.layer() is not layer]
        if was_seen and fronts:
            _show_again(fronts[-1])

    def _present(self, image: Image) -> list[_Front]:
        """Return the pictures of an image that are still there, the newest last."""
        fronts = self._fronts.setdefault(image, [])
        fronts[:] = [front for front in fronts if front.layer() in self._layers]
        return fronts


def _hide(front: _Front) -> None:
    layer = front.layer()
    if layer is not None and layer.visible:
        layer.visible, front.is_hidden = False, True


def _show_again(front: _Front) -> None:
    layer = front.layer()
    if layer is not None and front.is_hidden:
        layer.visible, front.is_hidden = True, False
