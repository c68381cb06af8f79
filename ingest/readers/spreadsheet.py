"""Excel workbooks: a page for each sheet, a block for each table on it, under its cell range."""

from __future__ import annotations

import re
import warnings
import zipfile
from pathlib import Path
from typing import Any

from ingest.document import ReadDocument
from ingest.errors import NothingToRead, ReadError
from ingest.readers.cells import sheet_page, shown
from ingest.readers.packages import BROKEN_ARCHIVE
from ingest.readers.reading import Reading

MOST_CELLS = 1_000_000  # of a sheet; at 45 passages a second that is hours already
UNCALCULATED = re.compile(rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>|</c>)")
CHECK_EVERY = 1000  # rows between two looks at whether a person wants to stop


def read_xlsx(path: Path, reading: Reading) -> ReadDocument:
    """Values as shown; of formulas the result that was saved with them."""
    from openpyxl import load_workbook

    document = ReadDocument(path.stem, "xlsx", [])
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl tells of styles and extensions it leaves out
            book = load_workbook(file, read_only=True, data_only=True)
            try:
                for number, sheet in enumerate(book.worksheets, start=1):
                    reading.step(
                        f"reading sheet {number} of {len(book.worksheets)}", (number - 1) / len(book.worksheets)
                    )
                    _add_sheet(sheet, document, reading)
            finally:
                book.close()
        _tell_what_is_missing(path, document)
    except PermissionError:
        raise
    except (*BROKEN_ARCHIVE, TypeError, AttributeError, IndexError, SyntaxError) as error:
        # openpyxl has no error type for broken files
        raise ReadError(f"{path.name} is damaged; open it in Excel or LibreOffice and save it again.") from error
    if not any(page.blocks for page in document.pages):
        raise NothingToRead(f"{path.name} has no filled cells; there is nothing to read in it.")
    return document


def _add_sheet(sheet: Any, document: ReadDocument, reading: Reading) -> None:
    number = len(document.pages) + 1
    sheet.reset_dimensions()  # what the file says about its size is often wrong
    rows: list[list[str]] = []
    cells = 0
    for index, row in enumerate(sheet.iter_rows(), start=1):
        if index % CHECK_EVERY == 0:
            reading.step(f"reading sheet {sheet.title}, row {index}", 0.0)
        rows.append([shown(cell.value, cell.number_format) if cell.value is not None else "" for cell in row])
        cells += len(row)
        if cells > MOST_CELLS:
            document.skipped.append(f"Sheet {sheet.title} is read down to row {index}; what follows is too much.")
            break
    document.pages.append(sheet_page(number, sheet.title, rows))


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
