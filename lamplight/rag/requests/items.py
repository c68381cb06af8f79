"""Everything in some documents that is one of what a list is asked for: by layout, by value, by the reader."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from lamplight.library.records import Document, Passage
from lamplight.rag.events import Event, ScanProgress
from lamplight.rag.extraction import AnswerLine, read_lines
from lamplight.rag.requests.parts import (
    PARTLY,
    TITLE_WORDS,
    TitledItems,
    asked_words,
    columns_of,
    lines_of,
    parts_of,
    rows_with,
    title_coverage,
)
from lamplight.rag.requests.request import Materials, Request
from lamplight.rag.requests.values import meaning_so, value_named
from lamplight.rag.sentences import ANNOUNCES, Sentence, is_item

MOST_PASSAGES = 400  # that are read: each takes 15 to 75 ms
TOGETHER = 16  # of them
SHORT = 60  # passages: of a longer document the heading that is called so has the list
ENOUGH = 0.5  # log-odds of a line to be listed
BESIDE_OTHERS = 3.0  # the same where a heading is called so
BESIDE = 5.0  # log-odds below the best
NEAREST = -1.0  # log-odds of the line or heading that is taken where none is enough
MOST_ITEMS = 200
MOST_TITLES = 300  # that are compared by their meaning: each takes about 3 ms
SAME_HEADING = 0.45  # cosine of what is listed to a heading
MORE_WORDS = 2  # of a heading than the shortest that is called so
QUESTION = "what are the {}?"


@dataclass(frozen=True, slots=True)
class ListItems:
    """The items in the order of the documents; `unscored` counts the passages that could not be looked at."""

    items: list[Sentence]
    unscored: int = 0


def items_of(
    wanted: str, which: Sequence[Document], request: Request, materials: Materials
) -> Generator[Event, None, ListItems]:
    """Progress while the reader is at it, in the end what was found."""
    parts = {document.id: _Parts(materials.library.passages.of(document.id)) for document in which}
    found = {number: own.called(wanted) for number, own in parts.items()}
    embedder, unscored = materials.models.embedder, 0
    value = value_named(wanted, embedder)
    if value is not None:
        units = [unit for document in which for unit in materials.lines(document) if value.holds(unit.text)]
        for unit in meaning_so(value, units, MOST_ITEMS, embedder):
            found[unit.passage.document_id].append(unit)
    chunks = [chunk for own in parts.values() for chunk in own.chunks]
    is_named = any(found.values())
    if value is None and (not is_named or len(chunks) <= SHORT):
        lines, unscored = yield from _read(wanted, chunks, request, materials)
        for line in _qualifying(lines, BESIDE_OTHERS if is_named else ENOUGH, is_named):
            found[line.sentence.passage.document_id] += parts[line.sentence.passage.document_id].with_items(line)
    if not any(found.values()):
        found = {number: own.alike(wanted, materials) for number, own in parts.items()}
    return ListItems([unit for document in which for unit in _in_order(found[document.id])], unscored)


class _Parts:
    """What is called what in one document."""

    def __init__(self, chunks: Sequence[Passage]) -> None:
        self.chunks = chunks
        self._lines = lines_of(chunks)
        self._parts = [part for part in parts_of(self._lines) if part.items]

    def called(self, wanted: str) -> list[Sentence]:
        """The items under the headings, labels and heads that hold what is asked for, or most of it."""
        words = asked_words(wanted)
        parts: list[TitledItems] = [*self._parts, *columns_of(self._lines)]
        scores = [title_coverage(words, part.title) for part in parts]
        best = max(scores, default=0.0)
        if best < PARTLY:
            return rows_with(words, self._lines)
        fitting = [part for part, score in zip(parts, scores, strict=True) if score == best]
        shortest = min(len(asked_words(part.title)) for part in fitting)
        return [
            unit for part in fitting if len(asked_words(part.title)) <= shortest + MORE_WORDS for unit in part.items
        ]

    def with_items(self, line: AnswerLine) -> list[Sentence]:
        """A line that answers: what stands under it if it is a heading, else the list it is in, else itself."""
        text = line.sentence.text.strip()
        titled = next((part.items for part in self._parts if part.title == text), None)
        return titled or self._list_around(line.sentence)

    def _list_around(self, sentence: Sentence) -> list[Sentence]:
        """The list that an item is in, or that a sentence announces, also where it goes over to the next passage."""
        announces = sentence.text.rstrip().endswith(ANNOUNCES)
        key = (sentence.passage.id, sentence.text)
        places = [place for place, one in enumerate(self._lines) if (one.sentence.passage.id, one.text) == key]
        if not places or not (announces or is_item(sentence.text)):
            return [sentence]
        first = places[0] + announces
        while not announces and first > 0 and is_item(self._lines[first - 1].text):
            first -= 1
        last = first
        while last < len(self._lines) and is_item(self._lines[last].text):
            last += 1
        return [line.sentence for line in self._lines[first:last]] or [sentence]

    def alike(self, wanted: str, materials: Materials) -> list[Sentence]:
        """The items under the heading that means nearly the same."""
        parts = [part for part in self._parts if len(part.title.split()) <= TITLE_WORDS][:MOST_TITLES]
        if not parts:
            return []
        vectors = materials.models.embedder.encode([wanted, *(part.title for part in parts)])
        likeness = vectors[1:] @ vectors[0]
        return parts[int(likeness.argmax())].items if likeness.max() >= SAME_HEADING else []


def _read(
    wanted: str, chunks: Sequence[Passage], request: Request, materials: Materials
) -> Generator[Event, None, tuple[list[AnswerLine], int]]:
    """Every line of all passages, of too many the nearest; and how many were left."""
    passages, left = list(chunks), 0
    if len(passages) > MOST_PASSAGES:
        scope = replace(request.scope, documents=frozenset(chunk.document_id for chunk in chunks))
        near = [found.id for found in materials.finder.search(wanted, MOST_PASSAGES, scope, request.lookup).found]
        rank = {number: place for place, number in enumerate(near)}
        passages.sort(key=lambda passage: rank.get(passage.id, len(rank)))
        left, passages = len(passages) - MOST_PASSAGES, passages[:MOST_PASSAGES]
    lines: list[AnswerLine] = []
    question = QUESTION.format(wanted)
    for first in range(0, len(passages), TOGETHER):
        if request.lease.cancelled():
            return lines, left + len(passages) - first
        yield ScanProgress(first, len(passages))
        read = read_lines(materials.models.reader, question, question, passages[first : first + TOGETHER])
        lines += [line for own in read for line in own]
    return lines, left


def _qualifying(lines: Sequence[AnswerLine], least: float, is_named: bool) -> Iterator[AnswerLine]:
    """The lines that answer; where none does well enough, and nothing is called so, the nearest."""
    best = max(lines, key=lambda line: line.score, default=None)
    if best is None:
        return
    if best.score < least:
        if not is_named and best.score >= NEAREST:
            yield best
        return
    yield from (line for line in lines if line.score >= max(least, best.score - BESIDE))


def _in_order(units: Sequence[Sentence]) -> list[Sentence]:
    """Each once, as they stand in the document."""
    kept: dict[tuple[int, str], Sentence] = {}
    for unit in sorted(units, key=lambda unit: unit.passage.id):
        kept.setdefault((unit.passage.id, " ".join(unit.text.lower().split())), unit)
    return list(kept.values())
