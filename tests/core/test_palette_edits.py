"""Edits of the palette: what they do to a picture of four flat colours, and that they are values."""

import json

import numpy as np
import pytest

from napari_seeded_kmeans import PaletteEdits, SeededKMeans, SeededKMeansError, segment
from napari_seeded_kmeans.core.looks import Look, look_scores
from napari_seeded_kmeans.core.palette import Palette

PLAIN = {"texture": False, "coherence": 0.0, "n_clusters": 4, "min_size_px": 0, "spread": "everywhere"}
pytestmark = pytest.mark.filterwarnings("ignore:Class .* distinct colours only")

DARK, LEAF, SKY, RED = (40, 40, 40), (60, 160, 60), (120, 160, 230), (220, 60, 50)
SQUARES = {DARK: (slice(0, 20), slice(0, 20)), LEAF: (slice(0, 20), slice(20, 40))}
SQUARES |= {SKY: (slice(20, 40), slice(0, 20)), RED: (slice(20, 40), slice(20, 40))}


@pytest.fixture
def image():
    picture = np.zeros((40, 40, 3), np.uint8)
    noise = np.random.default_rng(0).integers(-6, 7, picture.shape)
    for color, square in SQUARES.items():
        picture[square] = color
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def seeds():
    """Dark and leaf are painted as background, sky and red as foreground."""
    seeds = np.zeros((40, 40), np.uint8)
    for value, colors in ((1, (DARK, LEAF)), (2, (SKY, RED))):
        for color in colors:
            rows, columns = SQUARES[color]
            seeds[rows.start + 4 : rows.stop - 4, columns.start + 4 : columns.stop - 4] = value
    return seeds


def fit(image, seeds, edits=None, **params):
    return segment(image, seeds, edits=edits, **{**PLAIN, **params})


def rows_like(result, color, within=25):
    return [
        int(row) for row in np.flatnonzero(np.abs(result.model.palette_colors - color).max(axis=1) < within)
    ]


def share(result, color, value):
    return (result.labels[SQUARES[color]] == value).mean()


def give_away(edits, result, color, to):
    for row in rows_like(result, color):
        edits = edits.reassigned(result.model.model_, row, to)
    return edits


def test_no_edits_change_no_bit(image, seeds):
    plain, empty = fit(image, seeds), fit(image, seeds, PaletteEdits())
    np.testing.assert_array_equal(plain.scores, empty.scores)
    assert plain.model.to_dict() == empty.model.to_dict()


@pytest.mark.parametrize("texture", [False, True])
def test_a_colour_given_to_another_class_is_found_there_everywhere(texture, image, seeds):
    result = fit(image, seeds, texture=texture)
    assert share(result, LEAF, 1) > 0.9
    edits = give_away(PaletteEdits(), result, LEAF, 2)
    assert edits.steps
    edited = fit(image, seeds, edits, texture=texture)
    assert share(edited, LEAF, 2) > 0.9, "strokes painted there follow, too"
    assert share(edited, DARK, 1) > 0.9


def test_a_colour_may_go_to_a_class_nobody_painted(image, seeds):
    result = fit(image, seeds)
    edited = fit(image, seeds, give_away(PaletteEdits(), result, RED, 5))
    assert edited.classes == (1, 2, 5)
    assert share(edited, RED, 5) > 0.9


@pytest.mark.parametrize("way", ["muted", "deleted"])
def test_what_is_left_out_teaches_nothing(way, image, seeds):
    result = fit(image, seeds)
    edits = PaletteEdits()
    for row in rows_like(result, RED):
        edits = getattr(edits, way)(result.model.model_, row)
    edited = fit(image, seeds, edits)
    assert not rows_like(edited, RED)
    unpainted = seeds.copy()
    unpainted[SQUARES[RED]] = 0
    wanted = fit(image, unpainted, PaletteEdits(edits.recipe, ()))
    assert (edited.labels == wanted.labels).mean() > 0.99
    assert len(edits.muted_steps) == (len(edits.steps) if way == "muted" else 0)


def test_merged_colours_are_one_row_and_split_ones_two(image, seeds):
    result = fit(image, seeds)
    background = [int(row) for row in np.flatnonzero(result.model.model_.palette.classes == 1)]
    edits = PaletteEdits().merged(result.model.model_, background)
    merged = fit(image, seeds, edits).model.model_
    assert (merged.palette.classes == 1).sum() == 1
    again = fit(image, seeds, edits.split(merged, 0)).model.model_
    assert (again.palette.classes == 1).sum() == 2


def test_merging_across_classes_gives_all_to_the_first(image, seeds):
    result = fit(image, seeds)
    rows = [rows_like(result, DARK)[0], *rows_like(result, RED)]
    edited = fit(image, seeds, PaletteEdits().merged(result.model.model_, rows))
    assert share(edited, RED, 1) > 0.9


def test_a_locked_cluster_stays_to_the_bit_while_others_move(image, seeds):
    result = fit(image, seeds)
    row = rows_like(result, SKY)[0]
    center = result.model.model_.palette.centers[row]
    edits = PaletteEdits().locked(result.model.model_, row)
    more = seeds.copy()
    more[21:39, 1:4] = 2
    more[1:3, 1:39] = 1
    palette = fit(image, more, edits).model.model_.palette
    assert (palette.centers == center).all(axis=1).sum() == 1
    assert edits.lock_of(center) == edits.steps[0]
    assert edits.lock_of(center + 1) is None


def locked_rows(result, edits):
    centers = result.model.model_.palette.centers
    return [row for row, center in enumerate(centers) if edits.lock_of(center) is not None]


@pytest.mark.parametrize("n_locked", [1, 2])
def test_what_is_merged_is_locked_if_any_of_it_was(n_locked, image, seeds):
    result = fit(image, seeds)
    edits = PaletteEdits()
    for color in (SKY, RED)[:n_locked]:
        model = fit(image, seeds, edits).model.model_
        edits = edits.locked(model, rows_like(fit(image, seeds, edits), color)[0])
    # Strokes since then: the clusters beside the locked ones are others.
    seeds[21:39, 1:4] = seeds[21:39, 36:39] = 2
    before = fit(image, seeds, edits)
    assert len(locked_rows(before, edits)) == n_locked
    rows = locked_rows(before, edits)
    rows += [row for row in rows_like(before, RED) if row not in rows][: 2 - n_locked]
    merged = edits.merged(before.model.model_, rows)
    after = fit(image, seeds, merged)
    (row,) = locked_rows(after, merged)
    center = after.model.model_.palette.centers[row]
    assert not any((center == before.model.model_.palette.centers[old]).all() for old in rows)
    low, high = np.sort(before.model.model_.palette.centers[rows], axis=0)
    assert ((low <= center) & (center <= high)).all(), "between the two"
    seeds[1:3, 1:39] = 1
    seeds[22:24, 4:36] = 2
    again = fit(image, seeds, merged)
    assert (again.model.model_.palette.centers == center).all(axis=1).sum() == 1, "it stays"
    let_go = merged.without(merged.lock_of(center))
    assert not locked_rows(fit(image, seeds, let_go), let_go)
    assert PaletteEdits.from_dict(json.loads(json.dumps(merged.to_dict()))) == merged
    assert len(result.model.model_.palette.classes) == len(after.model.model_.palette.classes)


def test_a_locked_cluster_stays_where_it_is_in_another_class(image, seeds):
    result = fit(image, seeds)
    row = rows_like(result, SKY)[0]
    center = result.model.model_.palette.centers[row]
    edits = PaletteEdits().locked(result.model.model_, row)
    locked = fit(image, seeds, edits)
    (row,) = locked_rows(locked, edits)
    edits = edits.reassigned(locked.model.model_, row, 1)
    seeds[21:39, 1:4] = 2
    given = fit(image, seeds, edits)
    (row,) = locked_rows(given, edits)
    palette = given.model.model_.palette
    assert palette.classes[row] == 1
    np.testing.assert_array_equal(palette.centers[row], center)


def test_locks_of_earlier_releases_are_read(image, seeds):
    edits = PaletteEdits().locked(fit(image, seeds).model.model_, 0)
    data = edits.to_dict()
    (step,) = data["steps"]
    data["steps"] = [{"step": "lock", "cell": step["cells"][0]}]
    assert PaletteEdits.from_dict(data) == edits


def test_a_lock_holds_a_cluster_as_long_as_strokes_lie_there(image, seeds):
    result = fit(image, seeds)
    row = rows_like(result, SKY)[0]
    edits = PaletteEdits().locked(result.model.model_, row)
    center, rows = result.model.model_.palette.centers[row], result.model.cluster_map(image)

    def is_there(painted):
        return (fit(image, painted, edits).model.model_.palette.centers == center).all(axis=1).any()

    few, (first, *_) = seeds.copy(), np.argwhere((seeds == 2) & (rows == row + 1)).tolist()
    few[SQUARES[SKY]] = 0
    assert not is_there(few), "nothing says any more that it is of this class"
    few[tuple(first)] = 2
    assert is_there(few)


@pytest.mark.parametrize("cluster_weights", ["learnt", "share", "equal"])
def test_a_cluster_of_weight_two_counts_as_two_at_its_place(cluster_weights, image, seeds):
    result = fit(image, seeds, cluster_weights=cluster_weights)
    model, row = result.model.model_, rows_like(result, LEAF)[0]
    edited = fit(
        image, seeds, PaletteEdits().weighed(model, row, 2), cluster_weights=cluster_weights
    ).model.model_
    look, changed = model.looks[0], edited.looks[0]
    assert changed.voices[row] == pytest.approx(2)
    twice = [*range(len(look.palette.classes)), row]
    palette = Palette(look.palette.centers[twice], look.palette.classes[twice], look.palette.shares[twice])
    doubled = Look(
        palette,
        look.bandwidth,
        look.reaches,
        None if look.weights is None else look.weights[twice],
        look.bias,
    )
    samples = np.random.default_rng(0).normal(0, 2, (500, 3)).astype(np.float32)
    np.testing.assert_allclose(
        look_scores(changed, samples, model.classes), look_scores(doubled, samples, model.classes), atol=1e-5
    )
    np.testing.assert_array_equal(look.palette.centers, changed.palette.centers)


def test_a_weight_is_what_was_typed_whatever_lies_far_from_its_cluster(image, seeds):
    # Three of 144 painted pixels: too few for a cluster, too far for the cell.
    image[8, 28:31] = 255
    result = fit(image, seeds, n_clusters=2)
    model, row = result.model.model_, rows_like(result, LEAF)[0]
    edits = PaletteEdits().weighed(model, row, 3)
    voices = fit(image, seeds, edits, n_clusters=2).model.model_.looks[0].voices.tolist()
    assert voices == [3.0 if number == row else 1.0 for number in range(4)]
    seeds[1:3, 1:19] = 1
    edited = fit(image, seeds, edits, n_clusters=2)
    voices = edited.model.model_.looks[0].voices.tolist()
    assert voices == [3.0 if number in rows_like(edited, LEAF) else 1.0 for number in range(4)], "painted on"


@pytest.mark.parametrize("texture", [False, True])
def test_more_of_the_picture_goes_to_a_heavier_cluster_and_back_to_the_bit(texture, image, seeds):
    # Between leaf and red, which are of different classes.
    image[18:22] = np.linspace((60, 160, 60), (220, 60, 50), 40)
    result = fit(image, seeds, texture=texture)
    model, edits = result.model.model_, PaletteEdits()
    for row in rows_like(result, LEAF):
        edits = edits.weighed(model, row, 8)
    heavier = fit(image, seeds, edits, texture=texture)
    assert (heavier.scores[0, 18:22] >= result.scores[0, 18:22] - 1e-5).all()
    assert (heavier.labels == 1).sum() > (result.labels == 1).sum()
    assert all(look.voices.max() == pytest.approx(8) for look in heavier.model.model_.looks)
    for row in rows_like(heavier, LEAF):
        edits = edits.weighed(heavier.model.model_, row, 1)
    assert edits == PaletteEdits()


@pytest.mark.parametrize("texture", [False, True])
def test_an_added_colour_is_a_cluster_of_its_class(texture, image, seeds):
    seeds[SQUARES[RED]] = 0
    result = fit(image, seeds, texture=texture)
    features = result.model.features_at(image, (30, 30))
    edits = PaletteEdits().with_color(result.model.model_, features, 1)
    edited = fit(image, seeds, edits, texture=texture)
    assert share(edited, RED, 1) > 0.9
    assert rows_like(edited, RED)


@pytest.fixture
def with_spot(image):
    """The picture with a yellow spot in the dark square."""
    image[8:14, 2:8] = (250, 240, 20)
    return image


SPOT = (slice(8, 14), slice(2, 8))
HERE = (10, 5)
ON_STROKES = {"spread": "strokes", "coherence": 1.0}


@pytest.mark.parametrize("texture", [False, True])
@pytest.mark.parametrize("to", [2, 3])
def test_where_only_strokes_count_the_pixel_of_an_added_colour_is_one(to, texture, with_spot, seeds):
    seeds[SPOT] = 0
    params = {**ON_STROKES, "texture": texture}
    result = fit(with_spot, seeds, **params)
    features = result.model.features_at(with_spot, HERE)
    added, unplaced = (
        PaletteEdits().with_color(result.model.model_, features, to, position) for position in (HERE, None)
    )
    assert (fit(with_spot, seeds, added, **params).labels[SPOT] == to).mean() > 0.8
    assert not (fit(with_spot, seeds, unplaced, **params).labels[SPOT] == to).any()
    inside = np.zeros(seeds.shape, bool)
    inside[3:, 1:] = True
    edited = segment(with_spot, seeds, edits=added, region=inside, **{**PLAIN, **params})
    assert (edited.labels[SPOT] == to).mean() > 0.8, "nor does it matter what is cut off"


def test_on_another_image_nobody_clicked(with_spot, seeds):
    seeds[SPOT] = 0
    result = fit(with_spot, seeds, **ON_STROKES)
    added = PaletteEdits().with_color(
        result.model.model_, result.model.features_at(with_spot, HERE), 2, position=HERE
    )
    other = with_spot.copy()
    other[SPOT] = (40, 40, 40)
    assert (fit(other, seeds, added, **ON_STROKES).labels[SPOT] == 1).all()
    assert fit(with_spot[4:34, 10:36], seeds[4:34, 10:36], added, **ON_STROKES).labels.all()


def test_the_pixel_of_an_added_colour_goes_where_its_colour_goes(with_spot, seeds):
    seeds[SPOT] = 0
    result = fit(with_spot, seeds, **ON_STROKES)
    features = result.model.features_at(with_spot, HERE)
    edits = PaletteEdits().with_color(result.model.model_, features, 1, HERE)
    added = fit(with_spot, seeds, edits, **ON_STROKES)
    (row,) = rows_like(added, (250, 240, 20))
    given = fit(with_spot, seeds, edits.reassigned(added.model.model_, row, 2), **ON_STROKES)
    assert (given.labels[SPOT] == 2).mean() > 0.8


def test_edits_of_earlier_releases_say_nothing_of_places(image, seeds):
    result = fit(image, seeds)
    edits = PaletteEdits().with_color(result.model.model_, result.model.features_at(image, (5, 5)), 3)
    data = edits.to_dict()
    del data["steps"][0]["position"]
    assert PaletteEdits.from_dict(data) == edits


def test_an_added_colour_can_be_edited_like_any_other(image, seeds):
    seeds[SQUARES[RED]] = 0
    result = fit(image, seeds)
    edits = PaletteEdits().with_color(result.model.model_, result.model.features_at(image, (30, 30)), 1)
    added = fit(image, seeds, edits)
    (row,) = rows_like(added, RED)
    given = fit(image, seeds, edits.reassigned(added.model.model_, row, 2))
    assert share(given, RED, 2) > 0.9
    assert not rows_like(fit(image, seeds, edits.deleted(added.model.model_, row)), RED)


def test_strokes_painted_later_fall_under_the_same_edits(image, seeds):
    edits = give_away(PaletteEdits(), fit(image, seeds), LEAF, 2)
    more = seeds.copy()
    more[0:4, 22:38] = 1
    assert share(fit(image, more, edits), LEAF, 2) > 0.9


def test_a_colour_unlike_all_others_is_not_swept_along(image, seeds):
    seeds[SQUARES[RED]] = 0
    edits = give_away(PaletteEdits(), fit(image, seeds), SKY, 1)
    seeds[24:36, 24:36] = 2
    assert share(fit(image, seeds, edits), RED, 2) > 0.9


def test_edits_are_taken_back_to_the_bit_in_any_order(image, seeds):
    result = fit(image, seeds)
    first = give_away(PaletteEdits(), result, LEAF, 2)
    second = first.locked(result.model.model_, rows_like(result, DARK)[0])
    without = second.without(second.steps[-1])
    assert without == first
    np.testing.assert_array_equal(fit(image, seeds, without).scores, fit(image, seeds, first).scores)
    for step in first.steps:
        first = first.without(step)
    assert first == PaletteEdits()
    np.testing.assert_array_equal(fit(image, seeds, first).scores, result.scores)


def test_without_a_class_nothing_leads_to_it_and_nothing_is_about_it(image, seeds):
    result = fit(image, seeds)
    model = result.model.model_
    first = PaletteEdits().muted(model, rows_like(result, DARK)[0])
    edits = give_away(first, result, RED, 3)
    given = fit(image, seeds, edits)
    edits = edits.locked(given.model.model_, rows_like(given, RED)[0]).with_color(model, (0, 0, 0), 3)
    assert edits.classes == {3}
    assert edits.without_class(3) == first
    assert edits.without_class(3).without_class(1) == PaletteEdits()


def test_what_is_given_to_a_class_that_is_ignored_is_left_out(image, seeds):
    result = fit(image, seeds)
    edits = give_away(PaletteEdits(), result, RED, 3).with_color(result.model.model_, (0, 0, 0), 3)
    edited = segment(image, seeds, edits=edits, ignore=3, **PLAIN)
    assert edited.classes == (1, 2)
    assert not rows_like(edited, RED)
    assert edits.ignoring(()) == edits


def test_they_come_back_from_json_and_with_the_model(image, seeds, tmp_path):
    result = fit(image, seeds)
    model = result.model.model_
    edits = give_away(PaletteEdits(), result, LEAF, 2).locked(model, 0).split(model, 1).muted(model, 2)
    edits = edits.with_color(model, result.model.features_at(image, (5, 5)), 3, (5, 5)).weighed(model, 0, 1.5)
    again = PaletteEdits.from_dict(json.loads(json.dumps(edits.to_dict())))
    assert again == edits
    edited = fit(image, seeds, edits)
    np.testing.assert_array_equal(fit(image, seeds, again).scores, edited.scores)
    edited.model.save(tmp_path / "model.json")
    loaded = SeededKMeans.load(tmp_path / "model.json")
    assert loaded.edits == edits
    assert loaded.to_dict() == edited.model.to_dict()


def test_several_images_are_edited_alike(image, seeds):
    edits = give_away(PaletteEdits(), fit(image, seeds), LEAF, 2)
    pairs = [(image, np.where(seeds == 1, seeds, 0)), (image, np.where(seeds == 2, seeds, 0))]
    model = SeededKMeans(edits=edits, **PLAIN).fit_many(pairs)
    assert (model.predict(image)[SQUARES[LEAF]] == 2).mean() > 0.9


def test_what_cannot_be_edited_is_said(image, seeds):
    result = fit(image, seeds)
    model = result.model.model_
    with pytest.raises(SeededKMeansError, match="row must be from 0"):
        PaletteEdits().locked(model, 99)
    with pytest.raises(SeededKMeansError, match="to must be"):
        PaletteEdits().reassigned(model, 0, 0)
    with pytest.raises(SeededKMeansError, match=r"weight must be from .* not 0"):
        PaletteEdits().weighed(model, 0, 0)
    with pytest.raises(SeededKMeansError, match="two clusters or more"):
        PaletteEdits().merged(model, [1])
    everything = PaletteEdits()
    for row in np.flatnonzero(model.palette.classes == 2):
        everything = everything.reassigned(model, int(row), 1)
    with pytest.raises(SeededKMeansError, match="edits leave only class 1"):
        fit(image, seeds, everything)
    with pytest.raises(SeededKMeansError, match="edits were made with color_space 'lab', not 'hsv'"):
        fit(image, seeds, PaletteEdits().locked(model, 0), color_space="hsv")
    with pytest.raises(SeededKMeansError, match="class 300"):
        fit(image, seeds, PaletteEdits().reassigned(model, 0, 300))
    with pytest.raises(SeededKMeansError, match="palette edits are not usable"):
        PaletteEdits.from_dict({"features": None, "steps": [{"step": "paint"}]})
