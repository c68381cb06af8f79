"""Who is answered next, where one processor answers many: first come, first served, and nobody twice before the others.

Fair queueing (Demers, Keshav and Shenker, 1989) with a question as the unit: a person's questions are put into
successive rounds, and within a round the first to come is the first to be served.
"""

from __future__ import annotations

import threading
import time
from bisect import insort
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count


@dataclass(order=True, frozen=True, slots=True)
class Place:
    """A question in the queue. `since` is when it was asked, in seconds of `time.monotonic`."""

    round: int
    since: float
    number: int
    asker: str = field(compare=False)


class FairQueue:
    """Safe to use from several threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[Place] = []
        self._served: Place | None = None
        self._round = 0
        self._numbers = count()

    @contextmanager
    def place(self, asker: str, since: float | None = None) -> Iterator[Place]:
        """A place in the queue, given up at the end of the block: then the next one is served.

        `since` is for a question that was asked some time ago, and that was not ready to be answered yet.
        """
        asked = time.monotonic() if since is None else since
        with self._changed:
            own = [place.round for place in (*self._waiting, self._served) if place and place.asker == asker]
            place = Place(max(self._round, *(number + 1 for number in own), 0), asked, next(self._numbers), asker)
            insort(self._waiting, place)
        try:
            yield place
        finally:
            with self._changed:
                if self._served is place:
                    self._served = None
                else:
                    self._waiting.remove(place)
                self._changed.notify_all()

    def ahead(self, place: Place, seconds: float = 0.0) -> int:
        """How many are to be served before; 0 is the place's turn. Waits up to `seconds` for its turn."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_turn(place), seconds)
            if self._served is place:
                return 0
            return self._waiting.index(place) + (self._served is not None)

    def _is_turn(self, place: Place) -> bool:
        if self._served is None and self._waiting[0] is place:
            self._served, self._round = self._waiting.pop(0), place.round
        return self._served is place
