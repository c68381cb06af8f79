"""The sections of a document, few enough to be told one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from lamplight.library.records import Passage
from lamplight.library.store import Library
from lamplight.rag.sentences import Sentence

MOST_SECTIONS = 12
MOST_OF_ONE_LEVEL = 30  # where the outermost headings are more: a contract has many short ones
PARTS = 10  # of a document without headings
LONGEST_HEADING = 10  # words; longer is what a page begins with (`ingest.page_headings`)
LEVELS = 4
SEPARATOR = " > "
LOOKED_BACK = 4  # chunks
BEGINNING = 30  # letters of a sentence by which its line is known
RECURS = 2  # times at most that a heading stands in a document; a running head stands on every page


@dataclass(frozen=True, slots=True)
class Section:
    """`title` is empty where nothing is known but the pages."""

    title: str
    chunks: list[Passage]

    @property
    def page(self) -> int:
        """Of the first chunk, counted from 1."""
        return self.chunks[0].page


def headings_of(chunk: Passage) -> list[str]:
    """What a chunk stands under, from the outside in, without the document's title."""
    parts = chunk.header.split(SEPARATOR)[1:]
    return [part for part in parts if len(part.split()) <= LONGEST_HEADING and not part[-1:].isdigit()]


def trail(passage: Passage, sentence: Sentence, library: Library) -> list[str]:
    """The headings that a sentence of a passage stands under, from the outside in; empty where none is known."""
    known = headings_of(passage)
    if known:
        return known
    chunks = library.passages.of(passage.document_id)
    above = Headings(chunks).above(sentence) if any(chunk.id == passage.id for chunk in chunks) else ""
    return [above] if above else []


def sections_of(chunks: Sequence[Passage]) -> list[Section]:
    """By the deepest level of headings that gives no more than `MOST_SECTIONS`, or the outermost, or equal parts."""
    best: list[Section] = []
    for level in range(1, LEVELS + 1):
        found = _by_heading(chunks, level)
        if len(found) > (MOST_SECTIONS if best else MOST_OF_ONE_LEVEL):
            break
        best = found
    headed = sum(bool(headings_of(chunk)) for chunk in chunks) * 2 > len(chunks)
    if headed and best and (len(best) > 1 or len({chunk.page for chunk in chunks}) < PARTS):
        return best
    return _by_page(chunks)


def _by_heading(chunks: Sequence[Passage], level: int) -> list[Section]:
    groups = [
        Section(path[-1] if path else "", list(members))
        for path, members in groupby(chunks, lambda chunk: tuple(headings_of(chunk)[:level]))
    ]
    merged: list[Section] = []
    for section in groups:  # what has no heading of its own belongs to what stands before it
        if merged and (not section.title or section.title == merged[-1].title):
            merged[-1].chunks.extend(section.chunks)
        else:
            merged.append(section)
    return merged


def _by_page(chunks: Sequence[Passage]) -> list[Section]:
    pages = sorted({chunk.page for chunk in chunks})
    count = min(PARTS, len(pages))
    place = {page: index * count // len(pages) for index, page in enumerate(pages)}
    return [Section("", list(group)) for _, group in groupby(chunks, lambda chunk: place[chunk.page])]


class Headings:
    """What stands above the sentences of a document whose file has no outline: the lines that are set as headings."""

    def __init__(self, chunks: Sequence[Passage]) -> None:
        self._chunks = list(chunks)
        self._places = {chunk.id: place for place, chunk in enumerate(self._chunks)}
        self._times = Counter(line for chunk in chunks for _, line in _furniture(chunk))

    def above(self, sentence: Sentence) -> str:
        """The nearest heading above a sentence, in its chunk or a few before; "" if there is none."""
        place = self._places[sentence.passage.id]
        own = _line_of(sentence)
        for chunk in reversed(self._chunks[max(0, place - LOOKED_BACK) : place + 1]):
            for index, line in reversed(_furniture(chunk)):
                if (chunk is not self._chunks[place] or index < own) and self._is_heading(line):
                    return line
        return ""

    def all(self) -> list[tuple[str, int]]:
        """Every heading with its page, each once."""
        pages: dict[str, int] = {}
        for chunk in self._chunks:
            for _, line in _furniture(chunk):
                if self._is_heading(line):
                    pages.setdefault(line, chunk.page)
        return list(pages.items())

    def sentences(self) -> list[Sentence]:
        """The headings as what can be cited, in reading order."""
        return [
            Sentence(chunk, line, chunk.boxes[index : index + 1])
            for chunk in self._chunks
            for index, line in _furniture(chunk)
            if self._is_heading(line)
        ]

    def _is_heading(self, line: str) -> bool:
        letters = sum(map(str.isalpha, line))
        short = len(line.split()) <= LONGEST_HEADING and not line[-1].isdigit()
        return short and self._times[line] <= RECURS and letters > len(line) / 2


def _furniture(chunk: Passage) -> list[tuple[int, str]]:
    lines = chunk.text.split("\n")
    return [(index, lines[index].strip()) for index in chunk.furniture if index < len(lines) and lines[index].strip()]


def _line_of(sentence: Sentence) -> int:
    """The line of its chunk that a sentence begins on."""
    text = sentence.passage.text
    place = text.replace("\n", " ").find(sentence.text.replace("\n", " "))
    if place >= 0:
        return text.count("\n", 0, place)
    begins = sentence.text[:BEGINNING]  # its end may have been completed from the next chunk
    return next((index for index, line in enumerate(text.split("\n")) if begins in line), 0)
