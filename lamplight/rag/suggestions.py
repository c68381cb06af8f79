"""Questions that a library can answer, made from what stands in it; no model is asked."""

from __future__ import annotations

import re
from itertools import zip_longest
from pathlib import Path

from lamplight.library.records import Document, Table
from lamplight.library.store import Library
from lamplight.rag.computation import compute

OF_ONE_DOCUMENT = 3
LONGEST_HEADING = 45  # characters; longer ones are sentences that were set like a heading
LONGEST_ABBREVIATION = 5  # letters
LARGEST_TABLE = 2_000  # rows; a larger one would keep the page waiting
PICTURES = ("png", "jpg", "jpeg", "webp", "bmp", "tiff", "gif", "image")
TITLED = re.compile(r"[A-Z][\w’'-]*(?: [\w’'&,-]+){0,5}")
YEAR = re.compile(r"(19|20)\d\d")
EMPTY_HEADINGS = re.compile(
    r"(?i)(contents|table of contents|introduction|references|bibliography|appendix|abstract|acknowledge?ments|notes|"
    r"page \d+|chapter \d+|sheet ?\d+|welcome|index|figure|table|signatures?|exhibits?)\b.*"
)


class Suggestions:
    """What was found for a document is kept until it is read anew."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: dict[int, list[str]] = {}

    def of(self, documents: list[Document], count: int) -> list[str]:
        """`count` questions at most, in turn from each of `documents`, the first ones of each first."""
        rows = zip_longest(*(self._of_one(document) for document in documents[:count]))
        asked = [question for row in rows for question in row if question]
        return list(dict.fromkeys(asked))[:count]

    def _of_one(self, document: Document) -> list[str]:
        if document.id not in self._known:
            found = [*self._of_tables(document), *self._of_headings(document), _of_the_whole(document)]
            self._known[document.id] = found[:OF_ONE_DOCUMENT]
        return self._known[document.id]

    def _of_tables(self, document: Document) -> list[str]:
        """A cell of a table, if the question for it is understood."""
        for table in self._library.tables([document.id]):
            question = _of_table(table)
            if question and compute(question, [table], {document.id: document.name}):
                return [question]
        return []

    def _of_headings(self, document: Document) -> list[str]:
        headings = dict.fromkeys(header.rsplit(" > ", 1)[-1] for header in self._library.headers(document.id))
        telling = [heading for heading in headings if _tells(heading, document)]
        return [
            f"What does {_title(document)} say about {_in_a_sentence(heading)}?"
            for heading in telling[: OF_ONE_DOCUMENT - 1]
        ]


def _of_table(table: Table) -> str:
    """The last row's last column but those that are empty: the newest number of most tables."""
    if not len(table.columns) >= 2 or not table.rows or len(table.rows) > LARGEST_TABLE:
        return ""
    row = [cell.strip() for cell in table.rows[-1]]
    for name, cell in zip(table.columns[1:], row[1:], strict=False):
        if not re.search(r"\d", cell):
            continue
        if YEAR.fullmatch(row[0]) and TITLED.fullmatch(name):
            return f"What is the {_in_a_sentence(name)} in {row[0]}?"
        if TITLED.fullmatch(row[0]) and YEAR.fullmatch(name):
            return f"What is the {_in_a_sentence(row[0])} in {name}?"
        if TITLED.fullmatch(row[0]) and TITLED.fullmatch(name):
            return f"What is the {_in_a_sentence(name)} of {row[0]}?"
    return ""


def _tells(heading: str, document: Document) -> bool:
    plain = heading.strip()
    return (
        4 <= len(plain) <= LONGEST_HEADING
        and TITLED.fullmatch(plain) is not None
        and not EMPTY_HEADINGS.fullmatch(plain)
        and plain.casefold() not in document.title.casefold()
        and plain.casefold() not in document.name.casefold()
    )


def _in_a_sentence(words: str) -> str:
    """Without the capitals of a heading; those of names and abbreviations stay."""
    if words.isupper() and len(words) > LONGEST_ABBREVIATION:
        return words.lower()
    return words[0].lower() + words[1:] if words[1:].islower() else words


def _of_the_whole(document: Document) -> str:
    if document.format.lstrip(".").lower() in PICTURES:
        return f"What does {_title(document)} show?"
    return f"What is {_title(document)} about?"


def _title(document: Document) -> str:
    title = document.title if document.title not in ("", document.name) else Path(document.name).stem
    return " ".join(title.replace("_", " ").replace("-", " ").split())
