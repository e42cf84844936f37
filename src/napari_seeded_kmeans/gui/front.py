"""All that is seen of the main dock, from top to bottom, and the state of every control: decides nothing."""

from typing import Any

from qtpy.QtCore import QObject, QTimer
from qtpy.QtWidgets import QFrame, QWidget

from ..session import Session
from .activity import Activity
from .choices_line import ChoicesLine
from .class_list import ClassList
from .controls import controls
from .file_bar import FileBar
from .hint_line import HintLine
from .layer_choice import LayerChoice
from .output_panel import OutputPanel
from .params_form import ParamsForm
from .readiness import kernels
from .run_bar import RunBar

# What is done sooner needs neither progress nor a way out.
_SLOW_MS = 300
# Once something is seen of it, nobody waits for what follows as soon.
_SLOW_ONCE_SEEN_MS = 2000
# Every step costs drawing the window, which takes what the work itself needs.
_STEP_MS = 250


class Front(QObject):
    """The views, which follow what the session says of itself.

    Parameters
    ----------
    session : Session
    parent : QWidget
        The dock.
    """

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.choice = LayerChoice(parent)
        self.file_bar = FileBar(parent)
        self.class_list = ClassList(parent)
        self.run_bar = RunBar(parent)
        self.hint_line = HintLine(parent)
        self.choices_line = ChoicesLine(parent)
        self.params = ParamsForm(parent)
        self.outputs = OutputPanel(parent)
        self._activity = Activity("Seeded segmentation")
        self._buttons: dict[str, Any] = {
            "segment": self.run_bar.segment_button,
            "new": self.choice.new_button,
            "import": self.file_bar.import_button,
            "export": self.file_bar.export_button,
            "session": self.file_bar.session_button,
            "save session": self.file_bar.save_session_action,
            "export script": self.file_bar.export_script_action,
            "export table": self.file_bar.export_table_action,
        }
        self._slow_timer, self._step_timer = QTimer(self), QTimer(self)
        self._step = 0, 0
        for timer, slot in ((self._slow_timer, self._on_slow), (self._step_timer, self._on_step)):
            timer.setSingleShot(True)
            timer.timeout.connect(slot)
        session.changed.connect(self.show)

    def column(self) -> tuple[QWidget, ...]:
        """Return the views from top to bottom.

        What one needs all the time comes first: seen without scrolling on small screens, too.
        """
        return (
            self.choice,
            self.file_bar,
            self.class_list,
            self.run_bar,
            self.hint_line,
            _rule(),
            self.choices_line,
            self.params,
            _rule(),
            self.outputs,
        )

    def show(self) -> None:
        """Derive the state of every control from the session."""
        session = self._session
        self.hint_line.show_hint(
            session.hint,
            is_error=session.is_error,
            has_offer=session.has_offer,
            has_next=session.has_advice,
        )
        self.run_bar.show_running(session.is_slow)
        self._activity.show(session.is_slow)
        if not session.running:
            self._slow_timer.stop()
            self._step_timer.stop()
        elif not session.is_slow and not self._slow_timer.isActive():
            self._slow_timer.start(_SLOW_MS)
        for name, control in controls(session).items():
            self._buttons[name].setEnabled(control.is_enabled)
            # Rich text, so that Qt wraps it.
            self._buttons[name].setToolTip(f"<p>{control.tooltip}</p>")

    def show_progress(self, done: int, total: int) -> None:
        """Show soon that `done` of `total` is done."""
        self._step = done, total
        if not self._step_timer.isActive():
            self._step_timer.start(_STEP_MS)

    def note_seen(self) -> None:
        """Have more patience: something of what is being worked out is seen."""
        if self._slow_timer.isActive():
            self._slow_timer.start(_SLOW_ONCE_SEEN_MS)

    def close(self) -> None:
        """Show nothing that still goes on by itself."""
        self._slow_timer.stop()
        self._step_timer.stop()
        self._activity.show(False)

    def _on_step(self) -> None:
        self.run_bar.show_progress(*self._step)
        self._activity.step(*self._step)

    def _on_slow(self) -> None:
        self._session.show_slow(is_first=kernels.is_compiling)


def _rule() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    return line
