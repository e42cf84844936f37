"""What the classes are called and how they are drawn: a value, so that it can be kept, compared and saved."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from .class_colors import check_color, class_color, class_name, color_cycle
from .errors import SeededKMeansError
from .seeds import BACKGROUND, FOREGROUND

# Labels layers have this many colours; higher values start again at 1.
_N_COLORS = 256


@dataclass(frozen=True)
class Legend:
    """The classes of one seeds image.

    Attributes
    ----------
    values : tuple of int
        The classes that are listed, ascending, painted or not.
    names, colors : mapping of int to str
        Where they differ from `class_name` and `class_color`; colours as ``"#rrggbb"``.
    hidden : frozenset of int
        Classes that are not drawn.
    ignored : frozenset of int
        Classes whose strokes teach nothing; what is painted with them gets no label.
    """

    values: tuple[int, ...] = (BACKGROUND, FOREGROUND)
    names: Mapping[int, str] = field(default_factory=dict)
    colors: Mapping[int, str] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    ignored: frozenset[int] = frozenset()

    def name_of(self, value: int) -> str:
        """Return what a class is called."""
        return self.names.get(value) or class_name(value)

    def color_of(self, value: int) -> str:
        """Return the colour of a class as ``"#rrggbb"``."""
        return self.colors.get(value) or class_color(value)

    def listing(self, values: Iterable[int]) -> Self:
        """Return the legend with these classes listed, too."""
        return replace(self, values=tuple(sorted({*self.values, *values})))

    def next_value(self, taken: Collection[int] = ()) -> int:
        """Return the value of a class to be added: the lowest that is neither listed nor `taken`."""
        used = {*self.values, *taken}
        return next(value for value in range(1, len(used) + 2) if value not in used)

    def renamed(self, value: int, name: str) -> Self:
        """Return the legend with another name of a class; an empty one means the usual."""
        return replace(self, names=_with(self.names, value, name.strip()))

    def recolored(self, value: int, color: str) -> Self:
        """Return the legend with another colour of a class, ``"#rrggbb"``."""
        return replace(self, colors=_with(self.colors, value, check_color(color)))

    def shown(self, value: int, is_shown: bool) -> Self:
        """Return the legend with a class drawn or not."""
        return replace(self, hidden=self.hidden - {value} if is_shown else self.hidden | {value})

    def ignoring(self, value: int, is_ignored: bool) -> Self:
        """Return the legend with a class that teaches nothing, or does."""
        return replace(self, ignored=self.ignored | {value} if is_ignored else self.ignored - {value})

    def without(self, value: int) -> Self:
        """Return the legend without a class; what was said about it holds again once it is listed again."""
        return replace(self, values=tuple(other for other in self.values if other != value))

    def adding(self, value: int) -> Self:
        """Return the legend with a new class, of which nothing is said, whatever had its value before."""
        return replace(
            self.listing([value]),
            names=_with(self.names, value, ""),
            colors=_with(self.colors, value, ""),
            hidden=self.hidden - {value},
            ignored=self.ignored - {value},
        )

    def color_cycle(self, *, faint_background: bool = False) -> list[str]:
        """Return the colours of a labels layer, see `class_colors.color_cycle`."""
        colors = color_cycle(faint_background=faint_background)
        for value, color in self.colors.items():
            if 0 < value < _N_COLORS:
                colors[value] = color + colors[value][len(color) :]
        for value in self.hidden:
            if 0 < value < _N_COLORS:
                colors[value] = "#00000000"
        return colors

    def to_rows(self) -> list[dict[str, Any]]:
        """Return a JSON-ready row per class."""
        return [
            {
                "value": value,
                "name": self.name_of(value),
                "color": self.color_of(value),
                "hidden": value in self.hidden,
                "ignored": value in self.ignored,
            }
            for value in self.values
        ]

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Self:
        """Return the legend that `to_rows` described.

        Raises
        ------
        SeededKMeansError
            When something is missing or of the wrong kind.
        """
        legend = cls(values=())
        try:
            for row in rows:
                value, name, color = int(row["value"]), str(row["name"]), check_color(row["color"])
                legend = legend.listing([value]).shown(value, not row["hidden"])
                # Sessions of earlier releases ignore nothing.
                legend = legend.ignoring(value, bool(row.get("ignored")))
                if name != class_name(value):
                    legend = legend.renamed(value, name)
                if color != class_color(value):
                    legend = legend.recolored(value, color)
        except (KeyError, TypeError, ValueError) as error:
            raise SeededKMeansError(f"legend is not usable: {error!r}.") from None
        return legend


def _with(mapping: Mapping[int, str], value: int, text: str) -> dict[int, str]:
    """Return a copy with one entry changed, or gone when there is no text."""
    changed = {**mapping, value: text}
    return changed if text else {key: kept for key, kept in mapping.items() if key != value}
