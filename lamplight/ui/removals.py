"""Removing documents at once, as long as it can be taken back."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

from lamplight.library.errors import LibraryError

if TYPE_CHECKING:
    from lamplight.library.store import Library

LONGEST_OFFER = 600.0  # seconds, for a page that is closed before it says that nobody has undone it


class Removals:
    """Documents that are hidden until it is said whether they come back; if the app ends first, they are deleted at its
    next start.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._numbers = count(1)
        self._pending: dict[int, tuple[Sequence[int], threading.Timer]] = {}  # by the number of the removal
        self._lock = threading.Lock()

    def remove(self, documents: Sequence[int]) -> int:
        """Hide them all at once. Returns the number of this removal, by which it is undone or made final."""
        self._library.documents.remove(*documents)
        number = next(self._numbers)
        timer = threading.Timer(LONGEST_OFFER, self._expire, (number,))
        timer.daemon = True
        with self._lock:
            self._pending[number] = documents, timer
        timer.start()
        return number

    def restore(self, number: int) -> None:
        """Undo a removal. Raises `LibraryError` when it is final already."""
        documents = self._ended(number)
        if not documents:
            raise LibraryError("It is too late to undo this: what was removed has been deleted. Add the files again.")
        self._library.documents.restore(*documents)
        self._purge(documents)  # what is still hidden has been read again meanwhile, and is there

    def purge(self, number: int) -> None:
        """Make a removal final: its documents are deleted. Nothing happens if it has ended before."""
        self._purge(self._ended(number))

    def _expire(self, number: int) -> None:
        """What a library that was closed meanwhile still has hidden is deleted at the next start."""
        with suppress(LibraryError):
            self.purge(number)

    def _ended(self, number: int) -> Sequence[int]:
        """What was removed; only the first one to ask is told."""
        with self._lock:
            documents, timer = self._pending.pop(number, ((), None))
        if timer is not None:
            timer.cancel()
        return documents

    def _purge(self, documents: Sequence[int]) -> None:
        for document_id in documents:
            self._library.documents.purge(document_id)
