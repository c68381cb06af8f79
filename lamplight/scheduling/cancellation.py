"""Telling work that it isn't wanted any more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from weakref import WeakSet

LOCK = threading.RLock()
"""Of all tokens and schedulers, which call each other: several locks would have an order to keep. Held for an instant,
and by the same thread once more where an answer is collected that its client abandoned."""


class CancelToken:
    """Cancelled once and for all, as by a person who presses stop; one that is derived from others, with any of them.

    Safe to use from several threads.
    """

    def __init__(self, *parents: CancelToken) -> None:
        self._parents = parents
        self._changed = threading.Condition(LOCK)
        self._cancelled = False
        self._callbacks: list[Callable[[], object]] = []
        self._derived: WeakSet[CancelToken] = WeakSet()
        with LOCK:
            for parent in parents:
                parent._derived.add(self)
            self._follow_parents()

    def cancelled(self) -> bool:
        """Quick enough to be asked from inside a computation."""
        return self._cancelled

    def cancel(self) -> None:
        """Cancel what is derived from it, too, and call back; all that has happened when this returns."""
        with self._changed:
            if not self._cancelled:
                self._cancelled = True
                self._changed.notify_all()
                for tell in [*self._callbacks, *(token.cancel for token in self._derived)]:
                    tell()

    def wait(self, seconds: float | None = None) -> bool:
        """Until it is cancelled, or for `seconds`; whether it is."""
        with self._changed:
            return self._changed.wait_for(self.cancelled, seconds)

    @contextmanager
    def on_cancel(self, callback: Callable[[], object]) -> Iterator[None]:
        """Inside the block, `callback` is called by the thread that cancels; at once where that has happened.

        It is brief, for it holds up all others, and it isn't called after the block.
        """
        with self._changed:
            self._callbacks.append(callback)
            late = self._cancelled
        try:
            if late:
                callback()
            yield
        finally:
            with self._changed:
                self._callbacks.remove(callback)

    def _follow_parents(self) -> None:
        if any(parent.cancelled() for parent in self._parents):
            self.cancel()
