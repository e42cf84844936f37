"""What must still be so when a result comes that was asked for some time ago."""

from dataclasses import dataclass
from typing import Any

from .source import Source


@dataclass(frozen=True, eq=False)
class Ticket:
    """An image as it was when something was asked for; the newest one is the very object that is kept."""

    source: Source
    data: Any
    spacing: tuple[float, ...]

    @classmethod
    def of(cls, source: Source) -> "Ticket":
        """Return a ticket for an image as it is now."""
        return cls(source, source.data, source.spacing)

    def why_stale(self) -> str:
        """Return why what comes of it is of no use any more, as a sentence; empty while it is."""
        name = self.source.layer.name
        if self.source.data is not self.data:
            return f"{name} has new data since: press Segment again."
        if self.source.spacing != self.spacing:
            return f"{name} was scaled since: press Segment again."
        return ""
