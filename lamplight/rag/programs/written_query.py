"""A query over a table that a large model writes, where no program of ours surely gives what is asked."""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import replace
from typing import TypeVar

from lamplight.library.records import Table
from lamplight.models.answer_model import AnswerModel
from lamplight.models.chat import ChatMessage
from lamplight.rag.answer_plan import NO_ANSWER
from lamplight.rag.completion import complete_whole
from lamplight.rag.computation import Computation
from lamplight.rag.programs.view import number_text
from lamplight.rag.tables.cells import Column, Grid, Value, grids
from lamplight.rag.tables.query import MOST_COLUMNS, load, schema

INSTRUCTION = (
    "You write one SQLite SELECT over the one table that is given, to answer the question. Select only what is asked "
    "for. Write nothing but the SELECT; write "
    f"{NO_ANSWER} if the table does not say it."
)
QUERY_TOKENS = 150
SHOWN_ROWS = 40  # that the model sees; of a longer table it has to tell from these what stands in the columns
MOST_RESULTS = 12  # rows that an answer may have
STEPS = 1_000_000  # of SQLite's machine: a table with itself, more than once, would never end
LONGEST_TEXT = 1_000_000  # bytes that a value may have: one put to itself often enough would fill the memory
SELECT = re.compile(r"\bSELECT\b[^;`]*", re.IGNORECASE)
MEAN_DECIMALS = 2  # at least, of what is no whole number
# What comes of these has not the unit of the column it was made from.
UNITLESS = re.compile(r"[/*]|\bcount\s*\(", re.IGNORECASE)

Cell = TypeVar("Cell")


def written_query(question: str, table: Table, model: AnswerModel, stopped: Callable[[], bool]) -> Computation | None:
    """What the model's query gives, with the rows without which it would give something else; None where it has none.

    Raises `ServerError` when the model fails before a word.
    """
    grid = next(iter(grids(table)), None)
    if grid is None or len(grid.columns) > MOST_COLUMNS:
        return None
    # Half a query runs too, and gives something else.
    written = complete_whole(model, _prompt(question, grid), QUERY_TOKENS, stopped)
    found = SELECT.search(written or "")
    if found is None:
        return None
    sql = found[0].strip()
    rows = _run(sql, grid)
    if not rows or len(rows) > MOST_RESULTS or all(cell is None for row in rows for cell in row):
        return None
    columns = [place for place, column in enumerate(grid.columns) if column.name.lower() in sql.lower()]
    used = [row for row in range(grid.height) if _run(sql, _without(grid, row)) != rows]
    used = used or _saying({cell for row in rows for cell in row}, [grid.columns[place] for place in columns])
    if not used:
        return None  # a number of the model's own
    shown = sorted({0, *columns})
    answer = "; ".join(_said(row, sql, [grid.columns[place] for place in columns]) for row in rows)
    boxes = [table.boxes[row] for row in used] if table.boxes else []
    cells = [(row, column) for row in used for column in shown]
    return Computation(answer, answer, sql, table, cells, boxes, short=answer)


def _prompt(question: str, grid: Grid) -> list[ChatMessage]:
    rows = [
        " | ".join("" if (value := column.values[row]) is None else _cell(value) for column in grid.columns)
        for row in range(min(grid.height, SHOWN_ROWS))
    ]
    cut = [f"({grid.height} rows in all)"] if grid.height > SHOWN_ROWS else []
    return [
        ChatMessage(role="system", content=INSTRUCTION),
        ChatMessage(role="user", content="\n".join([schema(grid), "", *rows, *cut, "", f"Question: {question}"])),
    ]


def _run(sql: str, grid: Grid) -> list[tuple[Value, ...]] | None:
    """None where it is no query over this table, or takes too long."""
    with closing(load(grid)) as database:
        database.set_progress_handler(lambda: 1, STEPS)
        if sys.version_info >= (3, 11):  # before, SQLite's own limit holds: a gigabyte
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_TEXT)
        try:
            return database.execute(sql).fetchmany(MOST_RESULTS + 1)
        except sqlite3.Error:
            return None


def _without(grid: Grid, row: int) -> Grid:
    columns = [
        replace(column, texts=_dropped(column.texts, row), values=_dropped(column.values, row))
        for column in grid.columns
    ]
    return replace(grid, columns=columns)


def _dropped(cells: Sequence[Cell], row: int) -> list[Cell]:
    return [*cells[:row], *cells[row + 1 :]]


def _saying(values: AbstractSet[Value], columns: Sequence[Column]) -> list[int]:
    """The rows in which one of the values stands: of several that are the most, none alone changes it."""
    return sorted(
        {row for column in columns for row, value in enumerate(column.values) if value is not None and value in values}
    )


def _said(row: Sequence[Value], sql: str, columns: Sequence[Column]) -> str:
    """Numbers in the unit of the one column of numbers that they come from."""
    numbers = [column for column in columns if column.is_number]
    unit = numbers[0] if len(numbers) == 1 and not UNITLESS.search(sql) else None
    return ", ".join(
        unit.show(value, None if value.is_integer() else max(MEAN_DECIMALS, unit.decimals))
        if unit is not None and isinstance(value, float)
        else _cell(value)
        for value in row
        if value is not None
    )


def _cell(value: float | str) -> str:
    return value if isinstance(value, str) else number_text(value)
