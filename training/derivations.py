"""What was done to the cells of a table to come to an answer: nobody labelled it, so it is tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from lamplight.library.records import Table
from lamplight.rag.lexicon.amounts import parse_amount
from lamplight.rag.programs.view import View, canonical, view_of
from lamplight.rag.sentences import stems

OTHER = "other"
CLOSE = 0.051  # a number with one decimal is rounded


def asked_of(table: Table, question: str, answers: Sequence[str]) -> tuple[str, set[tuple[int, int]]]:
    """What was done to which cells, (row, column), to come to some answers, as far as that can be seen from them."""
    wanted = set(map(canonical, answers))
    held = {
        (row, column)
        for row, cells in enumerate(table.rows)
        for column, cell in enumerate(cells)
        if canonical(cell) in wanted and any(map(str.isdigit, cell))
    }
    if not answers or held:
        return "lookup", held
    amount = parse_amount(answers[0].rstrip("%")) if len(answers) == 1 else None
    if amount is None:
        return OTHER, set()
    view, in_per_cent = view_of(table), answers[0].endswith("%")
    for worked_out in (
        _of_one_row(view, amount.value, in_per_cent),
        _of_two_rows(view, question, amount.value, in_per_cent),
    ):
        for operation, cells in worked_out:
            return operation, cells
    return OTHER, set()


def _of_one_row(view: View, amount: float, in_per_cent: bool) -> Iterator[tuple[str, set[tuple[int, int]]]]:
    """Changes between two cells of a row and shares of a column's largest that give an amount."""
    columns = [column for column in view.columns if column.kind == "number"]
    for row in range(view.height):
        for column in columns:
            value = column.numbers[row]
            if value is None:
                continue
            for other in columns:
                before = other.numbers[row]
                if before is None or other is column:
                    continue
                if in_per_cent and before and abs(abs(100 * (value / before - 1)) - amount) < CLOSE:
                    yield "growth", {(row, column.index), (row, other.index)}
                if not in_per_cent and abs(abs(value - before) - amount) < CLOSE:
                    yield "change", {(row, column.index), (row, other.index)}
            whole = max((number for number in column.numbers if number), default=0.0)
            if in_per_cent and whole and abs(100 * abs(value) / whole - amount) < CLOSE:
                yield "share", {(row, column.index)}


def _of_two_rows(
    view: View, question: str, amount: float, in_per_cent: bool
) -> Iterator[tuple[str, set[tuple[int, int]]]]:
    """What two cells of a column give, both of rows that the question speaks of, or a part of the largest."""
    asked = stems(question)
    labels = [
        stems(" ".join(column.cells[row] for column in view.columns if column.kind == "text"))
        for row in range(view.height)
    ]
    for column in (one for one in view.columns if one.kind == "number"):
        filled = [(row, number) for row, number in enumerate(column.numbers) if number]
        largest = max((abs(number) for _, number in filled), default=0.0)
        for (row, one), (other, two) in permutations(filled, 2):
            is_named = bool(labels[row] & asked) and bool((labels[other] - labels[row]) & asked)
            part = abs(one / two)
            if in_per_cent and part < 1 and (is_named or abs(two) == largest):
                if is_named and abs(100 * part - amount) < CLOSE:
                    yield "share", {(row, column.index)}
                if abs(100 * (1 - part) - amount) < CLOSE:
                    yield "rest", {(row, column.index)}
            if not in_per_cent and is_named and row < other:
                both = {(row, column.index), (other, column.index)}
                if abs(abs(one + two) - amount) < CLOSE:
                    yield "sum", both
                if abs(abs(one - two) - amount) < CLOSE:
                    yield "difference", both
