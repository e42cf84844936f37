"""Outputs: made once, updated in place, found by identity. No window is needed to show layers."""

import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image, Labels

from napari_seeded_kmeans.core.class_colors import class_color
from napari_seeded_kmeans.core.legend import Legend
from napari_seeded_kmeans.gui.extra_layers import extra_outputs
from napari_seeded_kmeans.gui.keys import Keys
from napari_seeded_kmeans.gui.layers import Outputs
from napari_seeded_kmeans.gui.seeds_layer import add_seeds, dress
from napari_seeded_kmeans.gui.source import Source

ALL = ("mask", "scores", "uncertainty")


def result(shape=(20, 30), classes=(1, 2), fill=2):
    scores = np.full((len(classes), *shape), 1 / len(classes), np.float32)
    labels = np.full(shape, fill, np.int32)
    return SimpleNamespace(labels=labels, scores=scores, uncertainty=scores[0], classes=classes)


def show(outputs, source, result, kinds):
    """Show kinds of a result of which all is known already."""
    known = {kind: getattr(result, kind) for kind in ("uncertainty", "scores") if kind in kinds}
    legend = Legend()
    outputs.show(source, result, kinds, legend, extras=extra_outputs(source, known, result.classes, legend))


@pytest.fixture
def viewer():
    return ViewerModel()


@pytest.fixture
def source(viewer):
    image = Image(np.zeros((20, 30), np.uint8), name="cells", scale=(2, 3), units=("um", "um"))
    viewer.add_layer(image)
    return Source(image)


def test_a_seeds_layer_is_ready_to_paint(viewer, source):
    seeds = add_seeds(viewer, source)
    assert (seeds.name, seeds.data.dtype, seeds.data.shape) == ("cells seeds", np.uint8, (20, 30))
    assert (seeds.mode, seeds.selected_label) == ("paint", 1)
    assert seeds.scale.tolist() == [2, 3]
    assert 1 <= seeds.brush_size <= 20
    np.testing.assert_allclose(seeds.get_color(2), [*_rgb(class_color(2)), 1], atol=0.01)
    assert viewer.layers.selection.active is seeds


def test_the_keys_choose_the_class_and_can_be_given_back(viewer, source):
    seeds = add_seeds(viewer, source)
    seeds.mode = "pan_zoom"
    keys = Keys(segment=print, cancel=print, hold=print)
    keys.give_to(seeds)
    next(bound for key, bound in seeds.keymap.items() if str(key) == "3")(seeds)
    assert (seeds.selected_label, seeds.mode) == (3, "paint")
    keys.give_to(None)
    assert not seeds.keymap


def test_outputs_carry_name_place_and_colours(viewer, source):
    show(Outputs(viewer), source, result(), ALL)
    assert [layer.name for layer in viewer.layers] == [
        "cells",
        "cells score foreground",
        "cells score background",
        "cells uncertainty",
        "cells mask",
    ]
    assert all(layer.scale.tolist() == [2, 3] for layer in viewer.layers)
    mask = viewer.layers["cells mask"]
    assert mask.data.dtype == np.uint8, "napari draws int32 twenty times more slowly"
    assert mask.get_color(1)[3] < mask.get_color(2)[3], "background is faint"


def test_outputs_lie_over_an_image_that_is_turned_sheared_and_moved(viewer):
    affine = np.array([[1, 0.1, 5], [0, 1, 7], [0, 0, 1]])
    image = viewer.add_image(
        np.zeros((20, 30)),
        name="cells",
        scale=(2, 3),
        translate=(4, 5),
        rotate=30,
        shear=[0.3],
        affine=affine,
        units=("um", "um"),
        axis_labels=("rows", "columns"),
    )
    show(Outputs(viewer), Source(image), result(), ALL)
    assert len(viewer.layers) == 5
    for layer in viewer.layers:
        assert layer.units == image.units
        assert layer.axis_labels == image.axis_labels
        for point in ((0, 0), (19, 29), (3, 17)):
            np.testing.assert_allclose(layer.data_to_world(point), image.data_to_world(point))


def test_the_next_result_goes_into_the_same_layers(viewer, source):
    outputs = Outputs(viewer)
    show(outputs, source, result(), ALL)
    before = list(viewer.layers)
    mask = viewer.layers["cells mask"]
    mask.name, mask.visible, mask.opacity = "my mask", False, 0.3
    viewer.layers.move(viewer.layers.index(mask), 0)
    show(outputs, source, result(fill=1), ALL)
    assert set(viewer.layers) == set(before)
    assert (mask.data == 1).all()
    assert (mask.name, mask.visible, mask.opacity) == ("my mask", False, 0.3)


def test_labels_are_written_in_place_and_results_stay_as_they_were(viewer, source):
    outputs, first = Outputs(viewer), result()
    first.labels = first.labels.astype(np.uint8)
    show(outputs, source, first, ("mask",))
    mask = viewer.layers["cells mask"]
    array, shown = mask.data, []
    mask.events.labels_update.connect(lambda event: shown.append(event.data.copy()))
    show(outputs, source, result(fill=1), ("mask",))
    assert mask.data is array
    assert (shown[-1] == 1).all()
    assert (first.labels == 2).all()
    show(outputs, source, first, ("mask",))
    assert (array == 2).all()


def test_what_a_person_gave_a_layer_is_not_written_to(viewer, source):
    outputs = Outputs(viewer)
    show(outputs, source, result(), ("mask",))
    mask, mine = viewer.layers["cells mask"], np.full((20, 30), 7, np.uint8)
    mask.data = mine
    show(outputs, source, result(fill=1), ("mask",))
    assert (mask.data == 1).all()
    assert (mine == 7).all()


def test_a_removed_output_is_made_anew(viewer, source):
    outputs = Outputs(viewer)
    show(outputs, source, result(), ("mask",))
    first = viewer.layers["cells mask"]
    viewer.layers.remove(first)
    show(outputs, source, result(), ("mask",))
    assert viewer.layers["cells mask"] is not first


def test_a_layer_that_only_has_the_name_is_left_alone(viewer, source):
    mine = viewer.add_labels(np.zeros((20, 30), np.uint8), name="cells mask")
    show(Outputs(viewer), source, result(), ("mask",))
    assert not mine.data.any()
    assert len(viewer.layers) == 3


def test_an_image_that_became_larger_or_moved_takes_its_outputs_along(viewer, source):
    outputs = Outputs(viewer)
    show(outputs, source, result(), ALL)
    before = list(viewer.layers)
    source.layer.data = np.zeros((40, 50), np.uint8)
    source.layer.scale = (4, 5)
    show(outputs, Source(source.layer), result((40, 50)), ALL)
    assert list(viewer.layers) == before
    assert all(layer.data.shape == (40, 50) and layer.scale.tolist() == [4, 5] for layer in viewer.layers)


def test_an_image_that_got_more_axes_gets_new_outputs(viewer, source):
    outputs = Outputs(viewer)
    show(outputs, source, result(), ("mask",))
    source.layer.data = np.zeros((6, 20, 30), np.uint8)
    show(outputs, Source(source.layer), result((6, 20, 30)), ("mask",))
    assert viewer.layers["cells mask"].data.shape == (6, 20, 30)
    assert len(viewer.layers) == 2


def test_two_images_have_outputs_of_their_own(viewer, source):
    other = Image(np.zeros((20, 30), np.uint8), name="other")
    viewer.add_layer(other)
    outputs = Outputs(viewer)
    show(outputs, source, result(fill=1), ("mask",))
    show(outputs, Source(other), result(fill=2), ("mask",))
    assert (viewer.layers["cells mask"].data == 1).all()
    assert (viewer.layers["other mask"].data == 2).all()


def test_kinds_and_classes_that_are_not_wanted_any_more_go(viewer, source):
    outputs = Outputs(viewer)
    show(outputs, source, result(classes=(1, 2, 5)), ("mask", "scores"))
    assert "cells score class 5" in viewer.layers
    show(outputs, source, result(classes=(1, 2)), ("scores",))
    assert [layer.name for layer in viewer.layers] == [
        "cells",
        "cells score foreground",
        "cells score background",
    ]


def test_a_new_class_gets_its_colour(viewer, source):
    outputs = Outputs(viewer)
    show(outputs, source, result(classes=(1, 2)), ("mask",))
    show(outputs, source, result(classes=(1, 2, 3), fill=3), ("mask",))
    np.testing.assert_allclose(viewer.layers["cells mask"].get_color(3)[:3], _rgb(class_color(3)), atol=0.01)


def test_outputs_are_known_as_such_and_leave_the_selection_alone(viewer, source):
    seeds = add_seeds(viewer, source)
    outputs = Outputs(viewer)
    show(outputs, source, result(), ("mask",))
    assert viewer.layers["cells mask"] in outputs
    assert seeds not in outputs
    assert viewer.layers.selection.active is seeds
    assert viewer.layers[-1] is seeds, "strokes stay on top"


def test_large_and_negative_values_keep_their_type(viewer, source):
    for fill, dtype in ((300, np.uint16), (70_000, np.int32), (-3, np.int32)):
        show(Outputs(viewer), source, result(classes=(1, fill), fill=fill), ("mask",))
        assert viewer.layers[1].data.dtype == dtype
        assert isinstance(viewer.layers[1], Labels)


def test_showing_warns_of_nothing(viewer, source):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        show(Outputs(viewer), source, result(), ALL)


def _rgb(color: str) -> list[float]:
    return [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def test_a_table_from_elsewhere_keeps_its_columns_and_is_told_names(viewer):
    layer = viewer.add_labels(np.eye(4, dtype=int), features={"area": [0.0, 4.0, 9.0]})
    dress(layer, Legend())
    assert list(layer.features["area"]) == [0, 4, 9]
    assert list(layer.features["class"])[1:] == ["background", "foreground"]
    dress(layer, Legend().renamed(2, "nuclei"))
    assert layer.features["class"][2] == "nuclei"


def test_classes_that_somebody_else_named_keep_their_names(viewer):
    theirs = {"index": [1, 2], "class": ["a", "b"], "area": [4.0, 9.0]}
    layer = viewer.add_labels(np.eye(4, dtype=int), features=theirs)
    for legend in (Legend(), Legend().renamed(2, "nuclei")):
        dress(layer, legend)
        assert list(layer.features["class"]) == ["a", "b"]


def test_as_a_solid_the_mask_has_no_background_that_hides_the_rest():
    viewer = ViewerModel(ndisplay=2)
    volume = Image(np.zeros((4, 20, 30), np.uint8), name="volume")
    viewer.add_layer(volume)
    outputs = Outputs(viewer)
    legend = Legend().listing((1, 2)).renamed(2, "cells")
    outputs.show(Source(volume), result((4, 20, 30)), ("mask",), legend)
    mask = viewer.layers["volume mask"]
    for ndisplay, is_there in ((2, True), (3, False), (2, True)):
        viewer.dims.ndisplay = ndisplay
        assert bool(mask.get_color(1)[3] > 0) is is_there
        assert mask.get_color(2)[3] == 1
        assert list(mask.features["class"]) == ["background", "cells"]


def test_every_mask_keeps_its_own_colours_in_3d():
    viewer, legend = ViewerModel(), Legend().listing((1, 2)).recolored(2, "#102030")
    first, second = (Image(np.zeros((4, 20, 30), np.uint8), name=name) for name in ("first", "second"))
    outputs = Outputs(viewer)
    for image in (first, second):
        viewer.add_layer(image)
    outputs.show(Source(first), result((4, 20, 30)), ("mask",), legend)
    outputs.get_ready(Source(second))
    for ndisplay in (3, 2):
        viewer.dims.ndisplay = ndisplay
        np.testing.assert_allclose(viewer.layers["first mask"].get_color(2), [*_rgb("#102030"), 1], atol=0.01)
