"""OpenDocument text, sheets and slides (OASIS ODF 1.3): the same XML, with pages where there are any."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.document import Block, DocumentPage, Line, ReadDocument
from ingest.errors import NothingToRead, ReadError
from ingest.readers.cells import sheet_page
from ingest.readers.packages import open_package
from ingest.readers.reading import Reading
from ingest.tables import add_table, table_block

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
FORMATS = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}
MOST_REPEATS = 1000  # of a cell or row; writers fill whole sheets with empty ones
UNSEEN = {f"{OFFICE}annotation", f"{TEXT}tracked-changes", f"{TEXT}sequence-decls", f"{TEXT}table-of-content"}


def read_opendocument(path: Path, reading: Reading) -> ReadDocument:
    """A text is one page; each sheet and each slide is one."""
    reading.step("reading", 0.0)
    with open_package(path) as package:
        if b"encryption-data" in (
            package.part("META-INF/manifest.xml") if "META-INF/manifest.xml" in package.names else b""
        ):
            raise ReadError(f"{path.name} is protected by a password; save it without one and add that.")
        root = package.xml("content.xml")
        body = next(iter(root.iterchildren(f"{OFFICE}body")), None)
    content = next((child for child in body if _local(child) in FORMATS), None) if body is not None else None
    if content is None:
        raise NothingToRead(f"{path.name} is an OpenDocument drawing or form; export it as PDF and add that.")
    document = ReadDocument(path.stem, FORMATS[_local(content)], [])
    if document.format == "ods":
        for sheet in content.iterchildren(f"{TABLE}table"):
            name = sheet.get(f"{TABLE}name", "")
            document.pages.append(sheet_page(len(document.pages) + 1, name, list(_rows(sheet))))
    elif document.format == "odp":
        for slide in content.iterchildren(f"{DRAW}page"):
            _add_slide(slide, document)
    else:
        document.pages.append(DocumentPage(1))
        _Walker(document, ()).walk(content)
        document.title = next((block.headings[0] for block in document.pages[0].blocks if block.headings), path.stem)
    if not any(page.blocks for page in document.pages):
        raise NothingToRead(f"{path.name} holds no text; there is nothing to read in it.")
    return document


def _add_slide(slide: Any, document: ReadDocument) -> None:
    page = DocumentPage(len(document.pages) + 1)
    document.pages.append(page)
    title = ""
    for frame in slide.iterchildren(f"{DRAW}frame"):
        if frame.get(f"{PRESENTATION}class") == "title" and not title:
            title = _words(frame)
    walker = _Walker(document, (title,) if title else ())
    for child in slide:
        if child.tag == f"{PRESENTATION}notes":
            walker.path = {0: title, 1: "Notes"} if title else {1: "Notes"}
        walker.walk(child)


class _Walker:
    """Collects blocks on the last page of a document."""

    def __init__(self, document: ReadDocument, headings: tuple[str, ...]) -> None:
        self._page = document.pages[-1]
        self.path: dict[int, str] = dict(enumerate(headings))

    def walk(self, element: Any) -> None:
        for child in element:
            if not isinstance(child.tag, str) or child.tag in UNSEEN:
                continue
            if child.tag == f"{TEXT}h":
                self._heading(int(child.get(f"{TEXT}outline-level", "1")), _words(child))
            elif child.tag == f"{TEXT}p":
                self._paragraph(child)
            elif child.tag == f"{TABLE}table":
                self._table(child)
            else:
                self.walk(child)

    @property
    def _headings(self) -> tuple[str, ...]:
        return tuple(self.path[level] for level in sorted(self.path))

    def _heading(self, level: int, words: str) -> None:
        if words:
            self.path = {depth: text for depth, text in self.path.items() if depth < level} | {level: words}

    def _paragraph(self, paragraph: Any) -> None:
        words = _words(paragraph)
        if words:
            in_list = any(ancestor.tag == f"{TEXT}list-item" for ancestor in paragraph.iterancestors())
            self._page.blocks.append(Block("text", [Line(f"- {words}" if in_list else words)], self._headings))
        for frame in paragraph.iter(f"{DRAW}text-box"):
            self.walk(frame)

    def _table(self, table: Any) -> None:
        heads = sum(1 for part in table.iterchildren(f"{TABLE}table-header-rows") for _ in _rows(part))
        made = table_block(list(_rows(table)), self._headings, self._page.number, "", heads or None)
        add_table(self._page, made)


def _rows(table: Any) -> Iterator[list[str]]:
    """The words of each cell; covered cells are empty, repeated ones repeated, but not at the end."""
    empty = 0
    for row in table.iter(f"{TABLE}table-row"):
        cells: list[str] = []
        pending = 0
        for cell in row.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            count = min(int(cell.get(f"{TABLE}number-columns-repeated", "1")), MOST_REPEATS)
            words = " ".join(_words(paragraph) for paragraph in cell.iter(f"{TEXT}p")).strip()
            if words:
                cells += [""] * pending + [words] * count
                pending = 0
            else:
                pending += count
        count = min(int(row.get(f"{TABLE}number-rows-repeated", "1")), MOST_REPEATS)
        if cells:
            yield from ([] for _ in range(empty))
            yield from (list(cells) for _ in range(count))
            empty = 0
        else:
            empty += count


def _words(element: Any) -> str:
    """Text with the spaces, tabs and line breaks that ODF writes as elements; notes in brackets, frames left out."""
    parts: list[str] = []

    def collect(node: Any) -> None:
        parts.append(node.text or "")
        for child in node:
            if child.tag in (f"{TEXT}s", f"{TEXT}tab", f"{TEXT}line-break"):
                parts.append(" ")
            elif child.tag == f"{TEXT}note":
                notes = [_words(paragraph) for paragraph in child.iter(f"{TEXT}p")]
                parts.append(f" [{' '.join(notes)}]")
            elif child.tag == f"{TEXT}p" and parts:
                parts.append(" ")
                collect(child)
            elif isinstance(child.tag, str) and child.tag not in UNSEEN and child.tag != f"{DRAW}frame":
                collect(child)
            parts.append(child.tail or "")

    collect(element)
    return " ".join("".join(parts).split())


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
