"""Open napari on the photograph, seeds painted and the dock open: press Segment."""

import napari

PLUGIN = "napari-seeded-kmeans"


def open_demo(*, show: bool = True) -> "napari.Viewer":
    """Return a viewer with the photograph and its strokes, the dock beside them.

    Parameters
    ----------
    show : bool
        Whether the window is shown at once.
    """
    viewer = napari.Viewer(show=show)
    viewer.open_sample(PLUGIN, "photo")
    viewer.window.add_plugin_dock_widget(PLUGIN, "Seeded segmentation")
    return viewer


if __name__ == "__main__":
    open_demo()
    napari.run()
