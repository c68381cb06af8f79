"""What a reader is given besides the file: the text recogniser, a way to report, and to hand on pages early."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lamplight.ingest.document import DocumentPage
from lamplight.languages import sentence
from lamplight.models.ocr import TextRecogniser

READING = sentence("reading")  # the step of readers that have no others


@dataclass(slots=True)
class Allowance:
    """What the files inside a file may still amount to, those inside them too: an archive may be made to do harm."""

    files: int = 5_000
    bytes: int = 1 << 30
    entered: int = 0  # files so far


@dataclass(slots=True)
class Reading:
    """`recogniser` loads OCR when first called: most files never need it.

    `earlier` has the texts of the file's first pages, which an earlier run read and which are not wanted again.
    `depth` is how many files this one is inside of, `number` which of all files inside the outermost it is (0 for that
    itself). `enter` says which is being read, and those in `avoid` ended an earlier run, after so many pages.
    """

    recogniser: Callable[[], TextRecogniser]
    report: Callable[[str, float], None] = lambda status, fraction: None
    begun: Callable[[str, str], list[DocumentPage]] = lambda title, format_name: []
    earlier: Sequence[str] = ()
    depth: int = 0
    number: int = 0
    enter: Callable[[int], None] = lambda number: None
    avoid: Mapping[int, int] = field(default_factory=dict)
    allowance: Allowance = field(default_factory=Allowance)

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
