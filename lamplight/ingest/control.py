"""How a file's way in is watched, stopped and made to wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lamplight.ingest.errors import Cancelled, Interrupted
from lamplight.scheduling import CancelToken, Lease, Priority, Scheduler


@dataclass(slots=True)
class IngestControl:
    """`cancelled` forgets the file, `interrupted` keeps what is done of it for the next run.

    `lease` is that of the file while `index_file` reads it; until then nothing else goes first.
    """

    report: Callable[[str, float], None] = lambda status, fraction: None
    cancelled: CancelToken = field(default_factory=CancelToken)
    interrupted: CancelToken = field(default_factory=CancelToken)
    lease: Lease = field(default_factory=lambda: Scheduler().lease(Priority.INDEXING))

    def step(self, status: str, fraction: float) -> None:
        """Report a human phrase and how much (0 to 1) is done; then like `wait`."""
        self.report(status, fraction)
        self.wait()

    @property
    def must_wait(self) -> bool:
        """Whether something else goes first, or nobody wants the file any more."""
        return self.lease.cancelled()

    def wait(self) -> None:
        """Let go first what has a higher priority. Raises `Cancelled` or `Interrupted`."""
        self.check()
        self.lease.give_way()
        self.check()

    def check(self) -> None:
        """Raises `Cancelled` or `Interrupted`."""
        if self.cancelled.cancelled():
            raise Cancelled("Cancelled; nothing of it was kept.")
        if self.interrupted.cancelled():
            raise Interrupted("Interrupted; the next run goes on from here.")
