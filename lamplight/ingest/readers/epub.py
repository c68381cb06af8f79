"""EPUB: the chapters in the order they are read in (EPUB 3.3, section 5: package document)."""

from __future__ import annotations

import posixpath
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from lamplight.ingest.document import ReadDocument
from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.pictures import Pictures, add_printed_captions
from lamplight.ingest.readers.markup import read_markup
from lamplight.ingest.readers.packages import Package, open_package
from lamplight.ingest.readers.reading import Reading
from lamplight.ingest.readers.text import text_of
from lamplight.ingest.readers.web import PagePictures
from lamplight.languages import sentence

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
CHAPTER_TYPES = {"application/xhtml+xml", "text/html"}


def read_epub(path: Path, reading: Reading) -> ReadDocument:
    """A page for each item of the spine, with its pictures."""
    with open_package(path) as package:
        title, chapters = _spine(package)
        locked = set(package.xml(ENCRYPTION).xpath("//@URI")) if ENCRYPTION in package.names else set()
        if locked & set(chapters):
            raise ReadError(f"{path.name} is locked to one reader by its seller; add a copy without that protection.")
        document = ReadDocument(title or path.stem, "epub", [])
        pictures = Pictures(reading.recogniser)
        for number, name in enumerate(chapters, start=1):
            reading.step(sentence(f"reading chapter {number} of {len(chapters)}"), (number - 1) / len(chapters))
            shown = PagePictures(pictures, partial(_part, package, posixpath.dirname(name)))
            chapter = package.part(name)
            markup = read_markup(text_of(chapter) or chapter, number, shown)
            add_printed_captions(markup.page.blocks)
            document.pages.append(markup.page)
        document.skipped += pictures.skipped
    if not any(page.blocks for page in document.pages):
        raise NothingToRead(f"{path.name} holds no text; there is nothing to read in it.")
    return document


def _part(package: Package, folder: str, source: str) -> bytes | None:
    """A picture of the book, by its address as seen from a chapter in `folder`."""
    name = posixpath.normpath(posixpath.join(folder, source))
    return package.part(name) if name in package.names else None


def _spine(package: Package) -> tuple[str, list[str]]:
    """The book's title and the names of its chapters' parts."""
    places = package.xml(CONTAINER).xpath("//*[local-name()='rootfile']/@full-path")
    if not places:
        raise package.damaged()
    book = package.xml(places[0])
    title = " ".join("".join(book.xpath("string(//*[local-name()='title'][1])")).split())
    folder = posixpath.dirname(places[0])
    items = {
        item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        for item in book.xpath("//*[local-name()='manifest']/*[local-name()='item']")
        if item.get("media-type") in CHAPTER_TYPES and "nav" not in (item.get("properties") or "").split()
    }
    order = book.xpath("//*[local-name()='spine']/*[local-name()='itemref']/@idref")
    return title, [items[name] for name in order if name in items]
