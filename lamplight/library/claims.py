"""One thread at a time for each thing that comes in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Claims:
    """Of paths and contents: two threads that read the same would store it twice."""

    def __init__(self) -> None:
        self._held: set[str] = set()
        self._changed = threading.Condition()

    @contextmanager
    def hold(self, what: str, given_up: Callable[[], bool] = lambda: False) -> Iterator[bool]:
        """A path or a content for this thread, and whether it has it: it waits until no other has, or is `given_up`."""
        with self._changed:
            self._changed.wait_for(lambda: given_up() or what not in self._held)
            held = what not in self._held
            self._held.add(what)
        try:
            yield held
        finally:
            with self._changed:
                if held:
                    self._held.discard(what)
                self._changed.notify_all()

    def look_again(self) -> None:
        """Whoever waits is to ask whether that is given up."""
        with self._changed:
            self._changed.notify_all()
