"""A plan as one SELECT, and a SQLite database in memory that holds one table and can do nothing but that.

Names and cells come from documents that nobody checked. They are quoted, and should a quote ever fail, the
authorizer lets SQLite read this table, call a few harmless functions, and nothing else.
https://www.sqlite.org/c3ref/set_authorizer.html
"""

from __future__ import annotations

import sqlite3
import statistics
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from lamplight.rag.tables.cells import Grid
from lamplight.rag.tables.plan import Plan
from lamplight.rag.tables.selections import Filter

# The last rows are what others write who know SQL: a large model. None can make a long text of a short one.
FUNCTIONS = frozenset({
    "sum", "avg", "median", "min", "max", "count", "round",
    "total", "abs", "coalesce", "ifnull", "nullif", "iif", "like", "lower", "upper", "trim", "length", "substr",
    "instr", "date", "julianday", "strftime", "row_number", "rank", "dense_rank", "lag", "lead",
})  # fmt: skip
NAME_LENGTH = 60  # characters of a table's name in the query that is shown
MOST_COLUMNS = 500  # below SQLite's own limit of 2,000
ROW_NUMBERS = ("rowid", "_rowid_", "oid")  # SQLite's names for a row's number; a column may have taken one
AGGREGATES = {"sum": "sum", "average": "avg", "median": "median", "max": "max", "min": "min"}


@dataclass(frozen=True, slots=True)
class Result:
    """Rows as the query gave them, and from which rows of the grid (from 0) they were made."""

    sql: str
    rows: list[tuple[float | str | None, ...]]
    used: list[int]


def run(plan: Plan) -> Result | None:
    """Load the plan's grid and run its query; None for a table that SQLite can't hold."""
    taken = {column.name.lower() for column in plan.grid.columns}
    number = next((name for name in ROW_NUMBERS if name not in taken), None)
    if len(plan.grid.columns) > MOST_COLUMNS or number is None:
        return None
    sql = query(plan)
    with closing(load(plan.grid)) as database:
        rows = database.execute(sql).fetchall()
        chosen = database.execute(f"SELECT {number} FROM {_table(plan.grid)}{_rows_used(plan)}").fetchall()
    return Result(sql, rows, [row - 1 for (row,) in chosen])


def load(grid: Grid) -> sqlite3.Connection:
    """A database in memory with this table alone, closed for everything but SELECT on it."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.execute(schema(grid))
    places = ", ".join("?" * len(grid.columns))
    database.execute("BEGIN")
    values = zip(*(column.values for column in grid.columns), strict=True)
    database.executemany(f"INSERT INTO {_table(grid)} VALUES ({places})", values)
    database.execute("COMMIT")
    database.create_aggregate("median", 1, _Median)  # type: ignore[arg-type]
    allowed = table_name(grid)

    def authorize(action: int, first: str | None, second: str | None, _schema: str | None, _trigger: str | None) -> int:
        read = action == sqlite3.SQLITE_READ and (first or "").lower() == allowed.lower()
        called = action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in FUNCTIONS
        return sqlite3.SQLITE_OK if action == sqlite3.SQLITE_SELECT or read or called else sqlite3.SQLITE_DENY

    database.set_authorizer(authorize)
    return database


def schema(grid: Grid) -> str:
    """The table as SQL declares it."""
    kinds = {"number": "REAL", "year": "INTEGER", "date": "TEXT", "text": "TEXT"}
    columns = ", ".join(f"{quote_identifier(column.name)} {kinds[column.kind]}" for column in grid.columns)
    return f"CREATE TABLE {_table(grid)} ({columns})"


def query(plan: Plan) -> str:
    """The plan as a SELECT that a person can read."""
    table, where = _table(plan.grid), _where(plan.grid, plan.filters)
    column = _name(plan.grid, plan.column)
    label = _name(plan.grid, plan.label)
    order = "DESC" if plan.descending else "ASC"
    match plan.kind:
        case "lookup" | "count":
            return f"SELECT {column if plan.kind == 'lookup' else 'count(*)'} FROM {table}{where}"
        case "sum" | "average" | "median":
            return f"SELECT {AGGREGATES[plan.kind]}({column}) FROM {table}{where}"
        case "distinct":
            return f"SELECT count(DISTINCT {column}) FROM {table}{where}"
        case "max" | "min":
            named = label if plan.label >= 0 else "NULL"
            best = f"(SELECT {plan.kind}({column}) FROM {table}{where})"
            return f"SELECT {named}, {column} FROM {table}{where}{' AND' if where else ' WHERE'} {column} = {best}"
        case "top":
            known = f"{' AND' if where else ' WHERE'} {column} IS NOT NULL"
            named = label if plan.label >= 0 else "NULL"
            return (
                f"SELECT {named}, {column} FROM {table}{where}{known} ORDER BY {column} {order} LIMIT {plan.limit + 1}"
            )
        case "groups":
            value = f"sum({column})" if plan.column >= 0 else "count(*)"
            known = f"{' AND' if where else ' WHERE'} {label} IS NOT NULL"
            limit = max(plan.limit, 1) + 1
            return (
                f"SELECT {label}, {value} FROM {table}{where}{known} GROUP BY {label} ORDER BY 2 {order} LIMIT {limit}"
            )
        case "sums" | "subtotals":
            known = f"{' AND' if where else ' WHERE'} {column} IS NOT NULL"
            return f"SELECT {label}, sum({column}) FROM {table}{where}{known} GROUP BY {label} ORDER BY {label}"
        case "share":
            one = _conditions(plan.grid, plan.pair)
            if plan.column < 0:
                return f"SELECT count(CASE WHEN {one} THEN 1 END), count(*) FROM {table}{where}"
            return f"SELECT sum(CASE WHEN {one} THEN {column} END), sum({column}) FROM {table}{where}"
        case "difference" | "change":
            return _compared(plan, table, column, where)


def _compared(plan: Plan, table: str, column: str, where: str) -> str:
    if not plan.pair:
        return f"SELECT {column}, {_name(plan.grid, plan.other)} FROM {table}{where}"
    sides = (f"(SELECT sum({column}) FROM {table}{_where(plan.grid, (*plan.filters, part))})" for part in plan.pair)
    return f"SELECT {', '.join(sides)}"


def _rows_used(plan: Plan) -> str:
    """The rows that the answer was made from, as a WHERE."""
    where = _where(plan.grid, plan.filters)
    if plan.kind in ("difference", "change") and plan.pair:
        either = " OR ".join(f"({_conditions(plan.grid, (part,))})" for part in plan.pair)
        return f"{where}{' AND' if where else ' WHERE'} ({either})"
    if plan.kind in ("max", "min", "top"):
        column = _name(plan.grid, plan.column)
        known = f"{where}{' AND' if where else ' WHERE'} {column} IS NOT NULL"
        if plan.kind == "top":
            return f"{known} ORDER BY {column} {'DESC' if plan.descending else 'ASC'} LIMIT {plan.limit}"
        return f"{known} AND {column} = (SELECT {plan.kind}({column}) FROM {_table(plan.grid)}{where})"
    return where


def _where(grid: Grid, filters: Sequence[Filter]) -> str:
    return f" WHERE {_conditions(grid, filters)}" if filters else ""


def _conditions(grid: Grid, filters: Sequence[Filter]) -> str:
    return " AND ".join(_condition(grid, part) for part in filters)


def _condition(grid: Grid, part: Filter) -> str:
    column = _name(grid, part.column)
    values = [_literal(value) for value in part.values]
    if part.operator == "between":
        return f"{column} BETWEEN {values[0]} AND {values[1]}"
    if part.operator == "in":
        return f"{column} = {values[0]}" if len(values) == 1 else f"{column} IN ({', '.join(values)})"
    if part.operator == "not in":
        return f"({column} IS NULL OR {column} NOT IN ({', '.join(values)}))"
    return f"{column} {part.operator} {values[0]}"


def quote_identifier(name: str) -> str:
    """An SQL name, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def _literal(value: float | str) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(int(value)) if value == int(value) else repr(value)


def _name(grid: Grid, column: int) -> str:
    return quote_identifier(grid.columns[column].name) if column >= 0 else ""


def table_name(grid: Grid) -> str:
    """The table's own name, cut; SQLite keeps names that begin with sqlite_ for itself."""
    name = " ".join(grid.table.name.replace("\x00", " ").split())[:NAME_LENGTH].strip()
    return f"table {name}".strip() if not name or name.lower().startswith("sqlite_") else name


def _table(grid: Grid) -> str:
    return quote_identifier(table_name(grid))


class _Median:
    def __init__(self) -> None:
        self._values: list[float] = []

    def step(self, value: float | None) -> None:
        if value is not None:
            self._values.append(value)

    def finalize(self) -> float | None:
        return statistics.median(self._values) if self._values else None
