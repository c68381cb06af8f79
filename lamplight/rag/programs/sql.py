"""A program as the query that gives the same, to be read by those who want to know what was computed."""

from __future__ import annotations

from lamplight.rag.programs.program import Program
from lamplight.rag.programs.selections import Condition
from lamplight.rag.programs.view import View

AGGREGATES = {
    "count": "COUNT(*)", "distinct": "COUNT(DISTINCT {column})", "sum": "SUM({column})", "average": "AVG({column})",
    "max": "MAX({column})", "min": "MIN({column})", "range": "MAX({column}) - MIN({column})",
}  # fmt: skip
ORDERED = {
    "argmax": "ORDER BY {key} DESC LIMIT 1", "larger": "ORDER BY {key} DESC LIMIT 1",
    "argmin": "ORDER BY {key} LIMIT 1", "smaller": "ORDER BY {key} LIMIT 1",
    "first": "LIMIT 1", "earlier": "LIMIT 1", "last": "ORDER BY rowid DESC LIMIT 1",
    "later": "ORDER BY rowid DESC LIMIT 1",
    "commonest": "GROUP BY {column} ORDER BY COUNT(*) DESC LIMIT 1",
    "more rows": "GROUP BY {column} ORDER BY COUNT(*) DESC LIMIT 1",
    "rarest": "GROUP BY {column} ORDER BY COUNT(*) LIMIT 1",
}  # fmt: skip
BESIDE = {"next": "the row after", "previous": "the row before", "above": "rows before", "below": "rows after"}


def sql_of(program: Program, view: View) -> str:
    """SQL, with a comment where that can't say it."""
    column, key = _name(view, program.column), _name(view, program.key)
    conditions = program.selection.conditions
    joined = " OR " if len({one.column for one in conditions}) < len(conditions) else " AND "
    where = joined.join(_condition(one, view) for one in conditions)
    what = AGGREGATES.get(program.operation, "{column}" if program.column >= 0 else "*").format(column=column)
    parts = [f"SELECT {what} FROM t", f"WHERE {where}" if where else ""]
    parts.append(ORDERED.get(program.operation, "").format(column=column, key=key))
    if program.operation in BESIDE:
        parts.append(f"-- {BESIDE[program.operation]}")
    elif program.operation not in AGGREGATES and program.operation not in ORDERED and program.operation != "lookup":
        parts.append(f"-- {program.operation}{f' {key}' if program.key >= 0 else ''}")
    return " ".join(part for part in parts if part)


def _name(view: View, column: int) -> str:
    return '"' + view.columns[column].head.replace('"', '""') + '"' if column >= 0 else ""


def _condition(condition: Condition, view: View) -> str:
    name, value = _name(view, condition.column), condition.value.replace("'", "''")
    if condition.operator == "has":
        return f"{name} LIKE '%{value}%'"
    if condition.operator == "between":
        return f"{name} BETWEEN {' AND '.join(value.split(' and '))}"
    if condition.operator in ("=", "read", "total"):
        return f"{name} = '{value}'"
    return f"{name} {condition.operator} {value}"
