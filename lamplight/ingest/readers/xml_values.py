"""XML: records as what they hold, texts as paragraphs; books in FictionBook and Excel's workbooks of 2003."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from pathlib import Path
from typing import Any

from lxml import etree

from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.pictures import Pictures
from lamplight.ingest.readers.code import read_code
from lamplight.ingest.readers.json_values import add_values
from lamplight.ingest.readers.reading import READING, Reading
from lamplight.ingest.readers.spreadsheet_xml import is_workbook, workbook_of
from lamplight.languages import sentence

MOST_RECORDS_DEEP = 40  # elements inside elements
FICTION_BOOK = "FictionBook"


def read_xml(path: Path, reading: Reading) -> ReadDocument:
    """All on page 1: a line for each value with the path to it, a table where records are alike, text as it stands."""
    reading.step(READING, 0.0)
    try:
        root = _parsed(path)
    except (etree.XMLSyntaxError, ValueError) as error:
        document = read_code(path, reading)
        document.skipped.append(sentence(f"{path.name} is not valid XML ({error}), so it was read as plain text."))
        return document
    if is_workbook(root):
        return workbook_of(root, path)
    if _name(root) == FICTION_BOOK:
        return _book(root, path, reading)
    document = ReadDocument(path.stem, "xml", [DocumentPage(1)])
    try:
        value = _value(root, 0)
    except RecursionError:
        raise ReadError(f"{path.name} is nested too deeply to be read; check the file.") from None
    add_values(value if isinstance(value, dict) else {_name(root): value}, document)
    if not document.pages[0].blocks:
        raise NothingToRead(f"{path.name} holds no values; there is nothing to read in it.")
    return document


def _parsed(path: Path) -> Any:
    """The root. Entities are not resolved and nothing is fetched."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(path.read_bytes().lstrip(), parser)  # sites put blank lines before their exports


def _name(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _value(element: Any, depth: int) -> Any:
    """What `json.loads` would give: text, or a dictionary, with lists where a name stands several times."""
    children = [child for child in element if isinstance(child.tag, str)]
    own = {name.rpartition("}")[2]: value for name, value in element.attrib.items() if value.strip()}
    mixed = bool((element.text or "").strip()) or any((child.tail or "").strip() for child in children)
    if not children or mixed or depth > MOST_RECORDS_DEEP:
        text = " ".join("".join(element.itertext()).split())
        return {**own, "text": text} if own and text else own or text
    count = Counter(map(_name, children))
    value: dict[str, Any] = own
    for child in children:
        name, inner = _name(child), _value(child, depth + 1)
        if count[name] > 1:
            many = value.setdefault(name, [])
            if isinstance(many, list):
                many.append(inner)
        elif inner:
            value[name] = inner
    only = next(iter(value.values()), None)
    return only if len(value) == 1 and isinstance(only, list) else value


def _book(root: Any, path: Path, reading: Reading) -> ReadDocument:
    """A page for each top section of a FictionBook."""
    title = " ".join("".join(root.xpath("string(//*[local-name()='book-title'][1])")).split())
    document = ReadDocument(title or path.stem, "fb2", [])
    pictures = Pictures(reading.recogniser)
    files = {part.get("id", ""): part.text or "" for part in root if _name(part) == "binary"}
    for body in (part for part in root if _name(part) == "body"):
        for section in [part for part in body if _name(part) == "section"] or [body]:
            page = DocumentPage(len(document.pages) + 1)
            _add_section(section, (), page, files, pictures)
            if page.blocks:
                document.pages.append(page)
    if not document.pages:
        raise NothingToRead(f"{path.name} holds no text; there is nothing to read in it.")
    document.skipped += pictures.skipped
    return document


def _add_section(
    section: Any, headings: tuple[str, ...], page: DocumentPage, files: dict[str, str], pictures: Pictures
) -> None:
    for part in section:
        name = _name(part)
        words = " ".join("".join(part.itertext()).split())
        if name == "title":
            headings = (*headings, words) if words else headings
        elif name == "image":
            address = next((value for key, value in part.attrib.items() if key.endswith("href")), "").lstrip("#")
            try:
                content = base64.b64decode(files.get(address, ""))
            except (binascii.Error, ValueError):
                continue
            page.blocks += pictures.blocks_of_file(content, part.get("alt") or "", headings)
        elif name in ("section", "poem", "stanza", "epigraph", "cite", "annotation"):
            _add_section(part, headings, page, files, pictures)
        elif words:
            page.blocks.append(Block("text", [Line(words)], headings))
