"""What can go wrong with a library, in sentences."""

from __future__ import annotations

from lamplight.errors import LamplightError


class LibraryError(LamplightError):
    """The library can't be opened, read or written."""


class LibraryBusy(LibraryError):
    """Another process holds the library. `address` is its web address, empty when it serves none."""

    def __init__(self, message: str, address: str = "", key: str = "") -> None:
        super().__init__(message)
        self.address = address
        self.key = key


class VectorsAway(LibraryError):
    """The server that keeps the vectors can't be reached, or they were closed; they can be brought there later."""
