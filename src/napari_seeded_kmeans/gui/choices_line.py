"""What was chosen automatically, and how sure it is: one line, in which a click keeps a choice by hand."""

from collections.abc import Mapping
from html import escape
from typing import NamedTuple

from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QFocusEvent
from qtpy.QtWidgets import QLabel, QWidget

# Read on both themes.
_LINK = "#3a8fd0"
_HELP = "A click on one keeps it, whatever you paint; those in bold are kept, and let go by another click."
_ACCURACY_HELP = (
    "Strokes left out: each in turn, predicted from the others by colour and texture alone. Few right means "
    "that the classes look alike there; many right says little on photographs, where edges and the reach of "
    "the strokes decide."
)


class Choice(NamedTuple):
    """A choice as it is shown; `is_kept` is None where it can be neither kept nor let go."""

    title: str
    short: str
    words: str
    is_kept: bool | None


class ChoicesLine(QLabel):
    """Shows choices as links; nothing while there are none."""

    toggled = Signal(str, bool)
    """The title of a choice, and whether it is to be kept."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self._kept: Mapping[str, bool | None] = {}
        # What can be clicked, by title.
        self._links: Mapping[str, str] = {}
        self.linkActivated.connect(self._on_link)
        self.show_choices((), "", "")

    def show_choices(self, choices: tuple[Choice, ...], accuracy: str, accuracy_words: str) -> None:
        """Show choices, and the estimated accuracy once it is known."""
        focused = next((title for title, short in self._links.items() if short == self.selectedText()), "")
        self._links = {choice.title: choice.short for choice in choices if choice.is_kept is not None}
        self._kept = {choice.title: choice.is_kept for choice in choices}
        lines = [f"Chosen: {' · '.join(map(_link, choices))}." if choices else "", escape(accuracy)]
        text = "<br>".join(line for line in lines if line)
        if text != self.text():
            self.setText(text)
            self._go_to(focused)
        rows = [f"<b>{choice.title}</b>: {escape(choice.words)}" for choice in choices]
        more = [_HELP, f"<b>{escape(accuracy_words)}</b><br>{_ACCURACY_HELP}" if accuracy else ""]
        self.setToolTip("".join(f"<p>{text}</p>" for text in ("<br>".join(rows), *more) if text))
        self.setVisible(bool(choices))

    def focusInEvent(self, event: QFocusEvent | None) -> None:  # noqa: N802
        """Go on to the first link, or back to the last: on the text as a whole nobody would see the focus."""
        super().focusInEvent(event)
        forwards, backwards = Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason
        if event is not None and event.reason() in (forwards, backwards) and not self.hasSelectedText():
            self.focusNextPrevChild(event.reason() == forwards)

    def _go_to(self, title: str) -> None:
        """Put the focus on a link again: another text has it nowhere."""
        if title in self._links and self.hasFocus():
            # The cursor is where it was in the other text.
            self.setSelection(0, 0)
            for _ in range(list(self._links).index(title) + 1):
                self.focusNextPrevChild(True)

    def _on_link(self, title: str) -> None:
        self.toggled.emit(title, not self._kept.get(title))


def _link(choice: Choice) -> str:
    text = escape(choice.short)
    if choice.is_kept is None:
        return text
    weight = "bold" if choice.is_kept else "normal"
    return f"<a href='{choice.title}' style='color: {_LINK}; font-weight: {weight}'>{text}</a>"
