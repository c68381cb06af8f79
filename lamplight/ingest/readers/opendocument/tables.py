"""Rows of OpenDocument tables and sheets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lamplight.ingest.readers.cells import MOST_CELLS, Sheet
from lamplight.ingest.readers.opendocument.names import OFFICE, TABLE, TEXT, whole
from lamplight.ingest.readers.opendocument.paragraphs import ParagraphReader
from lamplight.ingest.readers.opendocument.styles import Styles

CELLS = f"{TABLE}table-cell", f"{TABLE}covered-table-cell"
GROUPS = {f"{TABLE}table-header-rows", f"{TABLE}table-rows", f"{TABLE}table-row-group"}
COLUMN_GROUPS = {f"{TABLE}table-header-columns", f"{TABLE}table-columns", f"{TABLE}table-column-group"}
REFERENCE = re.compile(r"\[([^\]]*)\]")  # a cell or a range, such as `[.B2:.B5]`
HIDDEN = ("collapse", "filter")
OWN_STYLE, USUAL_STYLE = f"{TABLE}style-name", f"{TABLE}default-cell-style-name"


def rows_of(table: Any, groups: set[str] = GROUPS, name: str = f"{TABLE}table-row") -> Iterator[Any]:
    """The rows (or columns) of a table, not those of tables in its cells."""
    for child in table:
        if child.tag == name:
            yield child
        elif child.tag in groups:
            yield from rows_of(child, groups, name)


def grid_of(table: Any, words: Callable[[Any], str]) -> tuple[list[list[str]], int]:
    """Its cells by rows, and how many rows are marked as heads; what spans rows stands in each of them."""
    grid: list[list[str]] = []
    below: dict[int, tuple[str, int]] = {}
    for row in rows_of(table):
        cells: list[str] = []
        for cell in row.iterchildren(*CELLS):
            for _ in range(whole(cell, f"{TABLE}number-columns-repeated")):
                if cell.tag == CELLS[1]:
                    text, more = below.pop(len(cells), ("", 0))
                else:
                    text, more = words(cell), whole(cell, f"{TABLE}number-rows-spanned")
                if more > 1:
                    below[len(cells)] = (text, more - 1)
                cells.append(text)
        grid.append(cells)
    heads = sum(1 for part in table.iterchildren(f"{TABLE}table-header-rows") for _ in rows_of(part))
    return grid, heads


def sheet_of(table: Any, styles: Styles, reader: ParagraphReader) -> Sheet:
    """A sheet with its comments, merged cells and what of it is hidden; empty rows at its end are left out."""
    sheet = Sheet(table.get(f"{TABLE}name", ""))
    sheet.is_hidden = styles.is_hidden("table", table.get(f"{TABLE}style-name", ""))
    place = 0
    usual: list[str] = []  # by column: the style of cells that have none
    for column in rows_of(table, COLUMN_GROUPS, f"{TABLE}table-column"):
        count = whole(column, f"{TABLE}number-columns-repeated")
        if column.get(f"{TABLE}visibility") in HIDDEN:
            sheet.hidden_columns += range(place, place + count)
        usual += [column.get(USUAL_STYLE, "")] * count
        place += count
    index = cells = 0
    for row in rows_of(table):
        count = whole(row, f"{TABLE}number-rows-repeated")
        values = _values(row, index, sheet, reader, styles, usual)
        if values and cells > MOST_CELLS:
            sheet.is_cut = True
            break
        if values:
            sheet.rows += [[] for _ in range(index - len(sheet.rows))]
            sheet.rows += [list(values) for _ in range(count)]
            cells += len(values) * count
        if row.get(f"{TABLE}visibility") in HIDDEN:
            sheet.hidden_rows += range(index, index + count)
        index += count
    return sheet


def _values(
    row: Any, index: int, sheet: Sheet, reader: ParagraphReader, styles: Styles, usual: Sequence[str]
) -> list[str]:
    """The cells of a row as shown; `usual` are the styles of columns, for cells that have none."""
    values: list[str] = []
    place = 0
    for cell in row.iterchildren(*CELLS):
        count = whole(cell, f"{TABLE}number-columns-repeated")
        words = " ".join(" ".join(reader.words(one).text.split()) for one in cell.iterchildren(f"{TEXT}p"))
        style = cell.get(OWN_STYLE) or row.get(USUAL_STYLE) or "".join(usual[place : place + 1])
        words = _sign(cell, words, styles.hides_sign(style)) + words.strip() or _bare_value(cell)
        formula = "" if words else _formula(cell)
        sheet.formulas += count if formula else 0
        words = words or formula
        down, across = (whole(cell, f"{TABLE}number-{kind}-spanned") for kind in ("rows", "columns"))
        if down > 1 or across > 1:
            sheet.merged.append((index, index + down - 1, place, place + across - 1))
        for comment in cell.iterchildren(f"{OFFICE}annotation"):
            said, author = reader.comment(comment)
            sheet.notes.append((index, place, f"{author}: {said}" if author else said))
        if words:
            values += [""] * (place - len(values))
            values += [words] * count
        place += count
    return values


def _sign(cell: Any, words: str, is_hidden: bool) -> str:
    """The minus that only a colour stands for; a value shown as nought has none."""
    is_below = is_hidden and cell.get(f"{OFFICE}value", "").startswith("-")
    return "-" if is_below and any("1" <= letter <= "9" for letter in words) else ""


def _bare_value(cell: Any) -> str:
    """The value of a cell that was written without the words that are shown."""
    kinds = ("value", "date-value", "time-value", "string-value", "boolean-value")
    found = (cell.get(f"{OFFICE}{kind}") for kind in kinds)
    return str(next((text for text in found if text), ""))


def _formula(cell: Any) -> str:
    """A cell's formula as it would be typed: `=B2*1.19` for `of:=[.B2]*1.19`.

    Where its result is the empty text, the cell says so by its type.
    """
    formula = str(cell.get(f"{TABLE}formula", ""))
    if cell.get(f"{OFFICE}value-type") == "string" or not formula:
        return ""
    return "=" + REFERENCE.sub(lambda found: found[1].replace(".", ""), formula.partition("=")[2])
