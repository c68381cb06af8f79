"""Jupyter notebooks (nbformat 4): the text, the code and what it printed, without what was drawn as base64."""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path
from typing import Any

from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import NothingToRead
from lamplight.ingest.pictures import Pictures
from lamplight.ingest.readers.markup import read_markup
from lamplight.ingest.readers.notes import rendered
from lamplight.ingest.readers.reading import READING, Reading
from lamplight.ingest.readers.text import decode
from lamplight.languages import sentence

MOST_OUTPUT = 500  # lines of one output
PICTURES = ("image/png", "image/jpeg")


def read_notebook(path: Path, reading: Reading) -> ReadDocument:
    """All on page 1. Code stands under the heading above it."""
    reading.step(READING, 0.0)
    document = ReadDocument(path.stem, "notebook", [DocumentPage(1)])
    pictures = Pictures(reading.recogniser)
    headings: tuple[str, ...] = ()
    book = json.loads(decode(path))
    cells = book.get("cells") or [cell for sheet in book.get("worksheets", ()) for cell in sheet.get("cells", ())]
    for cell in cells:
        if cell.get("cell_type") == "markdown":
            headings = _add_markdown(_text(cell.get("source")), headings, document)
            continue
        _add_lines(_text(cell.get("source", cell.get("input"))), headings, document)
        for output in cell.get("outputs", ()):
            _add_output(output, headings, document, pictures)
    if not document.pages[0].blocks:
        raise NothingToRead(f"{path.name} has only empty cells; there is nothing to read in it.")
    document.skipped += pictures.skipped
    return document


def _add_markdown(source: str, headings: tuple[str, ...], document: ReadDocument) -> tuple[str, ...]:
    """The headings that hold from here on."""
    page = read_markup(rendered(source)).page
    for block in page.blocks:
        block.headings = block.headings or headings
    document.pages[0].blocks += page.blocks
    document.pages[0].tables += page.tables
    if page.blocks and page.blocks[-1].headings:
        return page.blocks[-1].headings
    alone = source.strip()
    return (alone.lstrip("# "),) if alone.startswith("#") and "\n" not in alone else headings


def _add_lines(text: str, headings: tuple[str, ...], document: ReadDocument) -> None:
    lines = [Line(line.rstrip()) for line in text.split("\n") if line.strip()]
    if len(lines) > MOST_OUTPUT:
        document.skipped.append(
            sentence(f"A cell's {len(lines) - MOST_OUTPUT:,} lines after its first {MOST_OUTPUT} are left out.")
        )
    if lines:
        document.pages[0].blocks.append(Block("text", lines[:MOST_OUTPUT], headings))


def _add_output(output: Any, headings: tuple[str, ...], document: ReadDocument, pictures: Pictures) -> None:
    """What is printed, a table as a table, a picture as a picture."""
    data = output.get("data", {})
    if "text/html" in data and "<table" in (source := _text(data["text/html"])):
        page = read_markup(source).page
        for block in page.blocks:
            block.headings = headings
        document.pages[0].blocks += page.blocks
        document.pages[0].tables += page.tables
    else:
        _add_lines(_text(output.get("text") or data.get("text/markdown") or data.get("text/plain")), headings, document)
    for kind in PICTURES:
        if kind in data:
            try:
                content = base64.b64decode(_text(data[kind]))
            except (binascii.Error, ValueError):
                continue
            document.pages[0].blocks += pictures.blocks_of_file(content, "", headings)


def _text(value: Any) -> str:
    """Notebooks keep a text as one string or as a list of lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")
