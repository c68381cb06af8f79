"""Excel workbooks in binary: `.xls` of before 2007, by xlrd, and `.xlsb`, by calamine."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingest.document import ReadDocument
from ingest.errors import NothingToRead, ReadError
from ingest.readers.cells import MOST_CELLS, Sheet, sheet_page
from ingest.readers.number_formats import DAYS_TO_1904, shown
from ingest.readers.reading import Reading
from ingest.readers.tally import counted


def read_xls(path: Path, reading: Reading) -> ReadDocument:
    """Values as shown, with comments, merged cells and what is hidden."""
    import xlrd

    reading.step("reading", 0.0)
    try:
        book = xlrd.open_workbook(str(path), formatting_info=True, logfile=io.StringIO())
        sheets = [_sheet_of(book, sheet) for sheet in book.sheets()]
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise ReadError(f"{path.name} is protected by a password; save it without one and add that.") from None
        raise
    document = _document(path, "xls", sheets)
    comments = sum(len(sheet.notes) for sheet in sheets)
    document.skipped += counted("Read besides the cells", {("comment", "comments"): comments})
    return document


def read_xlsb(path: Path, reading: Reading) -> ReadDocument:
    """Values, but not how they are shown: calamine knows dates from numbers, and no other format."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    reading.step("reading", 0.0)
    sheets = []
    book = CalamineWorkbook.from_path(path)
    for about in book.sheets_metadata:
        if about.typ is SheetTypeEnum.WorkSheet:
            rows = book.get_sheet_by_name(about.name).to_python(skip_empty_area=False, nrows=MOST_CELLS)
            shown_rows = [[shown(value, "") for value in row] for row in rows]
            hidden = about.visible is not SheetVisibleEnum.Visible
            sheets.append(Sheet(about.name, shown_rows, is_hidden=hidden))
    document = _document(path, "xlsb", sheets)
    document.skipped.append(
        "Number formats and comments of .xlsb files are not read: 4.5% is 0.045. Save it as .xlsx to have them."
    )
    return document


def _document(path: Path, kind: str, sheets: Sequence[Sheet]) -> ReadDocument:
    document = ReadDocument(path.stem, kind, [])
    for number, sheet in enumerate(sheets, start=1):
        document.pages.append(sheet_page(number, sheet))
        document.skipped += sheet.sentences()
    if not any(page.blocks for page in document.pages):
        raise NothingToRead(f"{path.name} has no filled cells; there is nothing to read in it.")
    return document


def _sheet_of(book: Any, sheet: Any) -> Sheet:
    read = Sheet(sheet.name, is_hidden=sheet.visibility != 0)
    for row in range(sheet.nrows):
        read.rows.append([_shown(book, sheet.cell(row, column)) for column in range(sheet.row_len(row))])
    read.merged = [(top, bottom - 1, left, right - 1) for top, bottom, left, right in sheet.merged_cells]
    read.notes = [(row, column, note.text) for (row, column), note in sorted(sheet.cell_note_map.items())]
    read.hidden_rows = sorted(row for row, about in sheet.rowinfo_map.items() if about.hidden)
    read.hidden_columns = sorted(column for column, about in sheet.colinfo_map.items() if about.hidden)
    return read


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
