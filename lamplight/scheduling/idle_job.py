"""Work for which nobody waits, done while nobody asks and nothing is being indexed."""

from __future__ import annotations

import threading
from collections.abc import Callable

from lamplight.scheduling.cancellation import CancelToken
from lamplight.scheduling.scheduler import Priority, Scheduler

Work = Callable[[Callable[[], bool]], float | None]

RETRY_SECONDS = 30.0  # until work that has failed is tried again, if nothing changes before
LONGEST_RETRY = 600.0  # it doubles each time


class IdleJob:
    """Does everything there is to do, then sleeps until something has changed; in a thread of its own."""

    def __init__(self, scheduler: Scheduler, name: str, work: Work, expected: type[Exception]) -> None:
        """`work` goes on until there is nothing to do or its argument returns True.

        It may return the seconds after which it wants to look again although nothing has changed here. An `expected`
        error ends its round quietly, as a disk may have room again and a server be back: whoever needs the same for an
        answer is told the reason.
        """
        self._scheduler, self._work, self._expected = scheduler, work, expected
        self._closing = CancelToken()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin with what there is."""
        self._thread.start()

    def close(self) -> None:
        """Returns when nothing is being done any more."""
        self._closing.cancel()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        pause = RETRY_SECONDS
        while not self._closing.cancelled():
            with self._scheduler.lease(Priority.IDLE, self._closing) as lease:
                known = self._scheduler.events
                try:
                    again = None if lease.cancelled() else self._work(lease.cancelled)
                    pause = RETRY_SECONDS
                except self._expected:
                    again, pause = pause, min(2 * pause, LONGEST_RETRY)
                    known = self._scheduler.events  # what it has changed itself before it failed wakes it no more
                finished = not lease.cancelled()
            if finished:
                self._scheduler.wait_for_event(known, self._closing, again)
