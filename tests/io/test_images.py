import contextlib
import io
import struct
import warnings
import zlib

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from napari_seeded_kmeans.core.errors import SeededKMeansError, SeededKMeansWarning
from napari_seeded_kmeans.io.images import read_image, write_image

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (7, 9), np.uint8)
COLOR = RNG.integers(0, 256, (7, 9, 3), np.uint8)
DEEP = RNG.integers(0, 65536, (7, 9), np.uint16)
STACK = RNG.normal(size=(2, 3, 7, 9)).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("grey.png", GREY),
        ("color.png", COLOR),
        ("deep.png", DEEP),
        ("deep.PNG", DEEP),
        ("color.tif", COLOR),
        ("deep color.tiff", DEEP[..., None].repeat(3, axis=-1)),
        ("stack.tif", STACK),
        ("three planes.tif", GREY[None].repeat(3, axis=0)),
        ("four channels.tif", DEEP[..., None].repeat(4, axis=-1)),
        ("int16.tif", DEEP.astype(np.int16)),
        ("umlaut-ä and space.npy", STACK),
        ("bool.npy", GREY > 99),
        ("strided.tif", GREY[::-2, ::3]),
        ("fortran.npy", np.asfortranarray(STACK)),
        ("big-endian.npy", STACK.astype(">f4")),
        ("big-endian.tif", DEEP.astype(">u2")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_comes_back_as_written(tmp_path, name, array):
    write_image(array, tmp_path / name)
    read = read_image(tmp_path / name)
    assert read.dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(read, array)


def test_masks_are_written_black_and_white(tmp_path):
    write_image(GREY > 99, tmp_path / "mask.png")
    np.testing.assert_array_equal(read_image(tmp_path / "mask.png"), np.where(GREY > 99, 255, 0))


def test_jpeg_is_close(tmp_path):
    smooth = np.add.outer(np.arange(64), np.arange(64)).astype(np.uint8)
    write_image(smooth, tmp_path / "smooth.jpg")
    np.testing.assert_allclose(read_image(tmp_path / "smooth.jpg").astype(int), smooth, atol=3)


@pytest.mark.parametrize(
    ("array", "name", "message"),
    [
        (STACK, "stack.png", r"\.png holds no array of float32 \(2, 3, 7, 9\)"),
        (DEEP, "deep.jpg", r"\.jpg holds no array of uint16"),
        (GREY.astype(complex), "z.tif", "the array is complex128"),
        (np.array([[None]]), "o.npy", "the array is object"),
        (np.zeros((0, 3)), "empty.tif", r"the array is float64 \(0, 3\)"),
        (GREY, "grey.gif", r"its name must end in \.png, \.jpg, \.jpeg, \.tif, \.tiff, \.npy"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(tmp_path, array, name, message):
    with pytest.raises(SeededKMeansError, match=message):
        write_image(array, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_palettes_become_colours(tmp_path):
    picture = Image.fromarray(COLOR).quantize(8)
    picture.save(tmp_path / "palette.png")
    np.testing.assert_array_equal(read_image(tmp_path / "palette.png"), np.array(picture.convert("RGB")))


def test_tiff_palettes_become_colours(tmp_path):
    colormap = RNG.integers(0, 65536, (3, 256), np.uint16)
    tifffile.imwrite(tmp_path / "palette.tif", GREY, photometric="palette", colormap=colormap)
    np.testing.assert_array_equal(
        read_image(tmp_path / "palette.tif"), (colormap.T[GREY] >> 8).astype(np.uint8)
    )


def test_one_bit_pictures_become_bool(tmp_path):
    Image.fromarray(GREY > 99).save(tmp_path / "bits.png")
    np.testing.assert_array_equal(read_image(tmp_path / "bits.png"), GREY > 99, strict=True)


def test_opacity_is_resolved_over_white(tmp_path):
    picture = np.array([[[10, 20, 30, 255], [10, 20, 30, 0], [0, 100, 200, 51]]], np.uint8)
    wanted = [[[10, 20, 30], [255, 255, 255], [204, 224, 244]]]
    for name in ("rgba.png", "rgba.tif"):
        Image.fromarray(picture).save(tmp_path / name)
        np.testing.assert_array_equal(read_image(tmp_path / name), np.array(wanted, np.uint8), strict=True)


def test_grey_with_opacity_stays_grey(tmp_path):
    Image.fromarray(np.dstack([GREY, np.full_like(GREY, 255)]), "LA").save(tmp_path / "la.png")
    np.testing.assert_array_equal(read_image(tmp_path / "la.png"), GREY)


def test_cameras_orientation_is_obeyed(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # stored lying on its left side
    Image.fromarray(COLOR).save(tmp_path / "turned.png", exif=exif)
    np.testing.assert_array_equal(read_image(tmp_path / "turned.png"), np.rot90(COLOR, -1))


def test_planar_tiff_gets_its_channels_last(tmp_path):
    tifffile.imwrite(
        tmp_path / "p.tif", np.moveaxis(COLOR, -1, 0), photometric="rgb", planarconfig="separate"
    )
    np.testing.assert_array_equal(read_image(tmp_path / "p.tif"), COLOR)


@pytest.mark.parametrize("array", [GREY, COLOR, DEEP], ids=["grey", "color", "deep"])
def test_lzw_tiff_needs_nothing_extra(tmp_path, array):
    Image.fromarray(array).save(tmp_path / "lzw.tif", compression="tiff_lzw")
    np.testing.assert_array_equal(read_image(tmp_path / "lzw.tif"), array, strict=True)


def test_pages_of_lzw_tiff_become_the_first_axis(tmp_path):
    pages = [Image.fromarray(GREY), Image.fromarray(255 - GREY)]
    pages[0].save(tmp_path / "lzw.tif", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    np.testing.assert_array_equal(read_image(tmp_path / "lzw.tif"), [GREY, 255 - GREY])


def test_a_file_is_known_by_its_bytes_not_its_name(tmp_path):
    write_image(COLOR, tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a.tif")
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), COLOR)


def png(width, height, bits, color_type, rows):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, bits, color_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def test_loss_of_depth_is_said(tmp_path):
    rows = b"\0" + np.array([256, 512, 65535], ">u2").tobytes()
    (tmp_path / "deep.png").write_bytes(png(1, 1, 16, 2, rows))
    with pytest.warns(SeededKMeansWarning, match="16 bits a channel, of which the upper 8 were read"):
        assert read_image(tmp_path / "deep.png").tolist() == [[[1, 2, 255]]]


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npy_header(text):
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text.encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\0" * 100, "not an image of a known format"),
        (b"plain text\n", "not an image of a known format"),
        (b"PK\3\4" + b"\0" * 100, "not an image of a known format"),
        (b"\x93NUMPY", "damaged or not supported"),
        (b"II*\0", "damaged or not supported"),
        (b"II*\0" + b"\xff" * 60, "damaged or not supported"),
        (npy(np.array([None])), "damaged or not supported .*allow_pickle"),
        (npy(np.ones((2, 2), complex)), "it holds complex128, not real numbers"),
        (npy(np.zeros((0, 5))), r"it holds no pixels \(shape \(0, 5\)\)"),
        (npy(np.zeros(3, [("a", int)])), "not real numbers"),
        (npy_header("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 9)}"), "cannot read"),
        (npy_header("__import__('os')"), "damaged or not supported"),
        (png(30_000, 30_000, 8, 2, b""), "cannot read"),
        (png(5, 5, 8, 2, b""), "damaged or not supported"),
    ],
)
def test_unusable_files_are_one_sentence(tmp_path, content, message):
    path = tmp_path / "image.png"
    path.write_bytes(content)
    with pytest.raises(SeededKMeansError, match=message) as caught:
        read_image(path)
    assert str(caught.value).startswith(f"cannot read {path}: ")
    assert "\n" not in str(caught.value)


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(SeededKMeansError, match=r"cannot read .*none\.png: no such file or directory"):
        read_image(tmp_path / "none.png")
    with pytest.raises(SeededKMeansError, match="it is a folder"):
        read_image(tmp_path)
    with pytest.raises(SeededKMeansError, match="cannot read"):
        read_image("nul\0byte.png")


def encoded(suffix):
    file = io.BytesIO()
    if suffix == "npy":
        return npy(GREY)
    if suffix == "tif":
        tifffile.imwrite(file, GREY, compression="zlib")
    else:
        Image.fromarray(COLOR).save(file, suffix)
    return file.getvalue()


FILES = {suffix: encoded(suffix) for suffix in ("npy", "tif", "png", "jpeg", "gif", "bmp", "webp")}


@pytest.mark.parametrize("suffix", ["npy", "tif", "png", "jpeg"])
def test_truncated_files_are_refused(tmp_path, suffix):
    whole = FILES[suffix]
    (tmp_path / "cut").write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(SeededKMeansError, match="cannot read"):
        read_image(tmp_path / "cut")


@settings(max_examples=60)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_damage_never_escapes_as_another_error(tmp_path_factory, suffix, data):
    content = bytearray(FILES[suffix])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, min(len(content) - 1, 200)))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(SeededKMeansError):
            read_image(path)


def test_opacity_of_floats_is_resolved_over_white(tmp_path):
    picture = np.full((8, 8, 4), 0.25, np.float32)
    tifffile.imwrite(tmp_path / "a.tif", picture, photometric="rgb", extrasamples=["unassalpha"])
    np.testing.assert_allclose(read_image(tmp_path / "a.tif"), np.full((8, 8, 3), 0.25 * 0.25 + 0.75))
