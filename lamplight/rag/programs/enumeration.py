"""All programs over a table that a question may mean, each with what it gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from lamplight.rag.programs.changes import changes, in_per_cent, in_time, peaks, spans_of
from lamplight.rag.programs.program import Operation, Program
from lamplight.rag.programs.selections import Condition, Match, Rows, matches, selections
from lamplight.rag.programs.view import Column, View, number_text

MOST = 2000  # programs
FEW = 6  # rows that are listed
TIED = 3  # rows that may share the first place
ALIKE = 4  # rows that may have the same value
LEAST_TO_COMPARE = 2


def programs(question: str, view: View, likely: Sequence[int] = ()) -> list[Program]:
    """`question` is plain, `likely` are rows that it may speak of in other words.

    At most `MOST`, the simple ones first.
    """
    found = matches(question, view)
    made: dict[tuple[object, ...], Program] = {}
    for program in _all(question, view, found, likely):
        signature = (program.operation, program.given, program.column, program.key, program.selection.conditions)
        made.setdefault(signature, program)
        if len(made) >= MOST:
            break
    return list(made.values())


def _all(question: str, view: View, found: Sequence[Match], likely: Sequence[int]) -> Iterator[Program]:
    spans, periods = spans_of(view), in_time(view)
    for selection in selections(question, view, found, likely):
        yield Program("count", (number_text(len(selection.rows)),), selection, selection.rows)
        for column in view.columns:
            yield from _of_column(selection, column, view)
            yield from _extremes(selection, column, view)
        if selection.conditions and len(selection.rows) <= LEAST_TO_COMPARE:
            yield from _beside(selection, view)
        yield from changes(selection, view, spans)
        for group in periods:
            yield from peaks(selection, group)
    yield from _pairs(view, found)


def _of_column(selection: Rows, column: Column, view: View) -> Iterator[Program]:
    filled = [row for row in selection.rows if column.cells[row].strip()]
    cells = [column.cells[row] for row in filled]
    several = len(selection.rows) > 1
    base = Program("lookup", (), selection, selection.rows, column.index)
    if cells and selection.conditions and len(selection.rows) <= FEW:
        yield replace(base, given=tuple(dict.fromkeys(cells)))
    if cells and (several or not selection.conditions):
        yield replace(base, operation="first", given=(cells[0],), rows=(filled[0],))
        yield replace(base, operation="last", given=(cells[-1],), rows=(filled[-1],))
        yield replace(base, operation="distinct", given=(number_text(len({cell.lower() for cell in cells})),))
    numbers = [number for row in selection.rows if (number := column.numbers[row]) is not None]
    if column.kind in ("number", "mixed") and len(numbers) >= LEAST_TO_COMPARE:
        yield replace(base, operation="sum", given=(number_text(sum(numbers)),))
        yield replace(base, operation="average", given=(number_text(sum(numbers) / len(numbers)),))
        yield replace(base, operation="max", given=(number_text(max(numbers)),))
        yield replace(base, operation="min", given=(number_text(min(numbers)),))
        yield replace(base, operation="range", given=(number_text(max(numbers) - min(numbers)),))
    elif (
        column.kind == "number"
        and len(numbers) == 1
        and (whole := max(filter(None, column.numbers), default=0.0)) > numbers[0]
    ):
        yield replace(base, operation="share", given=(in_per_cent(abs(numbers[0]) / whole),))
    if column.kind != "number" and len(selection.rows) > LEAST_TO_COMPARE and cells:
        yield from _frequent(base, cells)


def _frequent(base: Program, cells: Sequence[str]) -> Iterator[Program]:
    counts = Counter(cells)
    most, fewest = max(counts.values()), min(counts.values())
    commonest = tuple(cell for cell, count in counts.items() if count == most)
    rarest = tuple(cell for cell, count in counts.items() if count == fewest)
    if most > 1 and len(commonest) <= LEAST_TO_COMPARE:
        yield replace(base, operation="commonest", given=commonest)
    if fewest < most and len(rarest) == 1:
        yield replace(base, operation="rarest", given=rarest)


def _extremes(selection: Rows, key: Column, view: View) -> Iterator[Program]:
    """What the other columns say of the row that has the most or least of one."""
    values = {row: value for row in view.items(selection.rows) if (value := key.values[row]) is not None}
    if not key.is_ordered or len(values) < LEAST_TO_COMPARE:
        return
    extremes: tuple[tuple[Operation, float], ...] = (("argmax", max(values.values())), ("argmin", min(values.values())))
    for operation, value in extremes:
        rows = tuple(row for row, own in values.items() if own == value)
        if len(rows) > TIED or len(rows) == len(selection.rows):
            continue
        for column in view.columns:
            if column.index != key.index and (given := _cells(column, rows)):
                yield Program(operation, given, selection, rows, column.index, key.index)


def _beside(selection: Rows, view: View) -> Iterator[Program]:
    """The row before or after, rows that are alike, and how many stand above or below."""
    first, last = selection.rows[0], selection.rows[-1]
    beside: tuple[tuple[Operation, int], ...] = (("next", last + 1), ("previous", first - 1))
    for operation, row in beside:
        for column in view.columns if 0 <= row < view.height else ():
            if column.cells[row].strip():
                yield Program(operation, (column.cells[row],), selection, (row,), column.index)
    used = {condition.column for condition in selection.conditions}
    for key in view.columns:
        alike = tuple(
            row for row in range(view.height) if key.words[row] == key.words[first] and row not in selection.rows
        )
        if key.index in used or not key.words[first] or not 0 < len(alike) <= ALIKE:
            continue
        for column in view.columns:
            if column.index != key.index and (given := _cells(column, alike)):
                yield Program("same", given, selection, alike, column.index, key.index)
    if len(selection.rows) == 1:
        yield Program("above", (number_text(first),), selection, selection.rows)
        yield Program("below", (number_text(view.height - 1 - first),), selection, selection.rows)


def _pairs(view: View, found: Sequence[Match]) -> Iterator[Program]:
    """Two values of one column that the question names, compared."""
    for one, other in combinations(found, 2):
        if one.column != other.column or one.words == other.words or one.span == other.span:
            continue
        conditions = (Condition(one.column, "=", one.words), Condition(one.column, "=", other.words))
        selection = Rows(conditions, frozenset({one.span, other.span}), tuple(sorted({*one.rows, *other.rows})))
        names = view.columns[one.column]
        base = Program("difference of counts", (), selection, selection.rows)
        yield replace(base, given=(number_text(abs(len(one.rows) - len(other.rows))),))
        if len(one.rows) != len(other.rows):
            more = max(one.rows, other.rows, key=len)
            yield replace(base, operation="more rows", given=(names.cells[more[0]],), rows=more, column=names.index)
        if len(one.rows) == len(other.rows) == 1:
            yield from _two_rows(base, names, one.rows[0], other.rows[0], view)


def _two_rows(base: Program, names: Column, one: int, other: int, view: View) -> Iterator[Program]:
    for key in view.columns:
        first, second = key.values[one], key.values[other]
        if not key.is_ordered or first is None or second is None:
            continue
        if key.kind != "date":
            yield replace(base, operation="difference", given=(number_text(abs(first - second)),), column=key.index)
        if first != second:
            larger, smaller = (one, other) if first > second else (other, one)
            told = replace(base, column=names.index, key=key.index)
            yield replace(told, operation="larger", given=(names.cells[larger],), rows=(larger,))
            yield replace(told, operation="smaller", given=(names.cells[smaller],), rows=(smaller,))
    earlier, later = sorted((one, other))
    yield replace(base, operation="earlier", given=(names.cells[earlier],), rows=(earlier,), column=names.index)
    yield replace(base, operation="later", given=(names.cells[later],), rows=(later,), column=names.index)


def _cells(column: Column, rows: Sequence[int]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(column.cells[row] for row in rows if column.cells[row].strip()))
