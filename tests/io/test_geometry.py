"""What a TIFF says about its axes is read, and written so that it comes back."""

import numpy as np
import pytest
import tifffile

from napari_seeded_kmeans.io.geometry import Geometry, read_geometry, write_tiff
from napari_seeded_kmeans.io.images import read_image
from napari_seeded_kmeans.io.pictures import read_picture

STACK = np.arange(3 * 8 * 9, dtype=np.uint8).reshape(3, 8, 9)


def test_ome(tmp_path):
    metadata = {"axes": "ZYX", "PhysicalSizeX": 0.25, "PhysicalSizeY": 0.5, "PhysicalSizeZ": 2.0, "PhysicalSizeXUnit": "µm"}  # fmt: skip
    tifffile.imwrite(tmp_path / "a.ome.tif", STACK, ome=True, metadata=metadata)
    assert read_geometry(tmp_path / "a.ome.tif", 3) == Geometry("ZYX", (2.0, 0.5, 0.25), "µm")


def test_channels_of_ome(tmp_path):
    tifffile.imwrite(tmp_path / "a.ome.tif", STACK, ome=True, metadata={"axes": "CYX"})
    geometry = read_geometry(tmp_path / "a.ome.tif", 3)
    assert geometry == Geometry("CYX", None, "pixel")
    assert geometry.channel_axis == 0
    assert geometry.without(0) == Geometry("YX", None, "pixel")


def test_imagej(tmp_path):
    tifffile.imwrite(
        tmp_path / "a.tif", STACK, imagej=True, resolution=(4, 2), metadata={"axes": "ZYX", "spacing": 1.5, "unit": "um"}
    )  # fmt: skip
    assert read_geometry(tmp_path / "a.tif", 3) == Geometry("ZYX", (1.5, 0.5, 0.25), "µm")


def test_resolution_in_centimetres_is_meant_and_in_inches_is_not(tmp_path):
    for unit, expected in (
        ("CENTIMETER", Geometry("YX", (5.0, 2.5), "µm")),
        ("INCH", Geometry("YX", None, "pixel")),
    ):
        tifffile.imwrite(tmp_path / "a.tif", STACK[0], resolution=(4000, 2000), resolutionunit=unit)
        assert read_geometry(tmp_path / "a.tif", 2) == expected


def test_colours_are_the_last_axis(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((8, 9, 3), np.uint8), photometric="rgb")
    assert read_geometry(tmp_path / "a.tif", 3).axes == "YXS"


def test_what_is_said_of_other_axes_is_unknown(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", STACK)
    assert read_geometry(tmp_path / "a.tif", 2) == Geometry()
    (tmp_path / "b.tif").write_bytes(b"II*\0nothing")
    assert read_geometry(tmp_path / "b.tif", 2) == Geometry()


@pytest.mark.parametrize(
    "geometry",
    [
        Geometry("ZYX", (2.0, 0.5, 0.25), "µm"),
        Geometry("TYX", (1.0, 0.5, 0.5), "mm"),
        Geometry("ZYX"),
        Geometry(),
    ],
    ids=str,
)
def test_written_and_read_again(tmp_path, geometry):
    write_tiff(STACK, tmp_path / "a.tif", geometry)
    write_tiff(STACK, tmp_path / "b.tif", geometry)
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "b.tif").read_bytes()
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), STACK)
    found = read_geometry(tmp_path / "a.tif", 3)
    assert (found.spacing, found.unit) == (geometry.spacing, geometry.unit)
    if geometry.axes:
        assert found.axes == geometry.axes


def test_a_picture_comes_with_its_geometry(tmp_path):
    write_tiff(STACK, tmp_path / "a.tif", Geometry("ZYX", (2.0, 0.5, 0.25), "µm"))
    assert read_picture(tmp_path / "a.tif").geometry.spacing == (2.0, 0.5, 0.25)
    np.save(tmp_path / "a.npy", STACK)
    assert read_picture(tmp_path / "a.npy").geometry == Geometry()


def test_axes_of_ome_in_other_units_are_converted(tmp_path):
    sizes = {"PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5, "PhysicalSizeZ": 300.0, "PhysicalSizeZUnit": "nm"}
    stack = np.zeros((4, 6, 8), np.uint8)
    tifffile.imwrite(tmp_path / "a.ome.tif", stack, ome=True, metadata={"axes": "ZYX", **sizes})
    found = read_geometry(tmp_path / "a.ome.tif", 3)
    assert found.unit == "µm"
    assert found.spacing == pytest.approx((0.3, 0.5, 0.5))


def test_a_size_is_measured_in_space():
    assert Geometry("TYX", (30.0, 0.5, 0.5), "µm").measured_axes(3) == (1, 2)
    assert Geometry("", (2.0, 0.5, 0.5), "µm").measured_axes(3) == (0, 1, 2)
    assert Geometry().measured_axes(2) == (0, 1)
