"""The rows of the library, as the rest of Lamplight sees them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal

BlockKind = Literal["text", "table", "image"]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom in PDF points from the page's top left corner; pixels for an image."""
PictureKind = Literal["photo", "chart", "scan", "screenshot"]
PICTURE_NAMES: dict[PictureKind, str] = {
    "photo": "photo, photograph, picture, image",
    "chart": "chart, graph, plot, diagram, figure, picture",
    "scan": "scan, scanned page, receipt, letter, picture",
    "screenshot": "screenshot, screen, window, picture",
}
"""What people call a picture of each kind: it is searched by these words.

They are in the vectors (`searchable`) and, by a view of the schema, in the full-text index: change them in both.
"""


@dataclass(frozen=True, slots=True)
class Page:
    """One page's size, in the unit of its boxes (points, or pixels for an image)."""

    number: int
    width: float
    height: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A retrieval unit: it fits the embedder's window and never crosses a page.

    `header` (document title > section) is embedded and searched with the text but shown once. `furniture` has the
    indexes of the lines of `text` that are running heads and the like: found and shown, never quoted. `picture` is the
    number of a picture within its document, the same for all chunks made of it; None for what no picture holds.
    """

    page: int
    kind: BlockKind
    header: str
    text: str
    boxes: list[Box]
    furniture: tuple[int, ...] = ()
    picture: int | None = None
    picture_kind: PictureKind | None = None

    @property
    def searchable(self) -> str:
        """What its vector is made of: the header, for a picture with what people call such a one, then the text."""
        return _searchable(_about(self.header, self.picture_kind), self.text)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a document, cell by cell and as its file shows them.

    Every row has as many cells as `columns`. `name` is what stands above it or its cell range
    (`Sheet1!A1:F40`); `boxes` has one box for each row, or none where the format has no layout.
    """

    page: int
    name: str
    columns: list[str]
    rows: list[list[str]]
    boxes: list[Box] = field(default_factory=list)
    document_id: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True)
class ReportCard:
    """What was found in a file: counts, seconds from file to searchable, and in `skipped` sentences what was not read.

    Cards of parts add up to that of the whole.
    """

    pages: int = 0
    ocr_pages: int = 0
    empty_pages: list[int] = field(default_factory=list)
    tables: int = 0
    images: int = 0
    captions: int = 0
    characters: int = 0
    comments: int = 0
    fields: int = 0
    seconds: float = 0.0
    skipped: list[str] = field(default_factory=list)
    foreign: int = 0  # 1 if it is in a language that the embedder doesn't know

    def __add__(self, other: ReportCard) -> ReportCard:
        return ReportCard(**{part.name: getattr(self, part.name) + getattr(other, part.name) for part in fields(self)})


@dataclass(frozen=True, slots=True)
class Document:
    """A document that can be found. `added_at` is when its reading began, in seconds since the epoch.

    `report` is None if it is older than those.
    """

    id: int
    name: str
    path: str
    sha256: str
    format: str
    title: str
    pages: int
    chunks: int
    images: int
    ocr_pages: int
    bytes: int
    added_at: float
    report: ReportCard | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk together with the document it is in, from the index to the answer.

    `id` is the key shared with the vectors, 0 for what stands in no index. `score` compares within one search,
    `cosine` (to the question) between searches; `marker` is the passage's number in an answer, from 1.
    """

    id: int
    document_id: int
    document: str
    page: int
    kind: BlockKind
    header: str
    text: str
    boxes: list[Box]
    marker: int = 0
    score: float = 0.0
    cosine: float = 0.0
    furniture: tuple[int, ...] = ()
    picture: int | None = None
    picture_kind: PictureKind | None = None

    @property
    def about(self) -> str:
        """The header, for a picture with what people call such a picture."""
        return _about(self.header, self.picture_kind)

    @property
    def searchable(self) -> str:
        """As that of its `Chunk`, so that a vector can be made anew from it."""
        return _searchable(self.about, self.text)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Of a chunk, what a search judges it by besides its nearness and its words."""

    document_id: int
    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class GuideLine:
    """A line of a source guide, word for word from a page of its document, or what stands there."""

    text: str
    page: int


@dataclass(frozen=True, slots=True)
class PaperField:
    """What a receipt or invoice says of its shop, date, total or currency; empty where nothing was read."""

    name: str
    text: str
    page: int


@dataclass(frozen=True, slots=True)
class Guide:
    """What a document is about: a few of its sentences, key figures, dates and names, its outline, what to ask it.

    `paper` are the fields of a receipt or invoice.
    """

    lines: list[GuideLine]
    figures: list[GuideLine]
    dates: list[GuideLine]
    names: list[GuideLine]
    outline: list[GuideLine]
    questions: list[str]
    paper: list[PaperField] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class DigestStatement:
    """A sentence that a model wrote about a section, and the words of the chunk that it rests on."""

    text: str
    chunk_id: int
    quoted: str


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation; `details` holds citations, unsupported sentences and timings.

    `unsaved`: the disk has an earlier state of it, as this one could not be written yet.
    """

    id: int
    role: Literal["user", "assistant"]
    content: str
    details: dict[str, Any] = field(default_factory=dict)
    unsaved: bool = False


@dataclass(frozen=True, slots=True)
class Conversation:
    """`title` is the first question asked in it, or what it was renamed to; `person` is whose it is, empty for the
    person at the computer.
    """

    id: int
    title: str
    updated_at: float
    collection_id: int | None = None
    person: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents kept apart from the others. `documents` counts those that can be found."""

    id: int
    name: str
    documents: int


JobState = Literal["queued", "working", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Job:
    """A file on its way in, and the collection it was given to. `error` is a sentence, empty unless `failed`.

    With `again` it is read anew even if it has not changed.
    """

    id: int
    path: str
    name: str
    state: JobState
    status: str
    error: str
    collection_id: int | None = None
    again: bool = False


def _about(header: str, picture_kind: PictureKind | None) -> str:
    return f"{header} > {PICTURE_NAMES[picture_kind]}" if picture_kind else header


def _searchable(about: str, text: str) -> str:
    """What is embedded of a chunk."""
    return f"{about}\n{text}" if about else text
