"""Fit once, predict many: the way from image and seeds to a model, scores and labels.

A :class:`Model` is a value: it can be written as JSON, compared and passed to
other threads and processes. The functions here hold no state and touch no files.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from .class_clusters import KnownClusters
from .cleanup import clean
from .dots import still_there, with_dots
from .errors import SeededKMeansError, heard_by
from .evidence import Evidence, say_nothing
from .features import FeatureRecipe, check_image, resolve_recipe, with_lightness
from .frames import Spacing, are_frames, counts_frames, with_frames
from .labelling import choose, class_indices
from .looks import Look, check_painted, fit_look
from .palette import Palette
from .palette_edits import NO_EDITS, PaletteEdits, check_edited
from .params import Params, read_params
from .scene import View
from .score_maps import Maps, ScoreMaps
from .seeds import check_seed_image, check_seeds, painted_places, seed_classes
from .spread import Spread
from .taught import Grouping, Taught
from .texture import SIGMAS_PX, can_have_texture, n_color_columns, n_filtered
from .threads import Cancel, Progress, map_tiles, stop_if
from .workspace import Shelf, Workspace

NO_PAIRS = "pairs are empty: give at least one image and its seeds."

# Stages are told in hundredths.
_PARTS = 100


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted seeded K-means: palettes of clusters and how to apply them.

    Attributes
    ----------
    params : Params
        The settings as they were asked for.
    recipe : FeatureRecipe
        How features are made, with nothing left automatic.
    looks : tuple of Look
        The clusters of colours, and those of colours with texture if that was asked for; their scores are
        averaged, texture counting twice where there are two classes.
    classes : tuple of int
        The class values, ascending.
    n_seeds : tuple of int
        Painted pixels per class, in the order of `classes`.
    """

    params: Params
    recipe: FeatureRecipe
    looks: tuple[Look, ...]
    classes: tuple[int, ...]
    n_seeds: tuple[int, ...]

    @property
    def palette(self) -> Palette:
        """The clusters of colours."""
        return self.looks[0].palette

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready form; floats come back bit for bit."""
        return {
            "params": self.params.model_dump(),
            "features": self.recipe.to_dict(),
            "classes": [
                {"value": value, "n_seeds": n_seeds}
                for value, n_seeds in zip(self.classes, self.n_seeds, strict=True)
            ],
            "looks": [look.to_dict() for look in self.looks],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Model":
        """Return the model that `to_dict` described.

        Raises
        ------
        SeededKMeansError
            When something is missing or of the wrong kind.
        """
        try:
            rows = data["classes"]
            return cls(
                read_params(data["params"]),
                FeatureRecipe.from_dict(data["features"]),
                tuple(Look.from_dict(look) for look in data["looks"]),
                tuple(int(row["value"]) for row in rows),
                tuple(int(row["n_seeds"]) for row in rows),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise SeededKMeansError(f"model is not usable: {error!r}.") from None


class Result(NamedTuple):
    """What applying a model to an image gives; labels (*spatial,) as in `Segmentation`."""

    labels: NDArray[np.integer]
    maps: Maps
    spread: Spread


OnFit = Callable[[Model, Workspace, NDArray[np.integer], NDArray[np.bool_]], None]
"""Called with a model before it is applied, its image and seeds, and where the image counts."""


def segment(
    image: ArrayLike,
    seeds: ArrayLike,
    params: Params,
    *,
    channel_axis: int | None = None,
    spacing: tuple[float, ...] | None = None,
    edits: PaletteEdits = NO_EDITS,
    valid: NDArray[np.bool_] | None = None,
    random_state: int = 0,
    shelf: Shelf | None = None,
    on_sketch: OnFit | None = None,
    on_fit: OnFit | None = None,
    lazy: bool = False,
    cancel: Cancel | None = None,
    progress: Progress | None = None,
) -> tuple[Model, Result]:
    """Fit a model to the strokes on an image and apply it to that image; what is not `valid` is like NaN.

    A `lazy` result works out its maps when somebody asks.
    """
    steps = _Steps(4 if lazy else 5, cancel, progress)
    array = check_image(image, np.ndim(seeds), channel_axis)
    painted = check_seeds(seeds, array.shape[: np.ndim(seeds)])
    workspace = open_workspace(
        array, painted.ndim, params, spacing=spacing, edits=edits, shelf=shelf, cancel=cancel
    )
    finite = workspace.finite if valid is None else workspace.finite & valid
    steps.done()
    classes, places = _classes_and_places(painted, finite)
    to_fit = workspace, painted, classes, places, params, edits, random_state, cancel
    if on_sketch is not None:
        # What is to be said about the strokes, the fit says.
        with heard_by(lambda _message: None):
            model, taught = _fit_painted(*to_fit, is_sketch=True)
        on_sketch(model, workspace, _that_count(painted, places, taught, finite), finite)
        stop_if(cancel)
    model, taught = _fit_painted(*to_fit)
    steps.done()
    if on_fit is not None:
        on_fit(model, workspace, _that_count(painted, places, taught, finite), finite)
    painted = _as_taught(painted, places, taught)
    result = _apply(model, workspace, finite, painted, steps)
    if not lazy:
        result.maps.finish(cancel)
        steps.done()
    return model, result


def _as_taught(painted: NDArray[np.integer], places: NDArray[np.intp], taught: Taught) -> NDArray[np.integer]:
    """Return seeds as edits of the palette leave them."""
    if taught.grouping is not None:
        painted = painted.copy(order="C")
        painted.ravel()[places] = taught.pixel_values
        painted = with_dots(painted, taught.dots)
    return painted


def _that_count(
    painted: NDArray[np.integer], places: NDArray[np.intp], taught: Taught, finite: NDArray[np.bool_]
) -> NDArray[np.integer]:
    """Return seeds as edits leave them, where the image counts."""
    as_taught = _as_taught(painted, places, taught)
    all_count = len(places) == len(painted_places(painted))
    return as_taught if all_count else np.where(finite, as_taught, 0)


def open_workspace(
    image: NDArray[Any],
    n_spatial: int,
    params: Params,
    *,
    spacing: tuple[float, ...] | None = None,
    edits: PaletteEdits = NO_EDITS,
    shelf: Shelf | None = None,
    cancel: Cancel | None = None,
) -> Workspace:
    """Return the workspace of an image (*spatial[, c]) for some settings: the one on the shelf, if there."""
    is_learnt = params.cluster_weights == "learnt"
    about = n_spatial, params.color_space, params.blur_sigma_px, params.texture, spacing, is_learnt

    def make() -> Workspace:
        recipe = _recipe(image, n_spatial, params, spacing, edits)
        return Workspace(image, recipe, spacing, in_own_units=_in_own_units(recipe, params))

    workspace = (shelf or Shelf()).workspace(image, about, make, edits.recipe)
    workspace.settle(cancel)
    return workspace


def _in_own_units(recipe: FeatureRecipe, params: Params) -> bool:
    """Whether features have to be comparable with each other: colours by themselves are."""
    return bool(recipe.sigmas_px) or params.cluster_weights == "learnt"


def fit(
    image: ArrayLike,
    seeds: ArrayLike,
    params: Params,
    *,
    channel_axis: int | None = None,
    edits: PaletteEdits = NO_EDITS,
    random_state: int = 0,
    shelf: Shelf | None = None,
) -> Model:
    """Fit a model to the strokes on an image."""
    array = check_image(image, np.ndim(seeds), channel_axis)
    painted = check_seeds(seeds, array.shape[: np.ndim(seeds)])
    workspace = open_workspace(array, painted.ndim, params, edits=edits, shelf=shelf)
    classes, places = _classes_and_places(painted, workspace.finite)
    return _fit_painted(workspace, painted, classes, places, params, edits, random_state)[0]


def fit_many(
    pairs: Iterable[tuple[ArrayLike, ArrayLike]],
    params: Params,
    *,
    channel_axis: int | None = None,
    edits: PaletteEdits = NO_EDITS,
    random_state: int = 0,
) -> Model:
    """Fit one model to the strokes on several images of one kind.

    An image need not show every class; what is left automatic is settled by
    the first. The pairs are taken one by one and only painted pixels are kept.
    """
    samples, values, workspace = [], [], None
    for workspace, painted, places in painted_pairs(pairs, params, channel_axis=channel_axis, edits=edits):
        samples.append(workspace.samples(places))
        values.append(painted.ravel()[places])
    if workspace is None:
        raise SeededKMeansError(NO_PAIRS)
    painted_values = np.concatenate(values)
    check_seeds(painted_values, painted_values.shape)
    taught = edits.apply(np.concatenate(samples), painted_values)
    classes, n_channels = seed_classes(painted_values), len(workspace.channels)
    return fit_samples(taught, classes, params, workspace.recipe, n_channels, random_state)


def painted_pairs(
    pairs: Iterable[tuple[ArrayLike, ArrayLike]],
    params: Params,
    *,
    channel_axis: int | None = None,
    spacing: Spacing | None = None,
    edits: PaletteEdits = NO_EDITS,
) -> Iterator[tuple[Workspace, NDArray[np.integer], NDArray[np.intp]]]:
    """Yield of each image and seeds a workspace, the seeds, and where in them finite pixels are painted.

    What is left automatic is settled by the first.
    """
    recipe: FeatureRecipe | None = None
    for number, (image, seeds) in enumerate(pairs, start=1):
        try:
            array = check_image(image, np.ndim(seeds), channel_axis)
            painted = check_seed_image(seeds, array.shape[: np.ndim(seeds)])
            recipe = recipe or _recipe(array, painted.ndim, params, spacing, edits)
            # Every tile is looked at once.
            in_own_units = _in_own_units(recipe, params)
            workspace = Workspace(array, recipe, spacing, kept_bytes=0, in_own_units=in_own_units)
            workspace.settle()
            recipe = workspace.recipe
        except SeededKMeansError as error:
            raise SeededKMeansError(f"pair {number}: {error}") from None
        yield workspace, painted, finite_places(painted, workspace.finite)


def predict(
    model: Model,
    image: ArrayLike,
    *,
    channel_axis: int | None = None,
    spacing: tuple[float, ...] | None = None,
    cancel: Cancel | None = None,
    progress: Progress | None = None,
) -> Result:
    """Apply a model to another image of the same kind."""
    steps = _Steps(3, cancel, progress)
    if model.recipe.n_channels and channel_axis is None:
        channel_axis = -1
    array = check_image(image, None, channel_axis)
    recipe, spacing = same_frames(model.recipe, spacing, array.ndim - (model.recipe.n_channels > 0))
    _check_axes(array, recipe)
    # Every tile is looked at once.
    workspace = Workspace(array, recipe, spacing, kept_bytes=0)
    steps.done()
    return _apply(model, workspace, workspace.finite, None, steps)


def same_frames(
    recipe: FeatureRecipe, spacing: Spacing | None, n_spatial: int
) -> tuple[FeatureRecipe, Spacing | None]:
    """Return recipe and spacing that both take the first axis for frames, if one of them does."""
    if counts_frames(recipe.spacing, n_spatial):
        return recipe, with_frames(spacing, n_spatial)
    if are_frames(spacing):
        return replace(recipe, spacing=with_frames(recipe.spacing, n_spatial)), spacing
    return recipe, spacing


def _check_axes(image: NDArray[Any], recipe: FeatureRecipe) -> None:
    """Refuse images whose texture has other directions than that of the images painted on."""
    if not recipe.sigmas_px:
        return
    n_spatial = image.ndim - (recipe.n_channels > 0)
    n_filters = n_filtered(recipe, 1, n_spatial) if can_have_texture(n_spatial, recipe.spacing) else 0
    if not n_filters or len(recipe.offsets) % n_filters:
        raise SeededKMeansError(
            f"image has {n_spatial} spatial axes, but the model learnt texture on another number of axes."
        )


class _Steps:
    """Counts the stages of a run in hundredths, and stops it between two of them."""

    def __init__(self, total: int, cancel: Cancel | None, progress: Progress | None) -> None:
        self.cancel = cancel
        self._total = total
        self._progress = progress
        self._n_done = 0

    def done(self) -> None:
        self._n_done += 1
        self.part(0, 1)
        stop_if(self.cancel)

    def part(self, done: int, total: int) -> None:
        """Say how much of a stage is done."""
        if self._progress is not None:
            self._progress(_PARTS * self._n_done + _PARTS * done // total, _PARTS * self._total)


def _recipe(
    image: NDArray[Any],
    n_spatial: int,
    params: Params,
    spacing: tuple[float, ...] | None,
    edits: PaletteEdits,
) -> FeatureRecipe:
    """Settle how features are made, all but their units; as they were when the palette was edited."""
    recipe = resolve_recipe(
        image,
        has_channels=image.ndim > n_spatial,
        color_space=params.color_space,
        blur_sigma_px=params.blur_sigma_px,
    )
    if params.texture and can_have_texture(n_spatial, spacing):
        recipe = replace(recipe, sigmas_px=SIGMAS_PX, spacing=spacing)
    elif are_frames(spacing):
        recipe = replace(recipe, spacing=spacing)
    if edits.recipe is not None:
        return edits.checked_recipe(recipe, n_spatial)
    if params.color_space in ("auto", "lightness") and recipe.color_space != "lab":
        recipe = with_lightness(recipe, image)
    return recipe


def finite_places(painted: NDArray[np.integer], finite: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return where in the flattened image finite pixels are painted."""
    return _classes_and_places(painted, finite)[1]


def _classes_and_places(
    painted: NDArray[np.integer], finite: NDArray[np.bool_]
) -> tuple[tuple[int, ...], NDArray[np.intp]]:
    """Return all classes that are painted, and where in the flattened image finite pixels are."""
    places = painted_places(painted)
    return seed_classes(painted), places[finite.ravel()[places]]


def _fit_painted(
    workspace: Workspace,
    painted: NDArray[np.integer],
    classes: tuple[int, ...],
    places: NDArray[np.intp],
    params: Params,
    edits: PaletteEdits,
    random_state: int,
    cancel: Cancel | None = None,
    *,
    is_sketch: bool = False,
) -> tuple[Model, Taught]:
    """Return the model of the painted pixels at some places, and what it was taught."""
    samples = workspace.samples(places, cancel)
    taught = edits.apply(samples, painted.ravel()[places])
    taught = taught._replace(dots=still_there(taught.dots, workspace.channels, workspace.recipe))
    n_channels = len(workspace.channels)
    model = fit_samples(
        taught,
        classes,
        params,
        workspace.recipe,
        n_channels,
        random_state,
        workspace.known,
        is_sketch=is_sketch,
    )
    return model, taught


def fit_samples(
    taught: Taught,
    classes: tuple[int, ...],
    params: Params,
    recipe: FeatureRecipe,
    n_channels: int,
    random_state: int,
    known: KnownClusters | None = None,
    *,
    is_sketch: bool = False,
) -> Model:
    """Return the model of painted pixels whose features (m, d) a recipe made; a sketch is made in a hurry."""
    samples, values, grouping, voices = taught.samples, taught.values, taught.grouping, taught.voices
    if grouping is None:
        check_painted(values, classes)
    else:
        classes = check_edited(values)
    n_colors = n_color_columns(recipe, n_channels)
    columns = [slice(n_colors)]
    if recipe.sigmas_px:
        columns.append(slice(n_colors if recipe.axes else 0, samples.shape[1]))
    # Clusters of their own are those of the palette a person sees: the colours.
    groupings = (grouping, None)
    with_texture = params.model_copy(update={"bandwidth": params.texture_bandwidth or params.bandwidth})

    def fit_one(look: tuple[slice, Params, Grouping | None]) -> Look:
        seen, settings, groups = look
        return fit_look(
            samples[:, seen],
            values,
            classes,
            settings,
            random_state,
            groups,
            voices,
            known,
            first=seen.start or 0,
            is_sketch=is_sketch,
        )

    looks = map_tiles(fit_one, list(zip(columns, (params, with_texture), groupings, strict=False)))
    n_seeds = tuple(int(np.count_nonzero(values == value)) for value in classes)
    return Model(params, recipe, tuple(looks), classes, n_seeds)


def _apply(
    model: Model,
    workspace: Workspace,
    finite: NDArray[np.bool_],
    seeds: NDArray[np.integer] | None,
    steps: _Steps,
) -> Result:
    """Scores, where labels need them; labels that hang together; cleaned."""
    params, classes = model.params, model.classes
    evidence = Evidence(model, workspace, finite, steps.cancel, steps.part)
    steps.done()
    known = None if seeds is None else np.where(finite, seeds, 0)
    view = evidence.view(class_indices(known, finite.shape, classes))
    if params.smooth_px:
        view = _smooth(view, params.smooth_px, finite, steps.cancel)
    indices, spread, view = choose(view, params, steps.cancel)
    dtype = np.int64 if seeds is None else seeds.dtype
    labels = np.asarray(classes, dtype)[indices]
    settled = params.model_copy(update={"spread": spread})
    labels = clean(
        labels,
        view.scores_in,
        classes,
        settled,
        known,
        evidence.familiar,
        workspace.scene.spacing,
    )
    labels[~finite] = 0
    steps.done()
    return Result(labels, ScoreMaps(view, evidence.strangeness, finite), spread)


def _smooth(view: View, sigma_px: float, finite: NDArray[np.bool_], cancel: Cancel | None) -> View:
    """Gaussian of the score maps; `sigma_px` counts pixels of the finest axis."""
    view.need(cancel=cancel)
    spacing, scores = view.scene.spacing, view.scores
    step = np.ones(scores.ndim - 1) if spacing is None else np.asarray(spacing, float)
    sigmas = sigma_px * step.min() / step
    smoothed: NDArray[np.float32] = ndimage.gaussian_filter(scores, (0, *sigmas), mode="nearest")
    say_nothing(smoothed, finite)
    return View(smoothed, view.scene, view.seeds, view.strangeness)
