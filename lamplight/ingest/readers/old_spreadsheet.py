"""Excel workbooks in binary: `.xls` of before 2007, by xlrd, and `.xlsb`, by calamine."""

from __future__ import annotations

import io
import re
import struct
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lamplight.ingest.document import ReadDocument
from lamplight.ingest.errors import ReadError
from lamplight.ingest.readers.cells import MOST_CELLS, Sheet, document_of_sheets
from lamplight.ingest.readers.number_formats import DAYS_TO_1904, shown
from lamplight.ingest.readers.reading import READING, Reading
from lamplight.ingest.readers.tally import BESIDES_CELLS, counted, said_of_formulas
from lamplight.languages import sentence

Formulas = dict[tuple[int, int], str]  # by row and column
FORMULA, BEGIN, END = 0x0006, 0x0809, 0x000A  # records
WHOLE = re.compile(r"\b(\d+)\.0\b")  # xlrd writes 3.0 for 3
A_SHEET, EMPTY_TEXT = b"\x10\0", 3


def read_xls(path: Path, reading: Reading) -> ReadDocument:
    """Values as shown, with comments, merged cells and what is hidden."""
    import xlrd

    reading.step(READING, 0.0)
    try:
        book = xlrd.open_workbook(str(path), formatting_info=True, logfile=io.StringIO())
        formulas = _never_calculated(path, book)
        sheets = [_sheet_of(book, sheet, formulas[number]) for number, sheet in enumerate(book.sheets())]
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise ReadError(f"{path.name} is protected by a password; save it without one and add that.") from None
        raise
    document = document_of_sheets(path, "xls", sheets)
    document.skipped += said_of_formulas(sum(sheet.formulas for sheet in sheets))
    comments = sum(len(sheet.notes) for sheet in sheets)
    document.skipped += counted(BESIDES_CELLS, {("comment", "comments"): comments})
    return document


def read_xlsb(path: Path, reading: Reading) -> ReadDocument:
    """Values, but not how they are shown: calamine knows dates from numbers, and no other format."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    reading.step(READING, 0.0)
    sheets = []
    book = CalamineWorkbook.from_path(path)
    for about in book.sheets_metadata:
        if about.typ is SheetTypeEnum.WorkSheet:
            rows = book.get_sheet_by_name(about.name).to_python(skip_empty_area=False, nrows=MOST_CELLS)
            shown_rows = [[shown(value, "") for value in row] for row in rows]
            hidden = about.visible is not SheetVisibleEnum.Visible
            sheets.append(Sheet(about.name, shown_rows, is_hidden=hidden))
    document = document_of_sheets(path, "xlsb", sheets)
    document.skipped.append(
        sentence(
            "Number formats and comments of .xlsb files are not read: 4.5% is 0.045. Save it as .xlsx to have them."
        )
    )
    return document


def _sheet_of(book: Any, sheet: Any, formulas: Formulas) -> Sheet:
    read = Sheet(sheet.name, is_hidden=sheet.visibility != 0)
    for row in range(sheet.nrows):
        read.rows.append([_shown(book, sheet.cell(row, column)) for column in range(sheet.row_len(row))])
    for (row, column), formula in formulas.items():
        read.rows[row][column] = formula
    read.formulas = len(formulas)
    read.merged = [(top, bottom - 1, left, right - 1) for top, bottom, left, right in sheet.merged_cells]
    read.notes = [(row, column, note.text) for (row, column), note in sorted(sheet.cell_note_map.items())]
    read.hidden_rows = sorted(row for row, about in sheet.rowinfo_map.items() if about.hidden)
    read.hidden_columns = sorted(column for column, about in sheet.colinfo_map.items() if about.hidden)
    return read


def _never_calculated(path: Path, book: Any) -> defaultdict[int, Formulas]:
    """By the number of the sheet the formulas of a workbook in which not one has a result.

    That of a single one may well be the empty text.
    """
    from xlrd.formula import decompile_formula

    found: defaultdict[int, Formulas] = defaultdict(dict)
    sheet, depth = -1, 0
    for kind, content in _records(path):
        if kind == BEGIN:
            depth += 1
            sheet += depth == 1 and content[2:4] == A_SHEET
        elif kind == END:
            depth -= 1
        elif kind == FORMULA:
            if content[6] != EMPTY_TEXT or content[12:14] != b"\xff\xff":
                return defaultdict(dict)
            row, column = struct.unpack_from("<HH", content)
            (size,) = struct.unpack_from("<H", content, 20)
            try:
                text = decompile_formula(book, content[22 : 22 + size], size, 0, browx=row, bcolx=column)
            except Exception:  # xlrd knows most formulas and stumbles over some, in many ways
                text = ""
            found[sheet][row, column] = "=" + WHOLE.sub(r"\1", text)
    return found


def _records(path: Path) -> Iterator[tuple[int, bytes]]:
    """The records of a workbook (MS-XLS 2.1.4): a number each, and the content."""
    from olefile import OleFileIO

    with OleFileIO(path) as file:
        stream = file.openstream("Workbook").read() if file.exists("Workbook") else b""
    place = 0
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        yield kind, stream[place + 4 : place + 4 + size]
        place += 4 + size


def _shown(book: Any, cell: Any) -> str:
    import xlrd

    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return ""
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return shown(bool(cell.value), "")
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    code = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
    later = DAYS_TO_1904 if cell.ctype == xlrd.XL_CELL_DATE and book.datemode else 0
    return shown(cell.value + later if later else cell.value, code)
