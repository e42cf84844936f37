"""What those colours of a picture mean that no stroke touched.

*Strategy.* Who paints a person's shirt says nothing of the trousers: they are
like nothing that was painted, and whichever palette is nearest would decide by
chance. Such pixels are judged by their like in the picture: K-means on all its
pixels, where every cluster speaks for the class in whose region most of it
lies. That region is first what lies nearer to its strokes than to the others
and to the border, then what a cut makes of the strokes and that, where a little
of what lies nearer stays for pixels that strokes do not know, then what it
makes of both: GrabCut's refit (Rother, Kolmogorov and Blake, SIGGRAPH 2004),
kept away from pixels that strokes know. Regions are found on means of blocks,
pixels are judged by clusters of pixels, which are as noisy as they are. All this
for a thing and its surroundings, that is two classes: among parts of one thing
shares of regions say little (RESULTS.md).
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import expit

from .coherence import CUT_PER_LENGTH, REACH, strong_cut
from .frames import any_by_frame, are_frames
from .pieces import find_pieces
from .scene import Clusters, Labels, Samples, View, block_means, repeat_blocks
from .scores import rbf_scores
from .threads import Cancel, map_tiles, tiles

Values = NDArray[np.float32]

# Up to this strangeness strokes know a pixel; their say falls with its square beyond.
_KNOWN = 0.5
# What nearness to strokes counts for in the region of each refit, where strokes do not know.
_NEARNESS = (0.1, 0.0)
# Of a cluster's pixels, a class has at least this share.
_LEAST_SHARE = 1e-3
_LEAST_SCORE = np.float32(1e-5)
_PIECE = 1 << 15


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
        Distance to the nearest cluster of any class over its reach, as far as the view's scores are there.
    weight_per_length, reach : float
        Of the cut, see `strong_cut`.
    cancel : callable, optional
    """
    scene, draft = view.scene, view.draft
    clusters = scene.sketch.clusters
    of_sketch = block_means(_trust_of_middle(view, strangeness), scene.sketch_factors)
    known = block_means(of_sketch, scene.draft_factors)

    def chances_of(clusters: Clusters, weights: Values) -> Values:
        return _chances(clusters, repeat_blocks(weights, scene.draft_factors, scene.sketch.shape))

    strokes, near = _odds(draft.scores), _nearness(draft)
    weights = near
    for share in _NEARNESS:
        chances = chances_of(clusters, weights)
        odds = _joint(strokes, _odds_of_clusters(draft.scene.channels, clusters, chances), known)
        region = strong_cut(_with_odds(draft, odds), weight_per_length, reach, cancel)
        weights = _touched(region == 1, draft).astype(np.float32)
        weights += np.float32(share) * (1 - known) * (near - weights)
    clusters = scene.pixel_clusters
    return _judged(view, strangeness, clusters, chances_of(clusters, weights), cancel)


def _judged(
    view: View, strangeness: Values, clusters: Clusters, chances: Values, cancel: Cancel | None
) -> View:
    """Return the view with its scores judged: those that are there, and others when they are looked at."""

    def judge(
        scores: Values,
        strangeness: Values,
        channels: Values,
        cancel: Cancel | None,
        out: Values | None = None,
    ) -> Values:
        """Judge pixels (2, *shape), (*shape,), (c, *shape); piece by piece, in a core's cache."""
        given, colors = (maps.reshape(len(maps), -1) for maps in (scores, channels))
        strange = strangeness.ravel()
        judged = np.empty_like(given) if out is None else out.reshape(len(out), -1)

        def judge_piece(own: slice) -> None:
            picture = _odds_of_clusters(colors[:, own], clusters, chances)
            odds = _joint(_odds(given[:, own]), picture, _trust(strange[own]))
            judged[:, own] = expit(-odds), expit(odds)

        map_tiles(judge_piece, tiles(strange.size, _PIECE), cancel=cancel)
        return judged.reshape(scores.shape)

    scene, seeds = view.scene, view.seeds
    if view.samples is None:
        return View(judge(view.scores, strangeness, scene.channels, cancel), scene, seeds)
    judged = np.empty_like(view.scores)

    def look(where: NDArray[np.bool_] | None, cancel: Cancel | None) -> None:
        view.need(where, cancel)
        if where is None:
            judge(view.scores, strangeness, scene.channels, cancel, judged)
            return
        places = np.flatnonzero(where)
        given, colors = (maps.reshape(len(maps), -1) for maps in (view.scores, scene.channels))
        found = judge(given[:, places], strangeness.ravel()[places], colors[:, places], cancel)
        judged.reshape(len(judged), -1)[:, places] = found

    scores, strange = view.samples
    samples = Samples(judge(scores, strange, scene.sample_channels, cancel), strange)
    return View(judged, scene, seeds, strangeness, samples, look)


def _trust(strangeness: Values) -> Values:
    """Return how far strokes know pixels, 0 to 1."""
    trust: Values = np.square(np.float32(_KNOWN) / np.maximum(strangeness, np.float32(_KNOWN)))
    return trust


def _trust_of_middle(view: View, strangeness: Values) -> Values:
    if view.samples is not None:
        means: Values = _trust(view.samples.strangeness).mean(axis=0)
        return means
    return block_means(_trust(strangeness), view.scene.middle_factors)


def _joint(strokes: Values, picture: Values, trust: Values) -> Values:
    """Join the logarithms of odds by trust; where both say the same, half the doubt is taken back."""
    joint = picture + trust * (strokes - picture)
    agree = strokes * picture > 0
    joint[agree] = (joint[agree] + strokes[agree]) / 2
    return joint


def _nearness(view: View) -> Values:
    """Share (*spatial,) of the first class in a pixel's distances to both classes' strokes.

    The border of a plane counts as a stroke of the first: nobody paints all around a thing.
    """
    seeds, spacing = view.seeds, view.scene.spacing
    if are_frames(spacing):
        return np.stack([_nearness_on(frame, spacing[1:]) for frame in seeds])
    return _nearness_on(seeds, spacing)


def _nearness_on(seeds: Labels, spacing: tuple[float, ...] | None) -> Values:
    """Return that share (*shape of the seeds), a half where no thing is painted."""
    things = seeds == 1
    if not things.any():
        return np.full(seeds.shape, 0.5, np.float32)
    # A volume ends amid its things.
    rims = [(0, 0)] * (seeds.ndim - 2) + [(1, 1)] * min(seeds.ndim, 2)
    first, second = (
        ndimage.distance_transform_edt(np.pad(elsewhere, rims, constant_values=rim), sampling=spacing)
        for elsewhere, rim in ((seeds != 0, False), (~things, True))
    )
    inside = tuple(slice(before, -after or None) for before, after in rims)
    first, second = first[inside], second[inside]
    share: Values = (first / (first + second)).astype(np.float32)
    return share


def _touched(region: NDArray[np.bool_], view: View) -> NDArray[np.bool_]:
    """Return the pieces that have a stroke; of frames without any, all."""
    pieces = find_pieces(region, by_frame=view.scene.has_frames)
    touched: NDArray[np.bool_] = pieces.paint(pieces.are_touched(view.seeds == 1))
    if view.scene.has_frames:
        touched |= region & ~any_by_frame(view.is_painted)
    return touched


def _chances(clusters: Clusters, weights: Values) -> Values:
    """Return the chances (2, k) that a pixel of a cluster is in each class's region.

    `weights` say how much each of the sketch's pixels is in the second class's region, 0 to 1.
    """
    counts = np.stack(
        [np.bincount(clusters.labels, own.ravel(), len(clusters.centers)) for own in (1 - weights, weights)]
    )
    # Shares of the region, not of the cluster: surroundings must not win by their size.
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-6)
    chances: Values = np.maximum(shares / shares.sum(axis=0), _LEAST_SHARE).astype(np.float32)
    return chances


def _odds_of_clusters(channels: Values, clusters: Clusters, chances: Values) -> Values:
    """Return what clusters say of pixels (c, *shape)."""
    scores = rbf_scores(
        channels.reshape(len(channels), -1).T,
        clusters.centers,
        np.log(chances).T,
        np.zeros(2),
        bandwidth=clusters.bandwidth,
    )
    return _odds(scores.reshape(2, *channels.shape[1:]))


def _odds(scores: Values) -> Values:
    """Return the logarithm of the second class's odds."""
    logs = np.log(np.maximum(scores, _LEAST_SCORE))
    odds: Values = logs[1] - logs[0]
    return odds


def _with_odds(view: View, odds: Values) -> View:
    return View(np.stack([expit(-odds), expit(odds)]), view.scene, view.seeds)
