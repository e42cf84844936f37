"""Clustered images and cut-outs as layers to show; adds none itself."""

from typing import Any

import numpy as np
from napari.layers import Image, Labels
from numpy.typing import ArrayLike, NDArray

from ..core.background import BackgroundRemoval
from ..core.class_colors import color_cycle
from ..core.clustering import ClusteredImage
from ..core.cutout import as_uint8
from ..core.model import Model
from ..core.swatches import cluster_colors
from .shown import Output
from .source import Source


def cluster_outputs(source: Source, result: ClusteredImage, kinds: tuple[str, ...]) -> dict[str, Output]:
    """Return the layers of a clustered image: "labels" and "picture", the topmost first."""
    name = source.layer.name
    outputs = {}
    if "labels" in kinds:
        look: dict[str, Any] = {"name": f"{name} clusters", "colormap": color_cycle(), "opacity": 0.5}
        # 0 is transparent: it stands for pixels that are NaN or infinite.
        labels = (result.labels + 1).astype(np.uint8 if len(result.centers) < 256 else np.uint16)
        outputs["labels"] = Output(Labels, source.to_layer(labels), look, source.placement)
    if "picture" in kinds:
        look = {"name": f"{name} in few colours", "rgb": source.layer.rgb}
        if not source.layer.rgb:
            look["colormap"] = source.layer.colormap.name
            look["contrast_limits"] = source.layer.contrast_limits
        # It has the image's own axes, channels included.
        place = Source(source.layer).placement
        outputs["picture"] = Output(Image, result.quantized, look, place)
    return outputs


def background_outputs(
    source: Source, result: BackgroundRemoval, kinds: tuple[str, ...], color: tuple[int, ...] | None
) -> dict[str, Output]:
    """Return the layers of a background removal: "mask" and "cut out", the topmost first."""
    name = source.layer.name
    outputs = {}
    if "mask" in kinds:
        look: dict[str, Any] = {"name": f"{name} subject", "colormap": color_cycle(), "opacity": 0.5}
        # 2 is the foreground's value, and its colour.
        mask = result.mask.astype(np.uint8) * np.uint8(2)
        outputs["mask"] = Output(Labels, source.to_layer(mask), look, source.placement)
    if "cut-out" in kinds:
        look = {"name": f"{name} cut out", "rgb": True}
        outputs["cut-out"] = Output(Image, result.cut_out(color), look, source.placement)
    return outputs


def as_seen(source: Source, colors: NDArray[Any]) -> NDArray[np.uint8]:
    """Return colours (k, c), in the image's values, as they are seen in the viewer; shape (k, 3)."""
    if colors.shape[1] == 1:
        low, high = source.layer.contrast_limits
        grey = np.clip((colors[:, 0] - low) / ((high - low) or 1), 0, 1)
        mapped: NDArray[np.float64] = np.asarray(source.layer.colormap.map(grey), np.float64)[:, :3]
        return np.rint(mapped * 255).astype(np.uint8)
    shown: NDArray[np.uint8] = as_uint8(colors, source.contrast)
    return shown[:, :3] if shown.shape[1] >= 3 else np.repeat(shown[:, :1], 3, axis=1)


def hex_colors(source: Source, centers: ArrayLike, model: Model) -> list[str]:
    """Return clusters (k, d) of a model as they are seen in the viewer, as ``"#rrggbb"``."""
    colors = cluster_colors(centers, model.recipe)
    return [f"#{bytes(row).hex()}" for row in as_seen(source, colors).tolist()]
