"""The answer as a stream of typed events; the terminal, the browser and the benchmarks render it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from lamplight.library.records import Box, Passage

Mode = Literal["documents", "documents+knowledge"]
Breadth = Literal["fewer", "usual", "more"]  # of the passages that are read and shown


@dataclass(frozen=True, slots=True)
class Citation:
    """What a sentence of the answer rests on; `text` is the sentence or row of the passage it was matched to."""

    marker: int
    document_id: int
    document: str
    page: int
    boxes: list[Box]
    text: str


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds from the question; tokens as counted by the language model's own tokenizer."""

    search_ms: float = 0.0
    evidence_ms: float = 0.0
    first_token_ms: float = 0.0
    total_ms: float = 0.0
    tokens_per_second: float = 0.0
    context_tokens: int = 0
    prefilled_tokens: int = 0
    reused_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """Others were first: `ahead` questions are answered before this one."""

    ahead: int


@dataclass(frozen=True, slots=True)
class Searching:
    """`query` is the standalone question, after the conversation was taken into account."""

    query: str
    documents: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found, best first, and the sentence or row that answers, with the short answer in it if there is one.

    Comes twice, before the language model has read anything: first the passages as they were found, then as the reader
    orders them, with the line. `opening` is both as Markdown, the beginning of the answer's text. `candidates` are
    further lines in it that may be meant instead, likeliest first; there are none where the reader is sure.
    `respelled` is the question as it was searched for, empty where it was spelled so.
    """

    passages: list[Passage]
    quote: Citation | None = None
    short: str = ""
    opening: str = ""
    respelled: str = ""
    candidates: list[Citation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """Documents are looked through one by one: `done` of `total` are.

    A model that reads section by section says so with `sections`, and about how many `seconds` are left if it knows.
    """

    done: int
    total: int
    sections: bool = False
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A table or list that was put together: what stands in its cells, without markers.

    `sums` has one cell for each column; `sources` has for each cell the marker of the passage it rests on, 0 for none.
    """

    columns: list[str]
    rows: list[list[str]]
    sums: list[str] = field(default_factory=list)
    sources: list[list[int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PrefillProgress:
    """The model's prefill: `done` of `total` tokens of the prompt are computed, the rest takes about `seconds`.

    None before this machine has been measured. `passages` is how many passages or sections are read, besides what is
    pinned.
    """

    done: int
    total: int
    seconds: float | None = None
    passages: int = 0


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the answer as it is made.

    A `draft` is written by the model and not checked yet: the checked answer takes its place. `aside` says that
    something better is shown already, a quotation beside the words of a small model.
    """

    text: str
    draft: bool = False
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Grounded:
    """The answer with its markers, checked against the passages. It replaces the streamed text.

    Markdown: the short answer in bold, if there is one, or a sentence that none surely answers; what is quoted word for
    word in block quotes; the model's own prose below it, with `[n]` after each supported sentence. `unsupported` are
    the model's sentences that no passage states: left out of an answer from documents only, part of one that may use
    the model's knowledge.
    """

    answer: str
    citations: list[Citation]
    unsupported: list[str]


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of every answer that was not broken by an error."""

    answer: str
    citations: list[Citation]
    unsupported: list[str]
    refused: bool
    stopped: bool
    timings: Timings
    model: str
    passages: list[Passage] = field(default_factory=list)
    sql: str = ""  # the query, if the answer was computed over a table
    quote: Citation | None = None  # what the answer begins with, word for word
    candidates: list[Citation] = field(default_factory=list)  # lines quoted below it that may be meant instead
    unsure: bool = False  # whether none of them is surely the answer
    short: str = ""  # the answer itself; empty where the quotation is as short as it gets
    kind: str = "fact"  # what was understood to be asked for (`rag.intent.RequestKind`)
    other: str = ""  # the kind that may have been meant instead: offered as one click
    rows: Rows | None = None  # the table, if the answer is one
    unread: list[str] = field(default_factory=list)  # names of files that were still being read
    breadth: Breadth = "usual"
    draft: str = ""  # all that the model wrote, also what was left out of the answer
    notice: str = ""  # why another model than the chosen one answered, or none, or why the answer ends in the middle


Event = Waiting | Searching | ScanProgress | Evidence | PrefillProgress | Token | Grounded | Finished
