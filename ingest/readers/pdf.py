"""PDF: the text layer with a box for every line, and text recognition for pages that have none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium

from ingest.document import Block, DocumentPage, Line, ReadDocument
from ingest.errors import NothingToRead, ReadError
from ingest.page_headings import PageHeadings
from ingest.pdfium import TURN, PageText, open_pdf
from ingest.readers.reading import Reading
from library.records import BlockKind, Box

OCR_DPI = 200  # clean pages read 0.99 of words at it, and 300 takes twice as long
POINTS_PER_INCH = 72
LARGEST_RENDER = 3200  # pixels: a poster is not rendered at full size
FEWEST_CHARACTERS = 16  # a page with fewer has a stamp or a page number, not a text layer
NUMERIC_SHARE = 0.06  # of digits among characters: financial tables have 10-30 %, prose 1-3 %
NUMBER = re.compile(r"(?<![\w.])[(\-$€£]*\d[\d.,]*%?\)?(?!\w)")
TABLE_NUMBERS = 2  # numbers in a line that make it a table row


def read_pdf(path: Path, reading: Reading) -> ReadDocument:
    """Every page, in order. A page that can't be read fails the file rather than going missing."""
    with open_pdf(path) as document:
        with TURN:
            count = len(document)
            sections = _sections(document)
        pages: list[DocumentPage] = []
        headings: tuple[str, ...] = ()
        page_headings = PageHeadings()
        for number in range(1, count + 1):
            reading.step(f"reading page {number} of {count}", (number - 1) / count)
            headings = sections.get(number, headings)
            try:
                page = _read_page(document, number, headings, reading)
            except pdfium.PdfiumError:
                raise ReadError(f"{path.name} is damaged at page {number}; fetch it again or save it anew.") from None
            if heading := page_headings.of(page.text.split("\n")):
                for block in page.blocks:
                    block.headings = (*block.headings, heading)
            pages.append(page)
    if not any(page.blocks for page in pages):
        raise NothingToRead(f"{path.name} has {count} pages but no words on them, not even in its pictures.")
    return ReadDocument(title_of(path), "pdf", pages)


def title_of(path: Path) -> str:
    """The file's name in words: what its owner calls it. PDF's own titles are too often leftovers."""
    return " ".join(path.stem.replace("_", " ").split()) or path.name


def _read_page(document: Any, number: int, headings: tuple[str, ...], reading: Reading) -> DocumentPage:
    with TURN:
        page = document[number - 1]
        text = PageText(page)
        try:
            result = DocumentPage(number, text.width, text.height)
            characters = sum(not character.isspace() for character in text.text)
            if characters >= FEWEST_CHARACTERS:
                digits = sum(character.isdigit() for character in text.text)
                lines = text.rows() if digits > NUMERIC_SHARE * characters else text.lines()
                result.blocks = _blocks(lines, headings)
                return result
            picture = _render(page) if any(True for _ in page.get_objects(max_depth=2)) else None
        finally:
            text.close()
            page.close()
    if picture is not None:
        reading.step(f"recognising text on page {number}", (number - 1) / len(document))
        scale = result.width / picture.width
        found = reading.recogniser().read(picture)
        lines = [(line.text, _scaled(line.box, scale)) for line in found]
        result.blocks = _blocks(lines, headings)
        result.read_by_ocr = True
    return result


def _render(page: Any) -> Any:
    longest = max(page.get_size())
    scale = min(OCR_DPI / POINTS_PER_INCH, LARGEST_RENDER / longest)
    return page.render(scale=scale).to_pil().convert("RGB")


def _scaled(box: Box, scale: float) -> Box:
    return box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale


def _blocks(lines: list[tuple[str, Box | None]], headings: tuple[str, ...]) -> list[Block]:
    """Neighbouring lines of one kind; a lone row between paragraphs stays with them."""
    kinds: list[BlockKind] = ["table" if len(NUMBER.findall(text)) >= TABLE_NUMBERS else "text" for text, _ in lines]
    for index in range(1, len(kinds) - 1):
        if kinds[index - 1] == kinds[index + 1]:
            kinds[index] = kinds[index - 1]
    blocks: list[Block] = []
    for kind, (text, box) in zip(kinds, lines, strict=True):
        if not blocks or blocks[-1].kind != kind:
            blocks.append(Block(kind, [], headings))
        blocks[-1].lines.append(Line(text, box))
    return blocks


def _sections(document: Any) -> dict[int, tuple[str, ...]]:
    """From the outline: on which page (from 1) which heading path begins."""
    path: list[str] = []
    sections: dict[int, tuple[str, ...]] = {}
    try:
        for entry in document.get_toc():
            destination = entry.get_dest()
            if destination is None or destination.get_index() is None:
                continue
            del path[entry.level :]
            path.append(" ".join(entry.get_title().split()))
            sections[destination.get_index() + 1] = tuple(path)
    except pdfium.PdfiumError:
        return {}
    return sections
