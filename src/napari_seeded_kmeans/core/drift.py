"""Whether an image still looks like those the model was trained on.

*Strategy.* A model answers for every image, also for one it knows nothing
about. So the palette's fit is measured on a sample of pixels: how far they lie
from their nearest cluster (quantisation error), and over how many clusters
they spread (usage). Compared are images of one kind with images of that kind:
the yardstick is the worst fit among the *whole* training images, not the
painted pixels, which are the ones K-means was fitted to.
"""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .features import check_image
from .model import Model
from .scores import nearest_center
from .texture import compute_channels, stack_at

# Blocks rather than single pixels, so that features that look at neighbours mean something.
_N_BLOCKS = 16
_N_PIXELS = 5_000
# Set by looking at eight kinds of images: within a kind nearly all stay below 2.9, see benchmarks/RESULTS.md.
_ERROR_LIMIT = 3.0
# Of the bandwidth: what is nearer makes no difference to a score.
_NEGLIGIBLE = 0.1
_USAGE_LIMIT = 1 / 3


@dataclass(frozen=True)
class PaletteFit:
    """How well a palette fits an image.

    Attributes
    ----------
    error : float
        Median distance of a pixel to its nearest cluster, in feature units; the largest float where none
        is finite. Padding or a stain on less than half of the image does not move it.
    usage : float
        Over how many clusters the pixels spread evenly: the exponential of the entropy of the clusters'
        shares, from 1 to the number of clusters.
    """

    error: float
    usage: float

    def to_dict(self) -> dict[str, float]:
        """Return a JSON-ready form."""
        return asdict(self)


@dataclass(frozen=True)
class Drift:
    """How an image compares with the training images.

    Attributes
    ----------
    error_ratio : float
        Its quantisation error over the largest of the training images.
    usage_ratio : float
        Its usage of clusters over the smallest of the training images.
    warning : str
        Why the result should be looked at; empty when the image fits.
    """

    error_ratio: float
    usage_ratio: float
    warning: str

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready form."""
        return asdict(self)


def measure_fit(model: Model, image: ArrayLike, *, channel_axis: int | None = None) -> PaletteFit:
    """Measure how well the palette of `model` fits an image.

    Parameters
    ----------
    model : Model
    image : array (*spatial,) or with channels
    channel_axis : int, optional
        Which axis holds the channels; default the last, if the model was made for channels.

    Raises
    ------
    SeededKMeansError
        When the image is not of the kind that the model was made for.
    """
    if model.recipe.n_channels and channel_axis is None:
        channel_axis = -1
    array = check_image(image, None, channel_axis)
    sample = sample_blocks(array, array.ndim - (model.recipe.n_channels > 0))
    channels, finite = compute_channels(sample, model.recipe)
    samples = stack_at(channels, finite, model.recipe)[:, model.looks[0].columns]
    if not len(samples):
        return PaletteFit(sys.float_info.max, 1.0)
    nearest, distances = nearest_center(samples, model.palette.centers)
    shares = np.bincount(nearest) / len(nearest)
    shares = shares[shares > 0]
    error = max(float(np.median(distances)), _NEGLIGIBLE * model.looks[0].bandwidth)
    return PaletteFit(error, float(np.exp(-(shares * np.log(shares)).sum())))


def compare_fit(fit: PaletteFit, references: Sequence[PaletteFit]) -> Drift:
    """Compare the fit of an image with those of one or more training images."""
    error = max(reference.error for reference in references)
    usage = min(reference.usage for reference in references)
    # Flat training images have no error at all; then any distance is a difference.
    error_ratio = fit.error / error if error > 0 else float(fit.error > 0) * 1e6
    error_ratio, usage_ratio = min(error_ratio, 1e6), fit.usage / usage
    warning = ""
    if error_ratio > _ERROR_LIMIT:
        warning = f"its values lie {error_ratio:.1f} times as far from the palette as in training"
    elif usage_ratio < _USAGE_LIMIT:
        warning = f"it uses {fit.usage:.1f} clusters of the palette, training images {usage:.1f} or more"
    return Drift(error_ratio, usage_ratio, warning)


def sample_blocks(image: NDArray[Any], n_spatial: int) -> NDArray[Any]:
    """Return evenly spaced blocks of an image (*spatial[, c]) side by side: at most about 5,000 pixels.

    What is small enough comes back whole, a sample of blocks included.
    """
    n_per_axis = max(1, int(_N_BLOCKS ** (1 / n_spatial)))
    side = max(1, int((_N_PIXELS / n_per_axis**n_spatial) ** (1 / n_spatial)))
    picks = [_picks(length, n_per_axis, side) for length in image.shape[:n_spatial]]
    return image[np.ix_(*picks)]


def _picks(length: int, n: int, side: int) -> NDArray[np.intp]:
    """Return the indices of `n` runs of `side` spread over an axis, the runs centred in equal parts."""
    if length <= n * side:
        return np.arange(length)
    starts = (np.arange(n) * length + (length - n * side) // 2) // n
    return (starts[:, np.newaxis] + np.arange(side)).ravel()
