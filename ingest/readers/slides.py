"""PowerPoint presentations: a page for each slide, with its tables, charts, pictures and notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.document import Block, DocumentPage, Line, ReadDocument
from ingest.errors import NothingToRead, ReadError
from ingest.pictures import Pictures
from ingest.readers.packages import BROKEN_ARCHIVE
from ingest.readers.reading import Reading
from ingest.tables import add_table, table_block


def read_pptx(path: Path, reading: Reading) -> ReadDocument:
    """Slides in order, hidden ones too; the title of a slide heads what is on it."""
    from pptx import Presentation
    from pptx.exc import PythonPptxError

    document = ReadDocument(path.stem, "pptx", [])
    pictures = Pictures(reading.recogniser)
    try:
        slides = list(Presentation(str(path)).slides)
        for number, slide in enumerate(slides, start=1):
            reading.step(f"reading slide {number} of {len(slides)}", (number - 1) / len(slides))
            document.pages.append(DocumentPage(number))
            _add_slide(slide, document, pictures)
    except PermissionError:
        raise
    except (*BROKEN_ARCHIVE, PythonPptxError, TypeError, AttributeError, IndexError, SyntaxError) as error:
        # python-pptx lets its XML and ZIP libraries' errors through on broken files
        raise ReadError(f"{path.name} is damaged; open it in PowerPoint or LibreOffice and save it again.") from error
    document.skipped += pictures.skipped
    if not any(page.blocks for page in document.pages):
        raise NothingToRead(f"{path.name} holds no words on its slides; export it as PDF and add that.")
    return document


def _add_slide(slide: Any, document: ReadDocument, pictures: Pictures) -> None:
    from pptx.shapes.picture import Picture

    page = document.pages[-1]
    title = _squeeze(slide.shapes.title.text_frame.text) if slide.shapes.title is not None else ""
    headings = (title,) if title else ()
    for shape in _flat(slide.shapes):
        if getattr(shape, "has_table", False):
            rows = [[cell.text for cell in row.cells] for row in shape.table.rows]
            heads = 1 if shape.table.first_row else None
            add_table(page, table_block(rows, headings, page.number, "", heads))
        elif getattr(shape, "has_chart", False):
            _add_chart(shape.chart, headings, document)
        elif isinstance(shape, Picture):
            page.blocks += pictures.blocks_of_file(shape.image.blob, "", headings)
        elif shape.has_text_frame:
            lines = _lines(shape.text_frame)
            if lines:
                page.blocks.append(Block("text", lines, headings))
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        lines = _lines(slide.notes_slide.notes_text_frame)
        if lines:
            page.blocks.append(Block("text", lines, (*headings, "Notes")))


def _add_chart(chart: Any, headings: tuple[str, ...], document: ReadDocument) -> None:
    """The numbers a chart is drawn from: a row for each category, a column for each series."""
    name = _squeeze(chart.chart_title.text_frame.text) if chart.has_title and chart.chart_title.has_text_frame else ""
    for plot in chart.plots:
        categories = [str(category) for category in plot.categories]
        series = [(str(member.name), list(member.values)) for member in plot.series]
        length = max([len(categories), *(len(values) for _, values in series)], default=0)
        rows = [["", *(title for title, _ in series)]]
        for index in range(length):
            label = categories[index] if index < len(categories) else ""
            rows.append([label, *(_value(values, index) for _, values in series)])
        page = document.pages[-1]
        made = table_block([[name], *rows] if name else rows, headings, page.number, name, heads=2 if name else 1)
        add_table(page, made)


def _value(values: list[Any], index: int) -> str:
    value = values[index] if index < len(values) else None
    return "" if value is None else f"{value:g}" if abs(value) < 1e6 else f"{value:,.0f}"


def _flat(shapes: Any) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _flat(shape.shapes)
        else:
            yield shape


def _lines(frame: Any) -> list[Line]:
    found = [(paragraph.level, _squeeze(paragraph.text)) for paragraph in frame.paragraphs]
    return [Line(f"{'  ' * level}{text}") for level, text in found if text]


def _squeeze(text: str) -> str:
    return " ".join(text.split())
