"""What clusters say for classes is learnt from painted pixels."""

import numpy as np

from napari_seeded_kmeans.core.readout import fit_readout


def test_classes_count_the_same_however_much_was_painted():
    likeness = np.ones((100, 1))
    indices = np.repeat([0, 1], [90, 10])
    weights, bias = fit_readout(likeness, indices, 2)
    logits = likeness @ weights + bias
    np.testing.assert_allclose(logits[:, 0], logits[:, 1], atol=1e-3)


def test_a_readout_worked_by_hand():
    # Two clusters, each of one class: the optimum of the ridge-logistic loss leaves no gradient.
    likeness = np.repeat([[0.9, 0.1], [0.1, 0.9]], 50, axis=0)
    indices = np.repeat([0, 1], 50)
    weights, bias = fit_readout(likeness, indices, 2)
    logits = likeness @ weights + bias
    assert (logits.argmax(axis=1) == indices).all()
    np.testing.assert_allclose(weights[0], weights[1][::-1], rtol=0.05)
    np.testing.assert_allclose(bias, 0, atol=0.05)
