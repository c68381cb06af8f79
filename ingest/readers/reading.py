"""What a reader is given besides the file: the text recogniser, a way to report, and to hand on pages early."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.document import DocumentPage
from models.ocr import TextRecogniser


@dataclass(slots=True)
class Reading:
    """`recogniser` loads OCR when first called: most files never need it.

    `earlier` has the texts of the file's first pages, which an earlier run read and which are not wanted again.
    `depth` is how many files this one is inside of.
    """

    recogniser: Callable[[], TextRecogniser]
    report: Callable[[str, float], None] = lambda status, fraction: None
    begun: Callable[[str, str], list[DocumentPage]] = lambda title, format_name: []
    earlier: Sequence[str] = ()
    depth: int = 0

    def step(self, status: str, fraction: float) -> None:
        """Report a human phrase and how much (0 to 1) is done."""
        self.report(status, fraction)

    def begin(self, title: str, format_name: str) -> list[DocumentPage]:
        """A list for the pages of a long document; those appended may be indexed before the file is read to its end.

        The reader returns it as the pages of its `ReadDocument`, with the same title and format.
        """
        return self.begun(title, format_name)

    def wanted(self, number: int) -> bool:
        """Whether page `number` (from 1) is still to be read."""
        return number > len(self.earlier)
