"""Palette edits of one seeds layer in the order of undo. No Qt."""

from dataclasses import dataclass, field

from ..core.palette_edits import NO_EDITS, PaletteEdits


@dataclass
class EditHistory:
    """The edits there are now, and those before and after."""

    now: PaletteEdits = NO_EDITS
    _past: list[PaletteEdits] = field(default_factory=list)
    _future: list[PaletteEdits] = field(default_factory=list)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether something was taken back."""
        return bool(self._future)

    def take(self, edits: PaletteEdits) -> None:
        """Go on with other edits; what was taken back is forgotten."""
        self._past.append(self.now)
        self._future.clear()
        self.now = edits

    def undo(self) -> None:
        """Take back the last edit."""
        self._future.append(self.now)
        self.now = self._past.pop()

    def redo(self) -> None:
        """Make the edit again that was taken back last."""
        self._past.append(self.now)
        self.now = self._future.pop()
