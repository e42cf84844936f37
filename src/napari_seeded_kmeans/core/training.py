"""What a model remembers of its training: for people, and as the yardstick of drift."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .drift import PaletteFit
from .errors import SeededKMeansError


@dataclass(frozen=True)
class TrainingImage:
    """One image that was painted on.

    Attributes
    ----------
    name : str
        Its file or layer; empty for a bare array.
    shape : tuple of int
        Its shape, channels included.
    dtype : str
        Its type.
    n_seeds : int
        Painted pixels.
    fit : PaletteFit
        How well the finished palette fits the whole image.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    n_seeds: int
    fit: PaletteFit


@dataclass(frozen=True)
class Training:
    """Where a model comes from.

    Attributes
    ----------
    release : str
        The release of this package that trained it.
    random_state : int
        Seed of the generator.
    channel_axis : int or None
        Which axis of the training images held the channels; None for the last, if any.
    images : tuple of TrainingImage
        The images, in the order given.
    """

    release: str
    random_state: int
    channel_axis: int | None
    images: tuple[TrainingImage, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready form."""
        return {
            "release": self.release,
            "random_state": self.random_state,
            "channel_axis": self.channel_axis,
            "images": [
                {
                    "name": image.name,
                    "shape": list(image.shape),
                    "dtype": image.dtype,
                    "n_seeds": image.n_seeds,
                    **image.fit.to_dict(),
                }
                for image in self.images
            ],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Training":
        """Return what `to_dict` described.

        Raises
        ------
        SeededKMeansError
            When something is missing or of the wrong kind.
        """
        try:
            axis = data["channel_axis"]
            images = tuple(
                TrainingImage(
                    str(row["name"]),
                    tuple(int(length) for length in row["shape"]),
                    str(row["dtype"]),
                    int(row["n_seeds"]),
                    PaletteFit(float(row["error"]), float(row["usage"])),
                )
                for row in data["images"]
            )
            return cls(
                str(data["release"]),
                int(data["random_state"]),
                None if axis is None else int(axis),
                images,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise SeededKMeansError(f"model is not usable: its training record has {error!r}.") from None
