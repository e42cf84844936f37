"""``python -m napari_seeded_kmeans`` is the command ``seeded-kmeans``."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
