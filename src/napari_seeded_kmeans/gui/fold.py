"""A heading that folds away what is below it."""

from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import QPushButton, QScrollArea, QVBoxLayout, QWidget


class Fold(QWidget):
    """Content under a heading, folded away until the heading is pressed."""

    toggled = Signal(bool)
    """Whether the content is seen from now on."""

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._content = content
        # The arrow is text, so that it has the theme's colour.
        self.heading = QPushButton(self)
        self.heading.setCheckable(True)
        self.heading.setFlat(True)
        self.heading.setStyleSheet(
            "text-align: left; border: none; background: transparent; padding: 2px 0px;"
        )
        self.heading.toggled.connect(self.set_open)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.heading)
        layout.addWidget(content)
        self.set_open(False)

    @property
    def is_open(self) -> bool:
        """Whether the content is seen."""
        return bool(self.heading.isChecked())

    def set_open(self, is_open: bool) -> None:
        """Show or fold away the content."""
        self.heading.setChecked(is_open)
        self.heading.setText(f"{'▾' if is_open else '▸'}  {self._title}")
        self._content.setVisible(is_open)
        self.toggled.emit(is_open)
        if is_open:
            # Once it is laid out.
            QTimer.singleShot(0, self._come_into_view)

    def _come_into_view(self) -> None:
        """Have whatever scrolls around it show all of it, the heading in any case."""
        area = self.parent()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parent()
        if area is not None and self.is_open:
            area.ensureWidgetVisible(self, 0, 0)
            area.ensureWidgetVisible(self.heading, 0, 0)
