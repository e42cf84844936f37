"""segment() and SeededKMeans: what the contract promises."""

import json
import subprocess
import sys

import numpy as np
import pytest

import napari_seeded_kmeans as nsk

RNG = np.random.default_rng(0)


def scene(shape=(48, 64), dtype=np.uint8, channels=0):
    """A disc (ball) brighter than its noisy ground, with a stroke on each; and the truth."""
    grid = np.indices(shape) - np.array(shape).reshape(-1, *[1] * len(shape)) / 2
    truth = (grid**2).sum(axis=0) < (min(shape) / 3) ** 2
    image = np.where(truth, 160.0, 60.0) + RNG.normal(0, 8, shape)
    if channels:
        image = image[..., None] * np.linspace(1, 0.5, channels)
    if np.dtype(dtype).kind == "i":
        image = image * 10 - 1500
    elif np.dtype(dtype) == np.uint16:
        image = image * 20 + 33_000
    seeds = np.zeros(shape, np.uint8)
    middle = tuple(size // 2 for size in shape)
    half = min(5, min(shape) // 3 - 1)
    seeds[(*middle[:-1], slice(middle[-1] - half, middle[-1] + half))] = 2
    seeds[(*[1] * (len(shape) - 1), slice(2, 30))] = 1
    return image.astype(dtype), seeds, truth


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32, np.float64, ">u2"])
@pytest.mark.parametrize(("shape", "channels"), [((48, 64), 0), ((48, 64), 3), ((48, 64), 5), ((12, 32, 40), 0), ((12, 32, 40), 2)])  # fmt: skip
def test_any_shape_and_type_finds_the_object(shape, channels, dtype):
    image, seeds, truth = scene(shape, dtype, channels)
    result = nsk.segment(image, seeds)
    assert result.labels.shape == result.mask.shape == result.uncertainty.shape == shape
    assert result.labels.dtype == seeds.dtype
    assert result.scores.shape == (2, *shape)
    assert result.scores.dtype == result.uncertainty.dtype == np.float32
    np.testing.assert_allclose(result.scores.sum(axis=0), 1, atol=1e-5)
    assert result.classes == (1, 2)
    iou = (result.mask & truth).sum() / (result.mask | truth).sum()
    assert iou > 0.9


@pytest.mark.parametrize("preset", ["auto", "classic"])
@pytest.mark.parametrize("channels", [0, 3, 4])
def test_presets_work_on_grey_colour_and_rgba(preset, channels):
    image, seeds, truth = scene((80, 100), np.uint8, channels)
    if channels == 4:
        image[..., 3] = 255
    assert ((nsk.segment(image, seeds, preset=preset, n_clusters=4).mask) == truth).mean() > 0.97


@pytest.mark.parametrize("preset", ["auto", "classic"])
@pytest.mark.parametrize("shape", [(1500,), (3, 8, 30, 40)])
def test_any_number_of_axes(shape, preset):
    truth = np.indices(shape)[-1] >= shape[-1] // 2
    image = np.where(truth, 180, 60) + RNG.integers(0, 20, shape)
    seeds = np.zeros(shape, np.uint8)
    seeds[..., 1:6], seeds[..., -6:-1] = 1, 2
    result = nsk.segment(image.astype(np.uint8), seeds, preset=preset, n_clusters=2)
    assert (result.mask == truth).mean() > 0.98


def test_repeated_colours_are_scored_once_and_change_nothing(monkeypatch):
    image, seeds, _ = scene((256, 300), channels=3)
    settings = {"preset": "classic", "n_clusters": 4}
    once = nsk.segment(image, seeds, **settings)
    monkeypatch.setattr("napari_seeded_kmeans.core.evidence._distinct_colors", lambda channels: None)
    every = nsk.segment(image, seeds, **settings)
    np.testing.assert_allclose(once.scores, every.scores, atol=1e-6)
    np.testing.assert_array_equal(once.labels, every.labels)


def test_channel_axis_may_come_first():
    image, seeds, _ = scene(channels=5)
    first = nsk.segment(np.moveaxis(image, -1, 0), seeds, channel_axis=0)
    np.testing.assert_array_equal(first.labels, nsk.segment(image, seeds).labels)


def test_classes_keep_the_users_values():
    image, seeds, truth = scene()
    odd = np.zeros(seeds.shape, np.int32)
    odd[seeds == 1] = 1
    odd[seeds == 2] = 70_000
    result = nsk.segment(image, odd)
    assert result.classes == (1, 70_000)
    assert set(np.unique(result.labels)) == {1, 70_000}
    assert (result.mask == truth).mean() > 0.97


def test_an_erased_class_does_not_renumber_the_others():
    image, seeds, _ = scene()
    seeds[40:44, 5:20] = 3
    three = nsk.segment(image, np.where(seeds == 2, 0, seeds))
    assert three.classes == (1, 3)


def test_nan_pixels_take_no_part():
    image, seeds, truth = scene(dtype=np.float32)
    image[:10, 40:] = np.nan
    image[20, 3] = np.inf
    bad = ~np.isfinite(image)
    result = nsk.segment(image, seeds)
    assert (result.labels[bad] == 0).all()
    assert not result.mask[bad].any()
    assert (result.uncertainty[bad] > 0.9).all()
    assert (result.mask == truth)[~bad].mean() > 0.97


def test_a_class_painted_on_nan_only():
    image, seeds, _ = scene(dtype=np.float32)
    image[seeds == 2] = np.nan
    with pytest.raises(nsk.SeededKMeansError, match="class 2 lie only on pixels that are NaN"):
        nsk.segment(image, seeds)


def test_same_input_same_bits():
    image, seeds, _ = scene(channels=3)
    once, again = nsk.segment(image, seeds), nsk.segment(image, seeds)
    assert once.scores.tobytes() == again.scores.tobytes()
    assert once.labels.tobytes() == again.labels.tobytes()


def test_inputs_are_not_changed():
    image, seeds, _ = scene(channels=3)
    image.flags.writeable = seeds.flags.writeable = False
    before = image.copy(), seeds.copy()
    nsk.segment(image, seeds)
    np.testing.assert_array_equal(image, before[0])
    np.testing.assert_array_equal(seeds, before[1])


def test_constant_strokes_and_images():
    seeds = scene()[1]
    result = nsk.segment(np.where(seeds == 2, 9, 4).astype(np.uint8), seeds, smooth_px=0)
    np.testing.assert_array_equal(result.labels, np.where(seeds == 2, 2, 1))
    flat = nsk.segment(np.zeros(seeds.shape), seeds)
    np.testing.assert_array_equal(flat.labels[seeds != 0], seeds[seeds != 0])


def test_more_clusters_than_colours_uses_fewer_and_says_so():
    seeds = scene()[1]
    image = np.where(seeds == 2, 9, 4).astype(np.uint8)
    with pytest.warns(nsk.SeededKMeansWarning, match=r"painted on 1 distinct colours only.* instead of 70"):
        assert nsk.segment(image, seeds, n_clusters=70, texture=False).mask.any()


def test_fit_once_predict_many():
    image, seeds, _ = scene()
    other, _, truth = scene((60, 90))
    model = nsk.SeededKMeans().fit(image, seeds)
    labels = model.predict(other)
    assert ((labels == 2) == truth).mean() > 0.97
    assert model.scores(other).shape == (2, 60, 90)


def test_a_saved_model_gives_the_same_bits(tmp_path):
    image, seeds, _ = scene(channels=3)
    model = nsk.SeededKMeans(n_clusters=5).fit(image, seeds)
    model.save(tmp_path / "model.json")
    json.loads((tmp_path / "model.json").read_text())
    loaded = nsk.SeededKMeans.load(tmp_path / "model.json")
    assert loaded.params == model.params
    assert loaded.scores(image).tobytes() == model.scores(image).tobytes()


def test_cancel_and_progress():
    image, seeds, _ = scene()
    seen = []
    nsk.segment(image, seeds, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1]
    assert seen == sorted(seen)
    with pytest.raises(nsk.CancelledError):
        nsk.segment(image, seeds, cancel=lambda: True)


def test_spacing_keeps_smoothing_physical():
    image, seeds, _ = scene((12, 32, 40))
    isotropic = nsk.segment(image, seeds, spacing=2.0)
    np.testing.assert_array_equal(isotropic.scores, nsk.segment(image, seeds).scores)
    flat = nsk.segment(image, seeds, spacing=(100, 1, 1), smooth_px=2)
    assert not np.array_equal(flat.scores, nsk.segment(image, seeds, smooth_px=2).scores)


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({"spacing": (1, 2, 3)}, r"spacing must be .* each of 2 axes, not \(1, 2, 3\)"),
        ({"spacing": -1}, "spacing must be one positive number"),
        ({"n_clusters": 0}, "n_clusters should be greater"),
        ({"preset": "nope"}, "preset must be one of"),
        ({"sedes": 1}, "sedes is not a setting"),
    ],
)
def test_bad_arguments(kwargs, message):
    image, seeds, _ = scene()
    with pytest.raises(nsk.SeededKMeansError, match=message):
        nsk.segment(image, seeds, **kwargs)


@pytest.mark.parametrize("other", [(48,), (8, 48, 64)])
def test_a_model_refuses_images_with_other_axes(other):
    image, seeds, _ = scene()
    model = nsk.SeededKMeans().fit(image, seeds)
    with pytest.raises(nsk.SeededKMeansError, match=f"image has {len(other)} spatial axes"):
        model.predict(np.zeros(other, np.uint8))


def test_predict_before_fit():
    with pytest.raises(nsk.SeededKMeansError, match="model is not fitted"):
        nsk.SeededKMeans().predict(np.zeros((4, 4)))


def test_import_is_light():
    heavy = {"qtpy", "PyQt6", "PySide6", "napari", "numba", "sklearn", "skimage", "scipy", "numpy"}
    code = "import sys, napari_seeded_kmeans as n; dir(n); print(*{m.split('.')[0] for m in sys.modules})"
    loaded = set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())  # fmt: skip
    assert not loaded & heavy


def test_what_was_taken_automatically_can_be_seen_and_overruled():
    image, seeds, _ = scene()
    assert nsk.segment(image, seeds).spread == "strokes"
    assert nsk.segment(image, seeds, spread="everywhere").spread == "everywhere"


def test_what_nobody_painted_is_strange():
    image, seeds, _ = scene((60, 80))
    image[45:55, 60:75] = 255
    strangeness = nsk.segment(image, seeds).strangeness
    assert np.median(strangeness[seeds != 0]) < 1
    assert nsk.none_of_these(strangeness)[48:52, 65:70].all()


def test_four_axes_are_segmented_everywhere_and_predicted():
    image, seeds, _ = scene((9, 9, 20, 30))
    labels = nsk.segment(image, seeds, spread="everywhere").labels
    assert labels.shape == image.shape
    model = nsk.SeededKMeans().fit(image, seeds)
    np.testing.assert_array_equal(model.predict(image) == 2, labels == 2)
    assert model.cluster_map(image).min() >= 1


def test_one_axis_has_a_cluster_map():
    image, seeds, _ = scene((400,))
    assert nsk.SeededKMeans().fit(image, seeds).cluster_map(image).shape == (400,)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_colours_that_are_not_finite_get_no_class(value):
    image, seeds, _ = scene(channels=3)
    image = (image / 255).astype(np.float32)
    image[5, 5, 0] = value
    result = nsk.segment(image, seeds)
    assert result.labels[5, 5] == 0
    assert np.count_nonzero(result.labels == 0) == 1


def test_a_blur_does_not_spread_what_is_not_finite():
    image, seeds, _ = scene()
    image = image.astype(np.float32)
    image[20, 30] = np.nan
    result = nsk.segment(image, seeds, blur_sigma_px=2.0)
    assert np.argwhere(result.labels == 0).tolist() == [[20, 30]]


def test_any_byte_order_is_predicted_by_colours_alone():
    image = np.random.default_rng(0).integers(0, 1000, (40, 50)).astype(np.uint16)
    model = nsk.SeededKMeans.from_clusters(nsk.cluster_image(image, 3))
    np.testing.assert_array_equal(model.predict(image.astype(">u2")), model.predict(image))
    with pytest.raises(nsk.SeededKMeansError, match="image is empty"):
        model.predict(np.uint16(5))
