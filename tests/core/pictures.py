"""Pictures to be cut: class indices of every pixel, and strokes on some of them."""

import numpy as np


def disc(shape=(60, 80), radius=18):
    grid = np.indices(shape) - np.array(shape).reshape(-1, *[1] * len(shape)) / 2
    truth = ((grid**2).sum(axis=0) < radius**2).astype(np.int32)
    seeds = np.full(shape, -1, np.int32)
    middle = tuple(size // 2 for size in shape)
    seeds[(*middle[:-1], slice(middle[-1] - 4, middle[-1] + 4))] = 1
    seeds[(*[1] * (len(shape) - 1), slice(2, -2))] = 0
    return truth, seeds


def dots(shape=(60, 80), step=20):
    truth = np.zeros(shape, np.int32)
    seeds = np.full(shape, -1, np.int32)
    for y in range(10, shape[0], step):
        for x in range(10, shape[1], step):
            truth[y - 4 : y + 5, x - 4 : x + 5] = 1
    seeds[10, 8:12] = seeds[10, 28:32] = seeds[30, 8:12] = 1
    seeds[20, :] = 0
    return truth, seeds
