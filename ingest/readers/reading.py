"""What a reader is given besides the file: the text recogniser, a way to report, a way to be stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.errors import Cancelled
from models.ocr import TextRecogniser


@dataclass(slots=True)
class Reading:
    """`recogniser` loads OCR when first called: most files never need it."""

    recogniser: Callable[[], TextRecogniser]
    report: Callable[[str, float], None] = lambda status, fraction: None
    cancelled: threading.Event = field(default_factory=threading.Event)

    def step(self, status: str, fraction: float) -> None:
        """Report a human phrase and how much (0 to 1) is done. Raises `Cancelled`."""
        if self.cancelled.is_set():
            raise Cancelled("Cancelled; nothing of it was kept.")
        self.report(status, fraction)
