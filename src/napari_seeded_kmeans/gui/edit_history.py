"""Palette edits of one seeds layer in the order of undo. No Qt."""

from dataclasses import dataclass, field, replace

from ..core.palette_edits import NO_EDITS, PaletteEdits


@dataclass
class EditHistory:
    """The edits there are now, and those before and after."""

    now: PaletteEdits = NO_EDITS
    _past: list[PaletteEdits] = field(default_factory=list)
    _future: list[PaletteEdits] = field(default_factory=list)
    # The edits before and after a class was deleted.
    _dropped: dict[int, tuple[PaletteEdits, PaletteEdits]] = field(default_factory=dict)

    @property
    def classes(self) -> frozenset[int]:
        """The classes that edits lead to, or would if a deletion was taken back."""
        return self.now.classes | self._dropped.keys()

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

    def resume(self, edits: PaletteEdits) -> None:
        """Go on with edits that were made elsewhere: what was here is forgotten, each step can be undone."""
        self.now = NO_EDITS
        for before in (self._past, self._future, self._dropped):
            before.clear()
        for n in range(1, len(edits.steps) + 1):
            self.take(replace(edits, steps=edits.steps[:n]))

    def drop_class(self, value: int) -> None:
        """Go on without the edits that have to do with a class."""
        before, after = self.now, self.now.without_class(value)
        if after != before:
            self._dropped[value] = before, after
            self.take(after)

    def bring_back(self, value: int) -> None:
        """Have those edits again, and those made since; none if there are some already, or fewer others."""
        before, after = self._dropped.pop(value, (self.now, self.now))
        later = self.now.steps[len(after.steps) :]
        is_dropped = before != after and self.now.without_class(value) == self.now
        if is_dropped and self.now.steps == (*after.steps, *later):
            self.take(replace(before, steps=(*before.steps, *later)))

    def undo(self) -> None:
        """Take back the last edit."""
        self._future.append(self.now)
        self.now = self._past.pop()

    def redo(self) -> None:
        """Make the edit again that was taken back last."""
        self._past.append(self.now)
        self.now = self._future.pop()
