"""How often a password may be tried: five wrong ones from one address wait, and so do too many from all together."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address

from lamplight.ui.household.network import parsed_address

FREE = 5  # wrong ones from one address before it has to wait
FIRST_WAIT, LONGEST_WAIT = 30.0, 900.0  # seconds; doubled with each further wrong one
FORGOTTEN = 3600.0  # seconds after which the wrong ones of an address no longer count
ALL, ALL_WITHIN = 40, 600.0  # wrong ones from everywhere in so many seconds
HOME_NETWORK = 64  # bits of a version 6 address: a device has all addresses below them to choose from


@dataclass(slots=True)
class _Record:
    wrong: int = 0
    last: float = 0.0
    until: float = 0.0


class Attempts:
    """Safe to use from several threads. `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._records: dict[str, _Record] = {}
        self._all: deque[float] = deque()
        self._lock = threading.Lock()

    def begin(self, address: str) -> float:
        """Seconds to wait before another try, 0 if it may be made now: it then counts as wrong until `succeed`.

        Counted before it is known, so that many at once are no way around.
        """
        with self._lock:
            now = self._clock()
            self._forget(now)
            record = self._records.get(_known_as(address), _Record())
            wait = max(record.until - now, self._all[0] + ALL_WITHIN - now if len(self._all) >= ALL else 0.0)
            if wait > 0:
                return wait
            record.wrong, record.last = record.wrong + 1, now
            if record.wrong >= FREE:
                record.until = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** (record.wrong - FREE))
            self._records[_known_as(address)] = record
            self._all.append(now)
            return 0.0

    def succeed(self, address: str) -> None:
        """The password was right: what this address tried before is forgiven."""
        with self._lock:
            self._records.pop(_known_as(address), None)
            if self._all:
                self._all.pop()

    def wait(self, address: str) -> float:
        """Seconds until this address may try again, 0 if it may."""
        with self._lock:
            record = self._records.get(_known_as(address), _Record())
            return max(0.0, record.until - self._clock())

    def _forget(self, now: float) -> None:
        self._records = {known: one for known, one in self._records.items() if one.last + FORGOTTEN > now}
        while self._all and self._all[0] + ALL_WITHIN <= now:
            self._all.popleft()


def _known_as(address: str) -> str:
    try:
        parsed = parsed_address(address)
    except ValueError:
        return address
    return str(int(parsed) >> (128 - HOME_NETWORK)) if isinstance(parsed, IPv6Address) else str(parsed)
