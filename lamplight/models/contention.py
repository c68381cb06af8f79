"""CPU contention: whether other programs want the processor too, told by the share of it that our threads get."""

from __future__ import annotations

import time

CONTENDED = 0.75  # of the time that all our threads could have computed; spinning alone on two cores they get 0.95
LEAST_SECONDS = 0.01  # of a computation that tells anything: the clocks of some systems tick every 16 ms
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 16.0  # seconds until all threads are tried again, doubled each time in vain


class Contention:
    """Threads that wait for each other lose a multiple of their time when one of them has to wait for a core.

    17 tokens take 21 ms on two quiet cores, 180 to 280 when another program has one of them, and 35 on one thread
    either way. So one thread fewer is used as long as the processor is contended.
    """

    def __init__(self) -> None:
        self._until = 0.0
        self._pause = FIRST_PAUSE

    def fitting(self, threads: int) -> int:
        """How many of `threads` should compute now."""
        return max(1, threads - 1) if time.monotonic() < self._until else threads

    def observe(self, seconds: float, processor_seconds: float, threads: int) -> None:
        """What a computation on all `threads` took: by the clock, and of the processor in total."""
        if threads == 1 or seconds < LEAST_SECONDS:
            return
        if processor_seconds < CONTENDED * threads * seconds:
            self._until = time.monotonic() + self._pause
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
        else:
            self._pause = FIRST_PAUSE
