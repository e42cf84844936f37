"""What takes no part: outside a region nothing is computed, and ignored strokes teach nothing."""

import numpy as np
import pytest

from napari_seeded_kmeans import SeededKMeansError, segment


@pytest.fixture
def two_halves():
    picture = np.random.default_rng(0).normal(60, 5, (48, 64))
    picture[:, 32:] += 120
    return picture.astype(np.uint8)


@pytest.fixture
def seeds():
    seeds = np.zeros((48, 64), np.uint8)
    seeds[12:36, 14:18], seeds[12:36, 46:50] = 1, 2
    return seeds


@pytest.fixture
def region():
    region = np.zeros((48, 64), bool)
    region[8:40, 10:56] = True
    region[8:12, 10:14] = False
    return region


def test_a_box_gives_what_its_crop_gives_and_nothing_outside(two_halves, seeds):
    box = np.zeros(seeds.shape, np.uint8)
    box[8:40, 10:56] = 7
    result, crop = (
        segment(two_halves, seeds, region=box),
        segment(two_halves[8:40, 10:56], seeds[8:40, 10:56]),
    )
    np.testing.assert_array_equal(result.labels[8:40, 10:56], crop.labels)
    np.testing.assert_array_equal(result.scores[:, 8:40, 10:56], crop.scores)
    outside = box == 0
    assert not result.labels[outside].any()
    assert not result.mask[outside].any()
    assert not result.uncertainty[outside].any()
    np.testing.assert_array_equal(result.scores[:, outside], np.float32(0.5))


def test_outside_of_any_shape_nothing_is_labelled_and_nothing_taught(two_halves, seeds, region):
    result = segment(two_halves, seeds, region=region)
    np.testing.assert_array_equal(result.labels == 0, ~region)
    more = seeds.copy()
    more[9:11, 11:13] = 2
    more[2:6, 4:60] = 2
    again = segment(two_halves, more, region=region)
    np.testing.assert_array_equal(again.labels, result.labels)


def test_channels_stay_whole(two_halves, seeds, region):
    channels = np.stack([two_halves, 255 - two_halves, two_halves // 2])
    first = segment(channels, seeds, channel_axis=0, region=region)
    last = segment(np.moveaxis(channels, 0, -1), seeds, region=region)
    np.testing.assert_array_equal(first.labels, last.labels)


def test_ignored_strokes_teach_nothing_and_stay_empty(two_halves, seeds):
    spoiled = seeds.copy()
    spoiled[20:24, 28:36] = 9
    result = segment(two_halves, spoiled, ignore=9)
    assert result.classes == (1, 2)
    np.testing.assert_array_equal(result.labels == 0, spoiled == 9)
    assert not result.uncertainty[spoiled == 9].any()
    np.testing.assert_array_equal(segment(two_halves, spoiled, ignore=(9, 11)).labels, result.labels)


@pytest.mark.parametrize(
    ("region", "words"),
    [(np.ones((3, 3)), "region has shape"), (np.zeros((48, 64)), "region is empty")],
)
def test_a_region_that_cannot_be_is_refused(region, words, two_halves, seeds):
    with pytest.raises(SeededKMeansError, match=words):
        segment(two_halves, seeds, region=region)


def test_a_region_without_strokes_says_what_is_missing(two_halves, seeds):
    region = np.zeros(seeds.shape, bool)
    region[:, :20] = True
    with pytest.raises(SeededKMeansError, match="only class 1"):
        segment(two_halves, seeds, region=region)


def test_maps_of_a_lazy_result_are_those_of_the_whole_image(two_halves, seeds, region):
    lazy, plain = (segment(two_halves, seeds, region=region, lazy=is_lazy) for is_lazy in (True, False))
    np.testing.assert_array_equal(lazy.labels, plain.labels)
    for position in [(20, 20), (7, 20), (40, 20), (20, 9), (20, 63)]:
        scores, strangeness = lazy.maps.at(position)
        np.testing.assert_array_equal(scores, plain.scores[:, *position])
        assert strangeness == plain.strangeness[position]
    for name in ("scores", "uncertainty", "strangeness"):
        np.testing.assert_array_equal(getattr(lazy, name), getattr(plain, name))


def test_a_region_hides_no_mismatch(two_halves, seeds, region):
    with pytest.raises(SeededKMeansError, match=r"seeds have shape \(48, 64\), but"):
        segment(np.pad(two_halves, 10), seeds, region=region)
    with pytest.raises(SeededKMeansError, match="seeds have shape"):
        segment(two_halves, np.stack([seeds] * 4), region=np.stack([region] * 4))
    with pytest.raises(SeededKMeansError, match="channel_axis 5"):
        segment(np.stack([two_halves] * 3, axis=-1), seeds, region=region, channel_axis=5)


def test_a_class_to_ignore_may_be_a_numpy_number(two_halves, seeds):
    seeds[0:4, 10:20] = 3
    found = segment(two_halves, seeds, ignore=seeds.max())
    np.testing.assert_array_equal(found.labels, segment(two_halves, seeds, ignore=3).labels)


def test_a_region_with_strokes_of_one_class_only_says_so(two_halves, seeds):
    for inside, what in ((np.s_[:, :32], "only class 1 is painted"), (np.s_[:2, :2], "nothing is painted")):
        region = np.zeros(seeds.shape, bool)
        region[inside] = True
        with pytest.raises(SeededKMeansError, match=f"Inside the region {what}"):
            segment(two_halves, seeds, region=region)
