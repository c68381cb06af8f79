"""The one place that decides whose turn it is; what for, the room's docstring says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum

from lamplight.scheduling.cancellation import LOCK, CancelToken
from lamplight.scheduling.fair_queue import FairQueue, Ticket


class Priority(IntEnum):
    """The smaller number goes first."""

    ANSWER = 0
    TYPING = 1
    INDEXING = 2
    IDLE = 3

    @property
    def above(self) -> list[Priority]:
        """What goes first."""
        return [other for other in Priority if other < self]

    @property
    def below(self) -> list[Priority]:
        """What gives way."""
        return [other for other in Priority if other > self]


AHEAD_OF_TIME = (Priority.TYPING, Priority.IDLE)  # done before anybody asked for it: these can be paused
BRINGING_WORK = (Priority.ANSWER, Priority.INDEXING)  # idle jobs look what there is to do when these end


class Lease(CancelToken):
    """The right to work, inside `with`: cancelled when something of a higher priority arrives, or with its parents."""

    def __init__(self, scheduler: Scheduler, priority: Priority, parents: tuple[CancelToken, ...]) -> None:
        self.priority = priority
        self.running = False  # it isn't while it waits
        self._scheduler = scheduler
        super().__init__(*parents)
        self._callbacks.append(scheduler._notify)  # where it waits, that ends

    def __enter__(self) -> Lease:
        self._scheduler._arrive(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._scheduler._leave(self)

    def give_way(self) -> None:
        """Wait until nothing of a higher priority is there; then it is no longer cancelled, unless by its parents.

        Those end the wait, too.
        """
        self._scheduler._wait_for_way(self)

    def _renew(self) -> None:
        with self._changed:
            self._cancelled = False
        self._follow_parents()


class AnswerLease(Lease):
    """Had at once; what may have to be waited for is its turn among the answers."""

    def __init__(self, scheduler: Scheduler, asker: str, since: float, parents: tuple[CancelToken, ...]) -> None:
        self.asker, self.since = asker, since
        self.ticket: Ticket | None = None
        super().__init__(scheduler, Priority.ANSWER, parents)

    def __enter__(self) -> AnswerLease:
        super().__enter__()
        return self

    def wait_in_queue(self, alone: bool = False) -> Iterator[int]:
        """How many are answered before, now and after each change, until it is its turn or it is cancelled.

        Where answers need not be given one by one, its turn is now, unless it has to be `alone`.
        """
        told = 0
        while told := self._scheduler._ahead(self, told, alone):
            yield told


class Scheduler:
    """One to a process. Safe to use from several threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition(LOCK)
        self._leases: list[Lease] = []  # asked for and not given back
        self._pauses = 0
        self._queue = FairQueue()
        self._one_by_one = True
        self._events = 0

    def lease(self, priority: Priority, *parents: CancelToken) -> Lease:
        """To be entered by `with`, which waits until nothing of a higher priority is there or a parent is cancelled."""
        return Lease(self, priority, parents)

    def answering(self, asker: str = "", *parents: CancelToken, since: float | None = None) -> AnswerLease:
        """Likewise for an answer; `asker` takes turns with others, `since` is when they asked (`time.monotonic`)."""
        return AnswerLease(self, asker, time.monotonic() if since is None else since, parents)

    def run(self, priority: Priority, work: Callable[[Callable[[], bool]], object], *parents: CancelToken) -> None:
        """Call `work` until it was not stopped for something of a higher priority, or a parent is cancelled.

        Its argument says whether it has to stop.
        """
        stopped = True
        while stopped and not any(parent.cancelled() for parent in parents):
            with self.lease(priority, *parents) as lease:
                work(lease.cancelled)
                stopped = lease.cancelled()

    def answer_one_by_one(self, one_by_one: bool) -> None:
        """As is done at first, or several at a time, which a server can."""
        with self._changed:
            self._one_by_one = one_by_one
            self._changed.notify_all()

    def wait_until_answered(self, seconds: float) -> bool:
        """Until nobody waits for an answer, or for `seconds`; whether nobody does."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._asked_for(Priority.ANSWER), seconds)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Inside the block nothing is computed ahead of time, nor goes on that was begun before.

        Not to be entered by such work itself.
        """
        with self._changed:
            self._pauses += 1
        try:
            with self._changed:
                self._cancel(*AHEAD_OF_TIME)
                self._changed.wait_for(lambda: not self._running(*AHEAD_OF_TIME))
            yield
        finally:
            with self._changed:
                self._pauses -= 1
                self._changed.notify_all()

    @property
    def events(self) -> int:
        """Grows whenever there may be something to do for idle jobs."""
        return self._events

    def wake(self) -> None:
        """Have idle jobs look what there is to do."""
        with self._changed:
            self._events += 1
            self._changed.notify_all()

    def wait_for_event(self, after: int, closing: CancelToken, seconds: float | None = None) -> None:
        """Until `events` is no longer `after`, `closing` is cancelled, or for `seconds`."""
        with closing.on_cancel(self._notify), self._changed:
            self._changed.wait_for(lambda: self._events != after or closing.cancelled(), seconds)

    def _arrive(self, lease: Lease) -> None:
        with self._changed:
            self._leases.append(lease)
            try:
                self._cancel(*lease.priority.below)
                self._wait_for_way(lease)
            except BaseException:  # Ctrl-C while it waits
                self._leave(lease)
                raise

    def _leave(self, lease: Lease) -> None:
        with self._changed:
            self._leases.remove(lease)
            if isinstance(lease, AnswerLease) and lease.ticket is not None:
                self._queue.leave(lease.ticket)
            self._events += lease.priority in BRINGING_WORK and not self._asked_for(lease.priority)
            self._changed.notify_all()

    def _wait_for_way(self, lease: Lease) -> None:
        with self._changed:
            lease.running = False
            lease._renew()
            self._changed.notify_all()
            self._changed.wait_for(lambda: lease.cancelled() or not self._must_wait(lease))
            lease.running = True

    def _must_wait(self, lease: Lease) -> bool:
        paused = self._pauses > 0 and lease.priority in AHEAD_OF_TIME
        return paused or self._asked_for(*lease.priority.above)

    def _ahead(self, lease: AnswerLease, told: int, alone: bool) -> int:
        """How many answers come before this one; waits until it is another number than `told`."""

        def ahead() -> int:
            if lease.cancelled() or not (alone or self._one_by_one):
                return 0
            lease.ticket = lease.ticket or self._queue.join(lease.asker, lease.since)
            return self._queue.ahead(lease.ticket)

        with self._changed:
            self._changed.wait_for(lambda: not told or ahead() != told)
            return ahead()

    def _cancel(self, *priorities: Priority) -> None:
        for lease in self._running(*priorities):
            lease.cancel()

    def _running(self, *priorities: Priority) -> list[Lease]:
        # A copy, here and below: an answer that was abandoned leaves when it is collected, even while one is made.
        return [lease for lease in [*self._leases] if lease.running and lease.priority in priorities]

    def _asked_for(self, *priorities: Priority) -> bool:
        return any(lease.priority in priorities for lease in [*self._leases])

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()
