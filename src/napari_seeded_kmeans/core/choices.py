"""What was chosen automatically: to be seen, and to be kept when strokes or images change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .class_colors import class_name
from .class_counts import counts_as_text
from .params import ColorSpace, Params
from .spread import Spread

if TYPE_CHECKING:
    from .model import Model

_SPACES: dict[ColorSpace, str] = {
    "intensity": "intensity",
    "rgb": "RGB colours",
    "hsv": "HSV colours",
    "lab": "LAB colours",
    "channels": "every channel as it is",
    "lightness": "lightness",
}
SETTINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Spread": ("spread",),
        "Looks at": ("color_space", "texture"),
        "Clusters": ("clusters_by_class",),
        "Bandwidth": ("bandwidth", "texture_bandwidth"),
    }
)
"""Which settings keep a choice, by its title in words."""
_SPREADS = {"strokes": "only where you painted", "everywhere": "everywhere alike"}


@dataclass(frozen=True)
class Choices:
    """The settings that a model found for itself, beside those that were set by hand.

    Attributes
    ----------
    color_space : str
        What a pixel is compared by, never "auto".
    texture_sigmas_px : tuple of float
        Scales of texture; empty is none.
    n_clusters : dict of int to int
        How many clusters each class has, in the look where it has most.
    bandwidths : tuple of float
        Of colours, and of colours with texture if that is looked at, in feature units.
    spread : {"strokes", "everywhere"} or None
        What the strokes were taken to mean; None for a model that was fitted, but not applied to them.
    """

    color_space: ColorSpace
    texture_sigmas_px: tuple[float, ...]
    n_clusters: dict[int, int]
    bandwidths: tuple[float, ...]
    spread: Spread | None

    def pinned(self, params: Params) -> Params:
        """Return `params` with every choice set by hand.

        The same image and seeds give the same result to the bit, where the palette was not edited.
        """
        colors, *textures = self.bandwidths
        return params.model_copy(
            update={
                "color_space": self.color_space,
                "texture": bool(self.texture_sigmas_px),
                "clusters_by_class": counts_as_text(self.n_clusters),
                "bandwidth": colors,
                "texture_bandwidth": textures[0] if textures else None,
                "spread": self.spread or params.spread,
            }
        )

    def in_words(self, name_of: Callable[[int], str] = class_name) -> dict[str, str]:
        """Return what a person reads: a line for each choice, by its title, see `SETTINGS`."""
        scales = ", ".join(f"{sigma:g}" for sigma in self.texture_sigmas_px)
        texture = f", and texture of {scales} px" if scales else ""
        kinds = ("for colours", "with texture")
        bandwidths = (f"{width:.3g} {kind}" for width, kind in zip(self.bandwidths, kinds, strict=False))
        lines = {
            "Looks at": _SPACES[self.color_space] + texture,
            "Clusters": ", ".join(
                f"{count} for {name_of(value)}" for value, count in self.n_clusters.items()
            ),
            "Bandwidth": ", ".join(bandwidths),
        }
        return lines if self.spread is None else {"Spread": _SPREADS[self.spread], **lines}

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready form."""
        return {
            "spread": self.spread,
            "color_space": self.color_space,
            "texture_sigmas_px": list(self.texture_sigmas_px),
            "n_clusters": {str(value): count for value, count in self.n_clusters.items()},
            "bandwidths": list(self.bandwidths),
        }


def choices_of(model: "Model", spread: Spread | None = None) -> Choices:
    """Return what a model chose; `spread` is what its strokes were taken to mean, if that is known."""
    recipe = model.recipe
    return Choices(
        "lightness" if recipe.window else recipe.color_space,
        recipe.sigmas_px,
        {
            value: max(int((look.palette.classes == value).sum()) for look in model.looks)
            for value in model.classes
        },
        tuple(look.bandwidth for look in model.looks),
        spread,
    )
