"""Why a file could not be read, in a sentence that names it and says what to do."""

from __future__ import annotations

from lamplight.errors import LamplightError


class ReadError(LamplightError):
    """The file is damaged, locked or too large; it counts as `failed`."""


class ReaderLost(ReadError):
    """The file made its reading process crash, hang or take too much memory."""


class NothingToRead(LamplightError):
    """Not a kind of file that is read, or an empty one; it counts as `skipped`."""


class Cancelled(LamplightError):
    """A person asked to stop; nothing of the file was kept."""


class Interrupted(LamplightError):
    """The queue was paused or the app closed; what was finished of the file is kept."""
