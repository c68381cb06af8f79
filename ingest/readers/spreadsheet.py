"""Excel workbooks: a page for each sheet, a block for each table on it, under its cell range."""

from __future__ import annotations

import re
import warnings
import zipfile
from pathlib import Path
from typing import Any

from ingest.document import DocumentPage, ReadDocument
from ingest.errors import NothingToRead, ReadError
from ingest.readers.cells import range_name, regions, shown
from ingest.readers.reading import Reading
from ingest.tables import add_table, table_block

MOST_CELLS = 1_000_000  # of a sheet; at 45 passages a second that is hours already
UNCALCULATED = re.compile(rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>|</c>)")
CHECK_EVERY = 1000  # rows between two looks at whether a person wants to stop


def read_xlsx(path: Path, reading: Reading) -> ReadDocument:
    """Values as shown; of formulas the result that was saved with them."""
    from openpyxl import load_workbook

    document = ReadDocument(path.stem, "xlsx", [])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles and extensions it leaves out
            book = load_workbook(path, read_only=True, data_only=True)
            try:
                for number, sheet in enumerate(book.worksheets, start=1):
                    reading.step(
                        f"reading sheet {number} of {len(book.worksheets)}", (number - 1) / len(book.worksheets)
                    )
                    _add_sheet(sheet, document, reading)
            finally:
                book.close()
        _tell_what_is_missing(path, document)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, SyntaxError,
            zipfile.BadZipFile, zipfile.LargeZipFile, OSError) as error:  # fmt: skip
        if isinstance(error, PermissionError):
            raise
        # openpyxl has no error type for broken files
        raise ReadError(f"{path.name} is damaged; open it in Excel or LibreOffice and save it again.") from error
    if not any(page.blocks for page in document.pages):
        raise NothingToRead(f"{path.name} has no filled cells; there is nothing to read in it.")
    return document


def _add_sheet(sheet: Any, document: ReadDocument, reading: Reading) -> None:
    page = DocumentPage(len(document.pages) + 1)
    document.pages.append(page)
    sheet.reset_dimensions()  # what the file says about its size is often wrong
    rows: list[list[str]] = []
    cells = 0
    for number, row in enumerate(sheet.iter_rows()):
        if number % CHECK_EVERY == 0:
            reading.step(f"reading sheet {sheet.title}, row {number + 1}", 0.0)
        rows.append([shown(cell.value, cell.number_format) if cell.value is not None else "" for cell in row])
        cells += len(row)
        if cells > MOST_CELLS:
            document.skipped.append(f"Sheet {sheet.title} is read down to row {number + 1}; what follows is too much.")
            break
    for first, last, left, right in regions(rows):
        place = range_name(sheet.title, first, last, left, right)
        part = [row[left : right + 1] for row in rows[first : last + 1]]
        add_table(page, table_block(part, (place,), page.number, place))


def _tell_what_is_missing(path: Path, document: ReadDocument) -> None:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        charts = sum(re.fullmatch(r"xl/charts/chart\d+\.xml", name) is not None for name in names)
        formulas = sum(
            len(UNCALCULATED.findall(archive.read(name)))
            for name in names
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)
        )
    if charts:
        document.skipped.append(f"Charts are not read ({charts} of them); the cells they are drawn from are.")
    if formulas:
        document.skipped.append(
            f"Formulas without a saved result are left out ({formulas} of them); open the file in Excel or "
            "LibreOffice, save it and add it again."
        )
