"""Excel workbooks since 2007: a page for each sheet, a block for each table on it, under its cell range."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from lamplight.ingest.document import DocumentPage, ReadDocument
from lamplight.ingest.errors import NothingToRead
from lamplight.ingest.pictures import Pictures
from lamplight.ingest.readers.cells import MOST_CELLS, Sheet, sheet_page
from lamplight.ingest.readers.drawings import A
from lamplight.ingest.readers.number_formats import DAYS_TO_1904, is_date, shown
from lamplight.ingest.readers.packages import Package, open_package, open_usual
from lamplight.ingest.readers.reading import Reading
from lamplight.ingest.readers.superscripts import superscript
from lamplight.ingest.readers.tally import BESIDES_CELLS, NOT_READ, counted, said_of_formulas, unread_parts
from lamplight.languages import sentence

CHECK_EVERY = 1000  # rows between two looks at whether a person wants to stop
FIRST_OWN_FORMAT = 164  # numbers below are those that every Excel knows
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
THREADED = "{http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
EMBED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
STRINGS = "xl/sharedstrings.xml"
SUPERSCRIPT = b'"superscript"'
ON = ("1", "true")


def read_xlsx(path: Path, reading: Reading) -> ReadDocument:
    """Values as shown; of formulas the result that was saved with them, or the formula where none was."""
    document = ReadDocument(path.stem, "xlsx", [])
    pictures = Pictures(reading.recogniser)
    with open_package(path) as package, open_usual(path) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and extensions it leaves out
        book = load_workbook(file, read_only=True, data_only=True)
        try:
            _raise_digits(book, package)
            found = _add_sheets(book, document, package, pictures, reading)
        finally:
            book.close()
        unread = unread_parts(package.names - package.targets_of("/charts/"))
    document.skipped += said_of_formulas(found["formulas"])
    document.skipped += counted(BESIDES_CELLS, {("comment", "comments"): found["comments"]})
    if found["charts"]:
        document.skipped.append(
            sentence(f"Charts are not read ({found['charts']} of them); the cells they are drawn from are.")
        )
    document.skipped += counted(NOT_READ, unread) + pictures.skipped
    if not any(page.blocks for page in document.pages):
        raise NothingToRead(f"{path.name} has no filled cells; there is nothing to read in it.")
    return document


def _add_sheets(
    book: Any, document: ReadDocument, package: Package, pictures: Pictures, reading: Reading
) -> Counter[str]:
    found: Counter[str] = Counter()
    for number, sheet in enumerate(book.worksheets, start=1):
        reading.step(sentence(f"reading sheet {number} of {len(book.worksheets)}"), (number - 1) / len(book.worksheets))
        read = Sheet(sheet.title, is_hidden=sheet.sheet_state != "visible")
        part = sheet._worksheet_path  # openpyxl has no other way to a sheet's comments without reading it whole
        found["formulas"] += _add_rows(read, sheet, reading)
        relations = package.relations(part).values()
        read.notes = _notes(package, {one.kind: one.target for one in relations if one.target in package.names})
        found["comments"] += len(read.notes)
        drawings = [one.target for one in relations if one.kind == "drawing" and one.target in package.names]
        read.words = [words for drawing in drawings for words in _boxes(package.xml(drawing))]
        page = sheet_page(number, read)
        for drawing in drawings:
            found["charts"] += _add_pictures(drawing, page, read.name, package, pictures)
        document.pages.append(page)
        document.skipped += read.sentences()
    return found


def _raise_digits(book: Any, package: Package) -> None:
    """Write anew the strings with digits above the line, which openpyxl makes digits of the number before them."""
    part = next((name for name in package.names if name.lower() == STRINGS), "")
    if not part or SUPERSCRIPT not in package.part(part):
        return
    strings: list[str] = next((sheet._shared_strings for sheet in book.worksheets), [])  # a list that all sheets share
    for index, string in enumerate(package.xml(part).iterchildren(f"{MAIN}si")):
        parts: list[str] = []
        for run in string.iterchildren(f"{MAIN}r"):
            text = str(run.findtext(f"{MAIN}t", ""))
            raised = run.find(f"{MAIN}rPr/{MAIN}vertAlign[@val='superscript']") is not None
            parts.append(superscript(text, "".join(parts)) if raised else text)
        if parts and index < len(strings):
            strings[index] = "".join(parts)


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """openpyxl's, which goes through a sheet row by row, and formulas where no result was saved with them."""

    def __init__(self, source: Any, book: Any, strings: Any) -> None:
        super().__init__(source, strings, data_only=True, epoch=book.epoch)  # dates stay numbers until they are shown
        self.uncalculated = 0
        # XlsxWriter and others write 0 as the result of every formula, and ask for it to be computed on opening.
        self._nothing = (None, 0) if book.calculation is not None and book.calculation.fullCalcOnLoad else (None,)

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if element.find(FORMULA_TAG) is not None:
            formula = self.parse_formula(element)  # also where it isn't shown: others may be the same, moved
            if cell["value"] in self._nothing and cell["data_type"] in ("n", "b"):
                cell["value"] = getattr(formula, "text", None) or str(formula)
                self.uncalculated += 1
        return cell


def _add_rows(sheet: Sheet, source: Any, reading: Reading) -> int:
    """How many formulas have no result."""
    book = source.parent
    formats = [_number_format(style.numFmtId, book) for style in book._cell_styles]
    later = DAYS_TO_1904 if book.epoch == MAC_EPOCH else 0
    cells = 0
    with source._get_source() as rows:
        parser = _Parser(rows, book, source._shared_strings)
        for index, row in parser.parse():
            if index % CHECK_EVERY == 0:
                reading.step(sentence(f"reading sheet {sheet.name}, row {index}"), 0.0)
            if cells > MOST_CELLS or index > len(sheet.rows) + MOST_CELLS:
                sheet.is_cut = True
                break
            values: list[str] = []
            for cell in row:
                if cell["value"] is None:
                    continue
                values += [""] * (cell["column"] - len(values))
                code = formats[cell["style_id"]] if cell["style_id"] < len(formats) else "General"
                value = cell["value"]
                if later and isinstance(value, int | float) and is_date(code):
                    value += later
                values[cell["column"] - 1] = shown(value, code)
            cells += len(values)
            sheet.rows += [[] for _ in range(index - len(sheet.rows) - 1)]
            sheet.rows.append(values)
    if parser.merged_cells is not None:
        sheet.merged = [_region(one.ref) for one in parser.merged_cells.mergeCell]
    hidden = [int(row) - 1 for row, about in parser.row_dimensions.items() if about.get("hidden") in ON]
    sheet.hidden_rows = sorted(hidden)
    for about in parser.column_dimensions.values():
        if about.get("hidden") in ON:
            widest = max(map(len, sheet.rows), default=0)
            sheet.hidden_columns += range(int(about["min"]) - 1, min(int(about["max"]), widest))
    return parser.uncalculated


def _number_format(number: int, book: Any) -> str:
    if number < FIRST_OWN_FORMAT:
        return str(BUILTIN_FORMATS.get(number, "General"))
    own = book._number_formats
    return str(own[number - FIRST_OWN_FORMAT]) if number - FIRST_OWN_FORMAT < len(own) else "General"


def _region(reference: str) -> tuple[int, int, int, int]:
    left, top, right, bottom = range_boundaries(reference)
    return top - 1, bottom - 1, left - 1, right - 1


def _notes(package: Package, parts: dict[str, str]) -> list[tuple[int, int, str]]:
    """Comments by row and column; those that people answer stand in a part of their own, and in the older one too."""
    said: list[tuple[str, str]] = []
    if "threadedComment" in parts:
        for one in package.xml(parts["threadedComment"]).iter(f"{THREADED}threadedComment"):
            said.append((one.get("ref", ""), one.findtext(f"{THREADED}text", "")))
    answered = {place for place, _ in said}
    if "comments" in parts:
        for one in package.xml(parts["comments"]).iter(f"{MAIN}comment"):
            if one.get("ref") not in answered:
                said.append((one.get("ref", ""), "".join(text.text or "" for text in one.iter(f"{MAIN}t"))))
    places = [(coordinate_to_tuple(place), words) for place, words in said if re.fullmatch(r"[A-Z]{1,3}\d+", place)]
    return [(row - 1, column - 1, words) for (row, column), words in places if words.strip()]


def _boxes(root: Any) -> list[str]:
    """The words in boxes and shapes that lie on a sheet."""
    found = []
    for box in root.iter(f"{DRAWING}txBody"):
        lines = ["".join(text.text or "" for text in line.iter(f"{A}t")) for line in box.iter(f"{A}p")]
        found.append(" ".join(" ".join(lines).split()))
    return [words for words in found if words]


def _add_pictures(part: str, page: DocumentPage, name: str, package: Package, pictures: Pictures) -> int:
    """Put the pictures that lie on a sheet under its cells; how many charts there are besides."""
    relations = package.relations(part)
    for picture in package.xml(part).iter(f"{DRAWING}pic"):
        about, blip = picture.find(f".//{DRAWING}cNvPr"), picture.find(f".//{A}blip")
        relation = relations.get(blip.get(EMBED, "")) if blip is not None else None
        if relation is not None and relation.target in package.names:
            words = about.get("descr", "") if about is not None else ""
            page.blocks += pictures.blocks_of_file(package.part(relation.target), words, (name,))
    return sum(one.kind in ("chart", "chartEx") for one in relations.values())
