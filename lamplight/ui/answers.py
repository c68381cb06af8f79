"""One answer as it grows: events in, something to show and to keep out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, TypeVar

from lamplight.languages import sentence
from lamplight.library.records import PICTURE_NAMES, Message, Passage
from lamplight.rag.events import (
    Breadth,
    Citation,
    Event,
    Evidence,
    Finished,
    Grounded,
    PrefillProgress,
    Rows,
    ScanProgress,
    Searching,
    Timings,
    Token,
    Waiting,
)
from lamplight.ui.opening import QUOTE, Opening, taken_apart

Part = TypeVar("Part", Passage, Citation)
MINUTE = 60.0  # seconds
FORMERLY = {"section": "header", "chunk_id": "id"}
WORDING = sentence("Putting it into words…")
UNFINISHED = sentence("This answer was interrupted before it was finished.")
UNSAVED = sentence("This answer could not be saved; free some disk space before you close Lamplight, or copy it.")


@dataclass(slots=True)
class Answer:
    """`status` is the sentence shown while there is no text yet; `error` the one shown when it broke, `notice` when
    another model answered or the end is missing. All are English until they are shown.

    `draft` is what the model has written so far, and in the end all that it wrote; `aside` that it is not shown while
    it grows. `unread` are files that were still being read. `alone`: only documents that the person chose were asked.

    `respelled` is what was searched for where the question had a typing error. `reading` counts the passages that the
    model is reading. `short`, `quote` and `candidates` are what the text begins with.
    """

    text: str = ""
    respelled: str = ""
    short: str = ""
    quote: Citation | None = None
    candidates: list[Citation] = field(default_factory=list)
    status: str = ""
    progress: float | None = None
    reading: int = 0
    draft: str = ""
    aside: bool = False
    breadth: Breadth = "usual"
    alone: bool = False
    unread: list[str] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    timings: Timings = field(default_factory=Timings)
    model: str = ""
    refused: bool = False
    sql: str = ""
    kind: str = "fact"
    other: str = ""
    rows: Rows | None = None
    stopped: bool = False
    done: bool = False
    error: str = ""
    notice: str = ""

    @property
    def opening(self) -> Opening:
        """The text taken apart."""
        return taken_apart(self.text, self.short, [citation.text for citation in self.quoted])

    @property
    def quoted(self) -> list[Citation]:
        """What the text begins with, word for word: one line, or several where none is surely the answer."""
        return [self.quote, *self.candidates] if self.quote else []

    def absorb(self, event: Event) -> None:
        """Take in one event; the answer can be shown after each.

        `Evidence` may come again, in a better order and with the line that answers: it replaces what came before.
        """
        match event:
            case Waiting():
                self.status = sentence(
                    f"{event.ahead} questions come first…" if event.ahead > 1 else "One question comes first…"
                )
            case Searching():
                self.status = _searching(event.documents)
            case Evidence():
                self.passages = list(event.passages)
                self.text = f"{event.opening}\n\n" if event.opening else ""
                self.short, self.quote, self.candidates = event.short, event.quote, event.candidates
                self.respelled = event.respelled or self.respelled
                self.status = sentence("Reading the passages…" if event.passages else "Nothing close was found…")
            case ScanProgress():
                self.progress = event.done / event.total if event.total > 1 else None
                self.status = _looking(event)
            case PrefillProgress():
                self.progress = event.done / event.total if event.total else None
                self.reading = event.passages
                self.status = _reading(event)
            case Token(draft=True):
                self.draft, self.aside = self.draft + event.text, event.aside
                self.status, self.progress = WORDING if event.aside else "", None
            case Token():
                self.status, self.progress = "", None
                self.text += event.text
            case Grounded():
                self.text, self.citations, self.unsupported = event.answer, event.citations, event.unsupported
            case Finished():
                self._finish(event)

    def _finish(self, event: Finished) -> None:
        self.text, self.citations, self.unsupported = event.answer, event.citations, event.unsupported
        self.short, self.quote, self.candidates = event.short, event.quote, event.candidates
        self.refused, self.stopped = event.refused, event.stopped
        self.timings, self.model, self.sql = event.timings, event.model, event.sql
        self.kind, self.other, self.rows, self.notice = event.kind, event.other, event.rows, event.notice
        self.passages = event.passages or self.passages
        self.draft, self.unread, self.breadth = event.draft, event.unread, event.breadth
        self.done = True

    def details(self) -> dict[str, Any]:
        """Everything but the text, as plain JSON for `Message.details`."""
        kept = asdict(self)
        for passing in ("text", "status", "progress", "reading", "aside"):
            del kept[passing]
        return kept

    @classmethod
    def restored(cls, message: Message, successor: Callable[[int], int] = int) -> Answer:
        """The answer in a stored message; one that no run finished says so.

        `successor` tells the number of a document that was read anew since.
        """
        details = message.details
        citations = [_current(Citation(**citation), successor) for citation in details.get("citations", [])]
        answer = cls(
            text=message.content,
            respelled=details.get("respelled", ""),
            short=details.get("short", ""),
            quote=_quote(message, citations, successor),
            candidates=[_current(Citation(**stored), successor) for stored in details.get("candidates", [])],
            passages=[_current(_passage(stored), successor) for stored in details.get("passages", [])],
            citations=citations,
            unsupported=list(details.get("unsupported", [])),
            timings=Timings(**details.get("timings", {})),
            model=details.get("model", ""),
            refused=details.get("refused", False),
            sql=details.get("sql", ""),
            draft=details.get("draft", ""),
            alone=details.get("alone", False),
            breadth=details.get("breadth", "usual"),
            unread=list(details.get("unread", [])),
            kind=details.get("kind", "fact"),
            other=details.get("other", ""),
            rows=Rows(**details["rows"]) if details.get("rows") else None,
            stopped=details.get("stopped", False),
            done=True,
            error=details.get("error", ""),
            notice=details.get("notice", ""),
        )
        if not details.get("done", True) and not answer.error:
            answer.error = UNFINISHED
        if message.unsaved:
            answer.error = f"{answer.error} {UNSAVED}".strip()
        return answer


def _quote(message: Message, citations: list[Citation], successor: Callable[[int], int]) -> Citation | None:
    """What the answer begins with; older versions kept it as the first citation alone."""
    if "quote" in message.details:
        stored = message.details["quote"]
        return _current(Citation(**stored), successor) if stored else None
    return citations[0] if citations and message.content.startswith(QUOTE) else None


def _passage(stored: dict[str, Any]) -> Passage:
    """A stored passage; older versions named two values otherwise and kept a picture's kind in its header."""
    values = {FORMERLY.get(name, name): value for name, value in stored.items()}
    for words in PICTURE_NAMES.values():
        values["header"] = values["header"].removesuffix(f" > {words}")
    return Passage(**{"id": 0} | values)


def _current(part: Part, successor: Callable[[int], int]) -> Part:
    return replace(part, document_id=successor(part.document_id), page=int(part.page), marker=int(part.marker))


def _reading(event: PrefillProgress) -> str:
    passages = event.passages
    if event.seconds is None or event.seconds < 1:
        return sentence(
            f"Reading {passages} passages…"
            if passages > 1
            else "Reading 1 passage…"
            if passages
            else "Reading your question…"
        )
    seconds = f"{event.seconds:.0f}"
    return sentence(
        f"Reading {passages} passages, about {seconds} s…"
        if passages > 1
        else f"Reading 1 passage, about {seconds} s…"
        if passages
        else f"Reading your question, about {seconds} s…"
    )


def _looking(event: ScanProgress) -> str:
    if not event.sections:
        return sentence(f"Looking through {event.total:,} places…" if event.total > 1 else "Reading…")
    section, total = f"{min(event.done + 1, event.total):,}", f"{event.total:,}"
    if event.seconds is None:
        return sentence(f"Summarising section {section} of {total}…")
    time = _duration(event.seconds)
    return sentence(f"Summarising section {section} of {total}, about {time} left…")


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < MINUTE else f"{seconds / MINUTE:.0f} min"


def _searching(documents: int) -> str:
    if documents == 0:
        return sentence("Thinking…")
    return sentence("Searching 1 document…" if documents == 1 else f"Searching {documents:,} documents…")
