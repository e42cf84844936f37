"""Buttons that say what they do, or why they cannot do it now."""

from qtpy.QtWidgets import QPushButton

ONLY_IN_2D = "In 3-D no single pixel lies under the pointer: change to 2-D to click one."


def enable(button: QPushButton, what_it_does: str, why_not: str = "") -> None:
    """Let a button work, unless there is a reason against it, and say which of both holds."""
    tooltip = f"<p>{why_not or what_it_does}</p>"
    button.setEnabled(not why_not)
    # Qt would hide one that is being read.
    if tooltip != button.toolTip():
        button.setToolTip(tooltip)
