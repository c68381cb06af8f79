"""Who is answered next, where one processor answers many: first come, first served, and nobody twice before the others.

Fair queueing (Demers, Keshav and Shenker, 1989) with a question as the unit: a person's questions are put into
successive rounds, and within a round the first to come is the first to be served.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from itertools import count


@dataclass(order=True, frozen=True, slots=True)
class Ticket:
    """A question in the queue. `since` is when it was asked, in seconds of `time.monotonic`."""

    round: int
    since: float
    number: int
    asker: str = field(compare=False)


class FairQueue:
    """Not for use by two threads at once: the scheduler's lock is held around it."""

    def __init__(self) -> None:
        self._waiting: list[Ticket] = []
        self._served: Ticket | None = None
        self._round = 0
        self._numbers = count()

    def join(self, asker: str, since: float) -> Ticket:
        """A ticket behind those of the asker's own round; `since` may be earlier than now."""
        own = [ticket.round for ticket in (*self._waiting, self._served) if ticket and ticket.asker == asker]
        ticket = Ticket(max(self._round, *(number + 1 for number in own), 0), since, next(self._numbers), asker)
        insort(self._waiting, ticket)
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Whether it was served or not; then the next one can be."""
        if self._served is ticket:
            self._served = None
        else:
            self._waiting.remove(ticket)

    def ahead(self, ticket: Ticket) -> int:
        """How many are served before; 0 is its turn, which begins with this call and ends with `leave`."""
        if self._served is None and self._waiting[0] is ticket:
            self._served, self._round = self._waiting.pop(0), ticket.round
        if self._served is ticket:
            return 0
        return self._waiting.index(ticket) + (self._served is not None)
