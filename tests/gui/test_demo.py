"""`make gui`: everything is there, one press is left."""

from napari_seeded_kmeans.gui.__main__ import open_demo
from napari_seeded_kmeans.session import Stage


def test_the_demo_is_ready_to_press_segment(make_napari_viewer, monkeypatch, settle):
    viewer = make_napari_viewer()
    monkeypatch.setattr("napari.Viewer", lambda show: viewer)
    _, dock = open_demo(show=False)
    assert settle(dock) is Stage.READY
    dock.segment()
    assert settle(dock) is Stage.DONE
    assert viewer.layers.selection.active is dock.choice.seeds
