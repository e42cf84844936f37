"""What is shown of an image already, after results and newer patches."""

import numpy as np

from napari_seeded_kmeans.core.patch import Patch
from napari_seeded_kmeans.gui.known import Known


def test_what_is_known_is_what_was_shown_last():
    whole = np.zeros((6, 8), np.uint8)
    left, right = ((slice(0, 6, 2), slice(start, start + 5, 2)) for start in (0, 3))
    known = Known(whole.shape, whole)
    assert Known().within(left, whole.shape) is None
    assert (known.within(left, whole.shape) == 0).all()
    known = known.with_patch(Patch(np.full((3, 3), 1, np.uint8), left), whole.shape)
    known = known.with_patch(Patch(np.full((3, 3), 2, np.uint8), right), whole.shape)
    assert (known.within(right, whole.shape) == 2).all()
    np.testing.assert_array_equal(known.within(left, whole.shape), [[1, 1, 2]] * 3)
    known = known.with_patch(Patch(np.full((3, 3), 3, np.uint8), left), whole.shape)
    np.testing.assert_array_equal(known.within(right, whole.shape), [[3, 2, 2]] * 3)
    assert len(known.patches) == 2
    assert known.within(left, (8, 6)) is None
    other = known.with_patch(Patch(np.ones((2, 2), np.uint8), (slice(0, 8, 4), slice(0, 6, 3))), (8, 6))
    assert (other.labels, len(other.patches)) == (None, 1), "another image"
    assert not whole.any(), "results stay as they are"


def test_what_the_strokes_meant_stays_known():
    known = Known((2, 2), np.zeros((2, 2), np.uint8), spread="strokes")
    patch = Patch(np.ones((2, 2), np.uint8), (slice(0, 2, 1), slice(0, 2, 1)))
    assert known.with_patch(patch, (2, 2)).spread == "strokes"
    assert known.with_patch(patch, (4, 4)).spread == "strokes", "another axis holds the channels"
