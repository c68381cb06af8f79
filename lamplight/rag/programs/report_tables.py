"""Tables out of the lines of a report, so that programs may be run over them as over those that come with cells."""

from __future__ import annotations

from collections.abc import Sequence

from lamplight.library.records import Passage, Table
from lamplight.library.store import Library
from lamplight.rag.columns import SEPARATOR
from lamplight.rag.lexicon.quantities import IN_UNITS
from lamplight.rag.programs.answer import can_be_asked, table_of
from lamplight.rag.report_rows import Period, Row, rows_of

YEAR = 12  # months
FEWEST = 2  # rows


def tables_of(passage: Passage, library: Library) -> list[Table]:
    """The tables that a passage has rows of and that programs can be run over."""
    on_page = library.tables.of_page(passage.document_id, passage.page)
    placed = [table for table in on_page if _stands_in(table, passage) and can_be_asked(table)]
    if placed:
        return placed
    if SEPARATOR not in passage.text:  # it came as lines
        made = report_tables(library.passages.of_page(passage.document_id, passage.page))
        found = [table for table, chunks in made if passage.id in chunks and can_be_asked(table)]
        if found:
            return found
    kept = table_of(passage, library.tables.of([passage.document_id]))
    return [] if kept is None else [kept]


def _stands_in(table: Table, passage: Passage) -> bool:
    """Whether a row of a table lies on a line of a passage."""
    middles = [(box[1] + box[3]) / 2 for box in table.boxes]
    return any(box[1] <= middle <= box[3] for box in passage.boxes for middle in middles)


def report_tables(passages: Sequence[Passage]) -> list[tuple[Table, frozenset[int]]]:
    """The tables of some pages, whose chunks are `passages` in reading order, each with the chunks it stands in.

    Columns are the headings over rows, where there are any, what rows are called, and a period each.
    """
    parts: dict[tuple[int, str, str], list[Row]] = {}
    for heads, row in rows_of(passages):
        parts.setdefault((row.passage.page, row.passage.header, heads), []).append(row)
    return [(_table(rows), frozenset(row.passage.id for row in rows)) for rows in parts.values() if len(rows) >= FEWEST]


def _table(rows: Sequence[Row]) -> Table:
    periods = list(rows[0].cells)
    grouped = any(row.group for row in rows)
    columns = [*([""] if grouped else []), "", *map(_head, periods)]
    cells = [
        [*([row.group] if grouped else []), row.label, *(row.cells.get(one, "") for one in periods)] for row in rows
    ]
    first = rows[0].passage
    units = next(filter(None, (IN_UNITS.search(text) for text in (first.text, first.header))), None)
    name = f"{first.header} ({units[0]})" if units else first.header
    boxed = all(row.index < len(row.passage.boxes) for row in rows)
    boxes = [row.passage.boxes[row.index] for row in rows] if boxed else []
    return Table(first.page, name, columns, cells, boxes, first.document_id)


def _head(period: Period) -> str:
    year, months = period
    return f"{year}" if months in (0, YEAR) else f"{months} months {year}"
