"""The rows among the lines that answer, with their cells apart and the heads of these, where the table is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from lamplight.library.records import Box, Table
from lamplight.library.store import Library
from lamplight.models.reader import LineScore
from lamplight.rag.columns import SEPARATOR
from lamplight.rag.extraction import AnswerLine

LOOKED_AT = 8  # lines, the likeliest: no more are shown


def row_in_cells(table: Table, row: int) -> tuple[str, str]:
    """A row and its heads, each with its cells apart; without the heading over rows where there is none."""
    heads, cells = rows_in_cells(table, [row])
    return heads, cells[0]


def rows_in_cells(table: Table, rows: Sequence[int]) -> tuple[str, list[str]]:
    """Rows under the same heads; without the headings over rows where none of them has one."""
    first = 0 if any(table.rows[row][0] for row in rows) else 1
    heads, *cells = (SEPARATOR.join(line[first:]) for line in (table.columns, *(table.rows[row] for row in rows)))
    return heads, cells


def in_cells(lines: Sequence[AnswerLine], library: Library) -> list[AnswerLine]:
    """`lines`, of which those that are rows of a kept table are told in cells."""
    tables_on = cache(library.tables.of_page)  # several lines are of one page
    first = [_in_cells(line, tables_on) for line in lines[:LOOKED_AT]]
    return [*first, *lines[LOOKED_AT:]]


def _in_cells(line: AnswerLine, tables_on: Callable[[int, int], list[Table]]) -> AnswerLine:
    passage, text, boxes = line.sentence.passage, line.sentence.text, line.sentence.boxes
    if passage.kind == "image" or len(boxes) != 1 or SEPARATOR in text or not any(map(str.isdigit, text)):
        return line
    for table in tables_on(passage.document_id, passage.page):
        for row, box in enumerate(table.boxes):
            if _is_level(boxes[0], box) and _letters(text).endswith(_letters("".join(table.rows[row][-2:]))):
                heads, told = row_in_cells(table, row)
                return replace(
                    line,
                    sentence=replace(line.sentence, text=told),
                    header_row=heads,
                    reading=_moved(line.reading, text, told),
                )
    return line


def _is_level(line: Box, row: Box) -> bool:
    """Whether a row stands on a line and within it."""
    return line[1] <= (row[1] + row[3]) / 2 <= line[3] and line[0] - 1 <= (row[0] + row[2]) / 2 <= line[2] + 1


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())


def _moved(reading: LineScore, text: str, told: str) -> LineScore:
    """The same reading of the same words, which may stand elsewhere now; without a part if they are not together."""
    words = text[reading.start : reading.end]
    start = told.find(words) if words else -1
    if start < 0:
        return replace(reading, start=0, end=0, probability=0.0)
    return replace(reading, start=start, end=start + len(words))
