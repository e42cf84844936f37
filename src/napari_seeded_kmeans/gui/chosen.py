"""Automatic choices of the last result: joins the line that shows them, the settings and the updates."""

from dataclasses import replace

from qtpy.QtCore import QObject, QTimer

from ..core.choices import SETTINGS, Choices
from ..core.left_out import EstimatedAccuracy
from ..core.legend import Legend
from ..core.params import make_params
from .choices_line import Choice, ChoicesLine
from .job import Answer
from .params_form import ParamsForm
from .updates import Update, Updates

# So long after the last result the processor is free for what nobody waits for.
_IDLE_MS = 1000
_UNTOLD = "Strokes left out: cannot be told."
_WHY_UNTOLD = "It cannot be told while the palette is edited, nor where single pixels are painted only."
_AUTOMATIC = ("auto", "", None)


class Chosen(QObject):
    """Shows what a result chose for itself, keeps or lets go single choices, and asks how sure it is."""

    def __init__(self, line: ChoicesLine, form: ParamsForm, updates: Updates) -> None:
        super().__init__()
        self._line = line
        self._form = form
        self._updates = updates
        self._last: Update | None = None
        self._legend = Legend()
        self._accuracy: EstimatedAccuracy | None = None
        self._is_awaited = self._is_untold = False
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(_IDLE_MS)
        self._idle.timeout.connect(self._on_idle)
        line.toggled.connect(self._on_toggled)
        updates.estimated.connect(self._on_estimated)

    def show(self, update: Update, legend: Legend) -> None:
        """Be about a result; how sure it is comes later, if nothing is painted meanwhile."""
        if update is not self._last:
            self._last, self._accuracy, self._is_awaited, self._is_untold = update, None, True, False
            self._idle.start()
        self._legend = legend
        self._show()

    def cancel(self) -> None:
        """Wait for nothing any more."""
        self._idle.stop()
        if self._is_awaited:
            self._is_awaited = False
            self._show()

    def clear(self) -> None:
        """Be about no result."""
        self._idle.stop()
        self._last = self._accuracy = None
        self._line.show_choices((), "", "")

    # ---- what happens ----

    def _on_idle(self) -> None:
        if self._last is not None and not self._updates.is_busy:
            self._updates.estimate(self._last)

    def _on_estimated(self, answer: Answer, accuracy: EstimatedAccuracy | None) -> None:
        if self._last is not None and self._last.answer is answer:
            self._accuracy, self._is_awaited, self._is_untold = accuracy, False, accuracy is None
            answer.segmentation.model.accuracy_ = accuracy
            self._show()

    def _on_toggled(self, title: str, is_kept: bool) -> None:
        if self._last is None:
            return
        overrides, names = self._form.overrides(), SETTINGS[title]
        own = {name: value for name, value in overrides.items() if name not in names}
        if is_kept:
            pinned = self._choices(self._last).pinned(self._form.value())
            own |= {name: getattr(pinned, name) for name in names}
        self._form.set_value(self._form.preset, **own)

    def _choices(self, update: Update) -> Choices:
        return update.answer.segmentation.choices

    def _show(self) -> None:
        if self._last is None:
            return
        found = self._choices(self._last)
        words, short = found.in_words(self._legend.name_of), _in_short(found)
        choices = tuple(
            Choice(title, short[title], text, self._is_kept(title)) for title, text in words.items()
        )
        accuracy = self._accuracy
        if accuracy is None:
            # The room is kept, so that settings do not move under the mouse.
            said = _UNTOLD if self._is_untold else "Strokes left out: …" if self._is_awaited else ""
            self._line.show_choices(choices, said, _WHY_UNTOLD if self._is_untold else "")
        else:
            said = f"Strokes left out: {accuracy.mean:.0%} right."
            self._line.show_choices(choices, said, accuracy.in_words(self._legend.name_of))

    def _is_kept(self, title: str) -> bool | None:
        """Whether a choice is set by hand; None where the preset does that."""
        if any(name in self._form.overrides() for name in SETTINGS[title]):
            return True
        start = make_params(self._form.preset)
        return False if any(getattr(start, name) in _AUTOMATIC for name in SETTINGS[title]) else None


def _in_short(choices: Choices) -> dict[str, str]:
    """Return few words for each choice."""
    numbers = " + ".join(str(count) for count in choices.n_clusters.values())
    widths = ", ".join(f"{width:.2g}" for width in choices.bandwidths)
    plain = replace(choices, texture_sigmas_px=()).in_words()
    texture = " and texture" if choices.texture_sigmas_px else ""
    return {
        "Spread": plain.get("Spread", ""),
        "Looks at": plain["Looks at"] + texture,
        "Clusters": f"{numbers} clusters",
        "Bandwidth": f"bandwidth {widths}",
    }
