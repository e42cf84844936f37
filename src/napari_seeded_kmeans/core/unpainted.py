"""What those colours of a picture mean that no stroke touched.

*Strategy.* Who paints a person's shirt says nothing of the trousers: they are
like nothing that was painted, and whichever palette is nearest would decide by
chance. Such pixels are judged by their like in the picture: K-means on all its
pixels, where every cluster speaks for the class in whose region most of it
lies. That region is first what lies nearer to its strokes, then what a cut
makes of the strokes and that, where a little of what lies nearer stays for
pixels that strokes do not know, then what it makes of both: GrabCut's refit
(Rother, Kolmogorov and Blake, SIGGRAPH 2004), kept away from pixels that
strokes know. For a thing and its surroundings, that is two classes: among parts
of one thing shares of regions say little (RESULTS.md).
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import expit

from .coherence import CUT_PER_LENGTH, REACH, strong_cut
from .pieces import find_pieces
from .scene import Scene, View, block_means
from .scores import rbf_scores
from .threads import Cancel

Values = NDArray[np.float32]

# Up to this strangeness strokes know a pixel; their say falls with its square beyond.
_KNOWN = 0.5
# What nearness to strokes counts for in the region of each refit, where strokes do not know.
_NEARNESS = (0.1, 0.0)
# Of a cluster's pixels, a class has at least this share.
_LEAST_SHARE = 1e-3
_LEAST_SCORE = np.float32(1e-5)


def judge_unpainted(
    view: View,
    strangeness: Values,
    weight_per_length: float = CUT_PER_LENGTH,
    reach: float = REACH,
    cancel: Cancel | None = None,
) -> View:
    """Return the view with scores in which the picture speaks where the strokes do not know.

    Parameters
    ----------
    view : View
        With two classes.
    strangeness : ndarray (*spatial,), float32
        Distance to the nearest cluster of any class over its reach.
    weight_per_length, reach : float
        Of the cut, see `strong_cut`.
    cancel : callable, optional
    """
    trust = np.square(np.float32(_KNOWN) / np.maximum(strangeness, np.float32(_KNOWN)))
    sketch = view.sketch
    known = block_means(block_means(trust, view.scene.middle_factors), view.scene.sketch_factors)
    strokes, near = _odds(sketch.scores), _nearness(sketch)
    picture = _odds_of_clusters(sketch.scene, sketch.scene, near, cancel)
    for scene, share in zip((sketch.scene, view.scene), _NEARNESS, strict=True):
        odds = _joint(strokes, picture, known)
        region = strong_cut(_with_odds(sketch, odds), weight_per_length, reach, cancel)
        weights = _touched(region == 1, sketch.seeds == 1).astype(np.float32)
        weights += np.float32(share) * (1 - known) * (near - weights)
        picture = _odds_of_clusters(scene, sketch.scene, weights, cancel)
    return _with_odds(view, _joint(_odds(view.scores), picture, trust))


def _joint(strokes: Values, picture: Values, trust: Values) -> Values:
    """Join the logarithms of odds by trust; where both say the same, half the doubt is taken back."""
    joint = picture + trust * (strokes - picture)
    agree = strokes * picture > 0
    joint[agree] = (joint[agree] + strokes[agree]) / 2
    return joint


def _nearness(view: View) -> Values:
    """Share (*spatial,) of the first class in a pixel's distances to both classes' strokes."""
    strokes = [view.seeds == index for index in (0, 1)]
    if not all(painted.any() for painted in strokes):
        return np.full(view.seeds.shape, 0.5, np.float32)
    first, second = (
        ndimage.distance_transform_edt(~painted, sampling=view.scene.spacing) for painted in strokes
    )
    share: Values = (first / (first + second)).astype(np.float32)
    return share


def _touched(region: NDArray[np.bool_], seeds: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pieces that have a stroke."""
    pieces = find_pieces(region)
    return pieces.paint(pieces.are_touched(seeds))


def _odds_of_clusters(scene: Scene, sketch: Scene, weights: Values, cancel: Cancel | None) -> Values:
    """Return what the sketch's clusters say of a scene's pixels.

    `weights` say how much each of the sketch's pixels is in the second class's region, 0 to 1.
    """
    clusters = sketch.clusters
    n_clusters = len(clusters.centers)
    counts = np.stack(
        [np.bincount(clusters.labels, own.ravel(), n_clusters) for own in (1 - weights, weights)]
    )
    # Shares of the region, not of the cluster: surroundings must not win by their size.
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-6)
    chances = np.maximum(shares / shares.sum(axis=0), _LEAST_SHARE)
    scores = rbf_scores(
        scene.channels.reshape(len(scene.channels), -1).T,
        clusters.centers,
        np.log(chances).T,
        np.zeros(2),
        bandwidth=clusters.bandwidth,
        cancel=cancel,
    )
    return _odds(scores.reshape(2, *scene.shape))


def _odds(scores: Values) -> Values:
    """Return the logarithm of the second class's odds."""
    logs = np.log(np.maximum(scores, _LEAST_SCORE))
    odds: Values = logs[1] - logs[0]
    return odds


def _with_odds(view: View, odds: Values) -> View:
    return View(np.stack([expit(-odds), expit(odds)]), view.scene, view.seeds)
