"""Every setting, once: default, range, label and help.

The widget's form, the command line's options, validation and the reference in
the docs are all made from :class:`Params`; nothing else lists settings.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.config import JsonDict

from .class_clean_up import as_text
from .class_counts import counts_as_text
from .errors import SeededKMeansError

ColorSpace = Literal["auto", "intensity", "rgb", "hsv", "lab", "channels", "lightness"]
Spread = Literal["auto", "everywhere", "strokes"]
ClusterWeights = Literal["learnt", "share", "equal"]

# Folded away in the form.
_ADVANCED: JsonDict = {"advanced": True}


class Params(BaseModel):
    """Settings of a seeded segmentation; immutable, validated, JSON-ready."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    color_space: ColorSpace = Field(
        "auto",
        title="Looks at",
        description="What a pixel is compared by. Auto takes LAB for colour pictures, and the lightness of "
        "every channel otherwise, between the image's black and white; Lightness does so for any picture.",
    )
    texture: bool = Field(
        True,
        title="Texture",
        description="Compare the surroundings of a pixel, too: smoothed values, edges and ridges at several "
        "scales. Off compares single pixels.",
    )
    n_clusters: int = Field(
        16,
        ge=1,
        le=256,
        title="Clusters per class",
        description="How many typical colours each class may have. More follow finer differences, fewer "
        "generalise from few strokes.",
    )
    clusters_by_class: Annotated[str, BeforeValidator(counts_as_text)] = Field(
        "",
        title="Clusters by class",
        description="Clusters of single classes, such as '1=16 2=9', where they differ; a class has fewer "
        "only where it was painted on fewer colours.",
        json_schema_extra=_ADVANCED,
    )
    spread: Spread = Field(
        "auto",
        title="Spread",
        description="Strokes: the things you painted on, and large pieces just like a single thing. "
        "Everywhere: all that looks alike. Auto decides from how the strokes lie.",
    )
    coherence: float = Field(
        1.0,
        ge=0,
        le=10,
        title="Coherence",
        description="How strongly neighbours hold together, except across edges. 1 suits most images, more "
        "gives smoother outlines, 0 leaves every pixel to itself.",
    )
    reach: float = Field(
        4.0,
        ge=0,
        le=100,
        title="Reach of strokes",
        description="How much it counts that a stroke reaches a pixel without crossing edges or other "
        "classes, where only what you painted is wanted; 0 is off.",
        json_schema_extra=_ADVANCED,
    )
    judge_unpainted: bool = Field(
        True,
        title="Unpainted colours",
        description="Where only what you painted is wanted: colours unlike all painted ones go to the class "
        "in whose region most of them lie. Off gives them to the nearest painted colour.",
        json_schema_extra=_ADVANCED,
    )
    settle_outline: bool = Field(
        True,
        title="Settle outlines",
        description="Where everything alike is wanted: put blurred outlines halfway between the colours on "
        "either side. Off leaves a pixel of the rim to the palette it is nearest to.",
        json_schema_extra=_ADVANCED,
    )
    smooth_px: float = Field(
        0.0,
        ge=0,
        le=50,
        title="Smooth",
        description="Average class scores over about this many pixels before classes are chosen; 0 is off.",
        json_schema_extra=_ADVANCED,
    )
    min_size_px: int = Field(
        30,
        ge=0,
        le=10_000_000,
        title="Smallest piece",
        description="Pieces of a class with fewer pixels than this are given to the next best class.",
    )
    fill_holes: bool | None = Field(
        None,
        title="Fill holes",
        description="Background that a class encloses becomes part of it, unless it has a stroke of its "
        "own. Automatic: where only what you painted is wanted, and the hole does not look like background "
        "throughout.",
    )
    close_px: int = Field(
        0,
        ge=0,
        le=99,
        title="Close gaps",
        description="Close gaps narrower than this many pixels; 0 is off.",
        json_schema_extra=_ADVANCED,
    )
    open_px: int = Field(
        0,
        ge=0,
        le=99,
        title="Remove threads",
        description="Remove threads narrower than this many pixels; 0 is off.",
        json_schema_extra=_ADVANCED,
    )
    smooth_outline_px: float = Field(
        0.0,
        ge=0,
        le=99,
        title="Smooth outline",
        description="Round outlines off: details narrower than about this many pixels go; 0 is off.",
        json_schema_extra=_ADVANCED,
    )
    clean_up: Annotated[str, BeforeValidator(as_text)] = Field(
        "",
        title="By class",
        description="Clean-up that differs from class to class, or in the image's unit, such as "
        "'2: open=3 min_size=40; all: smooth_outline=1.5 unit=physical'. Names: close, open, smooth_outline, "
        "min_size, fill_holes (yes, no) and unit (px, physical).",
        json_schema_extra=_ADVANCED,
    )
    blur_sigma_px: float = Field(
        0.0,
        ge=0,
        le=50,
        title="Blur image",
        description="Blur the image by a Gaussian of this sigma (window of four sigma) before colours are "
        "read; 0 is off.",
        json_schema_extra=_ADVANCED,
    )
    bandwidth: float | None = Field(
        None,
        gt=0,
        title="Bandwidth",
        description="Distance in feature units over which likeness to a cluster falls by e. Empty: learnt "
        "from the strokes.",
        json_schema_extra=_ADVANCED,
    )
    texture_bandwidth: float | None = Field(
        None,
        gt=0,
        title="Texture bandwidth",
        description="The same for the clusters of colours with texture. Empty: as Bandwidth, or learnt from "
        "the strokes.",
        json_schema_extra=_ADVANCED,
    )
    cluster_weights: ClusterWeights = Field(
        "learnt",
        title="Cluster weights",
        description="Learnt: what a cluster says for every class is learnt from the strokes. Share: a "
        "cluster counts as much as the pixels painted on it. Equal: all count alike.",
        json_schema_extra=_ADVANCED,
    )
    keep_seeds: bool = Field(
        True,
        title="Keep strokes",
        description="Painted pixels always get the class they were painted with.",
        json_schema_extra=_ADVANCED,
    )


PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "auto": MappingProxyType({}),
        # The steps of the interactive-foreground document: 5x5 blur, 64 clusters a side, sum of equally
        # weighted exp(-distance) on 0-255 colours, 5x5 close, 5x5 open, pieces under 500 px, holes.
        "classic": MappingProxyType(
            {
                "color_space": "rgb",
                "texture": False,
                "n_clusters": 64,
                "coherence": 0.0,
                "spread": "everywhere",
                "judge_unpainted": False,
                "settle_outline": False,
                "smooth_px": 0.0,
                "min_size_px": 500,
                "fill_holes": True,
                "close_px": 5,
                "open_px": 5,
                "blur_sigma_px": 1.1,
                "bandwidth": 1.0,
                "cluster_weights": "equal",
                "keep_seeds": False,
            }
        ),
    }
)


def make_params(preset: str = "auto", **overrides: Any) -> Params:
    """Return the settings of `preset` with `overrides` on top.

    Raises
    ------
    SeededKMeansError
        When the preset or a setting is unknown, or a value is out of range.
    """
    if preset not in PRESETS:
        raise SeededKMeansError(f"preset must be one of {', '.join(PRESETS)}, not {preset!r}.")
    try:
        return Params(**{**PRESETS[preset], **overrides})
    except ValidationError as error:
        raise SeededKMeansError(_first_sentence(error)) from None


def read_params(written: Mapping[str, Any]) -> Params:
    """Return the settings that ``model_dump`` wrote; what is at its default counts as not asked for."""
    return make_params(**_departures(written))


def asked_for(params: Params) -> dict[str, Any]:
    """Return the settings that are not at their defaults, JSON-ready."""
    return _departures(params.model_dump())


def _departures(written: Mapping[str, Any]) -> dict[str, Any]:
    defaults = make_params().model_dump()
    return {name: value for name, value in written.items() if (name, value) not in defaults.items()}


def _first_sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{name} is not a setting; the settings are {', '.join(Params.model_fields)}."
    wish = first["msg"].removeprefix("Input ").removeprefix("Value error, ")
    return f"{name} {wish}, not {first['input']!r}."
