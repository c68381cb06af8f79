"""Programs over columns that are periods: how much a row changed between two of them, and which row changed most."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from lamplight.rag.lexicon.dates import MONTH, MONTHS
from lamplight.rag.lexicon.expenses import as_spoken_of
from lamplight.rag.periods import QUARTER, SHORT_YEAR, YEAR
from lamplight.rag.programs.program import Operation, Program
from lamplight.rag.programs.selections import Rows
from lamplight.rag.programs.view import Column, View, number_text

IS_MONTH = re.compile(rf"\b(?:{MONTH})\b", re.IGNORECASE)
# A school's or a business year: 2018/19, 2023–24, 2018-2019.
DOUBLE_YEAR = re.compile(rf"({YEAR.pattern})\s?[-/–]\s?(?:(?:19|20)?\d\d)(?!\d)")
HALF = re.compile(r"\bH([12])\b", re.IGNORECASE)
LETTER = re.compile(r"[^\W\d_]+")
IN_YEAR, IN_HALF, IN_QUARTER = 12, 6, 3  # months
MOST_PAIRED = 4  # periods, of which any two are compared
FEWEST = 3  # rows, to ask which changed most
MOST_LISTED = 8

Period = tuple[str, int]
"""What a head says besides the time, and the time in months since the year 0."""
Span = tuple[Column, Column]


def period_of(head: str) -> Period | None:
    """None unless a head names one year, or months, a quarter or a half, alone or of that year."""
    head = SHORT_YEAR.sub(lambda match: f" 20{match[1]} ", DOUBLE_YEAR.sub(r"\1", head))
    years, months = YEAR.findall(head), IS_MONTH.findall(head)
    parts = [IN_HALF * int(half) for half in HALF.findall(head)]
    parts += [IN_QUARTER * int(one or other) for one, other in QUARTER.findall(head)]
    parts += [MONTHS[month.lower()] for month in months[-1:]]
    if len(years) > 1 or len(parts) > 1 or not years + parts:
        return None
    for pattern in (YEAR, IS_MONTH, HALF, QUARTER):
        head = pattern.sub("", head)
    return " ".join(LETTER.findall(head)).lower(), IN_YEAR * int(years[0] if years else 0) + sum(parts)


def spans_of(view: View) -> list[Span]:
    """Two periods of the same thing, (older, newer) columns: any two of a few, else neighbours, or years apart."""
    found: list[Span] = []
    for periods in in_time(view):
        for place, other in combinations(range(len(periods)), 2):
            near = other == place + 1 or (place == 0 and other == len(periods) - 1)
            if near or len(periods) <= MOST_PAIRED or periods[other][0] - periods[place][0] == IN_YEAR:
                found.append((periods[place][1], periods[other][1]))
    return found


def in_time(view: View) -> list[list[tuple[int, Column]]]:
    """The columns of numbers that are periods of the same thing with their times, oldest first.

    That budget and outcome are not the same counts only where a time comes twice.
    """
    found = [
        (*period, column)
        for column in view.columns
        if column.kind == "number" and (period := period_of(column.head)) is not None
    ]
    if len({time for _, time, _ in found}) == len(found):
        groups = [found]
    else:
        groups = [[one for one in found if one[0] == rest] for rest in dict.fromkeys(rest for rest, _, _ in found)]
    return [
        sorted(((time, column) for _, time, column in group), key=lambda one: one[0])
        for group in groups
        if len({time for _, time, _ in group}) == len(group)
    ]


def changes(selection: Rows, view: View, spans: Sequence[Span]) -> Iterator[Program]:
    """Of one row that the question speaks of the change; of several what is said of the row that changed most."""
    for older, newer in spans:
        values = {
            row: as_spoken_of(before, after, view.label(row), (older.cells[row], newer.cells[row]))
            for row in view.items(selection.rows)
            if (before := older.values[row]) is not None and (after := newer.values[row]) is not None
        }
        if len(values) == 1 and selection.conditions:
            yield from _of_row(selection, older, newer, *next(iter(values.values())))
        elif len(values) >= FEWEST:
            yield from _most_changed(selection, view, older, newer, values)
            yield from _changed(selection, view, older, newer, values)


def peaks(selection: Rows, periods: Sequence[tuple[int, Column]]) -> Iterator[Program]:
    """The period in which a row that the question speaks of had the most or least."""
    row = selection.rows[0]
    filled = [column for _, column in periods if column.numbers[row] is not None]
    if len(selection.rows) > 1 or not selection.conditions or len(filled) < FEWEST:
        return
    extremes: tuple[tuple[Operation, Callable[..., Column]], ...] = (("peak", max), ("trough", min))
    for operation, best in extremes:
        column = best(filled, key=lambda column: column.numbers[row])
        yield Program(operation, (column.head,), selection, selection.rows, column.index)


def _of_row(selection: Rows, older: Column, newer: Column, before: float, after: float) -> Iterator[Program]:
    base = Program("change", (), selection, selection.rows, newer.index, older.index, after >= before)
    yield replace(base, given=(number_text(abs(after - before), 0),))
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


def _changed(
    selection: Rows, view: View, older: Column, newer: Column, values: Mapping[int, tuple[float, float]]
) -> Iterator[Program]:
    """All that rose, and all that fell."""
    rising = tuple(row for row, (before, after) in values.items() if after > before)
    falling = tuple(row for row, (before, after) in values.items() if after < before)
    listed: tuple[tuple[Operation, tuple[int, ...]], ...] = (("rising", rising), ("falling", falling))
    for operation, rows in listed:
        for column in view.columns if 0 < len(rows) <= MOST_LISTED else ():
            given = tuple(dict.fromkeys(column.cells[row] for row in rows if column.cells[row].strip()))
            if column.kind == "text" and given:
                yield Program(operation, given, selection, rows, column.index, newer.index)


def in_per_cent(share: float) -> str:
    """As it is said: with one decimal."""
    return f"{100 * share:.1f}%"
