"""PDF: the text layer with a box for every line, and text recognition for pages whose words are in a picture."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image

from lamplight.ingest.codes import codes_in
from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.doubts import Doubts
from lamplight.ingest.errors import NothingToRead, ReadError
from lamplight.ingest.furniture import HeldBack, mark_headings, mark_set_apart
from lamplight.ingest.hidden_text import Unseen
from lamplight.ingest.page_text import LETTERSPACED, PageText
from lamplight.ingest.pdfium import PDFIUM_LOCK, has_end, open_pdf, outline_of
from lamplight.ingest.pictures import Pictures
from lamplight.ingest.readers.aligned_tables import FEWEST_DIGITS, AlignedTables
from lamplight.ingest.readers.columns import HeaderRow, is_headless, name_columns
from lamplight.ingest.readers.container import Container
from lamplight.ingest.readers.label_columns import rows_of_labels
from lamplight.ingest.readers.pdf_annotations import annotations_of, draw_stamps
from lamplight.ingest.readers.pdf_attachments import attached_files, xfa_values
from lamplight.ingest.readers.pdf_mirror import Mirror, mirror_of
from lamplight.ingest.readers.pdf_pictures import picture_blocks_of, remember_pictures
from lamplight.ingest.readers.pdf_rules import rules_of
from lamplight.ingest.readers.pdf_tables import PageTables
from lamplight.ingest.readers.reading import Reading
from lamplight.ingest.readers.rows import blocks_of_rows, table_of_rows
from lamplight.ingest.ruled_tables import Rule, ruled_tables
from lamplight.ingest.running_heads import FEWEST_PAGES
from lamplight.ingest.section_headings import SectionHeadings, type_of
from lamplight.ingest.text_layer import (
    FEWEST_CHARACTERS,
    characters_in,
    has_large_picture,
    is_over_a_scan,
    is_readable,
    without_text,
)
from lamplight.languages import sentence
from lamplight.library.records import Box

OCR_DPI = 200  # clean pages read 0.99 of words at it, and 300 takes twice as long
POINTS_PER_INCH = 72
LARGEST_RENDER = 40_000_000  # pixels, more than A1 has: a larger poster is not rendered at full size
NUMERIC_SHARE = 0.06  # of digits among characters: financial tables have 10-30 %, prose 1-3 %
PageLines = list[tuple[str, Box | None]]


@dataclass(slots=True)
class SoFar:
    """What a page has to know of those before it."""

    pictures: Pictures
    sections: SectionHeadings
    unseen: Unseen = field(default_factory=Unseen)
    doubts: Doubts = field(default_factory=Doubts)
    tables: PageTables = field(default_factory=PageTables)
    aligned: AlignedTables = field(default_factory=AlignedTables)
    heads: HeaderRow | None = None  # of a table that may go on
    files: list[tuple[str, bytes]] = field(default_factory=list)  # that are attached to a place on a page


def read_pdf(path: Path, reading: Reading) -> ReadDocument:
    """Every page in order, then what is attached. A page that can't be read fails the file, and never goes missing."""
    with open_pdf(path) as document:
        with PDFIUM_LOCK:
            count = len(document)
            outline = outline_of(document)
        pages = HeldBack(reading.begin(title_of(path), "pdf"), count, reading.earlier)
        words = False
        so_far = SoFar(Pictures(reading.recogniser), SectionHeadings(outline, count))
        for number in range(1, count + 1):
            if not reading.wanted(number):
                _remember(document, number, reading.earlier[number - 1], so_far)
                continue
            reading.step(sentence(f"reading page {number} of {count}"), (number - 1) / count)
            try:
                page = _read_page(document, number, reading, so_far)
            except pdfium.PdfiumError:
                raise ReadError(f"{path.name} is damaged at page {number}; fetch it again or save it anew.") from None
            words = words or bool(page.blocks)
            if count >= FEWEST_PAGES:
                mark_headings(page, [path[-1] for path in outline.get(number, ())])
            pages.append(page)
        skipped = so_far.pictures.skipped + so_far.unseen.sentences + so_far.doubts.sentences()
        result = ReadDocument(title_of(path), "pdf", pages.finish(), skipped)
        words = _add_carried(result, document, path, so_far.files, reading) or words
    if not has_end(path):
        result.skipped.append(
            sentence(f"{path.name} is cut short: pages may be missing from its end; fetch or copy it again.")
        )
    if not words and not reading.earlier:
        reason = " ".join(result.skipped)
        raise NothingToRead(
            f"{path.name} could not be read. {reason}"
            if so_far.doubts.sentences()
            else f"{path.name} has {count} pages but no words on them, not even in its pictures. {reason}"
            if reason
            else f"{path.name} has {count} pages but no words on them, not even in its pictures."
        )
    return result


def _add_carried(
    result: ReadDocument, document: Any, path: Path, on_pages: list[tuple[str, bytes]], reading: Reading
) -> bool:
    """Add what the file holds besides pages, as pages behind them; whether there is any."""
    with PDFIUM_LOCK:
        count = len(document)
        files, values = attached_files(document), xfa_values(document)
    container = Container(result, reading, count)
    if values:
        container.add_page(DocumentPage(0, blocks=[Block("text", values)], fields=len(values)))
    elif values is not None:
        container.say(
            sentence(
                f"{path.name} is an XFA form, which only Adobe's programs show; print it to PDF there and add that."
            )
        )
    for name, content in files + on_pages:
        container.add_file(name, content)
    container.finish()
    return container.pages > count


def title_of(path: Path) -> str:
    """The file's name in words: what its owner calls it. PDF's own titles are too often leftovers."""
    return " ".join(path.stem.replace("_", " ").split()) or path.name


def _read_page(document: Any, number: int, reading: Reading, so_far: SoFar) -> DocumentPage:
    words: list[tuple[str, Box]] = []
    with PDFIUM_LOCK:
        page = document[number - 1]
        text = PageText(page)
        try:
            annotations = annotations_of(document, page, text.to_page)
            if draw_stamps(page):
                text.close()
                page.close()
                page = document[number - 1]
                text = PageText(page)
            result = DocumentPage(number, text.width, text.height)
            so_far.unseen.add(number, text.hide_unseen(functools.cache(functools.partial(has_large_picture, page))))
            of_page = type_of(text)
            lines, picture = _layer_and_scan(page, text)
            shown = picture_blocks_of(page, text.to_page, lines, so_far.pictures) if picture is None else []
            stamps = [_part(page, box) for box in annotations.wordless(text)] if picture is None else []
            notes = annotations.notes(text)
            mirror = mirror_of(text) if picture is None else Mirror(text.width, False)
            if picture is None:
                rules = [] if annotations.filled else rules_of(page, text.to_page)
                _lay_out(result, mirror.filled_in(annotations, lines, text.within), rules, text, so_far)
                words = mirror.words(text.words) if any(map(is_headless, result.blocks)) else []
        finally:
            text.close()
            page.close()
    if picture is not None:
        reading.step(sentence(f"recognising text on page {number}"), (number - 1) / len(document))
        lines = annotations.filled_in(_with_recognised(picture, lines, result, reading, so_far), lambda box: "")
        result.blocks = blocks_of_rows(lines, ())
        result.tables += [table for block in result.blocks if (table := table_of_rows(block, number)) is not None]
    notes += [Line(" ".join(line.text for line in reading.recogniser().read(stamp)), box) for stamp, box in stamps]
    if notes := [note for note in notes if note.text]:
        result.blocks.append(mirror.turned(Block("text", notes)))
    so_far.files += annotations.files
    result.comments, result.fields = len(annotations.comments), annotations.filled
    so_far.heads = name_columns(result.blocks, words, so_far.heads)
    mirror.turn_back(result)
    result.blocks += shown
    if len(document) >= FEWEST_PAGES:
        mark_set_apart(result, of_page)
    so_far.sections.divide(result, of_page)
    return result


def _lay_out(
    page: DocumentPage,
    lines: PageLines,
    rules: Sequence[Rule],
    text: PageText,
    so_far: SoFar,
) -> None:
    """The blocks and tables of a page that has its text, out of lines in the mirror."""
    mirror = mirror_of(text)
    ruled = ruled_tables(mirror.rules(rules), lambda: mirror.words(text.words), lines)
    page.blocks, page.tables = so_far.tables.blocks(lines, ruled, page.number)
    if sum(map(str.isdigit, text.seen)) >= FEWEST_DIGITS:
        rows, words = mirror.lines(text.rows()), mirror.words(text.words)
        known = [table.place for table in ruled]
        page.tables += so_far.aligned.of_page(rows, words, text.width, page.number, known)


def _with_recognised(
    picture: Image.Image, lines: PageLines, page: DocumentPage, reading: Reading, so_far: SoFar
) -> PageLines:
    """The lines of a scanned page, between those of its text layer that are kept."""
    scale = page.width / picture.width
    found = reading.recogniser().look(picture)
    so_far.doubts.add(page.number, found.doubt)
    seen: PageLines = [(line.text, _scaled(line.box, scale)) for line in found.rows]
    seen += [(code.said(), _scaled(code.box, scale)) for code in codes_in(picture)]
    page.read_by_ocr = bool(seen)
    if found.vertical:
        return seen + lines
    return sorted(lines + seen, key=_top) if lines else seen


def _remember(document: Any, number: int, read: str, so_far: SoFar) -> None:
    """Of a page that was read in an earlier run: its pictures, which may be repeated, and the section it ends in."""
    with PDFIUM_LOCK:
        page = document[number - 1]
        text = PageText(page)
        try:
            lines = text.lines()
            remember_pictures(page, text.to_page, lines, so_far.pictures)
            so_far.sections.pass_by(number, read, lines, type_of(text))
        finally:
            text.close()
            page.close()


def _layer_and_scan(page: Any, text: PageText) -> tuple[PageLines, Any]:
    """The lines of the text layer, if it is any good, and a picture of what else has to be read, or None."""
    words = text.seen
    characters = characters_in(words)
    if characters >= FEWEST_CHARACTERS and is_readable(words):
        digits = sum(map(str.isdigit, words))
        lines = text.rows() if digits > NUMERIC_SHARE * characters else []
        if not lines or LETTERSPACED.search("\n".join(words for words, _ in lines)):
            mirror = mirror_of(text)
            lines = mirror.lines(rows_of_labels(mirror.lines(text.lines())))
        if not is_over_a_scan(page, text.raw, characters):
            return lines, None
        without_text(page)
        return lines, _render(page)
    return [], _render(page) if any(True for _ in page.get_objects(max_depth=2)) else None


def _part(page: Any, box: Box) -> tuple[Any, Box]:
    """A picture of a part of a page."""
    width, height = page.get_size()
    left, top, right, bottom = box
    crop = (max(0.0, left), max(0.0, height - bottom), max(0.0, width - right), max(0.0, top))
    return page.render(scale=OCR_DPI / POINTS_PER_INCH, crop=crop).to_pil().convert("RGB"), box


def _top(line: tuple[str, Box | None]) -> float:
    return line[1][1] if line[1] is not None else 0.0


def _render(page: Any) -> Any:
    width, height = page.get_size()
    scale = min(OCR_DPI / POINTS_PER_INCH, (LARGEST_RENDER / (width * height)) ** 0.5)
    return page.render(scale=scale).to_pil().convert("RGB")


def _scaled(box: Box, scale: float) -> Box:
    return box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale
