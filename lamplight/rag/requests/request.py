"""A request on its way to an answer, what it may use, and what is told in the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from lamplight.library.records import Document, Message, Passage
from lamplight.library.store import Library
from lamplight.models.embedder import Vectors
from lamplight.models.loading import Models
from lamplight.rag.events import Breadth, Citation, Event, Mode, Rows, Timings
from lamplight.rag.finding import Finder
from lamplight.rag.grounding import cite
from lamplight.rag.intent import FACT, Intent
from lamplight.rag.lookup import Lookup
from lamplight.rag.messages import say
from lamplight.rag.request_language import language_of
from lamplight.rag.retriever import EVERYWHERE, Scope
from lamplight.rag.sentences import Sentence, units_of
from lamplight.rag.suggestions import Suggestions
from lamplight.scheduling import AnswerLease


@dataclass(slots=True)
class Request:
    """`query` is the question as it stands alone, `intent` what it asks for, `lookup` what was looked up for it.

    `may_be_list` says that it was understood as a fact, and that nobody chose that, `compares_rows` that what is to be
    compared are no documents, but may be rows of a table, `adds_up` that no papers are added up, but may be such rows.
    `lease` is cancelled when nobody wants the answer any more.
    """

    question: str
    query: str
    mode: Mode
    lease: AnswerLease
    lookup: Lookup
    history: Sequence[Message] = ()
    scope: Scope = EVERYWHERE
    breadth: Breadth = "usual"
    intent: Intent = FACT
    may_be_list: bool = False
    compares_rows: bool = False
    adds_up: bool = False
    started: float = field(default_factory=time.perf_counter)
    timings: Timings = field(default_factory=Timings)

    @property
    def language(self) -> str:
        """In which Lamplight's own sentences are said: the question's, or the query's where that tells too little."""
        return language_of(self.question, self.query)

    @property
    def documents(self) -> list[Document]:
        """Those that may be looked at, newest first."""
        return [document for document in self.lookup.documents if self.scope.includes(document)]

    def say(self, key: str, count: int = 1, **values: object) -> str:
        """One of Lamplight's own sentences (`rag.messages`)."""
        return say(self.language, key, count, **values)

    def elapsed(self) -> float:
        """Milliseconds since the question."""
        return round((time.perf_counter() - self.started) * 1000, 1)


@dataclass(frozen=True, slots=True)
class Materials:
    """What requests are answered from."""

    library: Library
    models: Models
    finder: Finder
    suggestions: Suggestions

    def lines(self, document: Document) -> list[Sentence]:
        """All sentences and rows of a document, in reading order."""
        return [unit for chunk in self.library.passages.of(document.id) for unit in units_of(chunk)]

    def first_line(self, document: Document) -> Sentence | None:
        """What a marker rests on that opens the document's first page."""
        return next((unit for chunk in self.library.passages.of(document.id, 1) for unit in units_of(chunk)), None)

    def vectors(self, chunks: Sequence[Passage]) -> dict[int, Vectors]:
        """Those of the chunks, by id."""
        return self.library.vectors.of([chunk.id for chunk in chunks], self.models.embedder)


@dataclass(frozen=True, slots=True)
class DirectAnswer:
    """An answer that needs no model to write it: Markdown, with what its markers stand for.

    `rows` is the table in it, if it is one, `short` the answer itself where the text begins with that. `refused` says
    that there is nothing to tell, and why, `unsure` that what is told only may be meant. `notice` is what a person
    should know about how it was made.
    """

    text: str
    passages: list[Passage] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    rows: Rows | None = None
    refused: bool = False
    unsure: bool = False
    short: str = ""
    notice: str = ""


AnswerSteps: TypeAlias = "Generator[Event, None, DirectAnswer | None]"
Way: TypeAlias = "Callable[[Request, Materials], AnswerSteps]"
"""How requests of one kind are answered: progress as events, in the end what is told; None to answer as a fact."""


class CitationList:
    """Numbers what an answer cites, in the order in which it does."""

    def __init__(self) -> None:
        self.passages: list[Passage] = []
        self.citations: list[Citation] = []

    def mark(self, sentence: Sentence | None) -> str:
        """ " [n]" for a sentence, which is kept as what the marker rests on; "" for none."""
        number = self.number(sentence)
        return f" [{number}]" if number else ""

    def number(self, sentence: Sentence | None) -> int:
        """The marker alone; 0 for none."""
        if sentence is None:
            return 0
        passage = sentence.passage
        known = next((one for one in self.passages if _same(one, passage)), None)
        if known is None:
            known = replace(passage, marker=len(self.passages) + 1)
            self.passages.append(known)
        self.citations.append(cite(known, sentence))
        return known.marker

    def told(self, text: str, rows: Rows | None = None) -> DirectAnswer:
        """The answer with what was marked so far."""
        return DirectAnswer(text, self.passages, self.citations, rows)


def _same(one: Passage, other: Passage) -> bool:
    return (one.id, one.document_id, one.page, one.text) == (other.id, other.document_id, other.page, other.text)
