"""Answers go before indexing: on one processor, the person who waits for a sentence comes first."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Precedence:
    """Entered (`with`) by whoever answers, waited for by whoever works in the background."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._holders = 0
        self._watchers: list[Callable[[bool], None]] = []

    def __enter__(self) -> None:
        with self._changed:
            self._holders += 1
            if self._holders == 1:
                self._tell()

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._holders -= 1
            if self._holders == 0:
                self._tell()
                self._changed.notify_all()

    @property
    def taken(self) -> bool:
        return self._holders > 0

    def wait(self, seconds: float | None = None) -> bool:
        """Until nobody answers, or for `seconds`. Returns whether the way is free."""
        with self._changed:
            return self._changed.wait_for(lambda: self._holders == 0, seconds)

    def watch(self, changed: Callable[[bool], None]) -> None:
        """`changed` is called at once when precedence is taken (True) or given back (False)."""
        with self._changed:
            self._watchers.append(changed)

    def _tell(self) -> None:
        for watcher in self._watchers:
            watcher(self._holders > 0)


ANSWERS = Precedence()
"""One for the program, as there is one processor."""
