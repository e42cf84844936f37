"""What is kept of an image between strokes changes nothing but the time."""

from threading import Event, Thread

import numpy as np
import pytest

from napari_seeded_kmeans import segment
from napari_seeded_kmeans.core import settling
from napari_seeded_kmeans.core import workspace as module
from napari_seeded_kmeans.core.errors import CancelledError
from napari_seeded_kmeans.core.features import FeatureRecipe
from napari_seeded_kmeans.core.standard import standard_of
from napari_seeded_kmeans.core.texture import compute_channels, stack_at
from napari_seeded_kmeans.core.workspace import Shelf, Workspace

RNG = np.random.default_rng(0)
IMAGE = RNG.integers(0, 255, (70, 90, 3)).astype(np.uint8)
RECIPE = FeatureRecipe("channels", 3, 255.0, sigmas_px=(1.0, 2.0))
COLORS = FeatureRecipe("channels", 3, 255.0)
MASK = RNG.random((70, 90)) < 0.03


@pytest.fixture(autouse=True)
def _small_tiles(monkeypatch):
    monkeypatch.setattr(
        module,
        "iter_tiles",
        lambda shape, _largest=None: [
            (slice(y, min(y + 32, shape[0])), slice(x, min(x + 32, shape[1])))
            for y in range(0, shape[0], 32)
            for x in range(0, shape[1], 32)
        ],
    )


@pytest.mark.parametrize("kept_bytes", [0, 100_000, 300_000, 1 << 30])
def test_samples_are_those_of_the_stack_in_the_order_of_the_image(kept_bytes):
    workspace = Workspace(IMAGE, RECIPE, kept_bytes=kept_bytes)
    expected = stack_at(compute_channels(IMAGE, RECIPE)[0], MASK, RECIPE)
    for _ in range(2):
        np.testing.assert_array_equal(workspace.samples(np.flatnonzero(MASK)), expected)


def test_samples_asked_for_before_are_not_worked_out_again(monkeypatch):
    expected = stack_at(compute_channels(IMAGE, RECIPE)[0], MASK, RECIPE)
    places = np.flatnonzero(MASK)
    boxes = []
    original = module.tile_stack
    monkeypatch.setattr(module, "tile_stack", lambda *given: boxes.append(given[1]) or original(*given))
    workspace = Workspace(IMAGE, RECIPE, kept_bytes=0)
    for chosen in (np.arange(0, len(places), 2), np.arange(len(places)), np.arange(5), np.arange(0)):
        np.testing.assert_array_equal(workspace.samples(places[chosen]), expected[chosen])
    n_boxes = len(boxes)
    workspace.samples(places[:0])
    assert len(boxes) == n_boxes
    workspace.samples(places[:1])
    assert len(boxes) == n_boxes + 1
    workspace.samples(places[:1])
    assert len(boxes) == n_boxes + 1


def test_samples_worked_out_ahead_are_not_worked_out_again(monkeypatch):
    expected = stack_at(compute_channels(IMAGE, RECIPE)[0], MASK, RECIPE)
    places = np.flatnonzero(MASK)
    workspace = Workspace(IMAGE, RECIPE, kept_bytes=0)
    workspace.get_ahead(places[::3])
    workspace.get_ahead(places[1::3])
    np.testing.assert_array_equal(workspace.samples(places), expected)
    workspace.get_ahead(places[::2])
    monkeypatch.setattr(module, "tile_stack", None)
    np.testing.assert_array_equal(workspace.samples(places), expected)


def test_nothing_is_worked_out_ahead_where_colours_alone_count():
    Workspace(IMAGE, FeatureRecipe("channels", 3, 255.0)).get_ahead(np.flatnonzero(MASK))


def test_samples_without_texture_are_the_colours():
    workspace = Workspace(IMAGE, FeatureRecipe("channels", 3, 255.0))
    np.testing.assert_array_equal(workspace.samples(np.flatnonzero(MASK)), IMAGE[MASK])


def test_features_are_measured_in_the_units_of_the_recipe():
    samples = Workspace(IMAGE, RECIPE).samples(np.flatnonzero(MASK))
    recipe = standard_of(RECIPE, samples)
    for texture in (recipe, standard_of(COLORS, IMAGE[MASK].astype(np.float32))):
        workspace = Workspace(IMAGE, texture)
        found = workspace.samples(np.flatnonzero(MASK))
        expected = stack_at(compute_channels(IMAGE, texture)[0], MASK, texture)
        np.testing.assert_array_equal(found, expected)
        np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-4)
        whole = workspace.every((slice(0, 70, 1), slice(0, 90, 1)))
        np.testing.assert_array_equal(whole[:, MASK].T, expected)


@pytest.mark.parametrize("kept_bytes", [0, 100_000, 300_000, 1 << 30])
def test_an_image_settles_its_units_whatever_is_kept(kept_bytes):
    workspace = Workspace(IMAGE, RECIPE, kept_bytes=kept_bytes, in_own_units=True)
    workspace.settle()
    everywhere = np.ones(IMAGE.shape[:2], bool)
    raw = stack_at(compute_channels(IMAGE, RECIPE)[0], everywhere, RECIPE)
    np.testing.assert_allclose(workspace.recipe.offsets, raw.mean(axis=0, dtype=float), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(
        1 / np.array(workspace.recipe.factors), raw.std(axis=0, dtype=float), rtol=1e-3
    )
    given = Workspace(IMAGE, workspace.recipe, kept_bytes=kept_bytes)
    for number in range(len(workspace.tiles)):
        assert workspace.stack(number).tobytes() == given.stack(number).tobytes()


def test_a_window_is_the_same_whatever_is_kept():
    found = []
    for kept_bytes in (0, 300_000, 1 << 30):
        workspace = Workspace(IMAGE, RECIPE, kept_bytes=kept_bytes, in_own_units=True)
        workspace.settle()
        found.append(workspace.every((slice(3, 70, 3), slice(0, 88, 3))))
    everywhere = Workspace(IMAGE, workspace.recipe).every((slice(0, 70, 1), slice(0, 90, 1)))
    for window in found:
        np.testing.assert_array_equal(window, everywhere[:, 3:70:3, :88:3])


def test_rows_far_apart_are_the_same_though_what_lies_between_is_not_filtered(monkeypatch):
    whole = Workspace(IMAGE, RECIPE).every((slice(0, 70, 1), slice(0, 90, 1)))
    boxes = []
    original = module.tile_stack
    monkeypatch.setattr(module, "tile_stack", lambda *given: boxes.append(given[1]) or original(*given))
    found = Workspace(IMAGE, RECIPE, kept_bytes=0).every((slice(5, 66, 9), slice(2, 90, 9)))
    np.testing.assert_array_equal(found, whole[:, 5:66:9, 2:90:9])
    assert all(rows.stop - rows.start == 1 for rows, _ in boxes)


def test_a_small_part_of_all_features_is_not_kept():
    workspace = Workspace(IMAGE, RECIPE)
    needed = sum(workspace.stack(number).nbytes for number in range(len(workspace.tiles)))
    for share, is_kept in ((0.2, False), (0.3, True)):
        workspace = Workspace(IMAGE, RECIPE, kept_bytes=int(share * needed))
        assert (workspace.stack(0) is workspace.stack(0)) == is_kept


def test_a_recipe_with_units_keeps_them():
    recipe = standard_of(RECIPE, Workspace(IMAGE, RECIPE).samples(np.flatnonzero(MASK)))
    workspace = Workspace(IMAGE, recipe, in_own_units=True)
    workspace.settle()
    assert workspace.recipe == recipe


def test_settling_goes_on_where_it_was_cancelled(monkeypatch):
    boxes = []
    original = settling.tile_stack
    monkeypatch.setattr(settling, "tile_stack", lambda *given: boxes.append(given[1]) or original(*given))
    workspace = Workspace(IMAGE, RECIPE, in_own_units=True)
    with pytest.raises(CancelledError):
        workspace.settle(lambda: len(boxes) >= 3)
    assert 3 <= len(boxes) < len(workspace.tiles)
    workspace.settle()
    workspace.settle()
    assert sorted(map(repr, boxes)) == sorted(map(repr, workspace.tiles)), "each once"


def test_a_tile_is_worked_out_once_while_there_is_room(monkeypatch):
    calls = []
    original = module.tile_stack
    monkeypatch.setattr(module, "tile_stack", lambda *given: calls.append(given[1]) or original(*given))
    workspace = Workspace(IMAGE, RECIPE)
    first = workspace.stack(2)
    assert workspace.stack(2) is first
    assert len(calls) == 1
    without = Workspace(IMAGE, RECIPE, kept_bytes=first.nbytes - 1)
    assert without.stack(2) is not without.stack(2)
    assert len(calls) == 3


def test_pixels_that_are_not_finite_are_known():
    image = IMAGE[..., 0].astype(float)
    image[3, 4] = np.nan
    workspace = Workspace(image, FeatureRecipe("intensity", 0, 255.0))
    assert not workspace.finite[3, 4]
    assert np.isfinite(workspace.channels).all()


def test_a_shelf_keeps_the_workspace_of_the_last_image():
    shelf, made = Shelf(), []

    def make():
        made.append(Workspace(IMAGE, RECIPE))
        return made[-1]

    first = shelf.workspace(IMAGE, "a", make)
    assert shelf.workspace(IMAGE[:], "a", make) is first
    assert shelf.workspace(IMAGE, "b", make) is not first
    assert shelf.workspace(IMAGE[:-1], "b", make) is made[2]
    shelf.clear()
    assert shelf.workspace(IMAGE[:-1], "b", make) is made[3]


def test_a_shelf_gives_features_in_the_units_asked_for():
    def make(recipe):
        workspace = Workspace(IMAGE, recipe, in_own_units=True)
        workspace.settle()
        return workspace

    shelf = Shelf()
    own = shelf.workspace(IMAGE, "a", lambda: make(RECIPE))
    assert shelf.workspace(IMAGE, "a", lambda: make(RECIPE), own.recipe) is own, (
        "edits keep the image's units"
    )
    other = standard_of(RECIPE, np.ones((5, len(own.recipe.factors)), np.float32))
    foreign = shelf.workspace(IMAGE, "a", lambda: make(other), other)
    assert foreign.recipe == other
    assert shelf.workspace(IMAGE, "a", lambda: make(RECIPE)).recipe == own.recipe


def test_segmenting_with_a_shelf_gives_the_same_bits():
    seeds = np.zeros(IMAGE.shape[:2], np.uint8)
    seeds[:8], seeds[-8:] = 1, 2
    alone = segment(IMAGE, seeds, n_clusters=4)
    shelf = Shelf()
    for _ in range(2):
        found = segment(IMAGE, seeds, n_clusters=4, shelf=shelf)
        assert found.scores.tobytes() == alone.scores.tobytes()
        assert found.labels.tobytes() == alone.labels.tobytes()


def test_clearing_a_shelf_waits_for_what_is_being_made():
    shelf, image, started, cleared = Shelf(), np.zeros((4, 4)), Event(), Event()

    def clear():
        started.wait(10)
        shelf.clear()
        cleared.set()

    def make():
        started.set()
        assert not cleared.wait(0.05)
        return Workspace(image, FeatureRecipe("intensity", 0, 0.0, 1.0))

    thread = Thread(target=clear)
    thread.start()
    made = shelf.workspace(image, "", make)
    thread.join(10)
    assert made is not None
    assert shelf._workspace is None
