"""What people use now for masks from strokes, with its own defaults: image and seeds in, class values out."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.feature import multiscale_basic_features
from skimage.segmentation import random_walker
from sklearn.ensemble import RandomForestClassifier

import napari_seeded_kmeans as nsk

Array = NDArray[Any]
Method = Callable[[Array, Array], Array]


def notebook(image: Array, seeds: Array) -> Array:
    """Follow the source document: K = 64 a side, sum of exponentials, clean-up; flat images only."""
    if seeds.ndim > 2:
        raise NotImplementedError
    return nsk.segment(to_8_bit(image), seeds, preset="classic").labels


def grabcut(image: Array, seeds: Array) -> Array:
    """Let OpenCV iterate five times, strokes as certain and the rest as probable.

    It knows flat pictures and two classes. Of several classes each has its turn against all others, and what
    more than one claims, or none, goes to the nearest stroke. Planes of a volume are done one by one, those
    without strokes with the strokes of the nearest plane that has some.
    """
    picture = to_8_bit(image)
    if seeds.ndim == 2:
        return _grabcut_plane(picture, seeds)
    painted = np.flatnonzero(seeds.any(axis=(1, 2)))
    nearest = painted[np.abs(painted - np.arange(len(seeds))[:, np.newaxis]).argmin(axis=1)]
    return np.stack([_grabcut_plane(picture[z], seeds[nearest[z]]) for z in range(len(seeds))])


def _grabcut_plane(picture: Array, seeds: Array) -> Array:
    """Cut one class after the other out of a plane."""
    if picture.ndim == 2:
        picture = np.dstack([picture] * 3)
    classes = np.unique(seeds[seeds > 0])
    distances = np.stack([ndimage.distance_transform_edt(seeds != value) for value in classes])
    nearest = distances.argmin(axis=0)
    if len(classes) == 1:
        return classes[nearest]
    if len(classes) == 2:
        return classes[_cut_out(picture, seeds == classes[1], seeds == classes[0], nearest == 1).astype(int)]
    claims = np.stack(
        [
            _cut_out(picture, seeds == value, (seeds > 0) & (seeds != value), nearest == index)
            for index, value in enumerate(classes)
        ]
    )
    return classes[np.where(claims.sum(axis=0) == 1, claims.argmax(axis=0), nearest)]


def _cut_out(picture: Array, inside: Array, outside: Array, probable: Array) -> Array:
    """Return the mask that OpenCV finds from certain and probable pixels."""
    mask = np.where(probable, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    mask[outside], mask[inside] = cv2.GC_BGD, cv2.GC_FGD
    cv2.setRNGSeed(0)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(np.ascontiguousarray(picture), mask, None, *models, 5, cv2.GC_INIT_WITH_MASK)
    return (mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)


def forest(image: Array, seeds: Array) -> Array:
    """Grow a hundred trees on multiscale features, as ilastik, Labkit, Weka and APOC do."""
    features = multiscale_basic_features(
        image, sigma_min=1, sigma_max=16, channel_axis=-1 if image.ndim > seeds.ndim else None
    )
    trees = RandomForestClassifier(100, n_jobs=-1, random_state=0)
    trees.fit(features[seeds > 0], seeds[seeds > 0])
    return trees.predict(features.reshape(-1, features.shape[-1])).reshape(seeds.shape)


def walker(image: Array, seeds: Array) -> Array:
    """Let scikit-image's random walker walk, with its defaults and the conjugate-gradient solver."""
    axis = -1 if image.ndim > seeds.ndim else None
    return random_walker(to_8_bit(image) / 255.0, seeds.astype(int), mode="cg_j", channel_axis=axis)


PEERS: dict[str, Method] = {
    "notebook": notebook,
    "GrabCut": grabcut,
    "forest": forest,
    "random walker": walker,
}


def to_8_bit(image: Array) -> Array:
    """Stretch to 8 bits between the 0.5 % and 99.5 % quantiles, unless it has 8 bits."""
    if image.dtype == np.uint8:
        return image
    low, high = np.quantile(image, [0.005, 0.995])
    return (np.clip((image - low) / max(high - low, 1e-9), 0, 1) * 255).astype(np.uint8)
