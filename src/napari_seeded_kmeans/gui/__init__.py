"""The only place that knows Qt, magicgui and napari; importing this package loads none of them."""
