"""What can go wrong, in words a user can act on."""


class SeededKMeansError(ValueError):
    """Bad input: one sentence that names the argument and the value."""


class SeededKMeansWarning(UserWarning):
    """The result is usable, but something was done differently from what was asked."""


class CancelledError(Exception):
    """The caller asked to stop; nothing was changed."""
