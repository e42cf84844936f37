"""An image that is scaled, moved or turned: what lies over it goes along, and sizes are in its new units."""

import numpy as np
import pytest
from conftest import paint_halves
from qtpy.QtCore import QCoreApplication

from napari_seeded_kmeans import segment
from napari_seeded_kmeans.gui import job
from napari_seeded_kmeans.gui.source import Source, placement_of
from napari_seeded_kmeans.session import Stage

# A dab on a smooth picture may have fewer colours than the clusters asked for.
pytestmark = pytest.mark.filterwarnings("ignore:Class .* distinct colours only")

PARAMS = {"n_clusters": 4, "clean_up": {2: {"min_size": 4, "unit": "physical"}}}
TURNED = [[0, -1, 5], [1, 0, 7], [0, 0, 1]]
CHANGES = {
    "scale": {"scale": (2, 0.5)},
    "translate": {"translate": (30, 40)},
    "rotate": {"rotate": 30},
    "shear": {"shear": [0.3]},
    "affine": {"affine": TURNED},
    "units": {"units": ("um", "um")},
    "all": {"scale": (2, 0.5), "translate": (30, 40), "rotate": 30, "units": ("um", "um")},
}


@pytest.fixture
def seeds(viewer, dock, two_halves, settle):
    """The dock with a first result and all kinds of layers over the image; gives the seeds."""
    viewer.add_image(two_halves, name="halves")
    dock.params.set_value("classic", **PARAMS)
    seeds = dock.new_seeds()
    paint_halves(seeds)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    return seeds


@pytest.fixture
def jobs(monkeypatch):
    """The spacing of every job."""
    found = []

    def note(*args, spacing, **keywords):
        found.append(spacing)
        return segment(*args, spacing=spacing, **keywords)

    monkeypatch.setattr(job, "segment", note)
    return found


def change(image, what):
    for name, value in CHANGES[what].items():
        setattr(image, name, value)


def rest(dock, settle, qtbot):
    """Wait until the image has come to rest, and what follows that is done."""
    qtbot.waitUntil(lambda: not dock._inputs._move_timer.isActive())
    return settle(dock)


@pytest.mark.parametrize("what", CHANGES)
def test_what_lies_over_an_image_goes_along(what, viewer, dock, seeds, settle, qtbot):
    dock.outputs.set_value(("mask", "objects", "uncertainty"))
    qtbot.waitUntil(lambda: len(viewer.layers) == 5)
    change(viewer.layers["halves"], what)
    assert rest(dock, settle, qtbot) is Stage.DONE, dock.hint_line.text
    wanted = Source(viewer.layers["halves"]).placement
    for layer in viewer.layers:
        found = placement_of(layer)
        for name in ("scale", "translate", "rotate", "shear", "affine"):
            np.testing.assert_allclose(found[name], wanted[name], err_msg=f"{name} of {layer.name}")
        assert found["units"] == wanted["units"]


def test_new_sizes_of_pixels_are_followed_once(viewer, dock, seeds, settle, qtbot, jobs):
    dock.outputs.set_value(("mask", "objects", "measurements"))
    qtbot.waitUntil(lambda: "halves objects" in viewer.layers)
    sizes = viewer.layers["halves objects"].features["size"].tolist()
    for size in (1.5, 2.0, 3.0):
        viewer.layers["halves"].scale = (size, size)
        QCoreApplication.processEvents()
    assert rest(dock, settle, qtbot) is Stage.DONE, dock.hint_line.text
    assert jobs == [(3.0, 3.0)]
    image = viewer.layers["halves"].data
    wanted = segment(image, seeds.data, preset="classic", spacing=(3, 3), **PARAMS)
    np.testing.assert_array_equal(viewer.layers["halves mask"].data, wanted.labels)
    larger = [9 * size for size in sizes]
    qtbot.waitUntil(lambda: viewer.layers["halves objects"].features["size"].tolist() == larger)


def test_an_image_elsewhere_is_not_segmented_again(viewer, dock, seeds, settle, qtbot, jobs):
    text = dock.hint_line.text
    viewer.layers["halves"].translate = (30, 40)
    assert rest(dock, settle, qtbot) is Stage.DONE
    assert not jobs
    assert dock.hint_line.text == text


def test_what_is_not_live_waits_for_the_button(viewer, dock, seeds, settle, qtbot, jobs):
    dock.run_bar.set_live(False)
    viewer.layers["halves"].scale = (2, 2)
    assert rest(dock, settle, qtbot) is Stage.READY
    assert "press Segment" in dock.hint_line.text
    assert not jobs
    assert viewer.layers["halves mask"].scale.tolist() == [2, 2]
    dock.run_bar.set_live(True)
    assert settle(dock) is Stage.DONE
    assert jobs == [(2.0, 2.0)]


def test_before_the_first_stroke_seeds_and_empty_mask_go_along(viewer, dock, two_halves, settle, qtbot):
    image = viewer.add_image(np.stack([two_halves] * 5), name="stack")
    seeds = dock.new_seeds()
    image.scale = (4, 1, 1)
    assert rest(dock, settle, qtbot) is Stage.NEEDS_STROKES
    assert seeds.scale.tolist() == viewer.layers["stack mask"].scale.tolist() == [4, 1, 1]


def test_seeds_go_along_with_channels_too(viewer, dock, two_halves, settle, qtbot):
    image = viewer.add_image(np.stack([two_halves] * 3, axis=1), name="im", axis_labels=("y", "c", "x"))
    seeds = dock.new_seeds()
    image.scale = (4, 1, 2)
    rest(dock, settle, qtbot)
    assert seeds.scale.tolist() == [4, 3, 2]


def test_seeds_that_lie_elsewhere_stay_there(viewer, dock, seeds, settle, qtbot):
    seeds.translate = (7, 7)
    viewer.layers["halves"].scale = (2, 2)
    assert rest(dock, settle, qtbot) is Stage.DONE, dock.hint_line.text
    assert (seeds.scale.tolist(), seeds.translate.tolist()) == ([1, 1], [7, 7])


def test_seeds_go_along_with_an_image_that_was_moved_while_another_was_chosen(
    viewer, dock, seeds, two_halves, settle
):
    first = viewer.layers["halves"]
    dock.choice.choose_image(viewer.add_image(two_halves, name="other"))
    first.scale = (3, 3)
    assert seeds.scale.tolist() == [1, 1]
    dock.choice.choose_image(first)
    assert seeds.scale.tolist() == viewer.layers["halves mask"].scale.tolist() == [3, 3]


def test_seeds_that_are_chosen_for_another_image_stay_where_they_are(viewer, dock, seeds, two_halves):
    other = viewer.add_image(two_halves, name="other", scale=(3, 3))
    dock.choice.choose_image(other)
    dock.choice.choose_seeds(seeds)
    assert seeds.scale.tolist() == [1, 1]


@pytest.mark.parametrize("kind", ["labels", "shapes"])
def test_what_is_segmented_within_goes_along(kind, viewer, dock, seeds, settle, qtbot):
    if kind == "labels":
        region = viewer.add_labels(np.ones((48, 64), np.uint8), name="field")
    else:
        corners = np.array([[5, 2], [5, 61], [43, 61], [43, 2]])
        region = viewer.add_shapes([corners], shape_type="polygon", name="field")
    dock.choice.choose_region(region)
    settle(dock)
    inside = dock._inputs.region.copy()
    viewer.layers["halves"].scale = (2, 2)
    assert rest(dock, settle, qtbot) is Stage.DONE, dock.hint_line.text
    assert region.scale.tolist() == [2, 2]
    np.testing.assert_array_equal(dock._inputs.region, inside)


def test_shapes_that_were_drawn_elsewhere_stay_there(viewer, dock, seeds, settle, qtbot):
    corners = np.array([[5, 2], [5, 61], [43, 61], [43, 2]])
    region = viewer.add_shapes([corners], shape_type="polygon", scale=(0.5, 0.5), name="field")
    dock.choice.choose_region(region)
    viewer.layers["halves"].scale = (0.5, 0.5)
    rest(dock, settle, qtbot)
    viewer.layers["halves"].scale = (1, 1)
    rest(dock, settle, qtbot)
    assert region.scale.tolist() == [1, 1], "it lay over the image in between"
    region.translate = (3, 3)
    viewer.layers["halves"].scale = (2, 2)
    rest(dock, settle, qtbot)
    assert region.scale.tolist() == [1, 1]


def test_a_first_result_that_was_overtaken_is_asked_for_again(viewer, dock, two_halves, settle, qtbot):
    dock.params.set_value("classic", n_clusters=4)
    image = viewer.add_image(two_halves, name="halves")
    paint_halves(dock.new_seeds())
    dock._seeds.look()
    assert dock.session.stage is Stage.RUNNING
    image.scale = (2, 2)
    settle(dock)
    assert rest(dock, settle, qtbot) is Stage.DONE, dock.hint_line.text
    assert dock._results.last.request.spacing == (2.0, 2.0)
