"""Which buttons work now, and what each says about itself or about why it does not. No Qt."""

from dataclasses import dataclass

from ..session import Session, Work

_WAIT = "Wait until the file is done, or cancel it."


@dataclass(frozen=True)
class Control:
    """Whether a button works, and its tooltip."""

    is_enabled: bool
    tooltip: str


def controls(session: Session) -> dict[str, Control]:
    """Derive the state of every button from the session."""
    is_filing = Work.FILES in session.running
    nothing_painted = "" if session.facts.painted_px else "Nothing is painted yet."
    has_image = session.facts.image_shape is not None
    return {
        "segment": _control(
            "Learn the classes from the strokes and find them in the whole image. Key S.",
            "" if session.can_segment else session.hint,
        ),
        "new": _control(
            "Make an empty seeds layer over this image, ready to paint.",
            "" if has_image else "Open an image first.",
        ),
        "import": _control(
            "Read a picture of red and blue strokes, or a seed image, as the seeds of this image.",
            _WAIT if is_filing else "" if has_image else "Open an image first: strokes must have its size.",
        ),
        "export": _control(
            "Save the seeds as PNG or TIFF; importing the file gives the same seeds.",
            _WAIT if is_filing else nothing_painted,
        ),
        "session": _control(
            "Save strokes, classes and settings to go on later, or as a script that gives the same mask.",
            _WAIT if is_filing else "",
        ),
        "save session": _control(
            "Save strokes, classes and settings; the image is only referred to.", nothing_painted
        ),
        "export script": _control(
            "Write a Python script that gives the same mask, with the strokes beside it.", nothing_painted
        ),
        "export table": _control(
            "Write class, size, place and mean values of every object as a table.",
            "" if session.facts.has_result else "There is no result yet.",
        ),
    }


def _control(what_it_does: str, why_not: str) -> Control:
    return Control(not why_not, why_not or what_it_does)
