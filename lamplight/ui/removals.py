"""Removing a document at once, with some seconds to take it back."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lamplight.library.store import Library

UNDO_SECONDS = 12.0  # a little longer than the page offers to undo


class Removals:
    """Documents that are hidden and will be deleted; if the app ends first, at its next start."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._pending: dict[int, threading.Timer] = {}
        self._lock = threading.Lock()

    def remove(self, document_id: int) -> None:
        """Hide the document now and delete it for good when nobody has undone it in time."""
        self._library.documents.remove(document_id)
        timer = threading.Timer(UNDO_SECONDS, self._purge, (document_id,))
        timer.daemon = True
        with self._lock:
            self._pending[document_id] = timer
        timer.start()

    def restore(self, document_id: int) -> None:
        """Bring the document back; too late, it does nothing."""
        with self._lock:
            timer = self._pending.pop(document_id, None)
        if timer is not None:
            timer.cancel()
            self._library.documents.restore(document_id)

    def _purge(self, document_id: int) -> None:
        with self._lock:
            if self._pending.pop(document_id, None) is None:
                return
        self._library.documents.purge(document_id)
