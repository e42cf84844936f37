"""One file: read, segment, compare, write. Whatever is wrong with it becomes its outcome."""

import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import model as core
from ..core.cleanup import background_class
from ..core.drift import compare_fit, measure_fit
from ..core.errors import SeededKMeansError, heard_by
from ..core.evaluation import Scores, evaluate
from ..core.frames import are_frames, counts_frames
from ..core.label_table import table_of
from ..core.pieces import find_pieces
from ..estimator import SeededKMeans
from ..io.files import reason
from ..io.geometry import Geometry
from ..io.images import write_image
from ..io.pictures import read_label_picture, read_picture, write_labels
from .inputs import Item, find_twin, label_suffix
from .job import SCORES, THUMBNAILS, VIEWS, Job
from .manifest import hash_path
from .outcome import ClassMeasure, Outcome
from .thumbnails import paint, thumbnail


class Applier:
    """A model ready to be applied to one file after the other."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.estimator = SeededKMeans.from_dict(job.model)
        self.classes = self.estimator.classes
        self.colors = {value: self.estimator.color_of(value) for value in self.classes}
        self._table = table_of(self.estimator._fitted())

    def __call__(self, item: Item) -> Outcome:
        """Do one file; never raises for what is wrong with the file."""
        if item.problem:
            return Outcome(item.path, "failed", item.problem)
        input_hash, notes = "", list[str]()
        try:
            # Of this thread alone: others may be warned meanwhile.
            with heard_by(notes.append):
                input_hash = hash_path(item.path)
                outcome = self._segment(item, input_hash)
        except SeededKMeansError as error:
            return Outcome(item.path, "failed", str(error), input_hash=input_hash)
        except OSError as error:
            return Outcome(item.path, "failed", f"cannot read {item.path}: {reason(error)}.")
        except MemoryError:
            return Outcome(item.path, "failed", "there is not enough memory for it.", input_hash=input_hash)
        except Exception as error:  # a fault of ours with one file must not cost the night's other files
            problem = f"unexpected {type(error).__name__}: {error}"
            return Outcome(item.path, "failed", problem, (traceback.format_exc(),), input_hash)
        return replace(outcome, notes=tuple(notes))

    def _segment(self, item: Item, input_hash: str) -> Outcome:
        values, geometry = read_picture(item.path)
        values, axis, spatial = self._channels(values, geometry)
        spacing = self._spacing(spatial, values.ndim - (axis is not None))
        channels_last = values if axis is None else np.moveaxis(values, axis, -1)
        labels, scores = self._predict(channels_last, spacing)
        files = self._write(item, channels_last, labels, scores, spatial)
        has_frames = self._are_frames(labels.ndim)
        measured = [axis for axis in spatial.measured_axes(labels.ndim) if axis or not has_frames]
        is_known = spatial.unit != Geometry.unit or self.job.spacing is not None
        pixel = float(np.prod([spacing[axis] for axis in measured])) if spacing and is_known else None
        top = Path(self.job.output)
        outcome = Outcome(
            item.path,
            "done",
            input_hash=input_hash,
            outputs={kind: path.relative_to(top).as_posix() for kind, path in files.items()},
            output_hashes={kind: hash_path(path) for kind, path in files.items()},
            shape=labels.shape,
            unit=spatial.unit,
            n_measured_axes=len(measured),
            classes=self._measure(labels, pixel),
            drift=self._drift(channels_last),
        )
        return self._score(outcome, item, labels)

    def _channels(
        self, values: NDArray[Any], geometry: Geometry
    ) -> tuple[NDArray[Any], int | None, Geometry]:
        """Return the image, its channel axis, and the geometry of its other axes.

        The channel axis is as asked, as the file says, as in training, or the last.
        """
        n_channels = self._n_channels
        if not n_channels:
            is_colored = values.ndim > 2 and values.shape[-1] in (3, 4) and geometry.axes[-1:] in ("", "S")
            if not is_colored:
                return values, None, geometry
            if (values == values[..., :1]).all():
                return np.ascontiguousarray(values[..., 0]), None, geometry.without(values.ndim - 1)
            raise SeededKMeansError(
                f"image has colours (shape {values.shape}), and the model was trained on grey values."
            )
        is_stated = self.job.channel_axis is not None or geometry.channel_axis is not None
        if values.ndim < 2 or (values.ndim == self._n_trained_axes and not is_stated):
            raise SeededKMeansError(
                f"image is grey (shape {values.shape}), and the model was trained on {n_channels} channels."
            )
        known = (self.job.channel_axis, geometry.channel_axis, self._trained_channel_axis, -1)
        axis = next(axis for axis in known if axis is not None)
        if not -values.ndim <= axis < values.ndim:
            raise SeededKMeansError(f"channel_axis {axis} is not an axis of shape {values.shape}.")
        axis %= values.ndim
        return values, axis, geometry.without(axis)

    def _spacing(self, geometry: Geometry, n_spatial: int) -> tuple[float, ...] | None:
        asked = self.job.spacing
        if asked is None:
            return geometry.spacing
        if len(asked) not in (1, n_spatial):
            raise SeededKMeansError(f"spacing {asked} does not fit an image of {n_spatial} axes.")
        return asked if len(asked) == n_spatial else asked * n_spatial

    def _n_extra_axes(self, n_axes: int) -> int:
        """Return how many axes more than the training images an image has."""
        if n_axes < self._n_trained_axes:
            raise SeededKMeansError(
                f"image has {n_axes} axes, and the model was trained on images of {self._n_trained_axes}."
            )
        return n_axes - self._n_trained_axes

    def _predict(
        self, image: NDArray[Any], spacing: tuple[float, ...] | None
    ) -> tuple[NDArray[np.integer], NDArray[np.float32] | None]:
        """Return labels, and scores if wanted; a stack of more axes than in training is done by planes."""
        shape = image.shape[:-1] if self._n_channels else image.shape
        n_extra = self._n_extra_axes(len(shape))
        inner = None if spacing is None else spacing[n_extra:]
        planes = [self._predict_plane(image[index], inner) for index in np.ndindex(shape[:n_extra])]
        labels = np.stack([labels for labels, _ in planes]).reshape(shape)
        scores = [scores for _, scores in planes if scores is not None]
        return labels, np.stack(scores, axis=1).reshape(-1, *shape) if scores else None

    def _predict_plane(
        self, image: NDArray[Any], spacing: tuple[float, ...] | None
    ) -> tuple[NDArray[np.integer], NDArray[np.float32] | None]:
        if not self.job.scores and self._table.takes(image):
            return self._table.predict(image, spacing=spacing), None
        axis = -1 if self._n_channels else None
        result = core.predict(self.estimator._fitted(), image, channel_axis=axis, spacing=spacing)
        narrow = np.min_scalar_type(max(self.classes)) if min(self.classes) >= 0 else result.labels.dtype
        return result.labels.astype(narrow, copy=False), result.maps.scores if self.job.scores else None

    def _write(
        self,
        item: Item,
        image: NDArray[Any],
        labels: NDArray[np.integer],
        scores: NDArray[np.float32] | None,
        geometry: Geometry,
    ) -> dict[str, Path]:
        """Write what was asked for; the labels last, so that they are there only if the rest is."""
        small = thumbnail(image, labels, self.colors, background_class(self.classes))
        files = {"thumbnail": self.job.file(THUMBNAILS, item.place, ".jpg")}
        write_image(small, files["thumbnail"])
        if self.job.view:
            files["view"] = self.job.file(VIEWS, item.place, ".png" if labels.ndim == 2 else ".tif")
            write_image(paint(labels, self.colors), files["view"])
        if scores is not None:
            files["scores"] = self.job.file(SCORES, item.place, ".tif")
            write_image(scores, files["scores"])
        files["labels"] = self.job.file("", item.place, label_suffix(item.path, labels.ndim))
        write_labels(labels, files["labels"], geometry, self.colors)
        return files

    def _measure(self, labels: NDArray[np.integer], pixel: float | None) -> dict[int, ClassMeasure]:
        """Measure the classes, given the area or volume of a pixel where it is known."""
        pieces = find_pieces(labels, by_frame=self._are_frames(labels.ndim))
        n_labelled = max(1, int(pieces.sizes.sum()))
        measures = {}
        for value in self.classes:
            own = pieces.sizes[pieces.values == value]
            n_pixels = int(own.sum())
            size = None if pixel is None else n_pixels * pixel
            measures[value] = ClassMeasure(n_pixels, n_pixels / n_labelled, size, len(own))
        return measures

    def _drift(self, image: NDArray[Any]) -> dict[str, Any] | None:
        training = self.estimator.training_
        if training is None or not training.images:
            return None
        n_extra = self._n_extra_axes(image.ndim - (self._n_channels > 0))
        # One plane stands for its stack, as one picture does in training.
        plane = image[tuple(length // 2 for length in image.shape[:n_extra])]
        fit = measure_fit(self.estimator._fitted(), plane)
        return compare_fit(fit, [known.fit for known in training.images]).to_dict()

    def _score(self, outcome: Outcome, item: Item, labels: NDArray[np.integer]) -> Outcome:
        """Compare with the truth, if there is to be one."""
        if self.job.truth is None:
            return outcome
        path = find_twin(Path(self.job.truth), item.place)
        if path is None:
            problem = f"no truth named {item.place}.* in {self.job.truth}."
            return replace(outcome, status="not scored", problem=problem)
        try:
            truth_hash = hash_path(path)
            scores = self._compare(labels, read_label_picture(path))
        except SeededKMeansError as error:
            return replace(outcome, status="not scored", problem=str(error))
        except OSError as error:
            return replace(outcome, status="not scored", problem=f"cannot read {path}: {reason(error)}.")
        return replace(outcome, scores=scores.to_dict(), truth_hash=truth_hash)

    def _compare(self, labels: NDArray[np.integer], truth: NDArray[Any]) -> Scores:
        background = background_class(self.classes)
        options: dict[str, Any] = {"ignore": self.job.ignore, "tolerance": self.job.tolerance}
        if len(self.classes) == 2:
            return evaluate((labels != background) & (labels != 0), truth, **options)
        if self.job.truth_from_zero:
            # The value to ignore must not become that of a class, nor a class become it.
            void = min(0, *self.classes) - 1
            shifted = np.where(truth == self.job.ignore, void, truth.astype(np.int64) + 1)
            return evaluate(labels, shifted, background=background, **{**options, "ignore": void})
        scored = truth[truth != self.job.ignore]
        if (scored == 0).any() and (scored == background).any():
            raise SeededKMeansError(
                f"truth has both 0 and {background}, and the model calls {background} background: if the "
                "truth counts classes from 0, say so (truth_from_zero)."
            )
        return evaluate(labels, truth, background=background, **options)

    @property
    def _n_channels(self) -> int:
        return self.estimator._fitted().recipe.n_channels

    @property
    def _trained_channel_axis(self) -> int | None:
        training = self.estimator.training_
        return None if training is None else training.channel_axis

    @property
    def _n_trained_axes(self) -> int:
        training = self.estimator.training_
        if training is None or not training.images:
            return 2
        n_axes = len(training.images[0].shape) - (self._n_channels > 0)
        # Frames are done one by one, as they were in training.
        return n_axes - counts_frames(self.estimator._fitted().recipe.spacing, n_axes)

    def _are_frames(self, n_axes: int) -> bool:
        """Whether somebody said, now or in training, that the first of so many axes is time."""
        spacings = self.job.spacing, self.estimator._fitted().recipe.spacing
        has_frames = any(are_frames(spacing) for spacing in spacings)
        return has_frames and n_axes > self._n_trained_axes
