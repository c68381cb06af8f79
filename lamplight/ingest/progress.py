"""How a file's way in is watched, stopped and made to wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from lamplight.ingest.errors import Cancelled, Interrupted
from lamplight.models.precedence import ANSWERS

LOOK_SECONDS = 0.2  # how often a wait looks up to see whether it was cancelled


@dataclass(slots=True)
class Progress:
    """`cancelled` forgets the file, `interrupted` keeps what is done of it for the next run."""

    report: Callable[[str, float], None] = lambda status, fraction: None
    cancelled: threading.Event = field(default_factory=threading.Event)
    interrupted: threading.Event = field(default_factory=threading.Event)

    def step(self, status: str, fraction: float) -> None:
        """Report a human phrase and how much (0 to 1) is done; then like `wait`."""
        self.report(status, fraction)
        self.wait()

    def wait(self) -> None:
        """Let answers go first. Raises `Cancelled` or `Interrupted`."""
        self.check()
        while not ANSWERS.wait(LOOK_SECONDS):
            self.check()

    def check(self) -> None:
        """Raises `Cancelled` or `Interrupted`."""
        if self.cancelled.is_set():
            raise Cancelled("Cancelled; nothing of it was kept.")
        if self.interrupted.is_set():
            raise Interrupted("Interrupted; the next run goes on from here.")
