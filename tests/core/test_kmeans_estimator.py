"""KMeans: scikit-learn's conventions, checked by scikit-learn."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from napari_seeded_kmeans.core.errors import SeededKMeansError
from napari_seeded_kmeans.core.kmeans import kmeans
from napari_seeded_kmeans.core.kmeans_estimator import KMeans

X = np.random.default_rng(0).normal(size=(300, 3))


@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_own_checks():
    checks = check_estimator(KMeans(), on_skip=None, on_fail=None)
    assert len(checks) > 40
    assert [done for done in checks if done["status"] == "failed"] == []


def test_it_is_the_function():
    found, fitted = kmeans(X, 5), KMeans(5).fit(X)
    np.testing.assert_array_equal(fitted.cluster_centers_, found.centers)
    np.testing.assert_array_equal(fitted.labels_, found.labels)
    np.testing.assert_array_equal(fitted.predict(X), found.labels)
    assert fitted.inertia_ == found.inertia
    assert fitted.score(X) == pytest.approx(-found.inertia)


def test_clone_and_repr():
    model = clone(KMeans(5, tol=0.5))
    assert model.get_params()["tol"] == 0.5
    assert repr(model) == "KMeans(n_clusters=5, tol=0.5)"


def test_unknown_parameter():
    with pytest.raises(SeededKMeansError, match="'k' is not a parameter of KMeans"):
        KMeans().set_params(k=3)


def test_it_works_without_scikit_learn():
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "from napari_seeded_kmeans.core.kmeans_estimator import KMeans\n"
        "try: KMeans().predict([[1.0]])\n"
        "except (ValueError, AttributeError): pass\n"
        "print(KMeans(2).fit_predict([[0.0], [1.0], [9.0]]).tolist())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[0, 0, 1]\n"
