"""One thread at a time for each thing that comes in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Claims:
    """Of paths and contents: two threads that read the same would store it twice."""

    def __init__(self) -> None:
        self._held: set[str] = set()
        self._changed = threading.Condition()

    @contextmanager
    def hold(self, what: str) -> Iterator[None]:
        """A path or a content for this thread; waits until no other has it."""
        with self._changed:
            self._changed.wait_for(lambda: what not in self._held)
            self._held.add(what)
        try:
            yield
        finally:
            with self._changed:
                self._held.discard(what)
                self._changed.notify_all()
