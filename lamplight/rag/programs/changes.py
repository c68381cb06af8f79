"""Programs over columns that are periods: how much a row changed between two of them, and which row changed most."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from lamplight.rag.lexicon.dates import MONTH, MONTHS
from lamplight.rag.periods import QUARTER, YEAR
from lamplight.rag.programs.program import Operation, Program
from lamplight.rag.programs.selections import Rows
from lamplight.rag.programs.view import Column, View, shown

IS_MONTH = re.compile(rf"\b(?:{MONTH})\b", re.IGNORECASE)
FEWEST = 3  # rows, to ask which changed most
MONTHS_IN_QUARTER = 3

Period = tuple[str, int]
"""What a head says besides the time, and the time in months since the year 0."""
Span = tuple[Column, Column]


def period_of(head: str) -> Period | None:
    """None unless a head names one year, quarter or month, or several of these together."""
    years, quarters, months = YEAR.findall(head), QUARTER.findall(head), IS_MONTH.findall(head)
    if max(map(len, (years, quarters, months))) != 1:
        return None
    quarter = int(quarters[0][0] or quarters[0][1]) if quarters else 0
    month = MONTHS[months[0].lower()] if months else quarter * MONTHS_IN_QUARTER
    rest = IS_MONTH.sub("", QUARTER.sub("", YEAR.sub("", head)))
    return rest.strip(), (int(years[0]) if years else 0) * 12 + month


def spans_of(view: View) -> list[Span]:
    """Neighbouring periods of the same thing, and its first and last, (older, newer) columns."""
    found: list[Span] = []
    for columns in in_time(view):
        found += pairwise(columns)
        if len(columns) > 2:
            found.append((columns[0], columns[-1]))
    return found


def in_time(view: View) -> list[list[Column]]:
    """The columns of numbers that are periods of the same thing, oldest first; none where two have the same head."""
    periods: dict[str, list[tuple[int, Column]]] = {}
    for column in view.columns:
        period = period_of(column.head) if column.kind == "number" else None
        if period is not None:
            periods.setdefault(period[0], []).append((period[1], column))
    return [
        [column for _, column in sorted(times, key=lambda one: one[0])]
        for times in periods.values()
        if len(dict(times)) == len(times)
    ]


def changes(selection: Rows, view: View, spans: Sequence[Span]) -> Iterator[Program]:
    """Of one row that the question speaks of the change; of several what is said of the row that changed most."""
    for older, newer in spans:
        values = {
            row: (before, after)
            for row in view.items(selection.rows)
            if (before := older.values[row]) is not None and (after := newer.values[row]) is not None
        }
        if len(values) == 1 and selection.conditions:
            yield from _of_row(selection, older, newer, *next(iter(values.values())))
        elif len(values) >= FEWEST:
            yield from _most_changed(selection, view, older, newer, values)


def _of_row(selection: Rows, older: Column, newer: Column, before: float, after: float) -> Iterator[Program]:
    base = Program("change", (), selection, selection.rows, newer.index, older.index)
    yield replace(base, given=(shown(abs(after - before)),))
    if before > 0:
        yield replace(base, operation="growth", given=(in_per_cent(abs(after / before - 1)),))


def _most_changed(
    selection: Rows, view: View, older: Column, newer: Column, values: Mapping[int, tuple[float, float]]
) -> Iterator[Program]:
    differences = {row: after - before for row, (before, after) in values.items()}
    growths = {row: after / before for row, (before, after) in values.items() if before > 0}
    ranked: tuple[tuple[Operation, Callable[..., int], Mapping[int, float]], ...] = (
        ("most added", max, differences),
        ("most lost", min, differences),
        ("fastest grown", max, growths),
        ("fastest fallen", min, growths),
    )
    for operation, best, changed in ranked:
        if len(changed) < FEWEST:
            continue
        row = best(changed, key=lambda row: changed[row])
        for column in view.columns:
            if column.kind == "text" and column.cells[row].strip():
                yield Program(operation, (column.cells[row],), selection, (row,), column.index, newer.index)


def in_per_cent(share: float) -> str:
    """As it is said: with one decimal."""
    return f"{100 * share:.1f}%"
