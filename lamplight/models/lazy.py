"""A value that is made when it is first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Loaded = TypeVar("Loaded")


class Lazy(Generic[Loaded]):
    """A value that is made once, by whichever thread asks first; the others wait for it."""

    def __init__(self, make: Callable[[], Loaded]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._value: Loaded | None = None

    def get(self) -> Loaded:
        """Waits while it is made. Raises what `make` raises, and the next call tries again."""
        with self._lock:
            if self._value is None:
                self._value = self._make()
            return self._value

    def replace(self, value: Loaded) -> None:
        """Whoever has the old value may go on with it."""
        with self._lock:
            self._value = value

    @property
    def value(self) -> Loaded | None:
        """None as long as it isn't made; never waits."""
        return self._value
