"""More than a picture: slices, a brush of three dimensions, time, pyramids, contrast."""

import dask.array as da
import numpy as np
import pytest
from conftest import drag, paint_halves

from napari_seeded_kmeans import segment
from napari_seeded_kmeans.session import Stage

PARAMS = {"texture": False, "coherence": 0.0, "n_clusters": 3}


def is_halves(mask):
    return (mask[..., :32] == 1).mean() > 0.98 and (mask[..., 32:] == 2).mean() > 0.98


def test_strokes_on_two_slices_of_a_stack_reach_all_of_them(window, docked, two_halves, settle, qtbot):
    window.add_image(np.stack([two_halves] * 6), name="stack", scale=(4, 1, 1))
    docked.params.set_value("auto", **PARAMS)
    seeds = docked.new_seeds()
    for plane, column, value in ((1, 10, 1), (4, 50, 2)):
        window.dims.set_current_step(0, plane)
        seeds.selected_label = value
        drag(window, seeds, [(12, column), (36, column)])
    assert settle(docked) is Stage.DONE, docked.hint_line.text
    painted = [int(plane) for plane in np.flatnonzero(seeds.data.any(axis=(1, 2)))]
    assert painted == [1, 4]
    assert is_halves(window.layers["stack mask"].data)
    assert docked._situation.request(docked._inputs.source).spacing == (4, 1, 1)


def test_a_brush_of_three_dimensions_and_its_undo(viewer, dock, two_halves, settle):
    viewer.add_image(np.stack([two_halves] * 6), name="stack")
    dock.params.set_value("auto", **PARAMS)
    seeds = dock.new_seeds()
    paint_halves(seeds)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    before = dock.result
    seeds.n_edit_dimensions, seeds.brush_size = 3, 5
    seeds.paint((3, 24, 30), 2)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert seeds.data[2:5, 24, 30].all()
    wanted = segment(viewer.layers["stack"].data, seeds.data, **PARAMS)
    np.testing.assert_array_equal(viewer.layers["stack mask"].data, wanted.labels)
    seeds.undo()
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert dock.result.scores.tobytes() == before.scores.tobytes()


@pytest.mark.parametrize("shape", [(3,), (2, 3)])
def test_time_series_of_planes_and_of_stacks(shape, viewer, dock, two_halves, settle):
    viewer.add_image(np.broadcast_to(two_halves, (*shape, 48, 64)).copy(), name="movie")
    dock.choice.choose_channels(None)
    seeds = dock.new_seeds()
    paint_halves(seeds)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    mask = viewer.layers["movie mask"].data
    assert mask.shape == (*shape, 48, 64)
    assert is_halves(mask)


def test_a_pyramid_of_lazy_levels_is_segmented_at_the_finest(viewer, dock, two_halves, settle):
    levels = [da.from_array(two_halves, chunks=16), da.from_array(two_halves[::2, ::2], chunks=16)]
    viewer.add_image(levels, multiscale=True, name="pyramid")
    seeds = dock.new_seeds()
    assert seeds.data.shape == (48, 64)
    paint_halves(seeds)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert is_halves(viewer.layers["pyramid mask"].data)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_contrast_limits_change_nothing(dtype, viewer, dock, two_halves, settle):
    image = viewer.add_image(two_halves.astype(dtype) * dtype(7), name="deep")
    paint_halves(dock.new_seeds())
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    first = dock._results.last
    image.contrast_limits = (400, 700)
    image.gamma = 0.4
    settle(dock)
    assert dock._results.last is first, "nothing is computed again"
    dock.segment()
    settle(dock)
    again = dock.result
    assert again.scores.tobytes() == first.answer.segmentation.scores.tobytes()
    assert again.labels.tobytes() == first.answer.segmentation.labels.tobytes()


def test_one_channel_of_many_or_all(viewer, dock, two_halves, settle):
    stack = np.stack([np.zeros_like(two_halves), two_halves, 255 - two_halves], axis=0)
    viewer.add_image(stack, name="channels", axis_labels=("c", "y", "x"))
    assert dock.choice.channel_axis == 0
    seeds = dock.new_seeds()
    assert seeds.data.shape == (48, 64)
    paint_halves(seeds)
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert is_halves(viewer.layers["channels mask"].data)


def test_what_was_done_differently_is_said_in_the_hint_line(viewer, dock, settle):
    flat = np.zeros((48, 64), np.uint8)
    flat[:, 32:] = 200
    viewer.add_image(flat, name="flat")
    dock.params.set_value("auto", n_clusters=8)
    paint_halves(dock.new_seeds())
    assert settle(dock) is Stage.DONE, dock.hint_line.text
    assert "Class 1 was painted on 1 distinct colours only" in dock.hint_line.text
    assert dock.hint_line.text.startswith("The mask covers")
