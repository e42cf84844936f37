"""Open napari on the photograph, seeds painted and the dock open: press Segment."""

import napari

from .dock import SeededSegmentation

PLUGIN = "napari-seeded-kmeans"


def open_demo(*, show: bool = True) -> tuple["napari.Viewer", SeededSegmentation]:
    """Return a viewer with the photograph and its strokes, and the dock beside them.

    Parameters
    ----------
    show : bool
        Whether the window is shown at once.
    """
    viewer = napari.Viewer(show=show)
    viewer.open_sample(PLUGIN, "photo")
    _, dock = viewer.window.add_plugin_dock_widget(PLUGIN, "Seeded segmentation")
    viewer.layers.selection.active = dock.choice.seeds
    return viewer, dock


if __name__ == "__main__":
    open_demo()
    napari.run()
