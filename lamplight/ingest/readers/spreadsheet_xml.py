"""Excel's XML of 2003 (SpreadsheetML, Microsoft's "XML Spreadsheet Reference"), which many sites call `.xls`."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from lamplight.ingest.document import ReadDocument
from lamplight.ingest.readers.cells import MOST_CELLS, Sheet, document_of_sheets
from lamplight.ingest.readers.number_formats import shown
from lamplight.ingest.readers.tally import said_of_formulas

S = "{urn:schemas-microsoft-com:office:spreadsheet}"
FORMATS = {
    "general number": "General", "standard": "#,##0.00", "fixed": "0.00", "percent": "0.00%", "currency": "#,##0.00",
    "scientific": "0.00E+00", "euro currency": '#,##0.00\\ "€"', "short date": "m/d/yyyy", "long date": "m/d/yyyy",
    "medium date": "d-mmm-yy", "general date": "m/d/yy h:mm", "short time": "h:mm", "medium time": "h:mm AM/PM",
    "long time": "h:mm:ss",
}  # fmt: skip
"""The formats that have a name here and a code elsewhere."""


def is_workbook(root: Any) -> bool:
    """Whether an XML file's root is that of such a file."""
    return bool(root.tag == f"{S}Workbook")


def workbook_of(book: Any, path: Path) -> ReadDocument:
    """Values as shown, with comments, merged cells and what is hidden."""
    formats = _formats(book)
    sheets = [_sheet_of(sheet, formats) for sheet in book.iterchildren(f"{S}Worksheet")]
    document = document_of_sheets(path, "xls", sheets)
    document.skipped += said_of_formulas(sum(sheet.formulas for sheet in sheets))
    return document


def _formats(book: Any) -> dict[str, str]:
    """By style the code in which it shows numbers, its own or that of the style it is based on."""
    formats: dict[str, str] = {}
    for style in book.iterfind(f"{S}Styles/{S}Style"):
        own = style.find(f"{S}NumberFormat")
        code = "" if own is None else own.get(f"{S}Format", "")
        based_on = formats.get(style.get(f"{S}Parent", "Default"), "")
        formats[style.get(f"{S}ID", "")] = FORMATS.get(code.lower(), code) or based_on
    return formats


def _sheet_of(element: Any, formats: dict[str, str]) -> Sheet:
    sheet = Sheet(element.get(f"{S}Name", ""))
    sheet.is_hidden = any(str(one.tag).endswith("}Visible") for one in element.iterfind("*/*"))
    cells = 0
    for row in element.iterfind(f"{S}Table/{S}Row"):
        index = _number(row, "Index", len(sheet.rows) + 1) - 1
        if cells > MOST_CELLS or index > len(sheet.rows) + MOST_CELLS:
            sheet.is_cut = True
            break
        sheet.rows += [[] for _ in range(index - len(sheet.rows))]
        if row.get(f"{S}Hidden") == "1":
            sheet.hidden_rows.append(index)
        sheet.rows.append(_values(row, index, sheet, formats))
        cells += len(sheet.rows[-1])
    return sheet


def _values(row: Any, index: int, sheet: Sheet, formats: dict[str, str]) -> list[str]:
    values: list[str] = []
    place = 0
    for cell in row.iterchildren(f"{S}Cell"):
        place = min(_number(cell, "Index", place + 1) - 1, MOST_CELLS)
        style = cell.get(f"{S}StyleID") or row.get(f"{S}StyleID") or "Default"
        words = _shown(cell.find(f"{S}Data"), formats.get(style, ""))
        if not words and (formula := cell.get(f"{S}Formula")):
            words, sheet.formulas = formula, sheet.formulas + 1
        if words:
            values += [""] * (place - len(values))
            values.append(words)
        across, down = _number(cell, "MergeAcross", 0), _number(cell, "MergeDown", 0)
        if across or down:
            sheet.merged.append((index, index + down, place, place + across))
        for note in cell.iterfind(f"{S}Comment"):
            sheet.notes.append((index, place, " ".join("".join(note.itertext()).split())))
        place += 1 + across
    return values


def _shown(data: Any, code: str) -> str:
    if data is None:
        return ""
    kind, text = data.get(f"{S}Type", ""), "".join(data.itertext())
    try:
        if kind == "Number":
            return shown(float(text), code)
        if kind == "DateTime":
            return shown(datetime.datetime.fromisoformat(text), code)
    except ValueError:
        return text
    return shown(text == "1", "") if kind == "Boolean" else shown(text, code)


def _number(element: Any, name: str, usual: int) -> int:
    text = element.get(f"{S}{name}", "")
    return int(text) if text.isdecimal() else usual
