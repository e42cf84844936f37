"""Extras of a result as layers to show; adds none itself."""

from collections.abc import Mapping
from typing import Any

from napari.layers import Image, Labels
from napari.utils.colormaps import Colormap, CyclicLabelColormap, label_colormap

from ..core.legend import Legend
from .cluster_layers import as_seen
from .extras import Clusters
from .layers import score_key
from .shown import Output
from .source import Source

# Labels layers of napari have at most this many colours of their own before they start again.
_N_OBJECT_COLORS = 49


def extra_outputs(
    source: Source, extras: Mapping[str, Any], classes: tuple[int, ...], legend: Legend
) -> dict[str, Output]:
    """Return the layers of `extras`, see `Extras.of`, the topmost first; `classes` are the result's."""
    name, place = source.layer.name, source.placement
    outputs = {}
    if "objects" in extras:
        colors = label_colormap(_N_OBJECT_COLORS)
        look: dict[str, Any] = {"name": f"{name} objects", "opacity": 0.7, "colormap": colors}
        current = {"features": object_features(extras.get("measurements", {}), legend)}
        numbers = source.to_layer(extras["objects"])
        outputs["objects"] = Output(Labels, numbers, look, place, current)
    scale = {"contrast_limits": (0.0, 1.0)}
    if "uncertainty" in extras:
        look = {"name": f"{name} uncertainty", "colormap": "magma", **scale}
        values = source.to_layer(extras["uncertainty"])
        outputs["uncertainty"] = Output(Image, values, look, place, picture="uncertainty")
    if "scores" in extras:
        for value, score in zip(classes, extras["scores"], strict=True):
            color = legend.color_of(value)
            ramp = Colormap(["#000000", color], name=f"class {value} {color}")
            class_name = legend.name_of(value)
            look = {"name": f"{name} score {class_name}", "colormap": ramp, **scale}
            outputs[score_key(value)] = Output(
                Image, source.to_layer(score), look, place, picture="scores", class_name=class_name
            )
    if "clusters" in extras:
        clusters: Clusters = extras["clusters"]
        swatches = [f"#{bytes(row).hex()}" for row in as_seen(source, clusters.colors).tolist()]
        current = {"colormap": CyclicLabelColormap(colors=["#00000000", *swatches], background_value=0)}
        look = {"name": f"{name} clusters", "opacity": 1.0}
        rows = source.to_layer(clusters.rows)
        outputs["clusters"] = Output(Labels, rows, look, place, current, picture="clusters")
    if "cut-out" in extras:
        look = {"name": f"{name} cut-out", "rgb": True}
        outputs["cut-out"] = Output(Image, source.to_layer(extras["cut-out"]), look, place, picture="cut-out")
    return outputs


def object_features(table: Mapping[str, Any], legend: Legend) -> dict[str, Any]:
    """Return what was measured, if anything, classes by their names: the features of a labels layer."""
    features = dict(table)
    if "class" in features:
        features["class"] = [legend.name_of(int(value)) for value in features["class"]]
    return features
