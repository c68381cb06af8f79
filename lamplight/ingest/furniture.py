"""Furniture: lines that help a reader through a document and say nothing by themselves.

Running heads, page numbers, tables of contents, rules and blank fields, headings. They are marked while a document
is read, by place, shape and repetition, never by words; they can be found and shown, but are no answer. Only
documents of several pages have any: on a letter or a slide the first line may be what it is about.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace

from lamplight.ingest.contents import contents_of
from lamplight.ingest.document import DocumentPage, Line, ReadDocument
from lamplight.ingest.running_heads import FEWEST_PAGES, LOOK_BACK, RunningHeads, body_lines, in_parentheses
from lamplight.ingest.typefaces import PageType, letters

LOOK_AHEAD = 4  # pages that are read before one is handed on: two more with the same head, where odd and even differ
FEWEST_LABELS = 2  # in parentheses on a first page, until they are taken for a form's
FEWEST_SYMBOLS = 3  # a bullet or a sign may belong to what stands beside it
BLANK = "_.…·"
BLANK_SHARE = 0.5  # of a line's characters, that make it a field to be filled in


class HeldBack(list[DocumentPage]):
    """Takes a document's pages in order and hands them on to another list when their furniture is marked.

    Holds back `LOOK_AHEAD` pages; what a killed run had not handed on is read again. `earlier` are the texts of
    pages that are not read again, `pages` is how many there will be.
    """

    def __init__(self, onward: list[DocumentPage], pages: int = 0, earlier: Sequence[str] = ()) -> None:
        super().__init__()
        self._onward, self._pages = onward, pages
        self._heads = RunningHeads()
        self._waiting: deque[DocumentPage] = deque()
        self._taken = len(earlier)
        for number, text in list(enumerate(earlier, start=1))[-LOOK_BACK:]:
            self._heads.take_text(number, text)

    def append(self, page: DocumentPage, /) -> None:
        """Take the next page; mark and hand on the one `LOOK_AHEAD` before it. This list itself stays empty."""
        self._taken += 1
        self._heads.take(page)
        self._waiting.append(page)
        if len(self._waiting) > LOOK_AHEAD:
            self._hand_on()

    def finish(self) -> list[DocumentPage]:
        """Hand on the rest; the list that has them all."""
        while self._waiting:
            self._hand_on()
        return self._onward

    def _hand_on(self) -> None:
        page = self._waiting.popleft()
        if self._taken >= FEWEST_PAGES:
            found = self._heads.of(page)
            found += contents_of(page, found, self._pages)
            found += _blanks(page)
            found += _cover_labels(page) if page.number == 1 else []
            mark(page, found)
        self._onward.append(page)


def mark_document(document: ReadDocument) -> None:
    """Mark the furniture of a document that was read at once."""
    if any(page.height for page in document.pages):
        held = HeldBack([], len(document.pages))
        for page in document.pages:
            held.append(page)
        held.finish()
    else:
        for page in document.pages:
            mark(page, contents_of(page, (), 0))


def mark(page: DocumentPage, lines: Iterable[Line]) -> None:
    """Mark some of a page's lines; they are no rows of its tables any more."""
    boxes = set()
    for line in lines:
        line.furniture = True
        boxes.add(line.box)
    if boxes:
        tables = []
        for table in page.tables:
            kept = [index for index in range(len(table.rows)) if not table.boxes or table.boxes[index] not in boxes]
            if kept:
                rows, places = (
                    [table.rows[index] for index in kept],
                    [table.boxes[index] for index in kept if table.boxes],
                )
                tables.append(replace(table, rows=rows, boxes=places))
        page.tables = tables


def mark_headings(page: DocumentPage, titles: Iterable[str]) -> None:
    """Mark the lines that a file's own outline names as headings of this page, unless there is nothing else on it."""
    shapes = {letters(title) for title in titles} - {""}
    found = [line for line in body_lines(page) if letters(line.text) in shapes]
    if len(found) < sum(1 for _ in body_lines(page)):
        mark(page, found)


def mark_set_apart(page: DocumentPage, of_page: PageType) -> None:
    """Mark the lines of text, not of tables, that are headings by their type."""
    for block in page.blocks:
        if block.kind == "text":
            for line in block.lines:
                line.furniture |= of_page.heading(line.text, line.box) is not None


def _blanks(page: DocumentPage) -> list[Line]:
    """Rules, rows of symbols, empty boxes and fields to be filled in."""
    return [
        line
        for line in body_lines(page)
        if (len("".join(line.text.split())) >= FEWEST_SYMBOLS and not any(map(str.isalnum, line.text)))
        or (sum(map(line.text.count, BLANK)) > BLANK_SHARE * len(line.text) and not any(map(str.isdigit, line.text)))
    ]


def _cover_labels(page: DocumentPage) -> list[Line]:
    """What stands in parentheses under the entries of a form's first page: it says what they are."""
    labels = [line for line in body_lines(page) if in_parentheses(line.text) and not any(map(str.isdigit, line.text))]
    return labels if len(labels) >= FEWEST_LABELS else []
