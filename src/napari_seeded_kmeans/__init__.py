"""Seeded K-means segmentation: paint a few strokes, get a clean mask.

The public names are loaded on first use, so that importing the package stays
cheap: neither Qt, napari, numba nor scikit-learn is imported here.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
