"""PowerPoint presentations: a page for each slide, with its tables, charts, diagrams, pictures, notes and comments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lamplight.ingest.document import Block, DocumentPage, Line, ReadDocument
from lamplight.ingest.errors import NothingToRead
from lamplight.ingest.pictures import Pictures
from lamplight.ingest.readers.drawings import A, chart_table, diagram_lines
from lamplight.ingest.readers.equations import equation
from lamplight.ingest.readers.packages import Package, open_package, open_usual
from lamplight.ingest.readers.reading import Reading
from lamplight.ingest.readers.superscripts import superscript
from lamplight.ingest.readers.symbol_typefaces import PRIVATE, is_symbolic, sign
from lamplight.ingest.readers.tally import (
    BESIDES_TEXT,
    NOT_READ,
    counted,
    said_in_comment,
    said_of_slides,
    unread_parts,
)
from lamplight.ingest.tables import add_table, table_block
from lamplight.languages import sentence

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
CHARTS = "/chart", "/chartex"  # how the kind of graphic ends that a chart is
DIAGRAMS = "/diagram"


def read_pptx(path: Path, reading: Reading) -> ReadDocument:
    """Slides in order, hidden ones too; the title of a slide heads what is on it."""
    from pptx.package import Package as Presentation

    document = ReadDocument(path.stem, "pptx", [])
    pictures = Pictures(reading.recogniser)
    with open_package(path) as package, open_usual(path) as file:
        deck: Any = Presentation.open(file)  # `pptx.Presentation` refuses shows and templates
        slides = list(deck.main_document_part.presentation.slides)
        reader = _Slides(document, package, pictures)
        for number, slide in enumerate(slides, start=1):
            reading.step(sentence(f"reading slide {number} of {len(slides)}"), (number - 1) / len(slides))
            reader.add(number, slide)
        reader.tell()
    if not any(page.blocks for page in document.pages):
        raise NothingToRead(f"{path.name} holds no words on its slides; export it as PDF and add that.")
    return document


class _Slides:
    """Adds slides to `document` as pages."""

    def __init__(self, document: ReadDocument, package: Package, pictures: Pictures) -> None:
        self._document, self._package, self._pictures = document, package, pictures
        self._read: Counter[tuple[str, str]] = Counter()
        self._hidden: list[int] = []

    def add(self, number: int, slide: Any) -> None:
        page = DocumentPage(number)
        self._document.pages.append(page)
        title = _squeeze(slide.shapes.title.text_frame.text) if slide.shapes.title is not None else ""
        headings = (title,) if title else ()
        _unwrap(slide._element)
        for shape in _flat(slide.shapes):
            self._shape(shape, slide.part, page, headings)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            lines = _lines(slide.notes_slide.notes_text_frame)
            self._add(page, lines, (*headings, "Notes"))
        self._add(page, self._comments(slide.part), (*headings, "Comments"))
        if slide._element.get("show") in ("0", "false"):
            self._hidden.append(number)

    def tell(self) -> None:
        """Say what was read besides the text, and what was left out."""
        said = self._document.skipped
        said += counted(BESIDES_TEXT, self._read)
        said += said_of_slides(self._hidden)
        said += counted(NOT_READ, unread_parts(self._package.names - self._package.targets_of("/charts/")))
        said += self._pictures.skipped

    def _shape(self, shape: Any, part: Any, page: DocumentPage, headings: tuple[str, ...]) -> None:
        from pptx.enum.shapes import PP_PLACEHOLDER

        if shape.is_placeholder and shape.placeholder_format.type in (
            PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE
        ):  # fmt: skip
            return
        about = shape._element.find(".//{*}cNvPr")
        words = _squeeze(about.get("descr", "")) if about is not None else ""
        graphic = shape._element.find(f".//{A}graphicData")
        kind = graphic.get("uri", "") if graphic is not None else ""
        blip = shape._element.find(f".//{A}blip")
        if getattr(shape, "has_table", False):
            rows, heads = _rows(shape.table)
            add_table(page, table_block(rows, headings, page.number, words, heads))
        elif kind.endswith(CHARTS):
            self._chart(self._root(part.rels[graphic[0].get(f"{R}id")]), page, headings)
        elif kind.endswith(DIAGRAMS):
            self._read["diagram", "diagrams"] += 1
            diagram = self._root(part.rels[graphic[0].get(f"{R}dm")])
            self._add(page, [Line(line) for line in diagram_lines(diagram)], headings)
        elif shape.has_text_frame and (lines := _lines(shape.text_frame)):
            self._add(page, lines, headings)
        elif blip is not None and (relation := part.rels.get(blip.get(f"{R}embed", ""))) is not None:
            found = self._pictures.blocks_of_file(relation.target_part.blob, words, headings)
            page.blocks += found or ([Block("text", [Line(f"Picture: {words}")], headings)] if words else [])
        elif words:
            self._add(page, [Line(f"Picture: {words}")], headings)

    def _chart(self, root: Any, page: DocumentPage, headings: tuple[str, ...]) -> None:
        title, rows, heads = chart_table(root)
        self._read["chart", "charts"] += 1
        add_table(page, table_block(rows, headings, page.number, title, heads))

    def _comments(self, part: Any) -> list[Line]:
        """Those of a slide: of the newer kind with their answers, of the older one by number of their author."""
        lines = []
        for relation in part.rels.values():
            if relation.is_external or not relation.reltype.endswith("/comments"):
                continue
            for comment in self._root(relation).iter("{*}cm", "{*}reply"):
                body = next(comment.iterchildren("{*}txBody", "{*}text"), None)
                said = body.text or "" if body is not None and not len(body) else ""
                said = said or " ".join(text.text or "" for text in (body.iter(f"{A}t") if body is not None else ()))
                if said.strip():
                    self._read["comment", "comments"] += 1
                    lines.append(Line(said_in_comment(_squeeze(said))))
        return lines

    def _root(self, relation: Any) -> Any:
        return self._package.xml(relation.target_part.partname.membername)

    def _add(self, page: DocumentPage, lines: Sequence[Line], headings: tuple[str, ...]) -> None:
        if lines:
            page.blocks.append(Block("text", list(lines), headings))


def _rows(table: Any) -> tuple[list[list[str]], int | None]:
    """What spans rows stands in each of them, what spans columns in the first."""
    rows: list[list[str]] = []
    for index, row in enumerate(table.rows):
        cells = [" ".join(line.text.strip() for line in _lines(cell.text_frame)) for cell in row.cells]
        for column, cell in enumerate(row.cells):
            if cell._tc.get("vMerge") in ("1", "true") and index:
                cells[column] = rows[-1][column]
        rows.append(cells)
    merged = any(cell.is_merge_origin and cell.span_width > 1 for row in list(table.rows)[:1] for cell in row.cells)
    return rows, 1 if table.first_row and not merged else None


def _flat(shapes: Any) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _flat(shape.shapes)
        else:
            yield shape


def _lines(frame: Any) -> list[Line]:
    found = [(paragraph.level, _squeeze(_words(paragraph))) for paragraph in frame.paragraphs]
    return [Line(f"{'  ' * level}{text}") for level, text in found if text]


def _words(paragraph: Any) -> str:
    parts: list[str] = []
    for piece in paragraph._p:
        if piece.tag in (f"{A}r", f"{A}fld"):
            parts.append(_as_seen(piece, "".join(parts)))
        elif piece.tag == f"{A}br":
            parts.append(" ")
        else:
            parts += [f" {equation(one)} " for one in piece.iter(MATH)]
    return "".join(parts)


def _as_seen(run: Any, before: str) -> str:
    """The letters of a run behind `before`: signs of symbolic typefaces, and digits above the line."""
    properties = run.find(f"{A}rPr")
    text = str(run.findtext(f"{A}t", ""))
    if properties is None:
        return text
    symbols = properties.find(f"{A}sym")
    typeface = symbols.get("typeface", "") if symbols is not None else ""
    if is_symbolic(typeface):  # other letters of the run are in its usual typeface
        text = "".join(sign(typeface, ord(letter)) if ord(letter) in PRIVATE else letter for letter in text)
    is_raised = not properties.get("baseline", "0").startswith(("-", "0"))
    return superscript(text, before) if is_raised else text


def _unwrap(slide: Any) -> None:
    """Put shapes that only newer programs know, such as equations, in their place: python-pptx passes over them."""
    for choice in list(slide.iter(f"{MC}AlternateContent")):
        newest = choice.find(f"{MC}Choice")
        for shape in newest if newest is not None else ():
            choice.addprevious(shape)


def _squeeze(text: str) -> str:
    return " ".join(text.split())
