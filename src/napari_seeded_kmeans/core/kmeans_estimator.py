"""K-means as a scikit-learn estimator, without scikit-learn.

The conventions are kept by hand: parameters as attributes, fitted values with a
trailing underscore. Only `__sklearn_tags__`, which only scikit-learn calls,
imports it.
"""

import inspect
import sys
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import SeededKMeansError
from .kmeans import kmeans, nearest_center
from .kmeans_input import check_samples


class KMeans:
    """K-means clustering: `kmeans` with scikit-learn's way of calling it.

    Parameters
    ----------
    n_clusters, init, n_init, max_iter, tol, random_state
        As in `kmeans`.

    Attributes
    ----------
    cluster_centers_ : (k, d) float64
    labels_ : (n,) int32
    inertia_ : float
    n_iter_ : int
    n_features_in_ : int
    feature_names_in_ : (d,) object
        Column names, if the samples were a data frame whose columns are all named.
    """

    _estimator_type = "clusterer"

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: str | ArrayLike = "k-means++",
        n_init: int = 1,
        max_iter: int = 300,
        tol: float = 1e-4,
        random_state: int | np.random.Generator | None = 0,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> Self:  # noqa: ARG002
        """Find the centres of samples (n, d)."""
        samples = _check(X)
        found = kmeans(samples, sample_weight=sample_weight, **self.get_params())
        self.n_features_in_ = samples.shape[1]
        names = _feature_names(X)
        if names is not None:
            self.feature_names_in_ = names
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        self.cluster_centers_ = found.centers
        self.labels_ = found.labels
        self.inertia_ = found.inertia
        self.n_iter_ = found.n_iter
        return self

    def fit_predict(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None
    ) -> NDArray[np.int32]:
        """Find the centres and return the cluster of every sample (n,)."""
        return self.fit(X, y, sample_weight).labels_

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the nearest cluster of every sample (n,)."""
        return nearest_center(self._check_like_fit(X), self.cluster_centers_)

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the distance of every sample to every centre (n, k)."""
        samples = self._check_like_fit(X).astype(np.float64)
        squared = [((samples - center) ** 2).sum(axis=1) for center in self.cluster_centers_]
        distances: NDArray[np.float64] = np.sqrt(np.stack(squared, axis=1))
        return distances

    def fit_transform(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None
    ) -> NDArray[np.float64]:
        """Find the centres and return every sample's distance to each (n, k)."""
        return self.fit(X, y, sample_weight).transform(X)

    def score(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> float:  # noqa: ARG002
        """Return minus the inertia of the samples."""
        nearest = self.transform(X).min(axis=1)
        return -float(np.sum(nearest**2 * (1.0 if sample_weight is None else np.asarray(sample_weight))))

    def get_feature_names_out(self, input_features: object = None) -> NDArray[Any]:  # noqa: ARG002
        """Return the names of the columns that `transform` makes."""
        self._check_fitted()
        return np.array([f"kmeans{j}" for j in range(len(self.cluster_centers_))], dtype=object)

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002
        """Return the parameters by name."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **params: Any) -> Self:
        """Change parameters by name."""
        known = self.get_params()
        for name, value in params.items():
            if name not in known:
                raise SeededKMeansError(f"{name!r} is not a parameter of KMeans; it has {', '.join(known)}.")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self)).parameters
        changed = {k: v for k, v in self.get_params().items() if not np.array_equal(v, defaults[k].default)}
        return f"KMeans({', '.join(f'{name}={value!r}' for name, value in changed.items())})"

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "cluster_centers_")

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import (  # type: ignore[import-untyped, import-not-found, unused-ignore]
            InputTags,
            Tags,
            TargetTags,
            TransformerTags,
        )

        return Tags(
            estimator_type="clusterer",
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(preserves_dtype=[]),
            input_tags=InputTags(),
        )

    def _check_fitted(self) -> None:
        if not hasattr(self, "cluster_centers_"):
            raise _not_fitted_error()("This KMeans instance is not fitted yet: call fit first.")

    def _check_like_fit(self, X: ArrayLike) -> NDArray[Any]:
        self._check_fitted()
        names, fitted = _feature_names(X), getattr(self, "feature_names_in_", None)
        if names is not None and fitted is not None and not np.array_equal(names, fitted):
            raise SeededKMeansError(
                "The feature names should match those that were passed during fit: "
                f"{list(names)} instead of {list(fitted)}."
            )
        samples = _check(X)
        if samples.shape[1] != self.n_features_in_:
            raise SeededKMeansError(
                f"X has {samples.shape[1]} features, "
                f"but KMeans is expecting {self.n_features_in_} features as input."
            )
        return samples


def _check(X: Any) -> NDArray[Any]:
    """Return X as a real (n, d) array; the sentences are those scikit-learn expects."""
    if hasattr(X, "toarray"):
        raise SeededKMeansError("X is sparse, but a dense array is required: use X.toarray().")
    array = np.asarray(X)
    if array.dtype.kind == "c":
        raise SeededKMeansError(f"Complex data not supported: X is {array.dtype}.")
    if array.dtype.kind == "O":
        array = array.astype(np.float64)
    if array.ndim == 1:
        raise SeededKMeansError("X must be 2-dimensional. Reshape your data with X.reshape(-1, 1).")
    if array.ndim == 2 and array.shape[1] == 0:
        raise SeededKMeansError(f"X has 0 feature(s) (shape={array.shape}) while a minimum of 1 is required.")
    return check_samples(array)


def _not_fitted_error() -> type[Exception]:
    """Return an error that is also scikit-learn's own, if that is loaded."""
    exceptions = sys.modules.get("sklearn.exceptions")
    bases = (SeededKMeansError, exceptions.NotFittedError if exceptions else AttributeError)
    return type("NotFittedError", bases, {})


def _feature_names(X: Any) -> NDArray[Any] | None:
    columns = getattr(X, "columns", None)
    if columns is None or not all(isinstance(name, str) for name in columns):
        return None
    return np.asarray(columns, dtype=object)
