"""Errors into words: the one place where the window decides what to say about what went wrong."""

from napari.utils.notifications import notification_manager

from ..core.errors import SeededKMeansError


def words_for(error: Exception) -> str:
    """Return a sentence for the hint line; what is a bug of ours also becomes a napari notification."""
    if isinstance(error, SeededKMeansError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this image: crop it, or close other programs, and try again."
    if isinstance(error, OSError):
        return f"{error.filename or 'The file'}: {error.strerror or error}."
    # napari shows the traceback there. Raising instead would end a plain script under PyQt6.
    notification_manager.receive_error(type(error), error, error.__traceback__)
    return f"Something unexpected went wrong ({error}); the notification has the details."
