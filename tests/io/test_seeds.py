import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from napari_seeded_kmeans.core.errors import SeededKMeansError
from napari_seeded_kmeans.io.seeds import read_labels, read_seeds, read_strokes, write_seeds

RED, BLUE, GREEN = (255, 0, 0), (6, 0, 255), (0, 128, 0)
WANTED = np.array([[0, 2, 0], [0, 0, 1]], np.uint8)


def stroke_picture(ground=(0, 0, 0)):
    picture = np.full((2, 3, len(ground)), ground, np.uint8)
    picture[0, 1, :3], picture[1, 2, :3] = RED, BLUE
    if len(ground) == 4:
        picture[[0, 1], [1, 2], 3] = 255
    return picture


@pytest.mark.parametrize(
    "ground",
    [(0, 0, 0), (255, 255, 255), (128, 128, 128), (0, 0, 0, 0), (255, 0, 0, 0)],
    ids=["black", "white", "grey", "transparent", "transparent red"],
)
def test_strokes_on_every_ground(tmp_path, ground):
    picture = stroke_picture(ground)
    Image.fromarray(picture).save(tmp_path / "strokes.png")
    np.testing.assert_array_equal(read_strokes(tmp_path / "strokes.png"), WANTED)
    np.testing.assert_array_equal(read_strokes(str(tmp_path / "strokes.png")), WANTED)
    np.testing.assert_array_equal(read_seeds(tmp_path / "strokes.png"), WANTED)
    np.testing.assert_array_equal(read_strokes(picture), WANTED)


@pytest.mark.parametrize("suffix", ["tif", "npy", "bmp", "webp"])
def test_strokes_in_other_formats(tmp_path, suffix):
    path = tmp_path / f"strokes.{suffix}"
    if suffix == "npy":
        np.save(path, stroke_picture())
    elif suffix == "webp":
        Image.fromarray(stroke_picture()).save(path, lossless=True)
    else:
        Image.fromarray(stroke_picture()).save(path)
    np.testing.assert_array_equal(read_seeds(path), WANTED)


def test_jpeg_strokes(tmp_path):
    picture = np.full((60, 60, 3), 255, np.uint8)
    picture[10:20, 10:50], picture[40:50, 10:50] = RED, BLUE
    Image.fromarray(picture).save(tmp_path / "strokes.jpg", quality=90)
    seeds = read_seeds(tmp_path / "strokes.jpg")
    assert (seeds[12:18, 12:48] == 2).all()
    assert (seeds[42:48, 12:48] == 1).all()
    assert (seeds[24:36] == 0).all()


def with_palette(indices, *colors):
    picture = Image.fromarray(np.asarray(indices, np.uint8))
    picture = picture.convert("P")
    picture.putpalette([channel for color in colors for channel in color])
    return picture


def test_palette_of_red_and_blue_is_strokes(tmp_path):
    with_palette([[0, 1, 0], [0, 0, 2]], (0, 0, 0), RED, BLUE).save(tmp_path / "p.png")
    np.testing.assert_array_equal(read_seeds(tmp_path / "p.png"), WANTED)


def test_palette_with_another_colour_is_classes(tmp_path):
    with_palette([[0, 1, 3], [0, 0, 2]], (0, 0, 0), RED, BLUE, GREEN).save(tmp_path / "p.png")
    np.testing.assert_array_equal(read_seeds(tmp_path / "p.png"), [[0, 1, 3], [0, 0, 2]])


def test_palette_indices_are_the_labels(tmp_path):
    with_palette([[0, 1, 0], [0, 0, 2]], (0, 0, 0), RED, BLUE).save(tmp_path / "p.png")
    np.testing.assert_array_equal(read_labels(tmp_path / "p.png"), [[0, 1, 0], [0, 0, 2]])


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA"])
def test_grey_values_in_a_colour_picture_are_classes(tmp_path, mode):
    Image.fromarray(np.array([[0, 1], [2, 3]], np.uint8)).convert(mode).save(tmp_path / "labels.png")
    np.testing.assert_array_equal(read_seeds(tmp_path / "labels.png"), [[0, 1], [2, 3]])
    np.testing.assert_array_equal(read_labels(tmp_path / "labels.png"), [[0, 1], [2, 3]])


def test_one_bit_masks_are_bool_labels_and_integer_seeds(tmp_path):
    Image.fromarray(np.eye(3, dtype=bool)).save(tmp_path / "mask.png")
    assert read_labels(tmp_path / "mask.png").dtype == bool
    assert read_seeds(tmp_path / "mask.png").dtype == np.uint8
    np.testing.assert_array_equal(read_seeds(tmp_path / "mask.png"), np.eye(3))


INTEGERS = [np.uint8, np.uint16, np.int16, np.int32, np.uint32, np.int64, np.uint64]


@given(
    st.sampled_from(INTEGERS).flatmap(
        lambda t: hnp.arrays(t, hnp.array_shapes(min_dims=2, max_dims=4, max_side=4))
    )
)
def test_any_seeds_come_back_from_tiff(tmp_path_factory, seeds):
    path = tmp_path_factory.getbasetemp() / "seeds.tif"
    write_seeds(seeds, path)
    read = read_seeds(path)
    assert read.dtype == seeds.dtype
    np.testing.assert_array_equal(read, seeds)


@given(
    st.sampled_from([np.uint8, np.uint16]).flatmap(
        lambda t: hnp.arrays(t, hnp.array_shapes(min_dims=2, max_dims=2))
    )
)
def test_pictures_of_seeds_come_back_from_png(tmp_path_factory, seeds):
    path = tmp_path_factory.getbasetemp() / "seeds.png"
    write_seeds(seeds, path)
    np.testing.assert_array_equal(read_seeds(path), seeds)
    write_seeds(read_seeds(path), path.with_name("again.png"))
    assert path.with_name("again.png").read_bytes() == path.read_bytes()


def test_png_takes_wide_types_whose_values_fit(tmp_path):
    write_seeds(np.array([[0, 300]], np.int64), tmp_path / "seeds.png")
    read = read_seeds(tmp_path / "seeds.png")
    assert read.dtype == np.uint16
    np.testing.assert_array_equal(read, [[0, 300]])


@pytest.mark.parametrize(
    ("seeds", "name", "message"),
    [
        (np.array([[70_000]]), "seeds.png", r"\.png holds no array of uint32 \(1, 1\)"),
        (np.array([[-1]]), "seeds.png", r"\.png holds no array of int64 \(1, 1\)"),
        (np.ones((2, 3, 4), int), "seeds.png", r"\.png holds no array of uint8 \(2, 3, 4\)"),
        (np.ones((2, 3)), "seeds.tif", "seeds must be an integer array, not float64"),
        (np.ones((2, 3), int), "seeds.jpg", "JPEG changes values"),
        (np.ones((2, 3), int), "seeds", "its name must end in .png"),
        (np.zeros((0, 3), int), "seeds.png", r"the array is int64 \(0, 3\)"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(tmp_path, seeds, name, message):
    with pytest.raises(SeededKMeansError, match=message):
        write_seeds(seeds, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.full((2, 3, 3), RED, np.uint8), "no blue"),
        (np.full((2, 3, 3), BLUE, np.uint8), "no red"),
        (np.full((2, 3, 3), GREEN, np.uint8), "no red"),
    ],
)
def test_a_missing_side_names_file_and_colour(tmp_path, picture, message):
    Image.fromarray(picture).save(tmp_path / "strokes.png")
    for read in (read_strokes, read_seeds):
        with pytest.raises(SeededKMeansError, match=rf"strokes\.png: .*{message}"):
            read(tmp_path / "strokes.png")


def test_grey_pictures_are_no_strokes(tmp_path):
    Image.fromarray(np.ones((2, 3), np.uint8)).save(tmp_path / "grey.png")
    with pytest.raises(SeededKMeansError, match=r"grey\.png: .*colour picture"):
        read_strokes(tmp_path / "grey.png")


def test_float_seeds_are_refused(tmp_path):
    tifffile.imwrite(tmp_path / "seeds.tif", np.ones((2, 3), np.float32))
    with pytest.raises(SeededKMeansError, match=r"seeds\.tif holds float32 values; labels must be integers"):
        read_seeds(tmp_path / "seeds.tif")


def test_colour_pictures_are_no_labels(tmp_path):
    Image.fromarray(stroke_picture()).save(tmp_path / "strokes.png")
    with pytest.raises(SeededKMeansError, match="is a colour picture, not a label image"):
        read_labels(tmp_path / "strokes.png")


@pytest.mark.parametrize("name", ["m.png", "m.tif"])
def test_masks_are_written_as_seeds(tmp_path, name):
    mask = np.eye(6, dtype=bool)
    write_seeds(mask, tmp_path / name)
    np.testing.assert_array_equal(read_labels(tmp_path / name), mask)
