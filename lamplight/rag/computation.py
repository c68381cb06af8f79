"""Questions that are answered by computing over a table: counting, adding, comparing, looking up a cell.

Rules, no model: a question is taken only if every word of it is explained by one table, in one way that clearly
beats all others. Everything else is None, as a wrong number is worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lamplight.library.records import Box, Table
from lamplight.rag.tables.plan import Plan
from lamplight.rag.tables.query import run
from lamplight.rag.tables.question import parse_table_question
from lamplight.rag.tables.sentences import note, sentence

MARGIN = 0.7  # by which the best reading must beat the next one that gives another answer; a title word is 0.8
MOST_TABLES = 400


@dataclass(frozen=True, slots=True)
class Computation:
    """An answer that was computed. `cells` are (row, column) in `table`, both from 0; `boxes` those of their rows.

    `value` is a number, or the words of a cell that was looked up or of the row that came first; `sql` is the
    query that gave it and `note` says which rows were left out, or is empty. `short` is the answer where that is
    no sentence.
    """

    answer: str
    value: float | str
    sql: str
    table: Table
    cells: list[tuple[int, int]]
    boxes: list[Box]
    note: str = ""
    short: str = ""


def compute(question: str, tables: Sequence[Table], documents: Mapping[int, str] | None = None) -> Computation | None:
    """The answer to a question that one of the tables gives, or None when that isn't certain.

    `documents` are names or titles by `Table.document_id`: with them a question may name the document.
    """
    if len(tables) > MOST_TABLES:
        return None
    named = documents or {}
    plans = [
        plan for table in tables for plan in parse_table_question(question, table, named.get(table.document_id, ""))
    ]
    plans.sort(key=lambda plan: plan.score, reverse=True)
    best: Computation | None = None
    for plan in plans:
        if plan.score <= plans[0].score - MARGIN:
            break
        made = _compute(plan)
        if best is None:
            best = made
            if best is None:
                return None
        elif made is None or (made.value, made.answer) != (best.value, best.answer):
            return None
    return best


def _compute(plan: Plan) -> Computation | None:
    result = run(plan)
    if result is None or not result.rows:
        return None
    said = sentence(plan, result)
    if said is None:
        return None
    answer, value = said
    cells = _cells(plan, result.used)
    rows = sorted({row for row, _ in cells})
    boxes = [plan.grid.table.boxes[row] for row in rows] if plan.grid.table.boxes else []
    return Computation(answer, value, result.sql, plan.grid.table, cells, boxes, note(plan))


def _cells(plan: Plan, rows: Sequence[int]) -> list[tuple[int, int]]:
    columns = [index for index in (plan.label, plan.column, plan.other) if index >= 0]
    if plan.kind == "count" or (plan.kind in ("share", "groups") and plan.column < 0):
        columns += [part.column for part in (*plan.filters, *plan.pair) if part.operator != "not in"] or [0]
    cells = [plan.grid.origin(row, column) for row in rows for column in dict.fromkeys(columns)]
    return [(row, column) for row, column in cells if row >= 0]
