"""OpenDocument files: a text on the pages it was last shown on, each sheet and each slide a page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.pictures import Pictures, add_printed_captions
from lamplight.ingest.readers.cells import sheet_page
from lamplight.ingest.readers.opendocument.content import Content
from lamplight.ingest.readers.opendocument.names import DRAW, OFFICE, PRESENTATION, STYLE, TABLE, TEXT, XLINK
from lamplight.ingest.readers.opendocument.paragraphs import ParagraphReader
from lamplight.ingest.readers.opendocument.styles import Styles
from lamplight.ingest.readers.opendocument.tables import sheet_of
from lamplight.ingest.readers.packages import Package, open_package, xml_root
from lamplight.ingest.readers.reading import READING, Reading
from lamplight.ingest.readers.tally import (
    BESIDES_TEXT,
    NOT_READ,
    counted,
    said_of_formulas,
    said_of_slides,
    said_of_text,
    unread_parts,
)

FORMATS = {"text": "odt", "spreadsheet": "ods", "presentation": "odp"}
HEADERS = {"header": "Header", "footer": "Footer"}


def read_opendocument(path: Path, reading: Reading) -> ReadDocument:
    """Numbered headings and lists, tables, notes, comments, boxes, pictures, charts, headers; changes as accepted."""
    reading.step(READING, 0.0)
    pictures = Pictures(reading.recogniser)
    with path.open("rb") as file:
        is_package = file.read(2) == b"PK"
    if not is_package:
        root = xml_root(path.read_bytes(), path)
        return _Document(path, [root], None, pictures).read()
    with open_package(path) as package:
        manifest = "META-INF/manifest.xml"
        if manifest in package.names and b"encryption-data" in package.part(manifest):
            raise ReadError(f"{path.name} is protected by a password; save it without one and add that.")
        roots = [package.xml(name) for name in ("content.xml", "styles.xml") if name in package.names]
        if "content.xml" not in package.names:
            raise package.damaged()
        return _Document(path, roots, package, pictures).read()


class _Document:
    def __init__(self, path: Path, roots: list[Any], package: Package | None, pictures: Pictures) -> None:
        self._path, self._roots, self._package, self._pictures = path, roots, package, pictures
        self._styles = Styles(roots)
        self._reader = ParagraphReader(self._styles)
        self._hidden_slides: list[int] = []

    def read(self) -> ReadDocument:
        body = self._roots[0].find(f"{OFFICE}body")
        content = next((child for child in body if _local(child) in FORMATS), None) if body is not None else None
        if content is None:
            raise NothingToRead(f"{self._path.name} is an OpenDocument drawing or form; export it as PDF and add that.")
        document = ReadDocument(self._path.stem, FORMATS[_local(content)], [])
        if document.format == "ods":
            formulas = 0
            for number, table in enumerate(content.iterchildren(f"{TABLE}table"), start=1):
                sheet = sheet_of(table, self._styles, self._reader)
                document.pages.append(sheet_page(number, sheet))
                document.skipped += sheet.sentences()
                formulas += sheet.formulas
            document.skipped += said_of_formulas(formulas)
        elif document.format == "odp":
            for number, slide in enumerate(content.iterchildren(f"{DRAW}page"), start=1):
                document.pages.append(self._slide(number, slide))
        else:
            self._text(content, document)
        self._tell(document, content)
        if not any(page.blocks for page in document.pages):
            raise NothingToRead(f"{self._path.name} holds no text; there is nothing to read in it.")
        return document

    def _text(self, content: Any, document: ReadDocument) -> None:
        found = self._content()
        headers = list(self._headers())
        found.pages.add(*(Block("text", lines, (name,)) for name, lines in headers if name == "Header"))
        first = found.pages.last
        found.walk(content)
        found.outline.end()
        first.blocks += [Block("text", lines, (name,)) for name, lines in headers if name == "Footer"]
        document.pages = found.pages.finish()
        for page in document.pages:
            add_printed_captions(page.blocks)
        document.title = found.first_heading or document.title

    def _slide(self, number: int, slide: Any) -> DocumentPage:
        title = ""
        for frame in slide.iterchildren(f"{DRAW}frame"):
            if frame.get(f"{PRESENTATION}class") == "title" and not title:
                title = self._reader.plain(frame)
        found = self._content()
        found.pages.last.number = number
        found.outline.levels = {0: title} if title else {}
        notes = []
        for child in slide:
            if child.tag == f"{PRESENTATION}notes":
                notes.append(child)
            else:
                found.walk([child])
        found.outline.levels[1] = "Notes"
        for child in notes:
            found.walk(child)
        if self._styles.is_hidden("drawing-page", slide.get(f"{DRAW}style-name", "")):
            self._hidden_slides.append(number)
        return found.pages.last

    def _content(self) -> Content:
        return Content(self._styles, self._reader, self._pictures, self._object, self._bytes)

    def _headers(self) -> Iterator[tuple[str, list[Line]]]:
        """What stands above and below the pages, each once."""
        seen: set[str] = set()
        for root in self._roots:
            for master in root.iter(f"{STYLE}master-page"):
                for part in master:
                    name = next((said for kind, said in HEADERS.items() if _local(part).startswith(kind)), "")
                    texts = {self._reader.plain(one): one for one in part.iter(f"{TEXT}p", f"{TEXT}h")}
                    lines = [
                        Line(text, furniture=one.find(f".//{TEXT}page-number") is not None)
                        for text, one in texts.items()
                        if name and any(map(str.isalnum, text)) and text not in seen
                    ]
                    seen.update(texts)
                    if lines:
                        yield name, lines

    def _object(self, place: str) -> Any | None:
        """The root of a chart or an equation that is embedded."""
        name = f"{place.removeprefix('./').rstrip('/')}/content.xml"
        return self._package.xml(name) if self._package is not None and name in self._package.names else None

    def _bytes(self, image: Any) -> bytes:
        """A picture's file; empty if it isn't in the document."""
        place = image.get(f"{XLINK}href", "").removeprefix("./")
        inside = image.findtext(f"{OFFICE}binary-data")
        if inside:
            try:
                return base64.b64decode(inside)
            except (binascii.Error, ValueError):
                return b""
        return self._package.part(place) if self._package is not None and place in self._package.names else b""

    def _tell(self, document: ReadDocument, content: Any) -> None:
        said = document.skipped
        said += counted(BESIDES_TEXT, self._reader.read)
        changed = next(content.iter(f"{TEXT}changed-region"), None) is not None
        said += said_of_text(self._reader.seen["hidden"], changed)
        said += said_of_slides(self._hidden_slides)
        said += counted(NOT_READ, unread_parts(self._package.names if self._package is not None else ()))
        said += self._pictures.skipped


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
