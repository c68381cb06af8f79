"""The text of a page as it is laid out: headings, paragraphs, tables, and where words stand in a document."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from lamplight.rag.lexicon.numbers import UNSPACED

if TYPE_CHECKING:
    from lamplight.library.records import Box, Page, Passage
    from lamplight.library.store import Library

SEPARATOR = " | "
COVERED = 0.9  # of a page's characters that its chunks must hold, or its text is shown as it is
MOST_FOUND = 200  # pages
SNIPPET = 90  # characters around words that were found
SHORTEST = 3  # characters that are searched for in all documents, where blanks part the words
LETTERS_UNSPACED = re.compile(f"[{UNSPACED}]")
LISTED = 8  # places in all documents


def page_parts(chunks: list[Passage], page: Page) -> list[dict[str, Any]]:
    """Plain values for `assets/page_text.js`; empty where the chunks don't hold all of the page."""
    from lamplight.rag.outline import headings_of  # heavy; with the first document, not with the first page

    own = [chunk for chunk in chunks if chunk.page == page.number]
    if sum(len(chunk.text) for chunk in own) < COVERED * len(page.text):
        return []
    parts: list[dict[str, Any]] = []
    above: list[str] = []
    for chunk in own:
        headings = headings_of(chunk)
        known = next((at for at, (one, other) in enumerate(zip(headings, above, strict=False)) if one != other), None)
        first = min(len(headings), len(above)) if known is None else known
        parts += [{"kind": "heading", "text": heading} for heading in headings[first:]]
        above = headings
        lines = chunk.text.split("\n")
        for is_row, group in groupby(enumerate(lines), lambda line: SEPARATOR in line[1]):
            numbered = [(at, line) for at, line in group if line.strip()]
            if is_row:
                rows = [[cell.strip() for cell in line.split(SEPARATOR)] for _, line in numbered]
                parts.append({"kind": "table", "rows": rows})
            else:
                parts += [{"kind": _kind(line, at in chunk.furniture), "text": line} for at, line in numbered]
    return parts


def _kind(line: str, furniture: bool) -> str:
    """Furniture is a heading, unless it counts the pages."""
    return "heading" if furniture and not line.rstrip()[-1].isdigit() else "text"


def found_pages(library: Library, document_id: int, words: str) -> list[dict[str, Any]]:
    """The pages of a document that hold `words` in a row, each with how often and where on its picture."""
    document = library.documents.get(document_id)
    pattern = _pattern(words)
    if document is None or pattern is None:
        return []
    lines: dict[int, list[Box]] = {}
    for chunk in library.passages.of(document_id):
        for line, box in zip(chunk.text.split("\n"), chunk.boxes, strict=False):
            if pattern.search(line):
                lines.setdefault(chunk.page, []).append(box)
    found: list[dict[str, Any]] = []
    for number in range(1, document.pages + 1):
        page = library.documents.page(document_id, number)
        count = len(pattern.findall(page.text)) if page else 0
        if page and count and len(found) < MOST_FOUND:
            found.append({"page": number, "count": count, "boxes": percent(lines.get(number, []), page)})
    return found


def found_places(library: Library, words: str) -> list[dict[str, Any]]:
    """Where all `words` stand in any document, best first: for the box that finds everything."""
    terms = re.findall(r"\w+", words)
    if not terms:
        return []
    if LETTERS_UNSPACED.search(words):
        stems = [term.lower() for term in terms]
        chunks = library.passages.holding(terms, LISTED)
    elif len(words.strip()) >= SHORTEST:
        stems = [term.lower()[:-1] for term in terms]
        best = [number for number, _ in library.full_text.search(terms, 5 * LISTED)]
        found = library.passages.by_id(best)
        chunks = [found[number] for number in best if number in found]
    else:
        return []
    places = [
        {"document": chunk.document_id, "name": chunk.document, "page": chunk.page, "text": _snippet(chunk.text, stems)}
        for chunk in chunks
        if all(stem in chunk.text.lower() for stem in stems)
    ]
    return places[:LISTED]


def percent(boxes: list[Box], page: Page) -> list[list[float]]:
    """Left, top, width and height in percent of the page; nothing on a page without a picture."""
    if page.width <= 0 or page.height <= 0:
        return []
    return [
        [
            round(100 * left / page.width, 3),
            round(100 * top / page.height, 3),
            round(100 * (right - left) / page.width, 3),
            round(100 * (bottom - top) / page.height, 3),
        ]
        for left, top, right, bottom in boxes
    ]


def _pattern(words: str) -> re.Pattern[str] | None:
    """Finds words in a row, whatever the white space between them, in capitals or not."""
    return re.compile(r"\s+".join(map(re.escape, words.split())), re.IGNORECASE) if words.split() else None


def _snippet(text: str, stems: list[str]) -> str:
    """The text around the first of the words, on one line; they are small."""
    line = " ".join(text.split())
    at = min((place for stem in stems if (place := line.lower().find(stem)) >= 0), default=0)
    begin = max(0, at - SNIPPET // 3)
    return ("…" if begin else "") + line[begin : begin + SNIPPET] + ("…" if begin + SNIPPET < len(line) else "")
