"""The settings as a form, made from `Params`: preset, main settings, and the rest folded away."""

from typing import Any

from qtpy.QtCore import QEvent, QObject, Qt, Signal
from qtpy.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ..core.params import PRESETS, Params, make_params
from .editors import Choice, Editor, make_editor
from .fold import Fold

_SPACING_PX = 4


class ParamsForm(QWidget):
    """Shows settings and says when one was changed; a setting that departs from its preset is bold."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preset = Choice(tuple(PRESETS), self)
        self._reset = QPushButton("Reset", self)
        self._editors: dict[str, Editor] = {}
        self._labels: dict[str, QLabel] = {}
        self._is_filling = False
        self._lay_out()
        self.set_value(self.preset)
        self._preset.edited.connect(self._on_preset_edited)
        self._reset.clicked.connect(self._on_preset_edited)

    @property
    def preset(self) -> str:
        """Name of the preset that the settings start from."""
        return self._preset.value()

    def overrides(self) -> dict[str, Any]:
        """Return the settings that depart from the preset."""
        start = make_params(self.preset)
        values = {name: editor.value() for name, editor in self._editors.items()}
        return {name: value for name, value in values.items() if value != getattr(start, name)}

    def value(self) -> Params:
        """Return all settings."""
        return make_params(self.preset, **self.overrides())

    def set_value(self, preset: str, **overrides: Any) -> None:
        """Show a preset with some settings changed; says `changed` once."""
        self._is_filling = True
        self._preset.set_value(preset)
        for name, value in make_params(preset, **overrides):
            self._editors[name].set_value(value)
        self._is_filling = False
        self._on_edited()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Let the wheel scroll the dock rather than change a setting one happens to pass."""
        passes_by = isinstance(watched, QWidget) and not watched.hasFocus()
        if event is not None and event.type() == QEvent.Type.Wheel and passes_by:
            event.ignore()
            return True
        return bool(super().eventFilter(watched, event))

    def _on_preset_edited(self) -> None:
        if not self._is_filling:
            self.set_value(self.preset)

    def _on_edited(self) -> None:
        if not self._is_filling:
            self._mark_departures()
            self.changed.emit()

    def _mark_departures(self) -> None:
        departed = self.overrides()
        for name, label in self._labels.items():
            font = label.font()
            font.setBold(name in departed)
            label.setFont(font)
        self._reset.setEnabled(bool(departed))
        self._reset.setToolTip(
            "Go back to what the preset says; bold settings differ from it."
            if departed
            else "Every setting is as the preset says."
        )

    def _lay_out(self) -> None:
        main, advanced = QFormLayout(), QFormLayout()
        preset = QHBoxLayout()
        preset.addWidget(self._preset, 1)
        preset.addWidget(self._reset)
        main.addRow("Preset", preset)
        for form in (main, advanced):
            form.setContentsMargins(0, 0, 0, 0)
            # Narrow enough for a dock of 300 px with a scroll bar.
            form.setHorizontalSpacing(_SPACING_PX)
            form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, info in Params.model_fields.items():
            extra = info.json_schema_extra
            is_advanced = isinstance(extra, dict) and bool(extra.get("advanced"))
            self._add_row(advanced if is_advanced else main, name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(main)
        if advanced.rowCount():
            more = QWidget(self)
            more.setLayout(advanced)
            layout.addWidget(Fold("More settings", more, self))

    def _add_row(self, form: QFormLayout, name: str) -> None:
        info = Params.model_fields[name]
        editor, label = make_editor(name, info, self), QLabel(info.title or name, self)
        for widget in (editor, label):
            # Rich text, so that Qt wraps it.
            widget.setToolTip(f"<p>{info.description}</p>")
        editor.setObjectName(name)
        editor.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        editor.installEventFilter(self)
        editor.edited.connect(self._on_edited)
        label.setBuddy(editor)
        form.addRow(label, editor)
        self._editors[name], self._labels[name] = editor, label
