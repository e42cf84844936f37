"""What a person changed in a palette: a value that a fit takes beside the strokes.

*Strategy.* An edit acts on the painted pixels behind a cluster, not on the cluster: they count as another
class, are left out, are clustered by themselves, or count more than once. So everything that is learnt from
strokes follows, both looks, the cut and the strokes that keep their class, and strokes painted later fall
under the same edits. A cluster is named by its place among its class's clusters at the time (its Voronoi
cell, as far as its class reaches), in features that stay as they are from the first edit on: the same edits
on the same strokes give the same bits.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from .errors import SeededKMeansError
from .features import FeatureRecipe
from .frames import counts_frames
from .palette_steps import (
    AddColor,
    Cell,
    Edit,
    LeaveOut,
    Lock,
    Reassign,
    Regroup,
    Row,
    Samples,
    Weigh,
    check_weight,
    read_step,
    step_to_dict,
)
from .taught import Taught, teach

if TYPE_CHECKING:
    from .model import Model

# What settings say of features.
_ASKED_FOR = ("color_space", "n_channels", "blur_sigma_px", "sigmas_px")
# Beyond as many reaches of its class a pixel is none of its clusters'.
_REACHES = 4.0


@dataclass(frozen=True)
class PaletteEdits:
    """Edits in the order they were made; immutable, comparable, JSON-ready.

    Attributes
    ----------
    recipe : FeatureRecipe or None
        How features are made since the first edit; None without edits.
    steps : tuple
        `Reassign`, `LeaveOut`, `Regroup`, `Lock`, `Weigh`, `AddColor`.
    """

    recipe: FeatureRecipe | None = None
    steps: tuple[Edit, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.steps)

    # ---- edits; `row` counts the clusters of `model.palette` ----

    def reassigned(self, model: "Model", row: int, to: int) -> Self:
        """Return the edits with a cluster given to class `to`; it stays locked if it was."""
        if to <= 0:
            raise SeededKMeansError(f"to must be a class value from 1 on, not {to!r}.")
        cell = _cell(model, row)
        lock = self.lock_of(cell.center)
        edits = (self if lock is None else self.without(lock))._with(model, Reassign(cell, to))
        there = (replace(cell, class_value=to),)
        return edits if lock is None else edits._with(model, Lock(there, lock.center))

    def muted(self, model: "Model", row: int) -> Self:
        """Return the edits with a cluster left out, but listed in `muted_steps`."""
        return self._with(model, LeaveOut(_cell(model, row), is_muted=True))

    def deleted(self, model: "Model", row: int) -> Self:
        """Return the edits with a cluster left out."""
        return self._with(model, LeaveOut(_cell(model, row), is_muted=False))

    def merged(self, model: "Model", rows: Sequence[int]) -> Self:
        """Return the edits with clusters made one; all get the class of the first.

        If any of them was locked, what they become is.
        """
        cells = [_cell(model, row) for row in rows]
        if len(cells) < 2:
            raise SeededKMeansError(f"rows must be two clusters or more, not {list(rows)}.")
        locks = [lock for cell in cells if (lock := self.lock_of(cell.center)) is not None]
        edits, to = self, cells[0].class_value
        # Their cells were others when they were locked: what lies in those only would stay behind.
        for lock in locks:
            edits = edits.without(lock)
        for index, cell in enumerate(cells):
            if cell.class_value != to:
                edits = edits._with(model, Reassign(cell, to))
                cells[index] = replace(cell, class_value=to)
        edits = edits._with(model, Regroup(tuple(cells), 1))
        return edits._with(model, Lock(tuple(cells), _mean(model, rows))) if locks else edits

    def split(self, model: "Model", row: int) -> Self:
        """Return the edits with a cluster made two."""
        return self._with(model, Regroup((_cell(model, row),), 2))

    def locked(self, model: "Model", row: int) -> Self:
        """Return the edits with a cluster that stays where it is, as long as its class is painted there.

        What it says for every class is still learnt, and so are clusters of texture.
        """
        cell = _cell(model, row)
        return self._with(model, Lock((cell,), cell.center))

    def weighed(self, model: "Model", row: int, weight: float) -> Self:
        """Return the edits with a cluster that counts as `weight` clusters at its place; 1 is the usual."""
        try:
            wanted = check_weight(weight)
        except (TypeError, ValueError) as error:
            raise SeededKMeansError(f"{error}.") from None
        cell = _cell(model, row)
        kept = (step for step in self.steps if not (isinstance(step, Weigh) and step.cell == cell))
        edits = replace(self, steps=tuple(kept))._with(model, Weigh(cell, wanted))
        weights = [step for step in edits.steps if isinstance(step, Weigh)]
        if all(step.weight == 1 for step in weights):
            for step in weights:
                edits = edits.without(step)
        return edits

    def with_color(
        self,
        model: "Model",
        features: Sequence[float],
        class_value: int,
        position: tuple[int, ...] | None = None,
    ) -> Self:
        """Return the edits with a colour, all features of a pixel, as a cluster of a class.

        With its `position` the pixel counts as a stroke where only what was painted on is wanted; in other
        images it does not.
        """
        color = tuple(float(value) for value in features)
        return self._with(model, AddColor(class_value, color, position))

    def without(self, step: Edit) -> Self:
        """Return the edits with one step taken back, wherever it stands."""
        steps = list(self.steps)
        steps.remove(step)
        return replace(self, recipe=self.recipe if steps else None, steps=tuple(steps))

    def without_class(self, value: int) -> Self:
        """Return the edits without those that lead to a class, or that are about its clusters."""
        steps = tuple(step for step in self.steps if value != _target(step) and value not in _classes(step))
        return replace(self, recipe=self.recipe if steps else None, steps=steps)

    def ignoring(self, values: Collection[int]) -> Self:
        """Return the edits as they count where some classes teach nothing: what these get is left out."""
        steps: list[Edit] = []
        for step in self.steps:
            if _target(step) not in values:
                steps.append(step)
            elif isinstance(step, Reassign):
                steps.append(LeaveOut(step.cell, is_muted=False))
        return replace(self, recipe=self.recipe if steps else None, steps=tuple(steps))

    def placed(self, place_of: Callable[[tuple[int, ...]], tuple[int, ...] | None]) -> Self:
        """Return the edits with the pixels of added colours where they lie in a part of the image."""
        steps = (
            replace(step, position=place_of(step.position))
            if isinstance(step, AddColor) and step.position is not None
            else step
            for step in self.steps
        )
        return replace(self, steps=tuple(steps))

    @property
    def classes(self) -> frozenset[int]:
        """The classes that clusters are given to and colours are added for."""
        return frozenset(value for step in self.steps if (value := _target(step)) is not None)

    @property
    def muted_steps(self) -> tuple[LeaveOut, ...]:
        """The clusters that are muted."""
        return tuple(step for step in self.steps if isinstance(step, LeaveOut) and step.is_muted)

    def lock_of(self, center: Sequence[float]) -> Lock | None:
        """Return what keeps a cluster where it is, None if nothing does."""
        wanted = tuple(float(value) for value in center)
        locks = (step for step in self.steps if isinstance(step, Lock))
        return next((lock for lock in locks if lock.center == wanted), None)

    # ---- for the fit ----

    def checked_recipe(self, wanted: FeatureRecipe, n_spatial: int) -> FeatureRecipe:
        """Return how features are made since the first edit, if it is what the settings ask for, too.

        Raises
        ------
        SeededKMeansError
            When the settings ask for other features than those the palette was edited in.
        """
        own = self.recipe or wanted
        pairs = {name: (getattr(own, name), getattr(wanted, name)) for name in _ASKED_FOR}
        pairs["first axis"] = _first_axis(own, n_spatial), _first_axis(wanted, n_spatial)
        for name, (before, now) in pairs.items():
            if before != now:
                raise SeededKMeansError(
                    f"edits were made with {name} {before!r}, not {now!r}: take them back, or this setting."
                )
        return own

    def apply(self, samples: Samples, values: NDArray[np.integer]) -> Taught:
        """Return what painted pixels (n, d) of classes `values` (n,) teach."""
        return teach(self.steps, samples, values) if self.steps else Taught(values, samples, values)

    # ---- files ----

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready form; floats come back bit for bit."""
        return {
            "features": None if self.recipe is None else self.recipe.to_dict(),
            "steps": [step_to_dict(step) for step in self.steps],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the edits that `to_dict` described.

        Raises
        ------
        SeededKMeansError
            When something is missing or of the wrong kind.
        """
        try:
            recipe = None if data["features"] is None else FeatureRecipe.from_dict(data["features"])
            return cls(recipe, tuple(read_step(row) for row in data["steps"]))
        except (KeyError, TypeError, ValueError) as error:
            raise SeededKMeansError(f"palette edits are not usable: {error!r}.") from None

    def _with(self, model: "Model", step: Edit) -> Self:
        return replace(self, recipe=self.recipe or model.recipe, steps=(*self.steps, step))


NO_EDITS = PaletteEdits()


def check_edited(values: NDArray[np.integer]) -> tuple[int, ...]:
    """Return the classes that edits leave, ascending.

    Raises
    ------
    SeededKMeansError
        When fewer than two are left.
    """
    classes = tuple(int(value) for value in np.unique(values))
    if len(classes) < 2:
        raise SeededKMeansError(
            f"edits leave {f'only class {classes[0]}' if classes else 'no class'}: undo one, or paint more."
        )
    return classes


def _first_axis(recipe: FeatureRecipe, n_spatial: int) -> str:
    return "time" if counts_frames(recipe.spacing, n_spatial) else "space"


def _target(step: Edit) -> int | None:
    """Return the class that a step gives pixels to."""
    if isinstance(step, AddColor):
        return step.class_value
    return step.to if isinstance(step, Reassign) else None


def _classes(step: Edit) -> set[int]:
    """Return the classes whose clusters a step is about."""
    if isinstance(step, AddColor):
        return set()
    cells = step.cells if isinstance(step, Regroup | Lock) else (step.cell,)
    return {cell.class_value for cell in cells}


def _mean(model: "Model", rows: Sequence[int]) -> Row:
    """Return where the painted pixels behind some clusters lie on average."""
    palette, n_seeds = model.palette, np.array(model.n_seeds)
    chosen = list(rows)
    n_behind = palette.shares[chosen] * n_seeds[np.searchsorted(model.classes, palette.classes[chosen])]
    return tuple(np.average(palette.centers[chosen], axis=0, weights=n_behind).tolist())


def _cell(model: "Model", row: int) -> Cell:
    palette, look = model.palette, model.looks[0]
    if not 0 <= row < len(palette.classes):
        raise SeededKMeansError(f"row must be from 0 to {len(palette.classes) - 1}, not {row!r}.")
    value = int(palette.classes[row])
    own = np.flatnonzero(palette.classes == value)
    centers = tuple(tuple(center) for center in palette.centers[own].tolist())
    radius = _REACHES * max(float(look.reaches[model.classes.index(value)]), look.bandwidth)
    return Cell(value, centers, int(np.searchsorted(own, row)), radius)
