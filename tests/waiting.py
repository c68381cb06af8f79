"""Waiting for what another thread or process does: as short as it takes, and never for ever."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable

DEADLINE = 120.0  # seconds; a busy machine may take long, a working one does not get here
LOOK = 0.005


def until(condition: Callable[[], object]) -> None:
    """Return as soon as `condition` holds; fail with a sentence when that takes too long."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"In {DEADLINE:.0f} s this did not come true: {inspect.getsource(condition)}"
        time.sleep(LOOK)
